"""The base tolerance: what is claimed holds for bases that really stand elsewhere, and is not idle."""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pinocchio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proving_cases import CATALOGUE, OF_CLASS, seam_need
from reference_chains import random_joints

from robotplus.certificates.certificate import Base, Certificate
from robotplus.certificates.motion import Move
from robotplus.checking import check, largest_base_tolerance
from robotplus.checking.clearance import Clearance
from robotplus.checking.holding import corrected
from robotplus.checking.limits import ranges
from robotplus.checking.pieces import Pieces, cut
from robotplus.checking.placement import base_clearance
from robotplus.checking.rig import Rig
from robotplus.checking.room import Correction
from robotplus.checking.scene import Scene as Surroundings
from robotplus.checking.scene import build_scene
from robotplus.checking.tolerance import corrections
from robotplus.proving import make_context, prove
from robotplus.proving.body import make_body
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.placed import Scene
from robotplus.proving.tolerance import base_tolerance
from robotplus.robots.model import Array, OrientedBox, Robot
from robotplus.scenarios.cell import pedestal, world_from_base
from robotplus.scenarios.files import read_need
from robotplus.scenarios.task import Need

NEEDS = Path(__file__).parents[2] / "examples" / "needs"
PROVEN = (
    ("bench_seam", "yaskawa_gp12"),
    ("bench_seam", "yaskawa_sia50"),  # seven axes
    ("arc_welding", "kuka_kr10_r1100_2"),
    ("assembly", "abb_irb4600_20_250"),
    ("machine_tending", "kuka_kr210_r2700_2"),
)
ON_PLACE = 1e-9  # [m], [rad]


@dataclass(frozen=True)
class Case:
    """A certificate with what its claim means: where the tool is held, by `check`'s own reading."""

    need: Need
    robot: Robot
    certificate: Certificate
    nominal: Surroundings
    pieces: Pieces
    correction: Correction

    @property
    def claim(self) -> tuple[float, float]:
        claim = self.certificate.claims["base_tolerance"]
        return claim["xy_m"], claim["angle_rad"]


@functools.cache
def example(name: str) -> Need:
    return read_need(NEEDS / f"{name}.toml")


@functools.cache
def proven(name: str, robot_id: str) -> Case:
    need, robot = example(name), CATALOGUE[robot_id]
    certificate = prove(need, robot)
    assert isinstance(certificate, Certificate)
    claim = certificate.claims["base_tolerance"]
    nominal = build_scene(certificate, robot, need.program)
    motion, moves = cut(certificate.moves), certificate.moves
    pieces, correction, failure = corrected(
        nominal.rig, motion, moves, xy=claim["xy_m"], angle=claim["angle_rad"]
    )
    assert failure is None
    return Case(need, robot, certificate, nominal, pieces, correction)


def displaced(case: Case, dx: float, dy: float, turn: float) -> Surroundings:
    x, y, z = case.certificate.base.xyz
    base = Base((x + dx, y + dy, z), case.certificate.base.yaw + turn, case.certificate.base.mounting)
    return build_scene(dataclasses.replace(case.certificate, base=base), case.robot, case.need.program)


def hold_tool(nominal: Rig, elsewhere: Rig, q: Array) -> Array:
    """The posture of the displaced robot with the tool where ``q`` (n,) has it in the nominal place."""
    poses = nominal.poses(q[None])
    (r0,), (p0,) = nominal.tcp(poses)
    back = np.linalg.pinv(elsewhere.jacobian(elsewhere.poses(q[None]))[0])
    out = q.copy()
    for _ in range(200):
        (r,), (at,) = elsewhere.tcp(elsewhere.poses(out[None]))
        error = np.concatenate([p0 - at, 0.5 * np.cross(r.T, r0.T).sum(axis=0)])
        if np.abs(error).max() < ON_PLACE:
            return out
        out = out + back @ error
    raise AssertionError("the displaced robot cannot hold the tool")


def posture(case: Case, elsewhere: Rig, k: int) -> Array:
    """What the claim lets the displaced robot do at the start of piece ``k``: hold the tool, or where a travel lets
    it go, correct evenly from the last posture that holds it to the next."""
    pieces, held = case.pieces, case.correction.holds_tool
    if held[k]:
        return hold_tool(case.nominal.rig, elsewhere, pieces.q0[k])
    mine = np.flatnonzero(pieces.move == pieces.move[k])
    before, after = k, k
    while before >= mine[0] and not held[before]:
        before -= 1
    while after <= mine[-1] and not held[after]:
        after += 1
    ends = [pieces.q0[before + 1], pieces.q1[after - 1]]
    first, last = (hold_tool(case.nominal.rig, elsewhere, q) - q for q in ends)
    share = (k - before - 1) / (after - before - 1)
    return np.asarray(pieces.q0[k] + (1 - share) * first + share * last)


