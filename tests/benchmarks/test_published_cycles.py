"""The comparison with published cycle times: its rules, its fit, its shipped constants."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from benchmarks.acceleration_fit import constants_file, fit, level, load_curve, size_slope
from benchmarks.cycle_cases import Case, cases, published, unused
from benchmarks.published_cycles import CONSTANTS, Judged, bars, unused_table

from robotplus.robots.acceleration import Parameters
from robotplus.robots.catalogue import load_catalogue


@pytest.fixture(scope="module")
def used() -> list[Case]:
    return cases(load_catalogue())


def test_every_row_is_used_or_named_with_its_reason(used: list[Case]) -> None:
    rows = published()["cycles"]
    assert len(used) + sum(unused(row) is not None for row in rows) == len(rows)
    text = "\n".join(unused_table(rows))
    assert all(row["robot"] in text for row in rows if unused(row) is not None)


def test_rule_does_not_look_at_the_value() -> None:
    for row in published()["cycles"]:
        if row["seconds"] is not None:
            assert unused(row) == unused({**row, "seconds": 100.0 * row["seconds"]})


def test_shipped_constants_are_what_the_command_writes(used: list[Case]) -> None:
    data = published()
    shipped = json.loads(CONSTANTS.read_text(encoding="utf-8"))
    written = json.loads(constants_file(fit(used, data), used, data))
    assert shipped.pop("constants") == pytest.approx(written.pop("constants"), rel=2e-3)
    assert shipped == written


def test_level_recovers_planted_ramp_time(used: list[Case]) -> None:
    some = used[:3]
    shipped = json.loads(CONSTANTS.read_text(encoding="utf-8"))["constants"]
    truth = Parameters(**{**shipped, "ramp_s": 0.123})
    planted = [dataclasses.replace(c, row={**c.row, "seconds": float(c.times(truth)[1])}) for c in some]
    found = level(planted, dataclasses.replace(truth, ramp_s=0.05))
    assert found.ramp_s == pytest.approx(0.123, rel=1e-3)


def test_left_out_maker_does_not_touch_the_fit(used: list[Case]) -> None:
    data = published()
    few = [c for c in used if c.row["maker"] in ("KUKA", "Epson")]
    wrong = [
        dataclasses.replace(c, row={**c.row, "seconds": 9.0}) if c.row["maker"] == "KUKA" else c for c in few
    ]
    joints = [{**j, "acceleration": [1.0] * 7} if j["maker"] == "KUKA" else j for j in data["joints"]]
    left = fit(wrong, {**data, "joints": joints}, without="KUKA")
    assert left == fit(few, data, without="KUKA")


def test_size_slope_recovers_a_planted_power() -> None:
    def joint(maker: str, offset: float, reach: float) -> dict[str, object]:
        ramp = offset * reach**0.6
        return {
            "maker": maker,
            "kind": "industrial",
            "reach_m": reach,
            "velocity": [1.0],
            "acceleration": [1 / ramp],
        }

    rows = [joint("a", 0.1, r) for r in (0.5, 1.0, 2.0)] + [joint("b", 0.4, r) for r in (0.7, 1.5)]
    slope, error = size_slope(rows)
    assert slope == pytest.approx(0.6)
    assert error == pytest.approx(0.0, abs=1e-9)


def test_load_curve_recovers_a_planted_factor() -> None:
    share = np.array([0.0, 0.5, 1.0])
    ramp = 1.0 + 1.2 * share**2
    curves = [
        {"load_share": share, "acceleration_share": 1.0 / ramp},
        {"load_share": share, "motion_s": 0.4 * np.sqrt(ramp)},
    ]
    factor, spread = load_curve(curves)
    assert factor == pytest.approx(1.2)
    assert spread == pytest.approx(0.0, abs=1e-9)


def judged(ratio: float, width: float, count: int) -> list[Judged]:
    template = Case({"maker": "m", "robot": "r", "seconds": 1.0}, None, None, 1.0, np.zeros((1, 3, 6)))  # type: ignore[arg-type]
    return [Judged(template, ratio / math.sqrt(width), ratio, ratio * math.sqrt(width)) for _ in range(count)]


@pytest.mark.parametrize(
    ("ratio", "width", "verdicts"),
    [
        (1.0, 1.5, [True, True, True, True, True]),
        (1.25, 1.7, [True, False, True, True, True]),
        (0.7, 1.7, [True, False, False, False, True]),
        (1.0, 1.9, [True, True, True, True, False]),
    ],
)
def test_bars(ratio: float, width: float, verdicts: list[bool]) -> None:
    assert [line["pass"] for line in bars(judged(ratio, width, 12))] == verdicts


def test_too_few_rows_are_not_judged() -> None:
    lines = bars(judged(1.0, 1.5, 11))
    assert "too few to judge" in lines[0]["name"] and lines[0]["pass"] is False
    assert all(line["pass"] is None for line in lines[1:])
