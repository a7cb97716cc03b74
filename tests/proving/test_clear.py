"""Continuous proofs of clearance: what lies between knots is seen, and no distance is claimed that is not."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np
import pytest
from proving_cases import (
    CATALOGUE,
    OF_CLASS,
    Stand,
    boxes_near,
    coal_distance,
    distances,
    handling_need,
    room,
    seam_need,
    solids,
    stand,
    wide,
)
from reference_chains import holds, limits, random_joints
from scipy.interpolate import CubicSpline

from robotplus.certificates.motion import Move, evaluate
from robotplus.proving.kernels.calls import ClearStruct, PhaseStruct, kernels, p
from robotplus.proving.kinematics import postures
from robotplus.robots.frames import angles, inverse
from robotplus.robots.model import Array, Robot

CAP = 0.2  # [m] the kernel does not tell larger distances apart


def prove(
    at: Stand, move: Move, *, stop: int = 0, carry: int = -1, near: bool = False
) -> tuple[bool, ClearStruct]:
    """The kernel's verdict on a move."""
    return prove_all(at, [move], [(0, stop, carry, int(near))])


def prove_all(
    at: Stand, moves: Sequence[Move], jobs: Sequence[tuple[int, int, int, int]]
) -> tuple[bool, ClearStruct]:
    """The kernel's verdict on moves: each job is one of them (by index), with the phase it is made in."""
    first = np.cumsum([0, *(len(move.t) for move in moves)])
    rows = np.array([(first[k], len(moves[k].t), *phase) for k, *phase in jobs], dtype=np.int32)
    t = np.concatenate([move.t for move in moves])
    q, qd, qdd = (
        np.concatenate([wide(getattr(move, name)) for move in moves]) for name in ("q", "qd", "qdd")
    )
    out = ClearStruct(CAP, CAP, 0.0, -1, -1)
    ok = kernels().rp_prove_moves(at.buffer, len(rows), p(rows), p(t), p(q), p(qd), p(qdd), ctypes.byref(out))
    assert bool(ok) == (out.job < 0)
    return bool(ok), out


def random_move(robot: Robot, rng: np.random.Generator, *, knots: int = 5) -> Move:
    """A smooth move through random joints, from rest to rest; quick enough to go far between knots."""
    lower, upper = limits(robot)
    q = rng.uniform(0.8 * lower, 0.8 * upper) + np.cumsum(rng.normal(0, 0.25, (knots, robot.dof)), axis=0)
    q = np.clip(q, lower, upper)
    t = np.cumsum(np.concatenate([[0.0], rng.uniform(0.1, 0.6, knots - 1)]))
    spline = CubicSpline(t, q, bc_type="clamped")
    qd, qdd = spline(t, 1), spline(t, 2)
    qd[[0, -1]] = 0.0
    qdd[[0, -1]] = 0.0
    return Move("travel", 0, t, q, qd, qdd)


def straight(a: Array, b: Array, duration: float = 1.0) -> Move:
    """Two knots at rest."""
    zero = np.zeros((2, len(a)))
    return Move("travel", 0, np.array([0.0, duration]), np.stack([a, b]), zero, zero)


@pytest.mark.parametrize("robot_id", OF_CLASS.values())
def test_no_distance_is_claimed_that_dense_samples_do_not_keep(robot_id: str) -> None:
    robot = CATALOGUE[robot_id]
    rng = np.random.default_rng(12)
    need = seam_need(cell__box=boxes_near(rng, 3, 1.4), requirements__min_clearance_mm=15.0)
    at = stand(robot, need, xyz=(0.0, 0.0, 0.4), yaw=-0.4)
    proven = 0
    for _ in range(24):
        move = random_move(robot, rng)
        ok, out = prove(at, move)
        if not ok:
            q = evaluate(move, np.array([out.fail_time]))[0][0]
            # refused for what is there: at that time something is hardly farther than asked
            assert room(at, q) < 0.03
            continue
        proven += 1
        times = np.union1d(np.linspace(0, move.duration, 40), move.t)
        for q in evaluate(move, times)[0]:
            for asked, d in distances(at, q, stop=0, carry=-1, near=False):
                claimed = out.clearance if asked else out.self
                assert d >= min(claimed, CAP) - 1e-6
                assert d >= asked + (1e-5 if asked else -1e-6)
        if proven == 4:
            break
    assert proven >= 2