@settings(max_examples=200, deadline=None)
@given(
    which=st.sampled_from(PROVEN),
    at=st.floats(0, 1),
    share=st.sampled_from([1.0, 1.0, 0.5]),
    way=st.floats(0, 2 * math.pi),
    turn=st.sampled_from([-1.0, -0.4, 0.7, 1.0]),
)
def test_displaced_robots_do_the_same_work(
    which: tuple[str, str], at: float, share: float, way: float, turn: float
) -> None:
    case = proven(*which)
    xy, angle = case.claim
    assert xy > 0 and angle > 0
    there = displaced(case, share * xy * math.cos(way), share * xy * math.sin(way), turn * angle)
    assert all(near.distance > 0 for near in there.base)
    k = round(at * (len(case.pieces) - 1))
    q = posture(case, there.rig, k)
    lower, upper = ranges(case.robot)
    assert (q >= lower).all() and (q <= upper).all()
    for coupling in case.robot.couplings:
        assert coupling.lower <= q @ np.array(coupling.coefficients) <= coupling.upper
    looked_at = np.where(np.isfinite(there.pairs.needed), 0.0, -np.inf)
    clearance = Clearance(there.rig, there.pairs, floors=looked_at)
    cell, own = clearance.nearest(q[None], case.pieces.move[[k]])
    assert cell[0] > 0 and own[0] > 0


@pytest.mark.parametrize("which", PROVEN)
def test_check_confirms_the_claim(which: tuple[str, str]) -> None:
    case = proven(*which)
    verdict = check(case.certificate, CATALOGUE, need=case.need)
    assert verdict.holds, verdict.reasons


@pytest.mark.parametrize("which", [PROVEN[0], PROVEN[3]])
def test_the_claim_is_not_idle(which: tuple[str, str]) -> None:
    case = proven(*which)
    most = largest_base_tolerance(case.certificate, case.robot, case.need.program)[0]
    assert case.claim[0] >= 0.7 * most > 0


@pytest.mark.parametrize("robot_id", [OF_CLASS["opw"], OF_CLASS["ur"], OF_CLASS["redundant"]])
@given(seed=st.integers(0, 2**32 - 1), size=st.floats(-4, -2), change=st.floats(-4, -1.5))
@settings(max_examples=25, deadline=None)
def test_corrections_are_those_of_the_checker(robot_id: str, seed: int, size: float, change: float) -> None:
    need, robot = seam_need(), CATALOGUE[robot_id]
    context = make_context(need)
    place = world_from_base((0.3, -0.2, 0.1), 0.7, "floor")
    scene = Scene(make_body(robot, need.program, load_kg=context.load_kg), context, place)
    rig = Rig(robot, need.program.tool, parts=(), world_from_base=place, fixed=[])
    q = random_joints(robot, 1, seed=seed)
    away = np.random.default_rng(seed).random((1, robot.dof)) * 10**change
    xy, angle = 10**size, 2 * 10**size
    want = corrections(rig, q, away, xy=xy, angle=angle)[0]
    wide, wide_away, got = np.zeros(7), np.zeros(7), np.zeros(7)
    wide[: robot.dof], wide_away[: robot.dof] = q[0], away[0]
    tcp, displacement = rows(context.tcp), (ctypes.c_double(xy), ctypes.c_double(angle))
    shown = kernels().rp_corrections(scene.buffer, p(tcp), p(wide), p(wide_away), *displacement, p(got))
    assert bool(shown) == bool(np.isfinite(want).all())
    if shown:
        np.testing.assert_allclose(got[: robot.dof], want, rtol=1e-3)


@given(
    x=st.floats(-0.9, 0.9), y=st.floats(-0.9, 0.9), yaw=st.floats(-3, 3), height=st.sampled_from([0.0, 0.4])
)
@settings(max_examples=40, deadline=None)
def test_the_base_itself_touches_nothing(x: float, y: float, yaw: float, height: float) -> None:
    boxes = [
        {"name": "post", "position_mm": [0.0, -500.0, 300.0], "size_mm": [200.0, 300.0, 600.0]},
        {
            "name": "bar",
            "position_mm": [700.0, 200.0, 200.0],
            "rpy_deg": [0, 30, 20],
            "size_mm": [100.0, 600.0, 80.0],
        },
    ]
    need, robot = seam_need(cell__box=boxes), CATALOGUE[OF_CLASS["opw"]]
    context, xyz = make_context(need), (x, y, height)
    place = world_from_base(xyz, yaw, "floor")
    scene = Scene(make_body(robot, need.program, load_kg=context.load_kg), context, place)
    xy, angle = 0.002, 0.003
    steps = kernels().rp_base_tolerated(scene.buffer, ctypes.c_double(xy), ctypes.c_double(angle), 50)
    under = pedestal(robot, xyz=xyz, yaw=yaw, mounting="floor")
    near = base_clearance(robot, np.asarray(place), pedestal=under, obstacles=need.program.obstacles)
    exact = min(max(0.0, n.distance) / (xy + angle * n.flat) for n in near)
    assert steps <= exact + 1e-9
    assert steps >= min(
        50, math.floor(exact / math.sqrt(3))
    )  # the kernel's distance of boxes is a lower bound


