"""The bound on reach holds for every robot in every posture, and what it makes impossible is accepted by check."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proving_cases import CATALOGUE, OF_CLASS, handling_need, seam_need
from reference_chains import random_joints

from robotplus.certificates.certificate import Certificate, Refusal
from robotplus.checking import check_refusal
from robotplus.checking.reach import chain_length
from robotplus.proving import make_context, prove
from robotplus.proving.body import make_body
from robotplus.proving.chains import chain_of
from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.kinematics import forward
from robotplus.proving.witness import out_of_reach
from robotplus.robots.model import Array

BOUNDED = [
    r for r in CATALOGUE.values() if all(j.lower is not None and j.upper is not None for j in r.joints)
]


def test_no_posture_of_any_robot_reaches_beyond_its_bound() -> None:
    assert len(BOUNDED) > 300
    for robot in BOUNDED:
        chain = chain_of(robot)
        q = random_joints(robot, 24, seed=21)
        flange = forward(chain.packed, q)
        point = flange[:, :3, :3] @ chain.universal + flange[:, :3, 3]
        far = np.linalg.norm(point - chain.shoulder, axis=1)
        assert (far <= chain.radius + 1e-9).all(), robot.id
        assert far.max() > 0.3 * chain.radius, robot.id  # and is no empty bound
        assert chain_length(robot, chain.axis_points) == pytest.approx(chain.radius, abs=1e-6), robot.id


def test_the_universal_point_does_not_feel_the_last_joint() -> None:
    for robot in BOUNDED[::10]:
        if robot.joints[-1].kind != "revolute":
            continue
        chain = chain_of(robot)
        q = np.repeat(random_joints(robot, 1, seed=3), 2, axis=0)
        q[1, -1] += 0.5
        flange = forward(chain.packed, q)
        point = flange[:, :3, :3] @ chain.universal + flange[:, :3, 3]
        assert np.allclose(point[0], point[1], atol=1e-9), robot.id


def cover(
    region: tuple[tuple[float, float], tuple[float, float]], circles: Array, radius: float, *, z: float
) -> int:
    """Cells of the kernel's covering; 0 when some place may be within reach."""
    x, y, offset = np.array(region[0]), np.array(region[1]), np.zeros(3)
    c = ctypes.c_double
    return int(
        kernels().rp_reach_cover(
            p(x), p(y), c(z), p(offset), c(radius), c(0.0), p(circles), len(circles), c(0.005)
        )
    )


def shortfall(places: Array, circles: Array, radius: float) -> Array:
    """(n,) what is missing at the farthest circle, by the plain formula."""
    d = places[:, None] - circles[None, :, :3]
    along = (d * circles[None, :, 3:6]).sum(axis=2)
    across = np.linalg.norm(d - along[:, :, None] * circles[None, :, 3:6], axis=2) - circles[None, :, 6]
    return np.asarray(np.hypot(along, across).max(axis=1) - radius)


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10_000), st.floats(0.3, 2.5))
def test_a_covering_says_what_a_fine_grid_says(seed: int, radius: float) -> None:
    rng = np.random.default_rng(seed)
    axis = rng.normal(size=(4, 3))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    circles = np.ascontiguousarray(
        np.column_stack([rng.uniform(-1, 1, (4, 3)) * 1.5, axis, rng.uniform(0, 0.3, 4)])
    )
    region = ((-0.8, 0.7), (-0.5, 0.9))
    grid = np.meshgrid(np.linspace(*region[0], 121), np.linspace(*region[1], 121))
    places = np.stack([grid[0].ravel(), grid[1].ravel(), np.full(grid[0].size, 0.2)], axis=1)
    missing = float(shortfall(places, circles, radius).min())
    cells = cover(region, circles, radius, z=0.2)
    assert cells == 0 or missing > 0
    assert cells > 0 or missing < 0.02  # a cell of 5 mm, its half diagonal and the grid's own step


SIDES: list[dict[str, Any]] = [
    {"base__x_mm": [2500.0, 4000.0]},
    {"base__heights_mm": [2800.0]},
    {"process_path__stroke__0__polyline__points_mm": [[-2500.0, 0.0, 300.0], [2500.0, 0.0, 300.0]]},
    {"base__mounting": "ceiling", "base__heights_mm": [4000.0]},
    {"base__x_mm": [-3000.0, -1900.0], "base__yaws_deg": [0.0, 90.0]},
]


@pytest.mark.parametrize("changes", SIDES)
def test_check_accepts_every_reach_witness(changes: dict[str, Any]) -> None:
    need = seam_need(**changes)
    context = make_context(need)
    shown = 0
    for robot_id in (*OF_CLASS.values(), "abb_irb1200_5_90"):
        robot = CATALOGUE[robot_id]
        result = prove(context, robot)
        if not isinstance(result, Refusal) or result.constraint != "reach":
            continue
        assert result.needed == pytest.approx(result.available + result.shortfall)
        if robot.geometry_confidence == "low":  # link lengths to be confirmed make nothing impossible
            assert result.verdict == "unknown" and result.question_en and result.question_zh
            continue
        assert result.verdict == "impossible" and result.witness is not None
        verdict = check_refusal(result, robot, need)
        assert verdict.holds, (robot_id, verdict.reasons)
        assert result.shortfall is not None and result.shortfall > 0
        shown += 1
    assert shown >= 1


def test_handling_out_of_reach_is_shown_too() -> None:
    need = handling_need(base__x_mm=[1800.0, 2600.0])
    robot = CATALOGUE["ufactory_xarm5"]
    context = make_context(need)
    found = out_of_reach(make_body(robot, context.program, load_kg=context.load_kg), context)
    assert found is not None and found[0]["kind"] == "reach" and found[1] > 0


@pytest.mark.parametrize("robot_id", OF_CLASS.values())
def test_what_can_be_done_is_never_shown_out_of_reach(robot_id: str) -> None:
    """For no region that holds the base place of a certificate there is a witness."""
    robot, need = CATALOGUE[robot_id], seam_need()
    result = prove(need, robot)
    assert isinstance(result, Certificate)
    x, y, _ = result.base.xyz
    for half in (0.0, 0.3):
        tight = seam_need(
            base__x_mm=[1000 * (x - half), 1000 * (x + half)],
            base__y_mm=[1000 * (y - half), 1000 * (y + half)],
            base__yaws_deg=[math.degrees(result.base.yaw)],
        )
        context = make_context(tight)
        assert out_of_reach(make_body(robot, context.program, load_kg=context.load_kg), context) is None
