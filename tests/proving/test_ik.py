"""Inverse kinematics against planted truth, published formulas and the limits it must respect."""

from __future__ import annotations

import ctypes
import dataclasses
import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_chains import (
    arm,
    flange,
    holds,
    limits,
    ortho_parallel,
    random_joints,
    three_parallel,
    turns_apart,
)

from robotplus.proving.kernels import library
from robotplus.proving.kinematics import forward, inverse_all, postures, refine
from robotplus.proving.pack import PackedRobot, pack
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import transform
from robotplus.robots.model import Array, Coupling, Robot

CATALOGUE = load_catalogue()
PACKED = {robot_id: pack(robot) for robot_id, robot in CATALOGUE.items()}
CLOSED = [i for i, p in PACKED.items() if p.kinematics.name in ("opw", "ur")]
SCANNED = [i for i, p in PACKED.items() if p.kinematics.name == "scan"]
REDUNDANT = [i for i, p in PACKED.items() if p.kinematics.name == "redundant"]
NUMERIC = [i for i, p in PACKED.items() if p.kinematics.name == "numeric"]
SIDE = st.floats(-0.2, 0.2)
LENGTH = st.floats(0.1, 0.9)
POINT = st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
ANGLES = st.tuples(*[st.floats(-3.1, 3.1)] * 6)


def assert_solutions_hold(robot: Robot, packed: PackedRobot, poses: Array, *, tolerance: float) -> None:
    """Whatever is offered meets its pose, the limits and the couplings."""
    q, ok = inverse_all(packed, poses)
    at, branch = np.nonzero(ok)
    found = q[at, branch]
    if len(found):
        assert np.abs(forward(packed, found) - poses[at]).max() < tolerance
        lower, upper = limits(robot)
        assert (found >= lower).all() and (found <= upper).all()
        assert all(holds(robot, one) for one in found)


def nearest(robot: Robot, packed: PackedRobot, planted: Array) -> Array:
    """(n,) distance from each planted posture to the nearest solution of its pose."""
    q, ok = inverse_all(packed, forward(packed, planted))
    return np.asarray(np.where(ok, turns_apart(q, planted[:, None, :], robot), np.inf).min(axis=1))


def test_the_closed_forms_cover_most_arms() -> None:
    assert (len(CLOSED), len(SCANNED), len(REDUNDANT), len(NUMERIC)) == (320, 28, 19, 7)


@pytest.mark.parametrize("robot_id", CLOSED)
def test_closed_forms_find_the_planted_posture(robot_id: str) -> None:
    robot, packed = CATALOGUE[robot_id], PACKED[robot_id]
    planted = random_joints(robot, 24, seed=11)
    error = packed.kinematics.error
    polished = error > 2e-5
    tolerance = 2e-7 if polished else 1e-9 + 10.0 * error
    assert_solutions_hold(robot, packed, forward(packed, planted), tolerance=tolerance)
    gap = nearest(robot, packed, planted)
    if error < 1e-12:
        assert gap.max() < 1e-6
    else:  # near a double root a small misfit moves or hides a branch
        assert np.sort(gap)[-2] < 0.02


@pytest.mark.parametrize("robot_id", SCANNED)
def test_offset_wrists_find_the_planted_posture(robot_id: str) -> None:
    robot, packed = CATALOGUE[robot_id], PACKED[robot_id]
    planted = random_joints(robot, 100, seed=12)
    assert_solutions_hold(robot, packed, forward(packed, planted), tolerance=5e-8)
    assert np.count_nonzero(nearest(robot, packed, planted) > 1e-5) <= 2


@pytest.mark.parametrize("robot_id", REDUNDANT)
def test_seven_axes_find_postures_for_reachable_poses(robot_id: str) -> None:
    robot, packed = CATALOGUE[robot_id], PACKED[robot_id]
    poses = forward(packed, random_joints(robot, 64, seed=13))
    tolerance = 4e-6  # a held joint is refined to 1e-6 m, rotations to twice that
    assert_solutions_hold(robot, packed, poses, tolerance=tolerance)
    solved = inverse_all(packed, poses)[1].any(axis=1)
    assert np.count_nonzero(~solved) <= 3


