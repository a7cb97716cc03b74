"""Uploaded need files are hostile until read: sizes, names, references that leave, and what they may hold."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from robotplus.errors import InputError, NeedError
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.matches.documents import (
    LIMITS,
    MAX_FILES,
    check_numbers,
    document_of_uploads,
    scenario_document,
)
from robotplus.scenarios.files import need_from_document, read_need
from robotplus.scenarios.library import get_scenario

EXAMPLES = Path(__file__).parents[2] / "examples" / "needs"
NEED = b'id = "mine"\ntitle_en = "Mine"\nscenario = "arc_welding"\n'


def upload(name: str, content: bytes = NEED) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize("name", sorted(p.name for p in EXAMPLES.glob("*.toml")))
def test_every_example_reads_as_from_disk(name: str) -> None:
    files = [upload(name, (EXAMPLES / name).read_bytes())]
    files += [upload(p.name, p.read_bytes()) for p in EXAMPLES.iterdir() if p.suffix in (".csv", ".stl")]
    document = document_of_uploads(files)
    assert need_from_document(document).sha256 == read_need(EXAMPLES / name).sha256
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize(
    "name", ["../need.toml", "/etc/need.toml", "..\\..\\need.toml", "a/b/../../need.toml"]
)
def test_paths_in_names_are_dropped(name: str) -> None:
    one = upload("need.toml")
    one._name = name  # as another framework or proxy might let it through
    assert document_of_uploads([one])["id"] == "mine"


@pytest.mark.parametrize(
    "name", ["need.exe", "need", ".toml", "need.toml.html", "x" * 200 + ".toml", "a\x00b.toml"]
)
def test_other_files_are_refused(name: str) -> None:
    one = upload("need.toml")
    one._name = name
    with pytest.raises(RefusedError):
        document_of_uploads([one])


@pytest.mark.parametrize("reference", ["/etc/passwd", "../../secret-key", "sub/../../x.csv", "missing.csv"])
def test_references_stay_beside_the_need(reference: str) -> None:
    stroke = f'[tool]\nname="t"\nmass_kg=1\n[[process_path.stroke]]\nname="s"\ncsv="{reference}"\n'.encode()
    with pytest.raises(NeedError):
        document_of_uploads([upload("need.toml", NEED + stroke)])


@pytest.mark.parametrize("suffix", sorted(LIMITS))
def test_each_kind_of_file_has_its_limit(suffix: str) -> None:
    with pytest.raises(RefusedError, match="MB"):
        document_of_uploads([upload(f"big{suffix}", b" " * (LIMITS[suffix] + 1))], scenario="arc_welding")


def test_too_many_files_and_twins_are_refused() -> None:
    with pytest.raises(RefusedError):
        document_of_uploads([upload(f"n{i}.csv") for i in range(MAX_FILES + 1)], scenario="arc_welding")
    with pytest.raises(RefusedError):
        document_of_uploads([upload("a.csv"), upload("x/a.csv")], scenario="arc_welding")
    with pytest.raises(RefusedError):
        document_of_uploads([upload("a.toml"), upload("b.toml")])


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"[" * 100_000, b"a = 1e999", b'{"a": NaN}', b"a." * 50_000 + b"b = 1", b""]
)
@pytest.mark.parametrize("name", ["need.toml", "need.json"])
def test_nonsense_is_one_clear_line(name: str, content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        document_of_uploads([upload(name, content)])
    assert len(str(caught.value).splitlines()) == 1


def test_a_path_alone_takes_the_place_of_the_scenarios_strokes() -> None:
    points = b"x,y,z\n" + b"".join(b"%d,0,800\n" % x for x in range(0, 400, 20))
    document = document_of_uploads(
        [upload("bead.csv", points)], scenario="arc_welding", numbers={"takt_s": 60.0}
    )
    need = need_from_document(document)
    assert [s.name for s in need.program.stops] == ["bead"]
    assert need.program.requirements.takt == 60.0
    assert need.program.stops[0].curve.length == pytest.approx(0.38, abs=1e-6)
    with pytest.raises(RefusedError):
        document_of_uploads([upload("bead.csv", points)], scenario="palletising")


def test_a_shape_alone_stands_in_the_scenarios_cell() -> None:
    triangle = struct.pack("<12fH", 0, 0, 1, 900, 900, 0, 950, 900, 0, 900, 950, 100, 0)
    stl = b"\0" * 80 + struct.pack("<I", 1) + triangle
    document = document_of_uploads([upload("fixture.stl", stl)], scenario="arc_welding")
    plain = need_from_document(scenario_document(get_scenario("arc_welding"), {}))
    names = {o.name for o in need_from_document(document).program.obstacles}
    assert names - {o.name for o in plain.program.obstacles} == {"fixture"}


def test_numbers_at_their_defaults_are_the_scenarios_own_need() -> None:
    scenario = get_scenario("arc_welding")
    clean, problems = check_numbers(scenario, {n.name: f"{n.default:g}" for n in scenario.numbers})
    assert problems == {} and scenario_document(scenario, clean)["numbers"] == {}
