"""Need files: reading, inlining, self-contained documents, one clear line for everything that is wrong."""

import csv
import json
import math
import time

import numpy as np
import pytest
import trimesh
from need_documents import LINE, NEED, TOOL, need, stroke

from robotplus.errors import NeedError
from robotplus.hashing import canonical
from robotplus.scenarios.files import need_from_document, need_schema, read_need
from robotplus.scenarios.inlining import COLUMNS
from robotplus.scenarios.schema import MAX_POINTS


def write(folder, document, name="need.json"):
    path = folder / name
    path.write_text(json.dumps(document))
    return path


def refused(document_or_path):
    """The one line of a refusal."""
    with pytest.raises(NeedError) as caught:
        if isinstance(document_or_path, dict):
            need_from_document(document_or_path)
        else:
            read_need(document_or_path)
    line = str(caught.value)
    assert "\n" not in line and len(line) < 400
    return line


def test_toml_and_json_mean_the_same(tmp_path):
    toml = tmp_path / "need.toml"
    toml.write_text(
        'id = "test"\ntitle_en = "A test"\n[tool]\nname = "pen"\nmass_kg = 1.0\ncom_mm = [0, 0, 50]\n'
        "tcp = { position_mm = [0, 0, 200] }\n[[tool.box]]\n"
        "position_mm = [0, 0, 80]\nsize_mm = [60, 60, 160]\n"
        "[base]\nx_mm = [-1000, 1000]\ny_mm = [-1000, 1000]\n"
        '[[process_path.stroke]]\nname = "line"\n'
        "polyline = { points_mm = [[0, 0, 500], [400, 0, 500]], direction = [0, 0, -1] }\n"
    )
    assert read_need(toml).sha256 == read_need(write(tmp_path, NEED)).sha256


def test_the_document_has_every_default_and_reads_as_itself():
    first = need_from_document(need())
    assert first.document["requirements"] == {
        "min_clearance_mm": 10.0,
        "tool_clearance_mm": 2.0,
        "base_tolerance_mm": 5.0,
        "base_tolerance_deg": 0.5,
        "path_tolerance_mm": 1.0,
        "angle_tolerance_deg": 1.0,
    }
    assert first.document["seed"] == 0 and first.seed == 0
    again = need_from_document(json.loads(canonical(first.document)))
    assert (again.document, again.sha256) == (first.document, first.sha256)
    r = first.program.requirements
    assert (r.min_clearance, r.base_tolerance_xy) == (0.01, 0.005)
    assert r.base_tolerance_angle == pytest.approx(math.radians(0.5))


def test_numbers_are_recorded_and_given_tables_lie_over_the_scenario():
    document = {
        "id": "w",
        "title_en": "Weld",
        "scenario": "arc_welding",
        "numbers": {"seam_length_mm": 300},
        "requirements": {"min_clearance_mm": 20},
        "base": {"heights_mm": [100]},
        "cell": {"box": [{"name": "pillar", "position_mm": [0, 1500, 1000], "size_mm": [100, 100, 2000]}]},
    }
    n = need_from_document(document)
    assert n.document["built_from"]["seam_length_mm"] == 300 and "numbers" not in n.document
    assert n.program.requirements.min_clearance == 0.02 and n.program.requirements.takt == 25
    assert n.program.base.heights == (0.1,)
    assert {"pillar", "plate", "floor"} <= {o.name for o in n.program.obstacles}
    assert n.program.stops[0].curve.length == pytest.approx(0.3)
    assert need_from_document(n.document).sha256 == n.sha256


CSV = """x_mm,y_mm,z_mm,nx,ny,nz,rx,ry,rz
0,0,500,0,0,1,1,1,0

# a comment
100,0,500,0,0.1,1,1,1,0
250,30,480,0,0,2,1,1,0
"""


