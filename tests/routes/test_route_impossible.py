"""A false *impossible* is found out: another figure, an easier need, a weak figure, a way round."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tests.routes.conftest import grid, route_need, walker

from robotplus.certificates.certificate import Refusal
from robotplus.checking.machine_refusal import check_impossible
from robotplus.proving.routes import prove_route
from robotplus.robots.machine import Machine
from robotplus.robots.model import Figure
from robotplus.scenarios.plans import RouteNeed

STEEP = route_need(ways=grid(slope_deg=18.0))
MACHINE = walker()


def said(need: RouteNeed = STEEP, machine: Machine = MACHINE) -> Refusal:
    result = prove_route(need, machine)
    assert isinstance(result, Refusal) and result.verdict == "impossible"
    return result


def test_the_true_one_holds() -> None:
    assert check_impossible(said(), MACHINE, STEEP).holds


@pytest.mark.parametrize(
    "altered",
    [
        {"witness": None},
        {"witness": {"kind": "rating", "figure": "gap_m"}},
        {"witness": {"kind": "reach", "figure": "max_slope_deg"}},
        {"constraint": "route_gap", "witness": {"kind": "rating", "figure": "gap_m"}},
        {"constraint": "route_payload", "witness": {"kind": "rating", "figure": "payload_kg"}},
        {"constraint": "route_battery", "witness": {"kind": "rating", "figure": "runtime_h"}},
        {"constraint": "coverage"},
        {"verdict": "not_found"},
        {"need_sha256": "sha256:0"},
        {"robot_sha256": "sha256:0"},
    ],
)
def test_a_false_one_is_refused(altered: dict[str, Any]) -> None:
    assert not check_impossible(dataclasses.replace(said(), **altered), MACHINE, STEEP).holds


def test_a_need_with_a_level_way_round_is_not_impossible() -> None:
    level = route_need(ways=[way if way["a"] != "02" else {**way, "slope_deg": 18.0} for way in grid()])
    claimed = dataclasses.replace(said(), need_sha256=level.sha256)
    assert not check_impossible(claimed, MACHINE, level).holds


def test_a_weak_figure_rules_nobody_out() -> None:
    weak = Figure(15.0, "data sheet, from memory", "medium")
    machine = dataclasses.replace(MACHINE, figures={**MACHINE.figures, "max_slope_deg": weak})
    assert not check_impossible(said(), machine, STEEP).holds


def test_the_battery_is_judged_by_the_least_times() -> None:
    machine = walker(runtime_h=0.01)
    need = route_need()
    refusal = said(need, machine)
    assert refusal.constraint == "route_battery" and check_impossible(refusal, machine, need).holds
    stronger = dataclasses.replace(
        machine, figures={**machine.figures, "runtime_h": Figure(1.0, "data sheet D-1", "high")}
    )
    assert not check_impossible(refusal, stronger, need).holds
    faster = dataclasses.replace(
        machine, figures={**machine.figures, "max_speed_mps": Figure(1e6, "data sheet D-1", "high")}
    )
    assert not check_impossible(refusal, faster, need).holds
