"""Boxes against boxes and robots against cells, judged by Coal."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proving_cases import (
    CATALOGUE,
    OF_CLASS,
    Stand,
    boxes_near,
    coal_distance,
    distances,
    handling_need,
    seam_need,
    stand,
)
from reference_chains import random_joints

from robotplus.checking.rig import Rig
from robotplus.checking.selfpairs import coarse_pairs as checked_coarse
from robotplus.checking.selfpairs import overlap_share
from robotplus.errors import NeedError
from robotplus.proving.context import make_context
from robotplus.proving.kernels.calls import PhaseStruct, kernels, p, rows
from robotplus.proving.kinematics import postures
from robotplus.proving.pairs import coarse_pairs, link_pairs, overlap_shares
from robotplus.robots.frames import inverse, transform
from robotplus.robots.model import Array

EDGE = st.floats(0.005, 1.0)
SIZES = st.tuples(EDGE, EDGE, EDGE)
TURN = st.one_of(st.floats(-3.2, 3.2), st.floats(-1e-4, 1e-4), st.just(0.0))
PLACE = st.tuples(st.floats(-1.2, 1.2), st.floats(-1.2, 1.2), st.floats(-1.2, 1.2))


def gap(pose_a: Array, half_a: Array, pose_b: Array, half_b: Array) -> float:
    """The kernel's lower bound of the distance between two boxes."""
    row_a, row_b = rows(pose_a), rows(pose_b)
    return float(kernels().rp_box_gap(p(row_a), p(half_a), p(row_b), p(half_b)))


@settings(deadline=None, max_examples=400)
@given(SIZES, SIZES, PLACE, st.tuples(TURN, TURN, TURN))
def test_the_gap_bounds_the_distance_from_below(
    half_a: tuple[float, ...],
    half_b: tuple[float, ...],
    place: tuple[float, ...],
    turn: tuple[float, ...],
) -> None:
    a, b = np.array(half_a), np.array(half_b)
    pose = transform(place, turn)
    true = coal_distance(np.eye(4), a, pose, b)
    for found in (gap(np.eye(4), a, pose, b), gap(pose, b, np.eye(4), a)):
        assert found <= max(true, 0.0) + 1e-6  # never positive when they overlap
        assert true <= 1e-6 or found > 0  # and it tells apart whatever is apart


def test_the_gap_is_the_distance_of_faces_and_of_crossed_edges() -> None:
    cube = np.full(3, 0.5)
    assert gap(np.eye(4), cube, transform((1.25, 0.2, 0.1), (0, 0, 0)), cube) == pytest.approx(0.25)
    leaning = transform((0.0, 0.0, 2.0), (np.pi / 4, 0, 0)), transform((0.0, 0.0, 0.0), (0, np.pi / 4, 0))
    assert gap(leaning[0], cube, leaning[1], cube) == pytest.approx(2 - np.sqrt(2))


@settings(deadline=None, max_examples=400)
@given(SIZES, SIZES, PLACE, st.tuples(TURN, TURN, TURN))
def test_along_the_line_between_nearest_points_the_gap_is_the_distance(
    half_a: tuple[float, ...],
    half_b: tuple[float, ...],
    place: tuple[float, ...],
    turn: tuple[float, ...],
) -> None:
    a, b, axis = np.array(half_a), np.array(half_b), np.zeros(3)
    pose = transform(place, turn)
    true = coal_distance(np.eye(4), a, pose, b)
    row_a, row_b = rows(np.eye(4)), rows(pose)
    k = kernels()
    found = float(k.rp_box_gap_or_nearest(p(row_a), p(a), p(row_b), p(b), ctypes.c_double(10.0), p(axis)))
    assert found <= max(true, 0.0) + 1e-6
    if true <= 1e-3:
        return
    assert found == pytest.approx(true, abs=5e-6)
    reach = np.abs(axis) @ a + np.abs(axis @ pose[:3, :3]) @ b  # the slab along the axis parts the boxes
    assert abs(axis @ pose[:3, 3]) - reach == pytest.approx(found, abs=1e-9)
    for asked in (true - 2e-5, true + 2e-5):
        assert k.rp_boxes_apart(p(row_a), p(a), p(row_b), p(b), ctypes.c_double(asked)) == (asked < true)


def test_corners_that_are_far_enough_apart_are_free() -> None:
    """Nearest are two corners 17 mm apart, 10 mm along each axis: no axis of the boxes shows more than that."""
    cube = np.full(3, 0.5)
    pose = transform((1.01, 1.01, 1.01), (0.0, 0.0, 0.0))
    row_a, row_b = rows(np.eye(4)), rows(pose)
    assert gap(np.eye(4), cube, pose, cube) == pytest.approx(0.01)
    for asked, apart in ((0.0172, 1), (0.0174, 0)):
        found = kernels().rp_boxes_apart(p(row_a), p(cube), p(row_b), p(cube), ctypes.c_double(asked))
        assert found == apart


def frees(at: Stand, phase: PhaseStruct, q: Array, *, tool: int) -> Array:
    """(n,) what the kernel calls free."""
    columns = np.ascontiguousarray(q.T, dtype=np.float32)
    ok = np.ones(len(q), dtype=np.uint8)
    kernels().rp_scene_free(at.buffer, ctypes.byref(phase), p(columns), len(q), len(q), tool, p(ok))
    return ok.astype(bool)


