"""The base tolerance against corrections solved for really displaced bases."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from building import AR2010, seam_builder, seam_document
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import Move, evaluate
from robotplus.checking import check, largest_base_tolerance
from robotplus.checking.holding import corrected, strategy
from robotplus.checking.pieces import Pieces, cut
from robotplus.checking.rig import Rig
from robotplus.checking.tolerance import _inverses, corrections
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.robots.model import Array
from robotplus.scenarios.cell import world_from_base
from robotplus.scenarios.files import need_from_document

LIMIT_XY, LIMIT_ANGLE = 0.003, 0.005


def displaced(rig: Rig, dx: float, dy: float, turn: float) -> Rig:
    x, y, z = rig.world_from_base[:3, 3]
    place = world_from_base((x + dx, y + dy, z), AR2010.yaw + turn, "floor")
    return Rig(rig.robot, seam_builder().program.tool, parts=(), world_from_base=place, fixed=[])


def hold_tool(rig: Rig, moved: Rig, q: Array) -> Array:
    """The posture of the displaced robot near ``q`` with the tool where it was."""
    (r0,), (p0,) = rig.tcp(rig.poses(q[None]))
    out = q.copy()
    for _ in range(50):
        poses = moved.poses(out[None])
        (r,), (p,) = moved.tcp(poses)
        error = np.concatenate([p0 - p, 0.5 * np.sum(np.cross(r.T, r0.T), axis=0)])
        if np.linalg.norm(error) < 1e-12:
            return out
        out = out + np.linalg.solve(moved.jacobian(poses)[0], error)
    raise AssertionError("no correction found")


@given(st.floats(0, 1), st.floats(0, 2 * math.pi), st.floats(-1, 1), st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_real_corrections_lie_within_the_bounds(share: float, way: float, turn: float, at: int) -> None:
    builder = seam_builder()
    certificate = builder.certificate([0.0])
    pieces = cut(certificate.moves)
    q = pieces.q0[at % len(pieces)]
    bound = corrections(builder.rig, q[None], np.zeros((1, 6)), xy=LIMIT_XY, angle=LIMIT_ANGLE)[0]
    assert np.isfinite(bound).all()
    dx, dy = share * LIMIT_XY * math.cos(way), share * LIMIT_XY * math.sin(way)
    moved = displaced(builder.rig, dx, dy, turn * LIMIT_ANGLE)
    assert (np.abs(hold_tool(builder.rig, moved, q) - q) <= bound + 1e-9).all()


def test_bounds_are_not_idle(catalogue: Catalogue) -> None:
    """For small displacements the bound is the first-order answer, met by some displacement."""
    rig = seam_builder().rig
    q = np.array(AR2010.seed)
    bound = corrections(rig, q[None], np.zeros((1, 6)), xy=1e-5, angle=0.0)[0]
    ways = np.linspace(0, 2 * math.pi, 61)
    seen = np.array(
        [
            np.abs(hold_tool(rig, displaced(rig, 1e-5 * math.cos(w), 1e-5 * math.sin(w), 0.0), q) - q)
            for w in ways
        ]
    )
    assert (bound <= 1.05 * seen.max(axis=0) + 1e-8).all()


def a_travel(count: int) -> tuple[Pieces, Move]:
    """A travel of ``count`` equal pieces, one joint turning."""
    t = np.linspace(0.0, 1.0, count + 1)
    q = np.zeros((count + 1, 6))
    q[:, 0] = t
    move = Move("travel", 0, t, q, np.zeros_like(q), np.zeros_like(q))
    return cut([move]), move


def test_awkward_stretches_of_a_travel_are_bridged() -> None:
    """Where holding the tool takes far more than at the ends, or cannot be shown, the correction goes from the
    sample before to the sample after."""
    pieces, move = a_travel(7)
    near = np.array([0.01, 0.02, np.inf, 0.05, 0.01, 0.01, 0.05, 0.01])
    index = np.arange(7)
    held, begin, end = strategy(np.full(8, 0.01), near, pieces, [move], i0=index, i1=index + 1)
    assert held.tolist() == [True, False, False, False, True, False, False]
    assert begin.tolist() == [0, 1, 1, 1, 4, 5, 5]
    assert end.tolist() == [1, 4, 4, 4, 5, 7, 7]
    held, *_ = strategy(
        np.full(8, 0.01), near, pieces, [dataclasses.replace(move, kind="stroke")], i0=index, i1=index
    )
    assert held.all()


@given(st.floats(0.02, 0.3), st.floats(1e-4, 4e-3), st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_corrections_on_pieces_cover_those_at_all_postures(length: float, xy: float, seed: int) -> None:
    """Of pieces halved until one is shown: no posture between asks for more."""
    builder = seam_builder()
    rng = np.random.default_rng(seed)
    start, way = np.array(AR2010.seed), rng.normal(size=6)
    knots = start + np.linspace(0, 1, 4)[:, None] * length * way / np.abs(way).sum()
    still = np.zeros_like(knots)
    move = Move("stroke", 0, np.arange(4.0), knots, still, still)
    pieces, correction, failure = corrected(builder.rig, cut([move]), [move], xy=xy, angle=0.0)
    assert failure is None
    way_there = rng.uniform(0, 2 * math.pi)
    moved = displaced(builder.rig, xy * math.cos(way_there), xy * math.sin(way_there), 0.0)
    for k in rng.integers(0, len(pieces), 3):
        q = evaluate(move, pieces.start[[k]] + rng.random() * pieces.h[k])[0][0]
        assert (np.abs(hold_tool(builder.rig, moved, q) - q) <= correction.joints[k] + 1e-9).all()


def test_a_singular_posture_allows_nothing() -> None:
    rig = seam_builder().rig
    q = np.array([0.0, 0.3, -0.3, 0.0, 0.0, 0.0])
    assert not np.isfinite(corrections(rig, q[None], np.zeros((1, 6)), xy=1e-4, angle=0.0)).any()


def test_fewer_than_six_axes_allow_nothing() -> None:
    robot = next(r for r in load_catalogue().values() if r.dof == 5)
    rig = Rig(robot, seam_builder().program.tool, parts=(), world_from_base=np.eye(4), fixed=[])
    assert not np.isfinite(corrections(rig, np.full((1, 5), 0.4), np.zeros((1, 5)), xy=1e-4, angle=0.0)).any()


@pytest.mark.parametrize(
    ("xy", "angle", "holds"), [(0.0, 0.0, True), (0.001, 0.002, True), (0.05, 0.05, False)]
)
def test_claimed_tolerances(
    xy: float, angle: float, holds: bool, seam: Certificate, catalogue: Catalogue
) -> None:
    claims = seam.claims | {"base_tolerance": {"xy_m": xy, "angle_rad": angle}}
    verdict = check(dataclasses.replace(seam, claims=claims), catalogue)
    assert verdict.holds is holds, verdict.reasons


def test_the_largest_tolerance_is_passed_and_a_larger_one_is_not(
    seam: Certificate, catalogue: Catalogue
) -> None:
    robot = catalogue[seam.robot_id]
    document = seam_document()
    document["requirements"] |= {"base_tolerance_mm": 20.0, "base_tolerance_deg": 1.0}
    need = need_from_document(document)
    certificate = dataclasses.replace(seam, need=need.document, need_sha256=need.sha256)
    xy, angle = largest_base_tolerance(certificate, robot, need.program)
    assert 0.002 < xy < 0.02
    for share, holds in ((1.0, True), (1.15, False)):
        claims = seam.claims | {"base_tolerance": {"xy_m": share * xy, "angle_rad": share * angle}}
        assert check(dataclasses.replace(certificate, claims=claims), catalogue).holds is holds


def test_a_tolerance_that_uses_up_the_clearance_is_refused(
    seam: Certificate, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The joints could correct 10 mm, but where a travel lets go of the tool (everywhere, when no correction is
    easy enough) it would come too near the plate."""
    monkeypatch.setattr("robotplus.checking.holding.AWKWARD", 0.0)
    claims = seam.claims | {"base_tolerance": {"xy_m": 0.010, "angle_rad": 0.0}}
    (reason,) = check(dataclasses.replace(seam, claims=claims), catalogue).reasons
    assert reason[0] == "base_tolerance"
    assert "mm demanded" in reason[1]