def test_csv_against_numpy(tmp_path):
    (tmp_path / "path.csv").write_text(CSV)
    n = read_need(write(tmp_path, stroke(csv="path.csv")))
    rows = np.loadtxt(tmp_path / "path.csv", delimiter=",", skiprows=1)
    (stop,) = n.program.stops
    p, z, x = stop.curve.frames(stop.curve.knots)
    normals = rows[:, 3:6] / np.linalg.norm(rows[:, 3:6], axis=1)[:, None]
    assert np.allclose(p, rows[:, :3] / 1000, atol=2.5e-4)  # a quarter of the path tolerance
    assert np.allclose(z, -normals, atol=0.005)
    assert np.allclose(np.sum(x * z, axis=1), 0)
    assert np.all(x @ [math.sqrt(0.5), math.sqrt(0.5), 0] > 0.99)
    assert "csv" not in json.dumps(n.document)
    assert need_from_document(n.document).sha256 == n.sha256


def test_csv_of_positions_points_down(tmp_path):
    with (tmp_path / "p.csv").open("w", newline="") as f:
        csv.writer(f).writerows([[0, 0, 500], [10.5, 0, 500]])
    (stop,) = read_need(write(tmp_path, stroke(csv="p.csv"))).program.stops
    assert np.allclose(stop.curve.frames(np.array([0.0]))[1], [0, 0, -1])
    assert stop.curve.length == pytest.approx(0.0105)


def test_stl_against_trimesh(tmp_path):
    mesh = trimesh.creation.icosphere(subdivisions=2, radius=150.0)
    mesh.export(tmp_path / "ball.stl")
    surface = {
        "mesh": {"stl": "ball.stl", "position_mm": [0, 0, 400]},
        "facing": [0, 0, 1],
        "along": [1, 0, 0],
        "swath_mm": 60,
    }
    n = read_need(write(tmp_path, stroke(surface=surface)))
    table = n.document["process_path"]["stroke"][0]["surface"]["mesh"]
    assert len(table["faces"]) == len(mesh.faces) and "stl" not in table
    ours = np.array(table["vertices_mm"])[np.array(table["faces"])]
    assert np.allclose(ours, mesh.triangles, atol=1e-4)
    for stop in n.program.stops:
        p, z, _ = stop.curve.frames(np.linspace(0, stop.curve.length, 20))
        r = p - [0, 0, 0.4]
        assert np.all(np.abs(np.linalg.norm(r, axis=1) - 0.15) < 0.01)
        assert np.all(np.sum(-z * r, axis=1) > 0.8 * np.linalg.norm(r, axis=1))


def at(path, value, document=None):
    """The small need with one value changed, by a dotted path."""
    document = json.loads(json.dumps(document or NEED))
    keys = [int(k) if k.isdigit() else k for k in path.split(".")]
    table = document
    for k in keys[:-1]:
        table = table[k] if isinstance(k, int) else table.setdefault(k, {})
    table[keys[-1]] = value
    return document


BOX = {"name": "a", "position_mm": [0, 0, 0], "size_mm": [1, 1, 1]}


def short(**numbers):
    """A need of a scenario's numbers."""
    return {"id": "x", "title_en": "x", "scenario": "arc_welding", "numbers": numbers}


