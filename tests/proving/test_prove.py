"""From need to certificate or refusal, every way of solving inverse kinematics, with `check` as the judge."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.planted import CLASSES, kinematic_class, usable
from benchmarks.planting import planted
from proving_cases import CATALOGUE, OF_CLASS, handling_need, seam_need

from robotplus.certificates.certificate import Certificate, Refusal, read_certificate
from robotplus.checking import check, check_refusal
from robotplus.proving import attempt, make_context, prove
from robotplus.scenarios.files import read_need
from robotplus.scenarios.task import Need

EXAMPLES = Path(__file__).parents[2] / "examples" / "needs"


def judged(certificate: Certificate, need: Need) -> None:
    """As a reader of the file sees it, `check` accepts the certificate."""
    verdict = check(read_certificate(json.dumps(certificate.to_document())), CATALOGUE, need=need)
    assert verdict.holds, verdict.reasons


ARC = {
    "name": "arc",
    "arc": {
        "centre_mm": [0.0, 0.0, 320.0],
        "start_mm": [60.0, 0.0, 320.0],
        "angle_deg": 250.0,
        "direction_local": [0.0, 0.0, -1.0],
    },
}
NEEDS: dict[str, Need] = {
    "seam": seam_need(),
    "arc": seam_need(process_path__stroke=[ARC]),
    "handling": handling_need(),
}


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("robot_id", OF_CLASS.values())
def test_every_class_is_proven_and_checked(robot_id: str, need: str) -> None:
    result = prove(NEEDS[need], CATALOGUE[robot_id])
    assert isinstance(result, Certificate), result
    judged(result, NEEDS[need])
    assert result.verdict in ("proven", "proven_if_confirmed")
    assert result.robot_sha256 == CATALOGUE[robot_id].sha256 and result.need_sha256 == NEEDS[need].sha256
    asked = NEEDS[need].program.requirements
    least = min(asked.min_clearance, asked.tool_clearance)  # the tool near its work may be closer
    assert result.claims["min_clearance_m"] > 0.9 * least
    region = NEEDS[need].program.base
    x, y, z = result.base.xyz
    assert region.x[0] <= x <= region.x[1] and region.y[0] <= y <= region.y[1] and z in region.heights


EXAMPLE_ROBOTS = {
    "bench_seam": "abb_irb1600_6_12",
    "bench_clutter": "aubo_i10",
    "bench_long_arc": "fanuc_crx10ia",
    "bench_tunnel": "flexiv_rizon4",
    "machine_tending": "fanuc_crx30ia",
}


@pytest.mark.parametrize("name", EXAMPLE_ROBOTS)
def test_examples_are_proven(name: str) -> None:
    need = read_need(EXAMPLES / f"{name}.toml")
    result = prove(need, CATALOGUE[EXAMPLE_ROBOTS[name]])
    assert isinstance(result, Certificate), result
    judged(result, need)


PER_CLASS = 4


@pytest.mark.parametrize("kind", CLASSES)
def test_planted_tasks_are_never_called_impossible_and_most_are_found(kind: str) -> None:
    """Tasks made from known motions; shares of feasible base places are counted by the benchmark, not here."""
    rng = np.random.default_rng(77)
    robots = [r for r in CATALOGUE.values() if usable(r) and kinematic_class(r) == kind]
    found = 0
    for task in planted(robots, PER_CLASS, rng, f"test-{CLASSES.index(kind)}"):
        robot = task.arm.robot
        result = prove(task.need, robot)
        if isinstance(result, Certificate):
            found += 1
            judged(result, task.need)
            continue
        assert result.verdict != "impossible", (task.need.id, robot.id)
        assert check_refusal(result, robot, task.need).holds
    assert found >= PER_CLASS // 2


def test_the_planted_base_itself_is_good() -> None:
    """At its hidden base place a planted task is found: nothing of the known motion is forbidden by the prover."""
    rng = np.random.default_rng(5)
    robots = [r for r in CATALOGUE.values() if usable(r) and kinematic_class(r) in ("OPW", "UR-like")]
    results = []
    for task in planted(robots, 8, rng, "test-here"):
        x, y, z, yaw = task.base
        results.append(isinstance(prove(task.need, task.arm.robot, base=(x, y, z, yaw)), Certificate))
    assert sum(results) >= 7


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    (
        "not_found",
        "tool_speed",
        {"process_path__speed_mm_s": [380.0, 400.0, 420.0], "process_path__ramp_mm": 0.2},
    ),
    (
        "not_found",
        "placement",
        {"cell__box": [{"name": "lid", "position_mm": [0, 0, 330], "size_mm": [600, 600, 20]}]},
    ),
]


@pytest.mark.parametrize(("verdict", "constraint", "changes"), REFUSED)
def test_what_was_not_found_states_its_budget(verdict: str, constraint: str, changes: dict[str, Any]) -> None:
    need = seam_need(**changes)
    proof = attempt(need, CATALOGUE["ur_ur10e"])
    result = proof.result
    assert isinstance(result, Refusal)
    assert (result.verdict, result.constraint) == (verdict, constraint)
    assert result.budget == {
        **proof.work,
        "best_share_of_key_waypoints": result.budget["best_share_of_key_waypoints"],
    }  # type: ignore[index]
    assert proof.work["places"] > 0 and check_refusal(result, CATALOGUE["ur_ur10e"], need).holds


def test_the_moves_of_a_cycle_are_in_their_order() -> None:
    context = make_context(handling_need())
    assert context.load_kg == pytest.approx(1.2)
    certificate = prove(context, CATALOGUE["ur_ur10e"])
    assert isinstance(certificate, Certificate)
    kinds = [m.kind for m in certificate.moves if m.kind != "dwell"]
    assert kinds == ["approach", "retract", "travel", "approach", "retract", "travel"]
    for a, b in itertools.pairwise([*certificate.moves, certificate.moves[0]]):
        assert np.allclose(a.q[-1], b.q[0], atol=1e-9)


def test_more_effort_never_loses_a_robot() -> None:
    for robot_id in ("ur_ur10e", "yaskawa_ar2010"):
        for effort in (0.5, 1.0, 3.0):
            assert isinstance(prove(seam_need(), CATALOGUE[robot_id], effort=effort), Certificate)


def test_a_stroke_with_more_samples_than_any_array_once_held() -> None:
    """A spiral of 36 m."""
    pitch = 10.0
    angle = np.arange(2 * np.pi * 8, 2 * np.pi * 35, 0.05)
    radius = pitch * angle / (2 * np.pi)
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), np.full(len(angle), 300.0)])
    stroke = {"name": "spiral", "polyline": {"points_mm": points.tolist(), "direction": [0.0, 0.0, -1.0]}}
    need = seam_need(
        process_path__stroke=[stroke],
        process_path__speed_mm_s=100.0,
        requirements__path_tolerance_mm=3.0,
        requirements__base_tolerance_mm=0.0,
        requirements__base_tolerance_deg=0.0,
    )
    assert sum(s.curve.length for s in need.program.stops) > 33
    assert isinstance(prove(need, CATALOGUE["yaskawa_ar2010"]), Certificate)


def test_a_cell_of_six_hundred_boxes() -> None:
    """They stand aside."""
    rods = [
        {"name": f"rod {k}", "position_mm": [3000.0, 20.0 * k, 500.0], "radius_mm": 5.0, "length_mm": 900.0}
        for k in range(150)
    ]
    assert isinstance(prove(seam_need(cell__cylinder=rods), CATALOGUE["yaskawa_ar2010"]), Certificate)