def test_what_holds_on_paper_holds_for_displaced_bases(seam: Certificate) -> None:
    """Corrected postures at the corners of the tolerance stay within limits."""
    rig, tolerance = seam_builder().rig, seam.claims["base_tolerance"]
    lower = np.array([j.lower for j in rig.robot.joints], dtype=float)
    upper = np.array([j.upper for j in rig.robot.joints], dtype=float)
    for way in np.linspace(0, 2 * math.pi, 5):
        for turn in (-1, 1):
            moved = displaced(
                rig,
                tolerance["xy_m"] * math.cos(way),
                tolerance["xy_m"] * math.sin(way),
                turn * tolerance["angle_rad"],
            )
            for move in seam.moves:
                if move.kind == "stroke":
                    q = hold_tool(rig, moved, move.q[len(move.q) // 2])
                    assert ((lower <= q) & (q <= upper)).all()


def test_singular_postures_are_told_from_regular_ones() -> None:
    rng = np.random.default_rng(5)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    wide = np.array([1.0, 1.0, 0.5, 0.1, 0.1])
    matrices = [turn @ np.diag([*wide, least]) @ turn.T for least in (0.1, 1e-7, 1e-12)]
    matrices.append(np.diag([1.0, 1.0, 1.0, 1.0, 1.0, 0.0]))  # of which LAPACK makes an error
    inverse, regular = _inverses(np.array(matrices))
    assert regular.tolist() == [True, True, False, False]
    for k in (0, 1):
        assert inverse[k] @ matrices[k] == pytest.approx(np.eye(6), abs=1e-7)
    regular_ones, _ = _inverses(np.array(matrices[:2]))
    assert np.array_equal(regular_ones, inverse[:2])
