"""Wrong units: metres for millimetres and grams for kilograms are refused in one line that names the key."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from need_documents import LINE, PART, TOOL, handling, need, stroke

from robotplus.errors import NeedError
from robotplus.scenarios.files import need_from_document, read_need
from robotplus.scenarios.library import scenarios

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "needs").glob("*.toml"))
BLOCK = {"name": "block", "position_mm": [900, 900, 100], "size_mm": [0.2, 0.2, 0.2]}
PAIR = {
    "name": "a",
    "pick": {"position_mm": [800, 0, 300]},
    "place": {"position_mm": [0, 800, 300]},
}


def refused(document: dict[str, Any]) -> str:
    with pytest.raises(NeedError) as caught:
        need_from_document(document, "need.toml")
    said = str(caught.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (need(cell={"box": [BLOCK]}), "cell.box[0].size_mm"),
        (need(base={"x_mm": [-1.5, 1.5], "y_mm": [0, 500]}), "base.x_mm"),
        (need(base={"x_mm": [0, 500], "y_mm": [0, 500], "heights_mm": [0, 0.4]}), "base.heights_mm"),
        (need(tool={**TOOL, "tcp": {"position_mm": [0, 0, 0.2]}}), "tool.tcp.position_mm"),
        (need(tool={**TOOL, "mass_kg": 3500}), "tool.mass_kg"),
        (need(requirements={"min_clearance_mm": 0.01}), "requirements.min_clearance_mm"),
        (need(requirements={"path_tolerance_mm": 0.001}), "requirements.path_tolerance_mm"),
        (stroke(polyline=LINE, speed_mm_s=0.04), "process_path.stroke[0].speed_mm_s"),
        (stroke(polyline=LINE, approach_mm=0.05), "process_path.stroke[0].approach_mm"),
        (
            stroke(polyline={**LINE, "points_mm": [[0, 0, 0.5], [0.8, 0, 0.5]]}),
            "process_path.stroke[0].polyline.points_mm",
        ),
        (
            stroke(circle={"centre_mm": [0, 0, 500], "radius_mm": 0.2, "direction": [0, 0, -1]}),
            "process_path.stroke[0].circle.radius_mm",
        ),
        (
            handling(pair=[PAIR], part={**PART, "size_mm": [0.4, 0.3, 0.2]}),
            "pick_place.part.size_mm",
        ),
    ],
)
def test_a_wrong_unit_is_named_with_value_and_range(document: dict[str, Any], place: str) -> None:
    said = refused(document)
    key = place.rsplit(".", 1)[-1]
    assert said.startswith(f"need.toml: {place}: not plausible; got ")
    assert re.search(rf"allowed: [\d.]+ <= .*{key} <= [\d.]+", said)
    assert said.endswith("millimetres belong?" if "mm" in key else "kilograms?")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_no_example_is_refused_and_each_in_metres_is(path: Path) -> None:
    document = read_need(path).document
    need_from_document(document)
    said = refused(scaled(document, lambda key: 0.001 if "_mm" in key else 1.0))
    assert "not plausible" in said or "swath_mm: input should be greater than or equal to 0.5" in said


def scaled(value: Any, factor: Callable[[str], float], key: str = "") -> Any:
    """A document with the numbers under each key multiplied."""
    if isinstance(value, dict):
        return {k: scaled(v, factor, k) for k, v in value.items() if k != "built_from"}
    if isinstance(value, list):
        return [scaled(v, factor, key) for v in value]
    return value * factor(key) if isinstance(value, float) else value


@pytest.mark.parametrize(
    "changes",
    [
        {"approach_mm": 0.0, "retract_mm": 0.0},
        {"speed_mm_s": 2.0},
        {"run_up_mm": 0.0, "ramp_mm": 3.0},
    ],
)
def test_small_figures_that_are_meant_pass(changes: dict[str, float]) -> None:
    need_from_document(stroke(polyline=LINE, **changes))
    exact = need(base={"x_mm": [200, 200], "y_mm": [-300, -300], "heights_mm": [0]})
    need_from_document(exact | {"requirements": {"base_tolerance_mm": 0.0}})
    thin = {**BLOCK, "size_mm": [1200.0, 800.0, 0.8]}
    need_from_document(need(cell={"box": [thin]}))


@given(st.sampled_from([s for s in scenarios() if s.family]), st.data())
def test_a_scenario_number_in_the_wrong_unit_is_told_what_was_meant(
    scenario: Any, data: st.DataObject
) -> None:
    number = data.draw(st.sampled_from([n for n in scenario.numbers if n.unit in ("mm", "kg")]))
    value = copy.copy(number.default) / 1000
    if number.low <= value:
        return
    numbers = {number.name: value}
    said = refused({"id": "a", "title_en": "A", "scenario": scenario.id, "numbers": numbers})
    assert f"numbers.{number.name}: out of range; got '{value}'" in said
    assert said.endswith(f"did you mean {number.default:g} {number.unit}?")