LINE_KEY = "process_path.stroke.0"
BAD = [
    (at("takt_s", 5), "takt_s: unknown key"),
    (at("requirements.takt", 5), "requirements.takt: unknown key; allowed: takt_s"),
    (at("requirements.min_clearance_m", 5), "did you mean 'min_clearance_mm'"),
    (
        at("requirements.min_clearance_mm", "10 mm"),
        "min_clearance_mm: input should be a valid number; got '10 mm'",
    ),
    (at("requirements.min_clearance_mm", -1), "greater than or equal to 0; got '-1'"),
    (at("requirements.takt_s", 0), "requirements.takt_s: input should be greater than 0"),
    (at("requirements.takt_s", math.nan), "requirements.takt_s: input should be"),
    (at("requirements.ip", "67"), "requirements.ip"),
    (at("requirements.explosion_zone", "1"), "zone 1"),
    (at("requirements.temperature_c", [40, 0]), "[lowest, highest]"),
    (at("tool.mass_kg", -2), "tool.mass_kg: input should be greater than or equal to 0"),
    (at("tool.mass_kg", True), "tool.mass_kg"),
    (at("tool.mass_kg", 9000), "less than or equal to 5000"),
    (at("tool.box", []), "tool.box"),
    (at("tool.com_mm", [0, math.inf, 0]), "tool.com_mm[1]"),
    (at("base.x_mm", [1000, -1000]), "x_mm must be [lowest, highest]"),
    (at("base.heights_mm", []), "base.heights_mm"),
    (at("base.mounting", "table"), "'floor', 'wall' or 'ceiling'"),
    (at("positioner", {}), "positioner: 'positioner' is not modelled yet"),
    (at("base.track", {"length_mm": 1}), "base.track: 'track' is not modelled yet"),
    (at("conveyor_tracking", True), "not modelled yet"),
    (at("process_path.stroke", []), "process_path.stroke: list should have at least 1 item"),
    (at(f"{LINE_KEY}.polyline.points_mm", []), "points_mm"),
    (
        at(f"{LINE_KEY}.polyline.points_mm", [[0, 0, 1], [0, 0, math.nan]]),
        "points_mm[1][2]: input should be a finite",
    ),
    (at(f"{LINE_KEY}.polyline.points_mm", [[0, 0], [0, 1]]), "points_mm[0][2]: this key is missing"),
    (at(f"{LINE_KEY}.polyline.direction", [0, 0, 0]), "a direction must not be zero"),
    (at(f"{LINE_KEY}.speed_mm_s", -4), "stroke[0].speed_mm_s: input should be greater than 0"),
    (at(f"{LINE_KEY}.speed_mm_s", [5, 4, 6]), "[lowest, wanted, highest]"),
    (at(f"{LINE_KEY}.arc", {}), "process_path.stroke[0].arc"),
    (at(f"{LINE_KEY}.csv", "x.csv"), "give exactly one of"),
    (at("pick_place", {}), "pick_place.part: this key is missing"),
    (need(process_path=None), "name a built-in scenario"),
    (need(process_path=None, scenario="arc_weldin"), "did you mean 'arc_welding'"),
    (need(process_path=None, scenario="qqq"), "unknown scenario; got 'qqq'"),
    (short(seam_len_mm=3), "did you mean 'seam_length_mm'"),
    (short(seam_length_mm=-3), "10 <= seam_length_mm <= 2500 mm"),
    (short(seam_count=1.5), "whole number"),
    (need(process_path=None, scenario="palletising", numbers={"columns": 6}), "overhangs"),
    (need(scenario="arc_welding", numbers={}), "exclude each other"),
    (need(process_path=None, scenario="arc_welding", cell=3), "cell: must be a table"),
    (at("id", "No Spaces"), "id: string should match"),
    (at("seed", -1), "seed"),
    (at("cell.box", [{**BOX, "size_mm": [1, 0, 1]}]), "cell.box[0].size_mm[1]: input should be greater"),
    (at("cell.box", [BOX] * 2), "called 'a'"),
    (
        at("cell.mesh", [{"name": "m", "vertices_mm": [[0, 0, 0]] * 3, "faces": [[0, 1, 3]]}]),
        "number the 3 vertices",
    ),
    (stroke(csv="points.csv"), "read only from a need file on disk"),
    (at("cell.mesh", [{"name": "m", "stl": "m.stl"}]), "read only from a need file on disk"),
]


@pytest.mark.parametrize(("document", "part"), BAD, ids=[p for _, p in BAD])
def test_bad_values_each_in_one_line(document, part):
    assert part in refused(document)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("x,y,z\n0,0,0\n", "fewer than two points"),
        ("", "fewer than two points"),
        ("x,y,z\n0,0,0\n0,zero,0\n", "line 3: not a number; got 'zero'"),
        ("0,0,0\n0,nan,0\n", "line 2: not a finite number"),
        ("0,0,0\n0,1\n", "line 2: wrong number of columns"),
        ("0,0,0,1\n0,1,0,1\n", "wrong number of columns"),
        ("x,y,w\n0,0,0\n", "unknown columns"),
        ("0,0,500\n0,0,500\n", "points 0 and 1 coincide"),
        ("0,0,500,0,0,0\n9,0,500,0,0,1\n", "a direction must not be zero"),
        ("0,0,500\n9e9,0,500\n", "less than or equal to 100000"),
    ],
)
def test_bad_csv(tmp_path, text, part):
    (tmp_path / "path.csv").write_text(text)
    line = refused(write(tmp_path, stroke(csv="path.csv")))
    assert part in line


