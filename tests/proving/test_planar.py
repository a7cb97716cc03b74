"""Arms of five joints that work in a plane: every planted posture is among those of its point and direction."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_chains import flange, limits

from robotplus.proving.kinematics import forward, postures
from robotplus.proving.pack import pack
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import transform
from robotplus.robots.model import Array

CATALOGUE = load_catalogue()
PLANAR = ("yaskawa_mpl80", "ufactory_xarm5", "igus_robolink_rl_dp_5")
SHARES = st.tuples(*[st.floats(0.02, 0.98)] * 5)
OFFSET = st.tuples(*[st.floats(-0.15, 0.15)] * 3)
TILT = st.tuples(*[st.floats(-1.2, 1.2)] * 3)


def planted(robot_id: str, shares: tuple[float, ...]) -> Array:
    lower, upper = limits(CATALOGUE[robot_id])
    return np.asarray(lower + np.array(shares) * (upper - lower))


def offered(robot_id: str, q: Array, tcp: Array, *, joints: int) -> float:
    """Distance [rad] from a planted posture to the nearest one offered, in the first `joints` of them."""
    robot = CATALOGUE[robot_id]
    found = postures(pack(robot), flange(robot, q.tolist()), flange_from_tcp=tcp, free_spin=True)
    goal = flange(robot, q.tolist()) @ tcp
    reached = forward(pack(robot), found) @ tcp
    assert np.abs(reached[:, :3, 2:] - goal[:3, 2:]).max(initial=0.0) < 1e-4
    apart = [found[:, k : k + 1] - q[k] for k in range(joints)]
    turned = np.abs(np.concatenate([a - 2 * math.pi * np.rint(a / (2 * math.pi)) for a in apart], axis=1))
    return float(turned.max(axis=1).min(initial=math.inf))


@pytest.mark.parametrize("robot_id", PLANAR)
@given(shares=SHARES, offset=OFFSET, tilt=TILT)
@settings(max_examples=60)
def test_a_tilted_tool_finds_the_planted_posture(
    robot_id: str, shares: tuple[float, ...], offset: tuple[float, ...], tilt: tuple[float, ...]
) -> None:
    tcp = transform((offset[0], offset[1], offset[2] + 0.2), tilt)
    axis = tcp[:3, 2]
    if math.hypot(axis[0], axis[1]) < 0.05:  # postures for a tool along the last axis: the test below
        return
    # where two postures meet, a rounding decides whether there are any
    assert offered(robot_id, planted(robot_id, shares), tcp, joints=5) < 1e-2


@pytest.mark.parametrize("robot_id", PLANAR)
@given(shares=SHARES, upright=st.booleans(), length=st.floats(0.0, 0.4))
@settings(max_examples=60)
def test_a_tool_along_the_last_axis_finds_the_planted_arm(
    robot_id: str, shares: tuple[float, ...], upright: bool, length: float
) -> None:
    q = planted(robot_id, shares)
    if upright:  # joint 4 takes up what the two before it lean, so that the flange looks straight down
        down = np.array([0.0, 0.0, -1.0])
        bent = np.repeat(q[None], 2, axis=0)
        bent[1, 3] += 0.1
        now, then = forward(pack(CATALOGUE[robot_id]), bent)[:, :3, 2]
        about = np.cross(now, then) / np.linalg.norm(np.cross(now, then))
        q[3] += math.atan2(float(np.cross(now, down) @ about), float(now @ down))
        lower, upper = limits(CATALOGUE[robot_id])
        if not (lower <= q).all() or not (q <= upper).all():
            return
        assert flange(CATALOGUE[robot_id], q.tolist())[2, 2] < -1 + 1e-6
    assert offered(robot_id, q, transform((0.0, 0.0, length), (0.0, 0.0, 0.0)), joints=4) < 1e-2
