"""Every scenario file and every example need: loads, lowers, repeats, states its sources."""

import json
import math
import re
import tomllib
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from robotplus.hashing import canonical
from robotplus.scenarios.files import need_from_document, need_schema, read_need
from robotplus.scenarios.layouts.common import LAYOUTS
from robotplus.scenarios.library import get_scenario, scenarios

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "needs").glob("*.toml"))
DOCS = Path(__file__).parents[2] / "docs"
MANUFACTURING = {
    "inspection_scanning",
    "assembly",
    "palletising",
    "machine_tending",
    "arc_welding",
    "spot_welding",
    "spray_painting",
}
PROVABLE = [s for s in scenarios() if s.family]
IDS = [s.id for s in PROVABLE]


def built(scenario, **numbers):
    return need_from_document({"id": "x", "title_en": "x", "scenario": scenario.id, "numbers": numbers})


def test_the_plans_manufacturing_field_is_there():
    assert set(IDS) == MANUFACTURING == {s.id for s in scenarios() if s.field == "manufacturing"}
    assert {p.stem for p in EXAMPLES} >= MANUFACTURING
    assert {s.layout for s in PROVABLE} == set(LAYOUTS)


@pytest.mark.parametrize("scenario", PROVABLE, ids=IDS)
def test_scenario(scenario):
    assert 4 <= len(scenario.numbers) <= 10
    for n in scenario.numbers:
        assert n.low <= n.default <= n.high and n.source and n.label_en and n.label_zh
        assert n.unit == "" or n.name.endswith("_" + n.unit.replace("/", "_"))
    assert scenario.name_zh and scenario.about_zh and scenario.credentials and scenario.constraints
    assert scenario.cases and all(c.source and c.evidence for c in scenario.cases)
    assert scenario.indicators and all(i.source and i.basis and i.name_zh for i in scenario.indicators)
    need = built(scenario)
    assert (need.family, need.scenario) == (scenario.family, scenario.id)
    assert need.document["built_from"] == {n.name: n.default for n in scenario.numbers}


@pytest.mark.parametrize("scenario", PROVABLE, ids=IDS)
def test_every_number_matters(scenario):
    """A number a little off its default gives another task (a gap only where there are two seams)."""
    base = {"arc_welding": {"seam_count": 2}}.get(scenario.id, {})
    default = built(scenario, **base).document
    for n in scenario.numbers:
        at = base.get(n.name, n.default)
        toward = n.low if n.low < at else n.high
        value = at + math.copysign(1, toward - at) if n.whole else at + (toward - at) / 8
        changed = built(scenario, **{**base, n.name: value}).document
        assert {**changed, "built_from": 0} != {**default, "built_from": 0}, n.name


@pytest.mark.parametrize("path", EXAMPLES, ids=[p.stem for p in EXAMPLES])
def test_example(path):
    need = read_need(path)
    assert need.id == path.stem and need.title_zh != need.title_en
    again = need_from_document(json.loads(canonical(need.document)))
    assert again.sha256 == need.sha256
    for stop in need.program.stops:
        s = np.linspace(0, stop.curve.length, 50)
        _, z, x = stop.curve.frames(s)
        assert np.allclose(np.linalg.norm(z, axis=1), 1) and np.allclose(np.sum(z * x, axis=1), 0, atol=1e-9)
    assert path.read_text(encoding="utf-8").startswith("#")


@pytest.mark.parametrize("path", EXAMPLES, ids=[p.stem for p in EXAMPLES])
def test_example_fits_the_schema_as_written_and_as_stored(path):
    schema = jsonschema.Draft202012Validator(need_schema())
    schema.check_schema(schema.schema)
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    schema.validate(written)
    schema.validate(read_need(path).document)
    with pytest.raises(jsonschema.ValidationError):
        schema.validate({**written, "takt": 5})


def test_benchmark_scenes_are_what_they_are_called():
    scene = {p.stem: read_need(p).program for p in EXAMPLES if p.stem.startswith("bench_")}
    boxes = {k: len(v.obstacles) - 1 for k, v in scene.items()}
    assert boxes == {"bench_seam": 7, "bench_clutter": 13, "bench_tunnel": 9, "bench_long_arc": 7}
    lengths = {k: v.stops[0].curve.length for k, v in scene.items()}
    assert lengths == pytest.approx(
        {"bench_seam": 0.8, "bench_clutter": 0.8, "bench_tunnel": 0.8, "bench_long_arc": 2.4}
    )
    assert scene["bench_seam"].tool.mass_kg == 3.5 and scene["bench_seam"].requirements.takt == 25
    assert scene["bench_seam"].base.heights == (0.0, 0.2, 0.4, 0.6)


def test_unknown_scenario_lists_the_known():
    with pytest.raises(Exception, match="arc_welding"):
        get_scenario("welding")


def test_every_scenario_number_and_layout_is_documented():
    page = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    for scenario in scenarios():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{scenario.id}` |"))
        assert scenario.name_zh in row
        section = page[page.index(f": `{scenario.id}`\n") :].split("\n###")[0]
        for n in scenario.numbers or scenario.questions:
            default = "–" if n.default is None else f"{n.default:g}"
            shown = f"| {default} | {n.low:g} – {n.high:g}{', whole' if n.whole else ''} | {n.unit} |"
            assert any(f"| `{n.name}` |" in line and shown in line for line in section.splitlines())
    assert all(f"| `{name}` |" in page for name in LAYOUTS)


def test_every_key_of_a_need_is_documented():
    page = set(re.findall(r"\w+", (DOCS / "needs.md").read_text(encoding="utf-8")))
    schema = need_schema()
    keys = {k for table in (schema, *schema["$defs"].values()) for k in table["properties"]}
    assert keys - page == set()