@pytest.mark.parametrize("robot_id", OF_CLASS.values())
@pytest.mark.parametrize("tool", [0, 1])
def test_nothing_called_free_is_too_close(robot_id: str, tool: int) -> None:
    robot = CATALOGUE[robot_id]
    rng = np.random.default_rng(tool)
    need = seam_need(cell__box=boxes_near(rng, 5, 1.2), requirements__min_clearance_mm=20.0)
    at = stand(robot, need, xyz=(0.0, 0.0, 0.3), yaw=0.7)
    q = random_joints(robot, 70, seed=5)  # more than one block of the kernel, the last not full
    ok = frees(at, PhaseStruct(0, -1, 0), q, tool=tool)
    room = []
    for row in q:
        found = distances(at, row, stop=0, carry=-1, near=False, tool=bool(tool))
        room.append(min((d - asked for asked, d in found), default=1.0))
    room_ = np.array(room)
    assert (room_[ok] >= -1e-4).all()
    assert (room_ < 0).any() and (room_ > 0.02).any()
    kept = ok[room_ > 0.02].mean()  # the bound is coarse where edges cross, not everywhere
    assert kept > 0.8, kept


def test_what_is_asked_depends_on_the_phase() -> None:
    """A carried part may touch its stand when near, else it must keep away; not carried, it is nowhere."""
    robot = CATALOGUE["ur_ur10e"]
    at = stand(robot, handling_need(requirements__tool_clearance_mm=2.0), xyz=(0.6, 0.0, 0.0), yaw=np.pi)
    pick = at.context.layers.fine_pose[at.context.layers.sample[1]].reshape(3, 4)
    target = inverse(at.world_from_base) @ np.vstack([pick, [0, 0, 0, 1]])
    q = postures(at.body.packed, target @ at.context.from_tcp)
    assert len(q)
    kept = {}
    for stop, carry, near in ((0, -1, False), (0, -1, True), (1, 0, False), (1, 0, True), (0, 0, True)):
        ok = frees(at, PhaseStruct(stop, carry, int(near)), q, tool=1)
        room = [
            min((d - a for a, d in distances(at, row, stop=stop, carry=carry, near=near)), default=1.0)
            for row in q
        ]
        assert ok.tolist() == [v >= 1e-3 for v in room]
        kept[stop, carry, near] = int(ok.sum())
    assert kept[0, 0, True] > 0 and kept[0, -1, False] > 0  # lifted from the left stand: stop 0 touches it
    assert kept[1, 0, False] == kept[1, 0, True] == 0  # carried away: clear of the left


def test_a_base_in_the_way_is_seen() -> None:
    post = {"name": "post", "position_mm": [600, 0, 500], "size_mm": [200, 200, 1000]}
    need = seam_need(cell__box=[post])
    for x, free in ((0.5, 0), (0.6, 0), (-0.5, 1)):
        at = stand(CATALOGUE["yaskawa_ar2010"], need, xyz=(x, 0.0, 0.2))
        assert kernels().rp_base_free(at.buffer) == free


@pytest.mark.parametrize("robot_id", [*OF_CLASS.values(), "staubli_tx2_90l"])
def test_overlap_shares_and_coarse_pairs_are_those_of_the_checker(robot_id: str) -> None:
    robot = CATALOGUE[robot_id]
    need = handling_need()
    at = stand(robot, need)
    n = robot.dof
    rig = Rig(robot, need.program.tool, parts=need.program.parts, world_from_base=np.eye(4), fixed=[])
    pairs = link_pairs(at.body.struct) + [(i, j) for j in (n + 1, n + 2) for i in (n - 3, n - 2)]
    names = [f"link_{k}" for k in range(n + 1)] + ["tool", "part 0"]
    ours = overlap_shares(at.body.struct, pairs)
    looked_at = [k for k, (i, j) in enumerate(pairs) if j - i <= 3 or k % 3 == 0]
    for k in looked_at:
        i, j = pairs[k]
        assert ours[k] == pytest.approx(overlap_share(rig, names[i], names[j]), abs=0.01), pairs[k]
    links = {f"link_{i}/link_{j}" for i, j in coarse_pairs(at.body.struct, link_pairs(at.body.struct))}
    assert links == {name for name in checked_coarse(rig) if "tool" not in name and "part" not in name}


def test_more_boxes_than_the_kernels_hold_are_refused() -> None:
    rods = [
        {"name": f"rod {k}", "position_mm": [3000.0, 10.0 * k, 500.0], "radius_mm": 2.0, "length_mm": 900.0}
        for k in range(600)
    ]
    with pytest.raises(NeedError, match="boxes"):
        make_context(seam_need(cell__cylinder=rods))


def test_a_batch_is_the_same_one_by_one() -> None:
    robot = CATALOGUE["ur_ur10e"]
    at = stand(robot, seam_need(cell__box=boxes_near(np.random.default_rng(3), 5, 1.2)))
    q = random_joints(robot, 130, seed=2)
    phase = PhaseStruct(0, -1, 0)
    alone = [bool(frees(at, phase, q[k : k + 1], tool=1)[0]) for k in range(len(q))]
    assert alone == frees(at, phase, q, tool=1).tolist() and len(set(alone)) == 2
