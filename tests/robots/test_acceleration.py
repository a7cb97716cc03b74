"""The acceleration estimate: its laws, its published exceptions, and every robot of the catalogue."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotplus.robots.acceleration import Parameters, estimate, size_m, wrist_start
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.model import Figure, Robot

CATALOGUE = load_catalogue()
ARM = CATALOGUE["abb_irb120_3_58"]
PLAIN = Parameters(0.1, 0.05, 0.5, 1.0, 2.0, 3.0, 1.5, 0.2, 0.4, 0.3)


def arm(*, reach_m: float = 0.7, payload_kg: float | None = 5.0, kind: str = "industrial") -> Robot:
    payload = None if payload_kg is None else Figure(payload_kg, "planted", "high")
    return dataclasses.replace(ARM, reach_m=Figure(reach_m, "planted", "high"), payload_kg=payload, kind=kind)


def test_formula_by_hand() -> None:
    """t = 0.1 s · (1.4 / 0.7)^1 · (1 + 2 · 0.5²) = 0.3 s for the arm, half of it for the wrist."""
    got = estimate(arm(reach_m=1.4), 2.5, constants=PLAIN)
    speed = np.array([j.velocity for j in ARM.joints], dtype=float)
    np.testing.assert_allclose(got.nominal, speed / [0.3, 0.3, 0.3, 0.15, 0.15, 0.15], rtol=1e-12)
    spread = math.exp(math.sqrt(math.log(1.5) ** 2 + (0.2 * math.log(2.0)) ** 2 + (0.4 / 3.0) ** 2))
    np.testing.assert_allclose(got.high / got.nominal, spread, rtol=1e-12)
    np.testing.assert_allclose(got.nominal / got.low, spread, rtol=1e-12)


@given(st.floats(0.3, 4.0), st.floats(0.3, 4.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_larger_arms_and_heavier_loads_are_slower(
    reach: float, more: float, share: float, add: float
) -> None:
    light = estimate(arm(reach_m=reach), 5.0 * share)
    heavy = estimate(arm(reach_m=reach + more), 5.0 * (share + add))
    assert (heavy.nominal < light.nominal).all()
    assert (light.low < light.nominal).all() and (light.nominal < light.high).all()


def test_collaborative_arms_are_slower_and_less_certain() -> None:
    plain, soft = estimate(arm(), 1.0), estimate(arm(kind="collaborative"), 1.0)
    assert (soft.nominal < plain.nominal).all()
    assert (soft.nominal / soft.low > plain.nominal / plain.low).all()


def test_unknown_payload_counts_as_fully_loaded() -> None:
    np.testing.assert_array_equal(estimate(arm(payload_kg=None), 1.0).low, estimate(arm(), 5.0).low)


def test_unknown_speed_is_nan_for_that_joint_alone() -> None:
    joints = (ARM.joints[0], dataclasses.replace(ARM.joints[1], velocity=None), *ARM.joints[2:])
    got = estimate(dataclasses.replace(ARM, joints=joints), 1.0)
    np.testing.assert_array_equal(np.isnan(got.low), [False, True, False, False, False, False])


def test_published_accelerations_are_used_as_they_are() -> None:
    got = estimate(CATALOGUE["franka_fr3"], 0.0)
    np.testing.assert_array_equal(got.nominal, np.full(7, 10.0))
    np.testing.assert_array_equal(got.low, got.high)
    assert "published" in got.basis and "frankaemika" in got.basis
    assert (estimate(CATALOGUE["franka_fr3"], 3.0).low < 10.0).all()


@pytest.mark.parametrize(("dof", "first"), [(4, 3), (5, 3), (6, 3), (7, 4)])
def test_wrist_follows_the_joints_that_carry_the_arm(dof: int, first: int) -> None:
    assert wrist_start(dof) == first


def test_size_without_a_published_reach_is_the_chain() -> None:
    bare = dataclasses.replace(ARM, reach_m=None)
    assert size_m(bare) == pytest.approx(0.27 + 0.07 + 0.302 + 0.072, abs=0.2)


def test_every_robot_of_the_catalogue_has_a_sound_estimate() -> None:
    for robot in CATALOGUE.values():
        got = estimate(robot, 1.0)
        known = np.array([j.velocity is not None for j in robot.joints])
        assert got.low.shape == (robot.dof,), robot.id
        np.testing.assert_array_equal(np.isfinite(got.nominal), known, err_msg=robot.id)
        ramp = np.array([j.velocity for j in robot.joints if j.velocity is not None]) / got.nominal[known]
        assert ((ramp > 0.02) & (ramp < 3.0)).all(), f"{robot.id}: {ramp}"
        assert (got.low[known] <= got.high[known]).all()
        assert "load" in got.basis