@pytest.mark.parametrize("robot_id", OF_CLASS.values())
def test_claims_are_near_what_is_true_and_those_of_many_moves_hold_for_all(robot_id: str) -> None:
    """Dense samples are at most 0.3 of their distance and a millimetre above the claim, also by many long moves."""
    robot = CATALOGUE[robot_id]
    rng = np.random.default_rng(21)
    at = stand(robot, seam_need(cell__box=boxes_near(rng, 3, 1.4)), xyz=(0.0, 0.0, 0.4), yaw=0.7)
    alone, told = [], 0
    for _ in range(60):
        move = random_move(robot, rng, knots=int(rng.integers(2, 30)))
        ok, out = prove(at, move)
        if ok:
            alone.append((move, out))
        if len(alone) == 5:
            break
    assert len(alone) == 5
    for move, out in alone:
        seen = [CAP, CAP]
        for q in evaluate(move, np.linspace(0.0, move.duration, 150))[0]:
            for asked, d in distances(at, q, stop=0, carry=-1, near=False):
                seen[asked == 0] = min(seen[asked == 0], d)
        for claimed, least in zip((out.clearance, out.self), seen, strict=True):
            told += least < 0.1
            assert claimed <= least + 1e-9
            # bounds of box distances by separating axes fall short of the distance between corners
            assert claimed >= min(0.1, 0.55 * least - 2e-3)
    assert told
    moves = [move for move, _ in alone]
    ok, all_of_them = prove_all(at, moves, [(k, 0, -1, 0) for k in (3, 0, 4, 1, 2, 0)])
    assert ok
    assert all_of_them.clearance <= min(out.clearance for _, out in alone) / 0.69 + 2e-3
    assert min(out.clearance for _, out in alone) <= all_of_them.clearance / 0.69 + 2e-3


def test_the_move_that_fails_is_named() -> None:
    robot = CATALOGUE["ur_ur10e"]
    rng = np.random.default_rng(3)
    bare = stand(robot, seam_need(), xyz=(0.0, 0.0, 0.5))
    good = next(m for m in (random_move(robot, rng) for _ in range(200)) if prove(bare, m)[0])
    bad = next(m for m in (random_move(robot, rng) for _ in range(200)) if not prove(bare, m)[0])
    ok, out = prove_all(bare, [good, bad, good], [(0, 0, -1, 0), (2, 0, -1, 0), (1, 0, -1, 0), (0, 0, -1, 0)])
    assert not ok and out.job == 2 and 0 < out.fail_time < bad.duration


def blocker(at: Stand, q: Array, link: int, size_mm: float) -> dict[str, object]:
    """A small box in the middle of a link's first box at joints ``q``, as a need file holds it."""
    solid = next(s for s in solids(at, q) if s.link == link)
    return {
        "name": "blocker",
        "position_mm": (1000 * solid.pose[:3, 3]).tolist(),
        "rpy_deg": np.degrees(angles(solid.pose[:3, :3])).tolist(),
        "size_mm": [size_mm] * 3,
    }


@pytest.mark.parametrize("robot_id", OF_CLASS.values())
def test_what_is_touched_only_between_knots_is_refused(robot_id: str) -> None:
    """A box of a few millimetres in the way of the tool, far from both knots; the shorter move passes."""
    robot = CATALOGUE[robot_id]
    rng = np.random.default_rng(4)
    bare = stand(robot, seam_need(), xyz=(0.0, 0.0, 0.5))
    lower, upper = limits(robot)
    tried = 0
    for _ in range(400):
        a = random_joints(robot, 1, seed=int(rng.integers(1 << 30)))[0]
        b = np.clip(a + rng.choice([-1.2, 1.2], robot.dof) * rng.uniform(0.3, 1, robot.dof), lower, upper)
        move = straight(a, b)
        if not prove(bare, move)[0] or not holds(robot, b):
            continue
        middle = evaluate(move, np.array([0.5]))[0][0]
        box = blocker(bare, middle, robot.dof + 1, 4.0)
        at = stand(robot, seam_need(cell__box=[box]), xyz=(0.0, 0.0, 0.5))
        ends = [room(at, q) for q in (a, b)]
        if min(ends) < 2e-3:
            continue
        tried += 1
        ok, out = prove(at, move)
        assert not ok and 0 < out.fail_time < 1
        assert not kernels().rp_line_free(
            at.buffer,
            ctypes.byref(PhaseStruct(0, -1, 0)),
            p(wide(a[None])),
            p(wide(b[None])),
            ctypes.c_double(1e-3),
        )
        if tried == 4:
            break
    assert tried == 4