@pytest.mark.parametrize("robot_id", NUMERIC)
def test_other_chains_find_postures_for_reachable_poses(robot_id: str) -> None:
    robot, packed = CATALOGUE[robot_id], PACKED[robot_id]
    poses = forward(packed, random_joints(robot, 64, seed=14))
    tolerance = 7e-5 if robot.dof < 6 else 5e-8  # short arms may come near poses that they just miss
    assert_solutions_hold(robot, packed, poses, tolerance=tolerance)
    assert inverse_all(packed, poses)[1].any(axis=1).all()


@settings(deadline=None, max_examples=80, derandomize=True)
@given(SIDE, SIDE, SIDE, st.tuples(*[LENGTH] * 4), ANGLES)
def test_ortho_parallel_arms_against_the_published_formulas(
    a1: float, a2: float, b: float, c: tuple[float, float, float, float], q: tuple[float, ...]
) -> None:
    robot = ortho_parallel(a1, a2, b, c, lower=-math.pi, upper=math.pi)
    packed = pack(robot)
    assert packed.kinematics.name == "opw" and packed.kinematics.error < 1e-12
    pose = flange(robot, q)
    expected = published_ortho_parallel(a1, a2, b, c, pose)
    wrist = pose[:3, 3] - c[3] * pose[:3, 2]
    if math.hypot(wrist[0], wrist[1]) < 1e-9:  # any joint 1 would do
        expected = []
    found, ok = inverse_all(packed, pose[None])
    ours = found[0][ok[0]]
    for solution in expected:
        straight = abs(math.sin(solution[4])) < 1e-6  # any joint 4 would do
        if (
            np.abs(flange(robot, solution) - pose).max() < 1e-9 and not straight
        ):  # formulas lose digits at roots
            assert len(ours) and turns_apart(ours, solution, robot).min() < 1e-5
    assert_solutions_hold(robot, packed, pose[None], tolerance=2e-9)


def published_ortho_parallel(
    a1: float, a2: float, b: float, c: tuple[float, ...], pose: Array
) -> list[Array]:
    """The eight solutions as Brandstoetter, Angerer and Hofbaur (2014) write them, where they exist."""
    c1, c2, c3, c4 = c
    e = pose[:3, :3]
    x, y, z = pose[:3, 3] - c4 * e[:, 2]
    with np.errstate(invalid="ignore"):
        nx1 = np.sqrt(x**2 + y**2 - b**2) - a1
        s1, s2 = np.hypot(nx1, z - c1), np.hypot(nx1 + 2 * a1, z - c1)
        k = math.hypot(a2, c3)
        first = [
            np.arctan2(y, x) - np.arctan2(b, nx1 + a1),
            np.arctan2(y, x) + np.arctan2(b, nx1 + a1) - np.pi,
        ]
        u1 = np.arccos((s1**2 + c2**2 - k**2) / (2 * s1 * c2))
        u2 = np.arccos((s2**2 + c2**2 - k**2) / (2 * s2 * c2))
        v1 = np.arccos((s1**2 - c2**2 - k**2) / (2 * c2 * k))
        v2 = np.arccos((s2**2 - c2**2 - k**2) / (2 * c2 * k))
    up1, up2, psi = np.arctan2(nx1, z - c1), np.arctan2(nx1 + 2 * a1, z - c1), math.atan2(a2, c3)
    arms = [
        (first[0], up1 - u1, v1 - psi),
        (first[0], up1 + u1, -v1 - psi),
        (first[1], -u2 - up2, v2 - psi),
        (first[1], u2 - up2, -v2 - psi),
    ]
    out = []
    for t1, t2, t3 in arms:
        if not np.isfinite([t1, t2, t3]).all():
            continue
        cs = math.cos(t2 + t3), math.sin(t2 + t3)
        along = e[0] * math.cos(t1) + e[1] * math.sin(t1)
        m = along[2] * cs[1] + e[2, 2] * cs[0]
        t5 = math.atan2(math.sqrt(max(0.0, 1 - m * m)), m)
        t4 = math.atan2(e[1, 2] * math.cos(t1) - e[0, 2] * math.sin(t1), along[2] * cs[0] - e[2, 2] * cs[1])
        t6 = math.atan2(along[1] * cs[1] + e[2, 1] * cs[0], -(along[0] * cs[1] + e[2, 0] * cs[0]))
        out.append(np.array([t1, t2, t3, t4, t5, t6]))
        out.append(np.array([t1, t2, t3, t4 + math.pi, -t5, t6 - math.pi]))
    return out


