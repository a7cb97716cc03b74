"""Tours against brute force, planted limits and hand-made refusals; all that is proven also holds."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.routes.conftest import NODES, grid, only, route_need, walker

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.route import RouteCertificate, read_route
from robotplus.checking.machine_refusal import check_impossible
from robotplus.checking.route import check_route
from robotplus.errors import NeedError
from robotplus.hashing import canonical
from robotplus.proving.routes import prove_route
from robotplus.proving.routes.bound import tour_bound
from robotplus.proving.routes.order import _improved, exact, short_order
from robotplus.robots.machine import Machine
from robotplus.scenarios.plans import RouteNeed, need_from_document, read_plan_need

PLANS = Path(__file__).parents[2] / "examples" / "plans"
NAMES = [n["id"] for n in NODES[1:]]


def proven(need: RouteNeed, machine: Machine) -> RouteCertificate:
    result = prove_route(need, machine)
    assert isinstance(result, RouteCertificate), result
    verdict = check_route(read_route(canonical(result.to_document()).decode()), only(machine), need=need)
    assert verdict.holds, verdict.reasons
    return result


def refused(need: RouteNeed, machine: Machine) -> Refusal:
    result = prove_route(need, machine)
    assert isinstance(result, Refusal), result
    if result.verdict == "impossible":
        assert check_impossible(result, machine, need).holds
    return result


def length(costs: Any, order: Any) -> float:
    return float(sum(costs[a, b] for a, b in itertools.pairwise((0, *order, 0))))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 6))
def test_a_few_stops_are_ordered_best(seed: int, n: int) -> None:
    costs = np.random.default_rng(seed).uniform(1, 9, (n + 1, n + 1))
    best = min(length(costs, p) for p in itertools.permutations(range(1, n + 1)))
    found = exact(costs, [0.0] * n, [float("inf")] * n, [0.0] * n)
    assert found is not None and sorted(found) == list(range(1, n + 1))
    assert length(costs, found) == pytest.approx(best)
    climbed = _improved(costs, np.arange(n + 1))
    assert best - 1e-9 <= length(costs, climbed[1:]) <= length(costs, range(1, n + 1)) + 1e-9
    bound, _ = tour_bound(costs, best)
    assert bound <= best + 1e-6


def test_many_stops_on_a_ring_are_ordered_round_it() -> None:
    angles = np.random.default_rng(3).permutation(40) * 2 * np.pi / 40
    spots = np.stack([np.cos(angles), np.sin(angles)], 1)
    costs = np.hypot(*np.moveaxis(spots[:, None] - spots[None], -1, 0))
    around = 40 * 2 * np.sin(np.pi / 40)
    assert length(costs, short_order(costs, 0)) == pytest.approx(around)
    assert tour_bound(costs, around)[0] == pytest.approx(around, rel=0.01)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=12),
    st.integers(1, 3),
    st.sampled_from([{}, {"load_kg": 4.0}, {"open_min": 3.0, "close_min": 20.0}]),
    st.sampled_from([0.15, 0.4, 3.0]),
)
def test_whatever_is_proven_holds(
    stops: list[str], rounds: int, each: dict[str, float], hours: float
) -> None:
    need = route_need(stops, each=each, rounds=rounds, every_h=2.0, max_machines=6, loading_min=1.0)
    machine = walker(runtime_h=hours)
    result = prove_route(need, machine)
    if isinstance(result, RouteCertificate):
        verdict = check_route(read_route(canonical(result.to_document()).decode()), only(machine), need=need)
        assert verdict.holds, verdict.reasons
    else:
        assert result.constraint in ("route_time", "route_battery", "time_window")


def test_the_fleet_grows_with_the_haste_and_trips_with_the_load() -> None:
    slow = proven(route_need(NAMES, max_machines=8), walker())
    quick = proven(route_need(NAMES, max_machines=8, within_h=0.1), walker())
    assert slow.claims["machines"] == 1 and 1 < quick.claims["machines"] <= 8
    assert quick.claims["time_s"]["high"] <= 0.1 * 3600
    loaded = proven(route_need(each={"load_kg": 5.0}), walker())
    assert loaded.claims["trips"] == 2
    assert loaded.claims["round_s"] > proven(route_need(), walker()).claims["round_s"]


def test_charges_come_where_the_battery_would_not_last() -> None:
    need = route_need(rounds=6)
    assert proven(need, walker()).claims["charges"] == 0
    assert proven(need, walker(runtime_h=0.4)).claims["charges"] >= 1
    assert refused(need, walker(runtime_h=0.4, charge_h=None)).where == "charge_h"
    swapped = proven(route_need(rounds=6, battery_swap_min=3.0), walker(runtime_h=0.4, charge_h=None))
    assert swapped.claims["charges"] >= 1


@pytest.mark.parametrize(
    ("extra", "figures", "verdict", "constraint", "needed"),
    [
        ({"slope_deg": 18.0}, {}, "impossible", "slope", 18),
        ({"step_m": 0.3}, {}, "impossible", "route_step", 0.3),
        ({"gap_m": 0.2}, {}, "impossible", "route_gap", 0.2),
        ({"width_m": 0.55}, {}, "impossible", "route_width", 0.45),
        ({"gap_m": 0.2}, {"gap_m": None}, "unknown", "data_machine", None),
        ({}, {"max_speed_mps": None}, "unknown", "data_machine", None),
        ({}, {"runtime_h": None}, "unknown", "data_machine", None),
        ({}, {"runtime_h": 0.01}, "impossible", "route_battery", None),
    ],
)
def test_what_is_short_is_said(
    extra: dict[str, float], figures: dict[str, Any], verdict: str, constraint: str, needed: float | None
) -> None:
    said = refused(route_need(ways=grid(**extra)), walker(**figures))
    assert (said.verdict, said.constraint) == (verdict, constraint)
    if needed is not None:
        assert said.needed == pytest.approx(needed) and said.shortfall and said.where
    if verdict == "unknown":
        assert said.question_en and said.question_zh


def test_a_way_round_is_taken_and_its_figure_not_asked_for() -> None:
    ways = [{**way, "step_m": 0.5} if way["a"] == "02" else way for way in grid()]
    made = proven(route_need(ways=ways), walker(step_height_m=None))
    assert "step_height_m" not in {p.name for p in made.premises} and made.verdict == "proven"


def test_a_window_that_closes_too_early_and_too_heavy_a_load_are_said() -> None:
    assert refused(route_need(each={"close_min": 0.1}), walker()).constraint == "time_window"
    heavy = refused(route_need(each={"load_kg": 12.0}), walker())
    assert (heavy.constraint, heavy.verdict, heavy.shortfall) == ("route_payload", "impossible", 2.0)
    assert refused(route_need(NAMES, within_h=0.1), walker()).constraint == "route_time"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"depot": "99"}, "no node"),
        ({"stops": [{"node": "00"}]}, "depot"),
        ({"stops": [{"node": "zz"}]}, "no node"),
        ({"stops": [{"node": "01", "open_min": 5, "close_min": 2}]}, "closes before"),
        ({"nodes": [*NODES, NODES[0]]}, "two nodes"),
        ({"ways": [*grid(), {"a": "00", "b": "zz"}]}, "zz"),
        ({"ways": [*grid(), {"a": "01", "b": "00"}]}, "second time"),
        ({"ways": [*grid(), {"a": "01", "b": "01"}]}, "no length"),
        ({"ways": [*grid(), {"a": "00", "b": "33", "length_m": 1.0}]}, "shorter"),
        ({"ways": grid()[:2]}, "no way leads"),
        ({"ways": [{**way, "one_way": True} for way in grid()]}, "and back"),
        ({"stops": [{"node": "01", "close_min": 9}], "rounds": 2}, "every_h"),
        ({"rounds": 2, "every_h": 1, "within_h": 2}, "longer than every_h"),
        ({"reserve_percent": 100}, "reserve_percent"),
        ({"rounds": 0}, "rounds"),
        ({"speed": 3}, "speed"),
        ({"carry_kg": float("nan")}, "finite"),
    ],
)
def test_bad_needs_are_one_line(table: dict[str, Any], said: str) -> None:
    with pytest.raises(NeedError, match=said) as caught:
        route_need(**table) if "stops" not in table else need_from_document(
            {
                "id": "r",
                "title_en": "R",
                "route": {"kinds": ["x"], "nodes": NODES, "ways": grid(), "depot": "00", **table},
            }
        )
    assert "\n" not in str(caught.value)


def run(*arguments: object) -> Any:
    command = [str(Path(sys.executable).parent / "robotplus"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", ["substation_patrol", "hospital_delivery"])
def test_the_examples_end_to_end(tmp_path: Path, name: str) -> None:
    path, other = PLANS / f"{name}.toml", PLANS / "hall_cleaning.toml"
    assert read_plan_need(path).family == "route"
    answered = run("answer", path, "-o", tmp_path / "out", "--json")
    assert answered.returncode == 0, answered.stderr
    document = json.loads(answered.stdout)
    assert document["counts"]["proven"] >= 1
    assert not [r for r in document["refusals"] if r["constraint"] in ("check_refused", "engine_failure")]
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<svg" in report and "停靠点" in report and "src=" not in report
    certificate = tmp_path / "out" / f"plan-{document['solutions'][0]['machine']}.json"
    held = run("check", certificate, "--need", path, "--json")
    assert held.returncode == 0 and json.loads(held.stdout)["holds"]
    assert run("check", certificate, "--need", other).returncode == 1
