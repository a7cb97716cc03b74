"""Distances between samples, self pairs and the bounds they rest on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from building import seam_document
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import Move, evaluate
from robotplus.checking.clearance import Clearance
from robotplus.checking.pairs import build_pairs
from robotplus.checking.pieces import Pieces, Repeats, cut, halve_where
from robotplus.checking.rig import Rig
from robotplus.checking.scene import build_scene
from robotplus.checking.selfpairs import coarse_pairs, halton, overlap_share
from robotplus.checking.sweep import Sweep
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.frames import about, box_transform, transform
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.cell import world_from_base
from robotplus.scenarios.files import need_from_document


def plain_kinematics(robot: Robot, q: Array) -> list[Array]:
    """Link frames in the base frame, straight from the URDF convention."""
    frames = [np.eye(4)]
    for joint, value in zip(robot.joints, q, strict=True):
        moved = np.eye(4)
        if joint.kind == "revolute":
            moved[:3, :3] = about(joint.axis, value)
        else:
            moved[:3, 3] = np.array(joint.axis) * value
        frames.append(frames[-1] @ transform(joint.origin_xyz, joint.origin_rpy) @ moved)
    return frames


def bare_rig(robot: Robot, place: Array | None = None) -> Rig:
    program = need_from_document(seam_document()).program
    where = np.eye(4) if place is None else place
    return Rig(robot, program.tool, parts=(), world_from_base=where, fixed=[])


def dense_clearance(certificate: Certificate, robot: Robot, count: int) -> float:
    """Least distance of links and tool to the cell by separating axes and corner projections at many
    samples, without Coal: for convex boxes the distance is found by alternating projection."""
    program = need_from_document(certificate.need).program
    base = certificate.base
    place = world_from_base(base.xyz, base.yaw, base.mounting)
    total = sum(m.duration for m in certificate.moves)
    flange = transform(robot.flange_xyz, robot.flange_rpy)
    rows = [
        (k, np.eye(4) @ box_transform(b), b.size)
        for k, link in enumerate(robot.links)
        for b in link.boxes or ()
    ]
    rows += [(robot.dof, flange @ box_transform(b), b.size) for b in program.tool.boxes]
    least = np.inf
    for move in certificate.moves:
        times = np.linspace(0.0, move.duration, max(2, int(count * move.duration / total)))
        configurations = evaluate(move, times)[0]
        frames = np.array([plain_kinematics(robot, q) for q in configurations])
        for link, pose, size in rows:
            boxes = place @ frames[:, link] @ pose
            for obstacle in program.obstacles:
                if link == 0 or (obstacle.role == "floor" and link < 2):
                    continue
                for other in obstacle.boxes:
                    least = min(
                        least,
                        _boxes_apart(
                            boxes, np.array(size) / 2, box_transform(other), np.array(other.size) / 2
                        ),
                    )
    return float(least)


def _boxes_apart(poses: Array, half: Array, other: Array, other_half: Array) -> float:
    """Least distance of boxes (n, 4, 4) to a fixed box, by alternating projections of points on both; looks
    only where the gaps along the faces leave room."""
    centre = (poses[:, :3, 3] - other[:3, 3]) @ other[:3, :3]
    reach = np.abs(other[:3, :3].T @ poses[:, :3, :3]) @ half + other_half
    bound = np.linalg.norm(np.maximum(np.abs(centre) - reach, 0), axis=1)
    order, found = np.argsort(bound), np.inf
    for near in np.array_split(order, max(1, len(order) // 100)):
        if bound[near[0]] > min(found, 0.1):
            break
        a_r, a_t = poses[near, :3, :3], poses[near, :3, 3]
        y = np.tile(other[:3, 3], (len(near), 1))
        for _ in range(1000):
            local = np.einsum("nji,nj->ni", a_r, y - a_t)
            x = a_t + np.einsum("nij,nj->ni", a_r, np.clip(local, -half, half))
            local = (x - other[:3, 3]) @ other[:3, :3]
            y = other[:3, 3] + np.clip(local, -other_half, other_half) @ other[:3, :3].T
        found = min(found, float(np.linalg.norm(x - y, axis=1).min()))
    return found


@pytest.mark.parametrize("robot_id", ["yaskawa_ar2010", "ur_ur10e", "kuka_lbr_iiwa14_r820"])
def test_kinematics_agree_with_the_plain_chain(robot_id: str, catalogue: Catalogue) -> None:
    robot = catalogue[robot_id]
    place = world_from_base((0.3, -0.2, 0.1), 0.7, "ceiling")
    rig = bare_rig(robot, place)
    q = np.random.default_rng(1).uniform(-2, 2, (5, robot.dof))
    poses = rig.poses(q)
    for i in range(5):
        for k, frame in enumerate(plain_kinematics(robot, q[i])):
            want = place @ frame
            assert np.allclose(poses.rotation[i, k], want[:3, :3], atol=1e-12)
            assert np.allclose(poses.origin[i, k], want[:3, 3], atol=1e-12)


def test_the_jacobian_is_the_derivative_of_the_tool_point(catalogue: Catalogue) -> None:
    rig = bare_rig(catalogue["ur_ur10e"])
    q = np.random.default_rng(2).uniform(-2, 2, 6)
    jacobian = rig.jacobian(rig.poses(q[None]))[0]
    step = 1e-6
    for j in range(6):
        dq = np.zeros(6)
        dq[j] = step
        (ra, rb), (pa, pb) = rig.tcp(rig.poses(np.array([q - dq, q + dq])))
        assert np.allclose((pb - pa) / (2 * step), jacobian[:3, j], atol=1e-8)
        skew = (rb - ra) @ ra.T / (2 * step)
        assert np.allclose([skew[2, 1], skew[0, 2], skew[1, 0]], jacobian[3:, j], atol=1e-5)


ARMS = ["ur_ur10e", "yaskawa_ar2010", "denso_hsr065a1_n32"]  # the last has a prismatic joint


def random_move(seed: int, dof: int = 6, knots: int = 4) -> Move:
    rng = np.random.default_rng(seed)
    t = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 0.4, knots - 1))])
    return Move("travel", 0, t, *(rng.normal(size=(knots, dof)) * s for s in (0.5, 1.0, 3.0)))


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_halving_leaves_the_motion_as_it_is(seed: int) -> None:
    move = random_move(seed)
    pieces = cut([move])
    for _ in range(3):
        pieces = halve_where(pieces, np.random.default_rng(seed).random(len(pieces)) < 0.7)
    q, qd, qdd = evaluate(move, pieces.start)
    assert np.allclose(pieces.q0, q, atol=1e-9)
    assert np.allclose(pieces.velocities()[:, 0], qd, atol=1e-7)
    assert np.allclose(pieces.accelerations()[:, 0], qdd, atol=1e-4)
    assert np.isclose(pieces.h.sum(), move.duration)
    inside = evaluate(move, pieces.start + 0.4 * pieces.h)
    assert (np.abs(inside[1]) <= pieces.speed() + 1e-7).all()
    assert (np.abs(inside[2]) <= pieces.acceleration() + 1e-4).all()
    assert (np.abs(inside[0] - pieces.q0) <= pieces.excursion() + 1e-9).all()


@given(st.integers(0, 10_000), st.sampled_from(ARMS), st.integers(0, 3))
@settings(max_examples=15, deadline=None)
def test_points_move_and_accelerate_no_more_than_the_bounds_say(seed: int, robot_id: str, first: int) -> None:
    from robotplus.robots.catalogue import load_catalogue

    rig = bare_rig(load_catalogue()[robot_id])
    move = random_move(seed, rig.dof)
    pieces: Pieces = cut([move])
    for _ in range(3):
        pieces = pieces.halves()
    sweep = Sweep(rig, pieces)
    n, boxes = len(pieces), rig.own
    piece, box = (v.ravel() for v in np.indices((n, boxes)))
    base = np.full(n * boxes, first)
    moved_by = sweep.apart(piece, box, base)
    shift = moved_by.reshape(n, boxes)
    loss = sweep.bend(piece, box, base, np.where(np.isfinite(moved_by), moved_by, 10.0))
    bend = loss.reshape(n, boxes) * 8 / pieces.h[:, None] ** 2

    def seen(times: Array) -> Array:
        """Box centres in the frame of link ``first``."""
        poses = rig.poses(evaluate(move, times)[0])
        world = rig.place(poses).centre
        back, origin = poses.rotation[:, first], poses.origin[:, first]
        return np.einsum("nji,nbj->nbi", back, world - origin[:, None])

    behind_first = rig.link[:boxes] > first
    begin, dt = seen(pieces.start), 1e-4
    for u in (0.25, 0.6, 0.9):
        times = pieces.start + u * pieces.h
        moved = np.linalg.norm(seen(times) - begin, axis=2)
        assert (moved <= shift + 1e-9)[:, behind_first].all()
        second = (seen(times + dt) - 2 * seen(times) + seen(times - dt)) / dt**2
        inner = np.minimum(u, 1 - u) * pieces.h > dt
        size = np.linalg.norm(second, axis=2)
        assert (size[inner] <= bend[inner] * (1 + 1e-4) + 1e-3)[:, behind_first].all()


def test_a_pair_that_is_clear_at_every_knot_but_not_between_is_found(
    seam: Certificate, catalogue: Catalogue
) -> None:
    """The floors are raised to just above the least distance of a dense sampling."""
    robot = catalogue[seam.robot_id]
    program = need_from_document(seam.need).program
    base = seam.base
    obstacles = {f"{i} {o.name}": o for i, o in enumerate(program.obstacles)}
    place = world_from_base(base.xyz, base.yaw, base.mounting)
    fixed = [(n, o.boxes) for n, o in obstacles.items()]
    rig = Rig(robot, program.tool, parts=program.parts, world_from_base=place, fixed=fixed)
    pairs = build_pairs(rig, program, seam, obstacles=obstacles)
    pieces = cut(seam.moves)
    floors = np.where(np.isfinite(pairs.needed), 0.0, -np.inf)
    clearance = Clearance(rig, pairs, floors=floors)
    fine = pieces
    for _ in range(4):
        fine = fine.halves()
    cell, own = clearance.nearest(fine.q0, fine.move)
    for truth, is_cell in ((cell.min(), True), (own.min(), False)):
        for extra, clear in ((-2e-5, True), (2e-5, False)):
            mine = np.where(np.isfinite(floors) & (pairs.cell == is_cell), truth + extra, -np.inf)
            found = Clearance(rig, pairs, floors=mine).violations(pieces)
            assert (not found) is clear


def test_a_motion_that_is_repeated_meets_what_each_repetition_demands(
    seam: Certificate, catalogue: Catalogue
) -> None:
    """The second time the plate must be farther away than it is."""
    robot, program = catalogue[seam.robot_id], need_from_document(seam.need).program
    scene = build_scene(seam, robot, program)
    moves = (*seam.moves, *seam.moves)
    repeats = Repeats.of(moves)
    assert repeats.first.tolist() == 2 * list(range(len(seam.moves)))
    touching = np.where(np.isfinite(scene.pairs.needed), 0.0, -np.inf)
    least = Clearance(scene.rig, scene.pairs, floors=touching).nearest(*at_knots(seam.moves))[0]
    pieces = repeats.once(cut(moves))
    assert len(pieces) == len(cut(seam.moves))
    for asked, clear in ((0.9 * least.min(), True), (1.1 * least.min(), False)):
        again = np.where(np.isfinite(touching) & scene.pairs.cell, asked, touching)
        floors = np.concatenate([touching, again])
        found = Clearance(scene.rig, scene.pairs, floors=floors, repeats=repeats).violations(pieces)
        assert (not found) is clear
    first = min(v.move for v in found)
    assert first >= len(seam.moves)
    (violation,) = [v for v in found if v.move == first][:1]
    begin = sum(m.duration for m in moves[:first])
    assert begin <= violation.time <= begin + moves[first].duration


def at_knots(moves: Sequence[Move]) -> tuple[Array, Array]:
    return np.concatenate([m.q for m in moves]), np.repeat(np.arange(len(moves)), [len(m.t) for m in moves])


def test_halton_points_are_the_known_ones() -> None:
    assert np.allclose(halton(4, 2), [0.5, 0.25, 0.75, 0.125])
    assert np.allclose(halton(3, 3), [1 / 3, 2 / 3, 1 / 9])


def test_shares_are_those_of_a_plain_count(catalogue: Catalogue) -> None:
    """The share of link 0 and link 2 by separating axes instead of Coal."""
    robot = catalogue["yaskawa_ar2010"]
    rig = bare_rig(robot)
    u = (np.arange(24) + 0.5) / 24
    hits = 0
    for a in u:
        for b in u:
            q = np.zeros(robot.dof)
            for j, v in ((0, a), (1, b)):
                low, high = robot.joints[j].lower, robot.joints[j].upper
                assert low is not None and high is not None
                q[j] = low + v * (high - low)
            frames = plain_kinematics(robot, q)
            hits += any(
                _overlap(
                    frames[0] @ box_transform(x),
                    np.array(x.size) / 2,
                    frames[2] @ box_transform(y),
                    np.array(y.size) / 2,
                )
                for x in robot.links[0].boxes or ()
                for y in robot.links[2].boxes or ()
            )
    assert overlap_share(rig, "link_0", "link_2") == pytest.approx(hits / 576, abs=0.005)


def _overlap(a: Array, ha: Array, b: Array, hb: Array) -> bool:
    """Separating axis test of two boxes."""
    axes = [*a[:3, :3].T, *b[:3, :3].T, *(np.cross(x, y) for x in a[:3, :3].T for y in b[:3, :3].T)]
    for axis in axes:
        if np.linalg.norm(axis) < 1e-9:
            continue
        reach = np.abs(axis @ a[:3, :3]) @ ha + np.abs(axis @ b[:3, :3]) @ hb
        if abs(axis @ (a[:3, 3] - b[:3, 3])) > reach:
            return False
    return True


def test_coarse_pairs_are_pairs_at_least_two_joints_apart(catalogue: Catalogue) -> None:
    for pair in coarse_pairs(bare_rig(catalogue["yaskawa_ar2010"])):
        shallow, deep = pair.split("/")
        number = 6 if deep == "tool" else int(deep.removeprefix("link_"))
        assert number >= int(shallow.removeprefix("link_")) + 2