@settings(deadline=None, max_examples=80, derandomize=True)
@given(st.tuples(*[LENGTH] * 6), ANGLES)
def test_three_parallel_arms_find_the_planted_posture(
    lengths: tuple[float, ...], q: tuple[float, ...]
) -> None:
    robot = three_parallel(lengths, lower=-math.pi, upper=math.pi)
    packed = pack(robot)
    assert packed.kinematics.name == "ur" and packed.kinematics.error < 1e-12
    pose = flange(robot, q)
    found, ok = inverse_all(packed, pose[None])
    assert_solutions_hold(robot, packed, pose[None], tolerance=2e-9)
    assert ok.any()
    gap = turns_apart(found[0][ok[0]], np.array(q), robot).min()
    near_double_root = min(abs(math.sin(q[4])), abs(math.sin(q[2]))) < 1e-3
    assert gap < 1e-5 or near_double_root


@pytest.mark.parametrize("bend", [0.0, math.pi])
@pytest.mark.parametrize(
    "made",
    [ortho_parallel(0.1, 0.0, 0.0, (0.4, 0.5, 0.4, 0.1)), three_parallel([0.3, 0.5, 0.4, 0.1, 0.1, 0.1])],
)
def test_a_stretched_or_folded_arm_keeps_its_solutions(made: Robot, bend: float) -> None:
    packed = pack(made)
    rng = np.random.default_rng(4)
    q = rng.uniform(-1.5, 1.5, (200, 6))
    q[:, 2] = bend
    poses = forward(packed, q)
    assert inverse_all(packed, poses)[1].any(axis=1).all()
    assert_solutions_hold(made, packed, poses, tolerance=2e-9)


def test_a_straight_wrist_takes_joint_4_at_zero() -> None:
    robot = ortho_parallel(0.1, 0.05, 0.0, (0.4, 0.5, 0.6, 0.1))
    q, ok = inverse_all(pack(robot), flange(robot, [0.3, 0.4, 0.5, 0.7, 0.0, -0.2])[None])
    gap = turns_apart(q[0], np.array([0.3, 0.4, 0.5, 0.0, 0.0, 0.5]), robot)
    assert gap[ok[0]].min() < 1e-9


def test_wrist_above_the_shoulder_is_solved() -> None:
    robot = ortho_parallel(0.0, 0.0, 0.0, (0.4, 0.5, 0.3, 0.1))
    assert inverse_all(pack(robot), flange(robot, [0.0] * 6)[None])[1].any()


@pytest.mark.parametrize(
    ("lower", "upper", "planted", "expected"),
    [
        (-6.3, 6.3, 4.0, 4.0 - 2 * math.pi),
        (1.0, 7.5, -0.5, 2 * math.pi - 0.5),
        (-7.0, -0.5, 1.0, 1.0 - 2 * math.pi),
        (4.0, 9.0, 0.1, 0.1 + 2 * math.pi),
    ],
)
def test_joints_are_turned_into_their_range(
    lower: float, upper: float, planted: float, expected: float
) -> None:
    robot = with_limits(ortho_parallel(0.1, 0.05, 0.0, (0.4, 0.5, 0.6, 0.1)), 5, lower, upper)
    pose = flange(robot, [0.1, 0.4, 0.5, 0.7, 0.6, planted])
    q, ok = inverse_all(pack(robot), pose[None])
    gap = np.abs(q[0][ok[0]] - np.array([0.1, 0.4, 0.5, 0.7, 0.6, expected])).max(axis=1)
    assert gap.min() < 1e-9


def test_a_joint_outside_its_range_is_no_solution() -> None:
    robot = with_limits(ortho_parallel(0.1, 0.05, 0.0, (0.4, 0.5, 0.6, 0.1)), 0, -0.5, 0.5)
    assert not inverse_all(pack(robot), flange(robot, [1.2, 0.4, 0.5, 0.7, 0.6, 0.0])[None])[1].any()


def test_a_joint_at_its_limit_is_a_solution() -> None:
    robot = with_limits(ortho_parallel(0.1, 0.05, 0.0, (0.4, 0.5, 0.6, 0.1)), 0, -0.5, 0.5)
    assert inverse_all(pack(robot), flange(robot, [0.5, 0.4, 0.5, 0.7, 0.6, 0.0])[None])[1].any()