@pytest.mark.parametrize("robot_id", OF_CLASS.values())
def test_a_bow_away_from_what_both_knots_touch_is_refused(robot_id: str) -> None:
    """In the middle of the piece nothing moves and everything is clear: only the acceleration tells."""
    robot = CATALOGUE[robot_id]
    bare = stand(robot, seam_need(), xyz=(0.0, 0.0, 0.5))
    tried = 0
    for q in random_joints(robot, 300, seed=31):
        for joint in range(3):
            speed = np.zeros(robot.dof)
            speed[joint] = 1.0
            ends = np.stack([q, q])
            bow = Move("travel", 0, np.array([0.0, 0.25]), ends, np.stack([speed, -speed]), 0 * ends)
            middle = evaluate(bow, np.array([0.125]))[0][0]
            if not prove(bare, bow)[0]:
                continue
            at = stand(
                robot, seam_need(cell__box=[blocker(bare, q, robot.dof + 1, 3.0)]), xyz=(0.0, 0.0, 0.5)
            )
            if room(at, middle) < 0.004:
                continue
            assert not prove(at, bow)[0]
            tried += 1
        if tried >= 4:
            break
    assert tried >= 4


def test_joint_lines_are_free_only_when_samples_are() -> None:
    robot = CATALOGUE["ur_ur10e"]
    rng = np.random.default_rng(8)
    at = stand(robot, seam_need(cell__box=boxes_near(rng, 3, 1.4)), xyz=(0.0, 0.0, 0.4))
    phase = PhaseStruct(0, -1, 0)
    seen = [0, 0]
    for k in range(60):
        a, b = random_joints(robot, 2, seed=k)
        b = a + 0.25 * (b - a)
        free = kernels().rp_line_free(
            at.buffer, ctypes.byref(phase), p(wide(a[None])), p(wide(b[None])), ctypes.c_double(1e-3)
        )
        least = min(room(at, q) for q in np.linspace(a, b, 25))
        assert not free or least > 0
        assert free or least < 0.01
        seen[free] += 1
        if min(seen) >= 6:
            break
    assert min(seen) >= 6


def test_a_part_may_touch_its_stand_only_while_it_is_set_down() -> None:
    robot = CATALOGUE["yaskawa_ar2010"]
    need = handling_need()
    at = stand(robot, need, xyz=(0.9, 0.0, 0.0), yaw=np.pi)
    layers = at.context.layers
    pose = np.vstack([layers.fine_pose[layers.sample[1]].reshape(3, 4), [0, 0, 0, 1]])
    q = postures(at.body.packed, inverse(at.world_from_base) @ pose @ at.context.from_tcp)
    resting = [straight(row, row) for row in q]
    near = [prove(at, move, stop=0, carry=0, near=True)[0] for move in resting]
    away = [prove(at, move, stop=0, carry=0, near=False)[0] for move in resting]
    other = [prove(at, move, stop=1, carry=0, near=True)[0] for move in resting]
    assert any(near) and not any(away) and not any(other)


def test_self_collision_names_its_pair() -> None:
    robot = CATALOGUE["ur_ur10e"]
    at = stand(robot, seam_need(cell__floor=False), xyz=(0.0, 0.0, 0.0))
    found = set()
    for q in random_joints(robot, 300, seed=6):
        ok, out = prove(at, straight(q, q))
        if ok or out.pair < 0:
            continue
        i, j = at.body.pairs[out.pair]
        boxes = solids(at, q)
        one, other = ([s for s in boxes if s.link == k] for k in (i, j))
        least = min(coal_distance(a.pose, a.half, b.pose, b.half) for a in one for b in other)
        assert least < 0.01
        found.add((int(i), int(j)))
    assert len(found) > 2
