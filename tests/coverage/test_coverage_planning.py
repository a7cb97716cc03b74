"""Plans over areas: against closed forms, planted paths and the best of 180 angles; every one passes check."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon
from tests.coverage.conftest import area_need, only, scrubber

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.plan import PlanCertificate, read_plan
from robotplus.checking.coverage import check_plan
from robotplus.checking.machine_refusal import check_impossible
from robotplus.hashing import canonical
from robotplus.proving.coverage import prove, prove_coverage
from robotplus.proving.coverage.order import in_order, travelled
from robotplus.proving.coverage.roaming import Roaming
from robotplus.robots.machine import Machine
from robotplus.robots.model import Figure
from robotplus.scenarios.plans import PlanNeed


def proven(need: PlanNeed, machine: Machine) -> PlanCertificate:
    result = prove_coverage(need, machine)
    assert isinstance(result, PlanCertificate), result
    written = read_plan(canonical(result.to_document()).decode())
    verdict = check_plan(written, only(machine), need=need)
    assert verdict.holds, verdict.reasons
    return result


def refused(need: PlanNeed, machine: Machine) -> Refusal:
    result = prove_coverage(need, machine)
    assert isinstance(result, Refusal), result
    if result.verdict == "impossible":
        assert check_impossible(result, machine, need).holds
    return result


def test_a_strip_takes_what_the_formula_says() -> None:
    """One swath there, none back: a machine that moves sideways over a strip as wide as its tool."""
    machine = scrubber(turning="holonomic (omni)", positioning_accuracy_m=0.0, dims_m=[0.5, 0.5, 1.0])
    need = area_need(
        outline_m=[[0, 0], [10, 0], [10, 0.8], [0, 0.8]], apron_m=2, wall_margin_m=0, overlap_percent=0
    )
    c = proven(need, machine)
    (work,) = [leg for leg in c.legs if leg.kind == "work"]
    assert math.dist(*work.xy) == pytest.approx(10)
    low, high = (10 / 1.0 + 1.0 / a for a in (0.8, 0.2))
    way = sum(math.dist(a, b) for leg in c.legs if leg.kind == "move" for a, b in itertools.pairwise(leg.xy))
    assert c.claims["move_m"] == pytest.approx(way, abs=1e-5)
    assert c.claims["time_s"]["low"] >= low - 1e-6 and c.claims["time_s"]["high"] >= high - 1e-6
    assert c.claims["share"] == pytest.approx(1.0, abs=1e-6)


def test_a_room_with_a_pillar_is_covered_round_it(machine: Machine) -> None:
    need = area_need(holes_m=[[[8, 5], [10, 5], [10, 7], [8, 7]]])
    c = proven(need, machine)
    assert c.verdict == "proven"
    body = Point(0, 0).buffer(math.hypot(0.9, 0.7) / 2)
    pillar = Polygon([[8, 5], [10, 5], [10, 7], [8, 7]])
    for leg in c.legs:
        if len(leg.xy) > 1:
            assert LineString(leg.xy).distance(pillar) >= body.bounds[2] - 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_what_a_known_path_covers_is_found(machine: Machine, seed: int) -> None:
    """The area is what a planted path sweeps, so a plan is known to exist; half a body wider to turn in."""
    rng = random.Random(seed)
    x, y, path = 0.0, 0.0, [(0.0, 0.0)]
    for k in range(rng.randint(2, 5)):
        if k % 2:
            y += rng.choice((-1, 1)) * rng.uniform(3, 8)
        else:
            x += rng.uniform(4, 10)
        path.append((x, y))
    swept = LineString(path).buffer(0.35, cap_style="square", join_style="mitre")
    ring = [[round(a, 6), round(b, 6)] for a, b in swept.exterior.coords[:-1]]
    need = area_need(outline_m=ring, apron_m=0.8, wall_margin_m=0.0)
    assert proven(need, machine).claims["share"] >= 0.95


def areas() -> st.SearchStrategy[dict[str, Any]]:
    """Star-shaped outlines of 6 to 20 m with up to two square holes."""

    def make(radii: list[float], holes: list[tuple[float, float, float]], margin: float) -> dict[str, Any]:
        n = len(radii)
        outline = [
            [round(r * math.cos(2 * math.pi * k / n), 3), round(r * math.sin(2 * math.pi * k / n), 3)]
            for k, r in enumerate(radii)
        ]
        rings = [
            [[x, y], [x + s, y], [x + s, y + s], [x, y + s]]
            for x, y, s in ((round(x, 2), round(y, 2), round(s, 2)) for x, y, s in holes)
        ]
        return {"outline_m": outline, "holes_m": rings, "wall_margin_m": round(margin, 2)}

    return st.builds(
        make,
        st.lists(st.floats(6, 20), min_size=3, max_size=9),
        st.lists(st.tuples(st.floats(-5, 4), st.floats(-5, 4), st.floats(0.3, 2)), max_size=2),
        st.floats(0.4, 1.0),
    )


@settings(max_examples=15, deadline=None)
@given(areas(), st.sampled_from(["differential", "holonomic (omni)"]), st.integers(1, 2))
def test_every_plan_found_passes_check(table: dict[str, Any], turning: str, passes: int) -> None:
    machine = scrubber(turning=turning)
    result = prove_coverage(area_need(**table, min_coverage_percent=60, passes=passes), machine)
    if isinstance(result, Refusal):
        assert result.constraint in ("coverage", "area_access", "endurance")
        return
    written = read_plan(canonical(result.to_document()).decode())
    verdict = check_plan(written, only(machine))
    assert verdict.holds, verdict.reasons


@pytest.mark.parametrize("seed", range(3))
def test_no_angle_of_180_gives_a_shorter_plan(
    machine: Machine, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    ring = shapely.convex_hull(shapely.multipoints(rng.uniform((0, 0), (24, 14), (7, 2)))).exterior.coords[
        :-1
    ]
    need = area_need(
        outline_m=[[round(x, 3), round(y, 3)] for x, y in ring], min_coverage_percent=80, apron_m=0.7
    )
    ours = proven(need, machine).claims
    monkeypatch.setattr(prove, "angles", lambda target: [math.pi * k / 180 for k in range(180)])
    monkeypatch.setattr(prove, "PLANNED", 180)
    swept = proven(need, machine).claims
    assert ours["time_s"]["high"] <= 1.02 * swept["time_s"]["high"]


def test_the_same_plan_comes_again(machine: Machine) -> None:
    need = area_need(holes_m=[[[8, 5], [10, 5], [10, 7], [8, 7]]])
    assert proven(need, machine).to_document() == proven(need, machine).to_document()


def test_a_long_job_charges_at_the_dock() -> None:
    machine = scrubber(runtime_h=0.2, charge_h=1.0)
    c = proven(area_need(dock_m=[1, 1]), machine)
    waits = [leg for leg in c.legs if leg.kind == "wait"]
    assert c.claims["charges"] == len(waits) >= 1
    assert {leg.reason for leg in waits} == {"charge"} and all(leg.seconds == 3600 for leg in waits)


def test_a_small_tank_is_filled_in_time() -> None:
    c = proven(area_need(dose_l_m2=0.5, refill_min=4), scrubber())
    assert c.claims["refills"] >= 1
    poured = 0.0
    for leg in c.legs:
        if leg.reason == "fill":
            poured = 0.0
        elif leg.kind == "work":
            poured += 0.5 * 0.8 * math.dist(*leg.xy)
            assert poured <= 75


@pytest.mark.parametrize(
    ("table", "figures", "verdict", "constraint"),
    [
        ({"outline_m": [[0, 0], [20, 0], [20, 1], [0, 1]]}, {}, "not_found", "area_access"),
        ({"wall_margin_m": 0.0, "min_coverage_percent": 99}, {}, "not_found", "coverage"),
        ({"slope_deg": 10}, {}, "impossible", "slope"),
        ({"slope_deg": 10}, {"max_slope_deg": None}, "unknown", "data_machine"),
        ({"within_h": 0.05}, {}, "not_found", "time_limit"),
        ({}, {"runtime_h": 0.006}, "not_found", "endurance"),
        ({}, {"runtime_h": 0.2, "charge_h": None}, "unknown", "data_machine"),
        ({}, {"runtime_h": None}, "unknown", "data_machine"),
        ({}, {"work_width_m": None}, "unknown", "data_machine"),
        ({}, {"dims_m": None}, "unknown", "data_machine"),
        ({}, {"max_speed_mps": None}, "unknown", "data_machine"),
        ({}, {"turning": "ackermann"}, "unknown", "data_machine"),
        ({"dose_l_m2": 0.1}, {"tank_l": None}, "unknown", "data_machine"),
    ],
)
def test_a_no_has_its_reason(
    table: dict[str, Any], figures: dict[str, Any], verdict: str, constraint: str
) -> None:
    result = refused(area_need(**table), scrubber(**figures))
    assert (result.verdict, result.constraint) == (verdict, constraint)
    if verdict == "unknown":
        assert result.question_en and result.question_zh


def test_a_limit_inside_the_interval_asks_for_the_acceleration(machine: Machine) -> None:
    time = proven(area_need(), machine).claims["time_s"]
    result = refused(area_need(within_h=(time["low"] + time["high"]) / 7200), machine)
    assert (result.verdict, result.constraint) == ("unknown", "time_interval")


def test_a_figure_from_memory_makes_it_to_be_confirmed() -> None:
    machine = scrubber()
    weak = Figure(1.0, "data sheet, from memory", "medium")
    machine = dataclasses.replace(machine, figures={**machine.figures, "max_speed_mps": weak})
    c = proven(area_need(), machine)
    assert c.verdict == "proven_if_confirmed"
    assert [p.name for p in c.premises if p.confirm] == ["max_speed_mps"]
    steep = Figure(3.0, "data sheet, from memory", "medium")
    machine = dataclasses.replace(machine, figures={**machine.figures, "max_slope_deg": steep})
    assert refused(area_need(slope_deg=10), machine).verdict == "unknown"


def test_ways_are_the_shortest_round_a_wall() -> None:
    room = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 2, 6, 10))
    way = Roaming(room).way((1.0, 9.0), (9.0, 9.0))
    assert way is not None
    length = sum(math.dist(a, b) for a, b in itertools.pairwise(way))
    assert length == pytest.approx(2 * math.hypot(3, 7) + 2, abs=0.01)
    two = shapely.union(shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1))
    assert Roaming(two).way((0.5, 0.5), (5.5, 0.5)) is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-50, 50)] * 4), min_size=1, max_size=12))
def test_every_swath_is_visited_once_and_turning_over_never_lengthens(ends: list[tuple[float, ...]]) -> None:
    segments = np.array(ends).reshape(-1, 2, 2)
    start = np.zeros(2)
    plain, better = in_order(segments, start, improve=False), in_order(segments, start)
    for visits in (plain, better):
        assert sorted(i for i, _ in visits) == list(range(len(segments)))
    assert travelled(segments, start, better) <= travelled(segments, start, plain) + 1e-6