@pytest.mark.parametrize(("sum_", "solved"), [(0.9, True), (1.6, False)])
def test_couplings_are_respected(sum_: float, solved: bool) -> None:
    coupling = Coupling((0, 1, 1, 0, 0, 0), 0.0, 1.0, "test")
    robot = ortho_parallel(0.1, 0.05, 0.0, (0.4, 0.5, 0.6, 0.1))
    pose = flange(robot, [0.1, 0.4, sum_ - 0.4, 0.7, 0.6, 0.0])
    q, ok = inverse_all(pack(dataclasses.replace(robot, couplings=(coupling,))), pose[None])
    same_arm = turns_apart(q[0], np.array([0.1, 0.4, sum_ - 0.4, 0.7, 0.6, 0.0]), robot) < 1e-6
    assert (ok[0] & same_arm).any() == solved


def test_a_coupling_may_ask_for_another_turn() -> None:
    coupling = Coupling((0, 1, 1, 0, 0, 0), -6.0, -5.0, "test")
    robot = ortho_parallel(0.1, 0.05, 0.0, (0.4, 0.5, 0.6, 0.1), lower=-6.5, upper=6.5, couplings=(coupling,))
    q, ok = inverse_all(pack(robot), flange(robot, [0.1, 0.3, 0.6, 0.7, 0.6, 0.0])[None])
    assert ok.any() and all(holds(robot, one) for one in q[0][ok[0]])


def test_blocks_and_single_poses_agree() -> None:
    for robot_id in ("ur_ur10e", "abb_irb120t_3_58", "kuka_lbr_iiwa14_r820", "doosan_m1013"):
        packed = PACKED[robot_id]
        poses = forward(packed, random_joints(CATALOGUE[robot_id], 19, seed=6))
        q, ok = inverse_all(packed, poses)
        for i in range(len(poses)):
            one, one_ok = inverse_all(packed, poses[i : i + 1])
            same = ok[i] & one_ok[0]
            assert same.any() and np.abs(q[i][same] - one[0][same]).max() < 1e-6


def test_slots_follow_a_path() -> None:
    """Along a short path an offset wrist's solutions stay in their slots."""
    robot, packed = CATALOGUE["fanuc_crx10ia"], PACKED["fanuc_crx10ia"]
    start = np.array([0.2, 0.3, 0.4, 0.5, -0.9, 0.6])
    q, ok = inverse_all(packed, forward(packed, start + np.linspace(0, 0.2, 60)[:, None] * np.ones(6)))
    always = ok.all(axis=0)
    assert always.sum() >= 4
    assert np.abs(np.diff(q[:, always], axis=0)).max() < 0.2
    assert (
        turns_apart(q[:, always], (start + np.linspace(0, 0.2, 60)[:, None])[:, None], robot)
        .max(axis=0)
        .min()
        < 1e-6
    )


def test_a_made_arm_without_any_class_is_solved_numerically() -> None:
    points = [(0, 0, 0), (0.1, 0, 0.4), (0.1, 0.05, 0.9), (0.2, 0.1, 1.0), (0.25, 0.1, 1.4), (0.3, 0.15, 1.5)]
    axes = [(0, 0, 1), (0, 1, 0.2), (0.3, 1, 0), (0.1, 0, 1), (0, 1, 0.1), (0.2, 0.1, 1)]
    robot = arm(points, axes, (0.3, 0.2, 1.6))
    packed = pack(robot)
    assert packed.kinematics.name == "numeric"
    poses = forward(packed, random_joints(robot, 50, seed=8))
    assert_solutions_hold(robot, packed, poses, tolerance=5e-8)
    assert inverse_all(packed, poses)[1].any(axis=1).mean() > 0.9


@pytest.mark.parametrize(
    "robot_id", ["ur_ur10e", "kuka_kr6_r900_2", "franka_fr3", "doosan_m1013", "ufactory_xarm5"]
)
def test_newton_returns_to_the_pose(robot_id: str) -> None:
    robot, packed = CATALOGUE[robot_id], PACKED[robot_id]
    lower, upper = limits(robot)
    q = random_joints(robot, 64, seed=9)
    away = np.clip(q + np.random.default_rng(1).normal(0, 0.05, q.shape), lower, upper)
    poses = forward(packed, q)
    back, ok = refine(packed, poses, away, iterations=25)
    assert np.count_nonzero(~ok) <= 1
    assert np.abs(forward(packed, back[ok]) - poses[ok]).max() < 3e-9
    assert (back >= lower).all() and (back <= upper).all()