def standing(robot_id: str, q: Array, **changes: Any) -> tuple[float, float]:
    """The tolerance of a robot that only holds its tool still at ``q``."""
    need, robot = seam_need(**changes), CATALOGUE[robot_id]
    context = make_context(need)
    zero = np.zeros((2, robot.dof))
    move = Move("dwell", 0, np.array([0.0, 1.0]), np.stack([q, q]), zero, zero)
    place = world_from_base((0.0, 0.0, 0.0), 0.0, "floor")
    return base_tolerance(make_body(robot, need.program, load_kg=context.load_kg), context, place, (move,))


BENT = np.array([0.0, 0.0, 0.0, 0.0, -1.2, 0.0])


def elsewhere(
    robot_id: str, claim: tuple[float, float], obstacles: Sequence[OrientedBox] = ()
) -> Iterator[Rig]:
    """The robot of `standing` on the rim of its claim."""
    for way in np.arange(12) * math.pi / 6:
        for turn in (-claim[1], claim[1]):
            xyz = (claim[0] * math.cos(way), claim[0] * math.sin(way), 0.0)
            place = world_from_base(xyz, turn, "floor")
            fixed = [("near", obstacles)]
            yield Rig(
                CATALOGUE[robot_id], seam_need().program.tool, parts=(), world_from_base=place, fixed=fixed
            )


def test_a_joint_near_its_limit_bounds_the_claim() -> None:
    robot_id, left = OF_CLASS["opw"], 0.006
    q = BENT.copy()
    q[0] = ranges(CATALOGUE[robot_id])[1][0] - left
    claim = standing(robot_id, q)
    (nominal, *_) = elsewhere(robot_id, (0.0, 0.0))
    used = max((hold_tool(nominal, rig, q) - q)[0] for rig in elsewhere(robot_id, claim))
    assert 0.8 * left < used < left


@pytest.mark.parametrize("link", [1, 2, 3])
def test_a_link_near_an_obstacle_bounds_the_claim(link: int) -> None:
    """The obstacle is a plate parallel to a face of one of the link's boxes."""
    robot_id, gap = OF_CLASS["opw"], 0.006
    (nominal, *_) = elsewhere(robot_id, (0.0, 0.0))
    placed = nominal.place(nominal.poses(BENT[None]))
    own = [i for i, box in enumerate(nominal.boxes) if box.body == f"link_{link}"]
    i = max(own, key=lambda i: placed.centre[0, i, 1] + np.abs(placed.rotation[0, i, 1]) @ nominal.half[i])
    reach = placed.centre[0, i, 1] + np.abs(placed.rotation[0, i, 1]) @ nominal.half[i]
    x, _, z = placed.centre[0, i]
    plate = OrientedBox((x, reach + gap + 0.01, z), (0.0, 0.0, 0.0), (0.1, 0.02, 0.1))
    box = {
        "name": "near",
        "position_mm": [1000 * v for v in plate.xyz],
        "size_mm": [1000 * v for v in plate.size],
    }
    claim = standing(robot_id, BENT, cell__box=[box])
    assert 0 < claim[0] < seam_need().program.requirements.base_tolerance_xy
    left = gap
    for rig in elsewhere(robot_id, claim, (plate,)):
        pairs = np.array([(k, len(rig.boxes) - 1) for k in own])
        geometry, data = rig.geometry(pairs)
        pinocchio.updateGeometryPlacements(rig.model, rig.data, geometry, data, hold_tool(nominal, rig, BENT))
        pinocchio.computeDistances(geometry, data)
        left = min(left, *(d.min_distance for d in data.distanceResults))
    assert 0 < left < 0.9 * gap


def test_all_that_is_asked_is_claimed_where_nothing_is_near() -> None:
    asked = seam_need(requirements__base_tolerance_mm=3.0).program.requirements
    claim = standing(OF_CLASS["opw"], BENT, requirements__base_tolerance_mm=3.0)
    assert claim == (asked.base_tolerance_xy, asked.base_tolerance_angle)


def test_singular_postures_and_arms_of_fewer_axes_claim_nothing() -> None:
    assert standing(OF_CLASS["opw"], BENT * 0) == (0.0, 0.0)
    assert standing(OF_CLASS["numeric"], np.zeros(5)) == (0.0, 0.0)


def test_nothing_asked_is_nothing_claimed() -> None:
    none = {"requirements__base_tolerance_mm": 0.0, "requirements__base_tolerance_deg": 0.0}
    assert standing(OF_CLASS["opw"], BENT, **none) == (0.0, 0.0)
