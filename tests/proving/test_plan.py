"""Free travel: the path is clear, the same for the same seed, and there is none out of a closed box."""

from __future__ import annotations

import ctypes
import dataclasses
import itertools

import numpy as np
import pytest
from proving_cases import CATALOGUE, Stand, room, seam_need, stand, wide
from reference_chains import flange, holds, limits, random_joints

from robotplus.proving.kernels.calls import PhaseStruct, kernels, p
from robotplus.robots.model import Array

PHASE = PhaseStruct(0, -1, 0)
WALL = {"name": "wall", "position_mm": [1000.0, 0.0, 500.0], "size_mm": [900.0, 60.0, 1000.0]}


def plan(at: Stand, a: Array, b: Array, *, seed: int = 1, budget: int = 1500, most: int = 64) -> Array | None:
    """Points from a to b (n, dof), or None."""
    via = np.zeros((most, 7))
    n = kernels().rp_plan(
        at.buffer,
        ctypes.byref(PHASE),
        p(wide(a[None])),
        p(wide(b[None])),
        ctypes.c_uint64(seed),
        budget,
        most,
        p(via),
    )
    return None if n < 0 else np.concatenate([a[None], via[:n, : len(a)], b[None]])


def either_side(at: Stand, *, deep: float = 0.0) -> tuple[Array, Array]:
    """The same posture on both sides of the wall, clear; between them an arm would be ``deep`` [m] in it."""
    robot = at.body.robot
    upper = limits(robot)[1]
    for a in random_joints(robot, 2000, seed=1):
        b = a.copy()
        b[0] += 1.2
        if b[0] > upper[0] or not 0.2 < flange(robot, a)[2, 3] < 0.8:
            continue
        if min(room(at, a), room(at, b)) > 5e-4 and min(room(at, q) for q in np.linspace(a, b, 9)) < -deep:
            return a, b
    raise AssertionError("no such posture")


@pytest.mark.parametrize("robot_id", ["yaskawa_ar2010", "ur_ur10e", "fanuc_crx20ia_l"])
def test_the_way_round_a_wall_is_clear(robot_id: str) -> None:
    robot = CATALOGUE[robot_id]
    at = stand(robot, seam_need(cell__box=[WALL]))
    a, b = either_side(at)
    assert min(room(at, q) for q in np.linspace(a, b, 40)) < 0  # straight would hit it
    path = plan(at, a, b)
    assert path is not None and len(path) > 2
    lower, upper = limits(robot)
    assert (path >= lower).all() and (path <= upper).all() and all(holds(robot, q) for q in path)
    for start, end in itertools.pairwise(path):
        for q in np.linspace(start, end, 40):
            assert room(at, q) > 0


def test_the_seed_decides_the_path() -> None:
    at = stand(CATALOGUE["ur_ur10e"], seam_need(cell__box=[WALL]))
    a, b = either_side(at)
    first, again, other = plan(at, a, b, seed=3), plan(at, a, b, seed=3), plan(at, a, b, seed=4)
    assert first is not None and again is not None and other is not None
    assert first.tobytes() == again.tobytes()
    assert first.shape != other.shape or not np.allclose(first, other)


def test_a_free_line_needs_no_points_between() -> None:
    robot = CATALOGUE["ur_ur10e"]
    a, b = either_side(stand(robot, seam_need(cell__box=[WALL])))
    path = plan(stand(robot, seam_need()), a, b)
    assert path is not None and len(path) == 2


def test_a_robot_that_can_only_turn_finds_no_way_through() -> None:
    """All joints but the first are held within 5 mrad: that moves no point by as much as the wall is deep."""
    robot = CATALOGUE["ur_ur10e"]
    need = seam_need(cell__box=[WALL])
    a, b = either_side(stand(robot, need), deep=0.06)
    joints = [
        j if k == 0 else dataclasses.replace(j, lower=a[k] - 0.005, upper=a[k] + 0.005)
        for k, j in enumerate(robot.joints)
    ]
    joints[0] = dataclasses.replace(joints[0], lower=a[0] - 0.1, upper=b[0] + 0.1)
    held = dataclasses.replace(robot, joints=tuple(joints), document={"id": "held"})
    at = stand(held, need)
    assert plan(at, a, b, budget=400) is None
    assert plan(stand(held, seam_need()), a, b, budget=400) is not None


def test_a_goal_that_is_not_free_is_not_reached() -> None:
    at = stand(CATALOGUE["ur_ur10e"], seam_need(cell__box=[WALL]))
    a, b = either_side(at)
    inside = min(np.linspace(a, b, 9), key=lambda q: room(at, q))
    assert plan(at, a, inside, budget=300) is None


def test_no_more_points_than_there_is_room_for() -> None:
    at = stand(CATALOGUE["ur_ur10e"], seam_need(cell__box=[WALL]))
    a, b = either_side(at)
    assert plan(at, a, b, most=0) is None