def test_newton_leaves_joints_alone_when_it_fails() -> None:
    packed = PACKED["ur_ur10e"]
    far = transform((5.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    start = np.full((1, 6), 0.3)
    q, ok = refine(packed, far[None], start)
    assert not ok.any() and np.array_equal(q, start)


@pytest.mark.parametrize(
    "robot_id", ["ur_ur10e", "fanuc_crx10ia", "kuka_lbr_iiwa14_r820", "ufactory_xarm5", "yaskawa_mpl80"]
)
def test_postures_with_free_spin_meet_point_and_direction(robot_id: str) -> None:
    robot, packed = CATALOGUE[robot_id], PACKED[robot_id]
    tcp = transform((0.02, 0.01, 0.15), (0.0, 0.4, 0.0))
    for q in random_joints(robot, 5, seed=10):
        pose = flange(robot, q)
        found = postures(packed, pose, flange_from_tcp=tcp, free_spin=True)
        assert len(found)
        reached = forward(packed, found) @ tcp
        assert np.abs(reached[:, :3, 3] - (pose @ tcp)[:3, 3]).max() < 1e-4
        assert np.abs(reached[:, :3, 2] - (pose @ tcp)[:3, 2]).max() < 1e-4
        refined, ok = refine(
            packed, np.repeat(pose[None], len(found), 0), found, flange_from_tcp=tcp, free_spin=True
        )
        again = forward(packed, refined[ok]) @ tcp
        assert ok.any() and np.abs(again[:, :3, 3] - (pose @ tcp)[:3, 3]).max() < 3e-9


def test_postures_respect_the_number_asked_for() -> None:
    packed = PACKED["ur_ur10e"]
    pose = flange(CATALOGUE["ur_ur10e"], [0.1, -1.0, 1.2, 0.3, 0.8, 0.2])
    assert (
        len(postures(packed, pose, most=3)) == 3
        and len(postures(packed, pose, free_spin=True, most=20)) == 20
    )


def test_results_repeat_to_the_bit() -> None:
    for robot_id in ("ur_ur10e", "fanuc_crx10ia", "franka_fr3", "ufactory_xarm5"):
        poses = forward(PACKED[robot_id], random_joints(CATALOGUE[robot_id], 20, seed=2))
        (q, ok), (again, again_ok) = (inverse_all(pack(CATALOGUE[robot_id]), poses) for _ in range(2))
        assert np.array_equal(ok, again_ok) and np.array_equal(q[ok], again[ok])


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.lists(POINT.filter(lambda p: math.hypot(*p) > 1e-200), min_size=1, max_size=40))
def test_fast_trigonometry(pairs: list[tuple[float, float]]) -> None:
    y, x = np.array(pairs).T.copy()
    out = np.empty((3, len(pairs)))
    at = [ctypes.c_void_p(a.ctypes.data) for a in (y, x, *out)]
    library().rp_trigonometry(at[0], at[1], len(pairs), *at[2:])
    assert np.abs(out[0] - np.sin(y)).max() < 1e-15 and np.abs(out[1] - np.cos(y)).max() < 1e-15
    gap = np.abs(out[2] - np.arctan2(y, x))
    assert np.minimum(gap, np.abs(gap - 2 * np.pi)).max() < 1e-15


def test_time_per_pose(capsys: pytest.CaptureFixture[str]) -> None:
    for robot_id in ("abb_irb120t_3_58", "ur_ur10e", "fanuc_crx10ia", "kuka_lbr_iiwa14_r820", "franka_fr3"):
        robot, packed = CATALOGUE[robot_id], PACKED[robot_id]
        poses = forward(packed, random_joints(robot, 500, seed=1))
        best = min(timed(packed, poses) for _ in itertools.repeat(None, 3))
        with capsys.disabled():
            print(f"\n{robot_id}: {best / len(poses) * 1e6:.2f} us per pose", end="")


def timed(packed: PackedRobot, poses: Array) -> float:
    start = time.perf_counter()
    inverse_all(packed, poses)
    return time.perf_counter() - start


def with_limits(robot: Robot, joint: int, lower: float, upper: float) -> Robot:
    joints = list(robot.joints)
    joints[joint] = dataclasses.replace(joints[joint], lower=lower, upper=upper)
    return dataclasses.replace(robot, joints=tuple(joints))