def test_a_csv_of_ten_million_points_is_refused_at_once(tmp_path):
    with (tmp_path / "path.csv").open("w") as f:
        f.seek(10_000_000 * 12)
        f.write("0,0,500\n")
    start = time.perf_counter()
    assert "too large" in refused(write(tmp_path, stroke(csv="path.csv")))
    assert time.perf_counter() - start < 0.5


def test_a_csv_of_too_many_points_is_refused(tmp_path):
    (tmp_path / "path.csv").write_text("".join(f"{i},0,500\n" for i in range(MAX_POINTS + 1)))
    assert f"<= {MAX_POINTS}" in refused(write(tmp_path, stroke(csv="path.csv")))


@pytest.mark.parametrize("name", ["../path.csv", "/etc/hostname", "sub/../../path.csv", 7, "", "a\0b"])
def test_paths_stay_in_the_folder(tmp_path, name):
    folder = tmp_path / "needs"
    folder.mkdir()
    (tmp_path / "path.csv").write_text("0,0,500\n9,0,500\n")
    line = refused(write(folder, stroke(csv=name)))
    assert "leaves the need's folder" in line or "must be a file name" in line


def test_a_link_does_not_lead_out_of_the_folder(tmp_path):
    folder = tmp_path / "needs"
    folder.mkdir()
    (tmp_path / "path.csv").write_text("0,0,500\n9,0,500\n")
    (folder / "path.csv").symlink_to(tmp_path / "path.csv")
    assert "leaves the need's folder" in refused(write(folder, stroke(csv="path.csv")))


def test_unreadable_files(tmp_path):
    assert "no such file" in refused(tmp_path / "none.toml")
    assert "no such file" in refused(tmp_path)
    assert "no such file" in refused(write(tmp_path, stroke(csv="none.csv")))
    surface = {"mesh": {"stl": "none.stl"}, "facing": [0, 0, 1], "along": [1, 0, 0], "swath_mm": 60}
    assert "no such file" in refused(write(tmp_path, stroke(surface=surface)))
    (tmp_path / "bad.stl").write_bytes(b"solid nothing at all")
    surface["mesh"] = {"stl": "bad.stl"}
    assert "bad.stl" in refused(write(tmp_path, stroke(surface=surface)))
    (tmp_path / "latin.toml").write_bytes('title_en = "Schweißen"'.encode("latin-1"))
    assert "not UTF-8" in refused(tmp_path / "latin.toml")
    (tmp_path / "broken.toml").write_text("id = \n")
    assert "cannot be parsed" in refused(tmp_path / "broken.toml")
    (tmp_path / "nan.json").write_text('{"seed": NaN}')
    assert "NaN is not a number" in refused(tmp_path / "nan.json")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    assert "cannot be parsed" in refused(tmp_path / "deep.json")
    (tmp_path / "list.json").write_text("[]")
    assert "table of keys" in refused(tmp_path / "list.json")
    (tmp_path / "need.yaml").write_text("a: 1")
    assert "allowed: .toml, .json" in refused(tmp_path / "need.yaml")
    (tmp_path / "big.toml").write_text("#" * 4_000_001)
    assert "too large" in refused(tmp_path / "big.toml")


def test_csv_columns_are_those_documented():
    assert ",".join(COLUMNS) == "x,y,z,nx,ny,nz,rx,ry,rz"


def test_schema_lists_every_key():
    schema = need_schema()
    assert {"numbers", "tool", "base", "cell", "requirements", "process_path", "pick_place"} <= set(
        schema["properties"]
    )
    assert schema["additionalProperties"] is False
    json.dumps(schema)
    assert set(LINE) <= set(schema["$defs"]["PolylineTable"]["properties"])
    assert set(TOOL) <= set(schema["$defs"]["ToolTable"]["properties"])
