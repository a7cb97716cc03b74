"""Where a robot on a displaced base holds its tool, where on travels it lets it go, and the corrections on all
pieces of the motion. docs/check.md, "Base tolerance"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.checking.limits import ranges
from robotplus.checking.pieces import Bools, Ints, Pieces, halve_where
from robotplus.checking.rig import Rig
from robotplus.checking.room import Correction
from robotplus.checking.sweep import samples
from robotplus.checking.tolerance import Response, tightened
from robotplus.robots.model import Array

COARSE = 0.1  # [rad] all joints together, on one piece
AWKWARD = 3.0  # a correction on a travel this many times those at its ends is not asked for
NEAR = 0.0005  # [rad] or [m] each joint, about a sample: a correction that does not bear this is awkward too
GENERATIONS = 12
LOOKED_AT = 100  # pieces on which nothing is shown, at a time, in search of one that cannot be
EXACT = 1e-6  # [rad] or [m]


def corrected(
    rig: Rig, pieces: Pieces, moves: Sequence[Move], *, xy: float, angle: float
) -> tuple[Pieces, Correction, tuple[int, str] | None]:
    """The pieces, halved until a correction within the joint ranges is shown on each, with that correction; and
    the first piece, with the reason, for which there is none."""
    pieces = coarse(pieces)
    correction = planned(rig, pieces, moves, xy=xy, angle=angle)
    new = np.ones(len(pieces), dtype=bool)
    for _ in range(GENERATIONS):
        correction.joints[new] = tightened(rig, pieces.take(new), correction.take(new)).joints
        open_ = ~(room_in_limits(rig, pieces, correction) >= -EXACT)
        failure = _failure(rig, pieces, correction, open_)
        if failure is not None or not open_.any():
            return pieces, correction, failure
        both = np.repeat(np.arange(len(pieces)), np.where(open_, 2, 1))
        pieces, correction, new = halve_where(pieces, open_), correction.take(both), open_[both]
    return pieces, correction, (int(np.argmax(open_)), "the correction is too near a bound to be decided")


def _failure(rig: Rig, pieces: Pieces, correction: Correction, open_: Bools) -> tuple[int, str] | None:
    """A piece of some of the ``open_`` ones in whose very middle no correction is shown, or one that leaves a range."""
    some = np.flatnonzero(open_)
    if not len(some):
        return None
    some = some[np.linspace(0, len(some) - 1, min(len(some), LOOKED_AT)).astype(int)]
    part = pieces.take(some)
    still = part.standing(part.middle())
    room = room_in_limits(rig, still, tightened(rig, still, correction.take(some)))
    if (room >= -EXACT).all():
        return None
    k = int(np.argmin(np.nan_to_num(room, nan=-np.inf)))
    why = "a joint would leave its range" if np.isfinite(room[k]) else "no correction could be shown"
    return int(some[k]), why


def planned(rig: Rig, pieces: Pieces, moves: Sequence[Move], *, xy: float, angle: float) -> Correction:
    """Where the tool is held; bounds on the corrections where it is let go (infinite elsewhere)."""
    q, i0, i1 = samples(pieces)
    travels = np.array([m.kind == "travel" for m in moves])[pieces.move]
    mine = np.unique(np.concatenate([i0[travels], i1[travels]]))
    response = Response(rig, q[mine])
    near, at = np.zeros(len(q)), np.full((len(q), rig.dof), np.inf)
    for change, out in ((NEAR, near), (0.0, at)):
        b = response.bounds(np.arange(len(mine)), np.full((len(mine), rig.dof), change), xy=xy, angle=angle)
        out[mine] = b.sum(axis=1) if out is near else b
    held, begin, end = strategy(at.sum(axis=1), near, pieces, moves, i0=i0, i1=i1)
    joints = np.where(held[:, None], np.inf, np.maximum(at[begin], at[end]))
    return Correction(xy, angle, joints, held)


def coarse(pieces: Pieces) -> Pieces:
    """Pieces halved until the joints turn little on each."""
    for _ in range(GENERATIONS):
        loose = pieces.excursion().sum(axis=1) > COARSE
        if not loose.any():
            break
        pieces = halve_where(pieces, loose)
    return pieces


def strategy(
    at: Array, near: Array, pieces: Pieces, moves: Sequence[Move], *, i0: Ints, i1: Ints
) -> tuple[Bools, Ints, Ints]:
    """Whether the tool is held on each piece (n,); where not, the samples between which the correction goes
    evenly.

    A travel need not hold the tool where that is awkward: on pieces at an end of which the corrections come to
    more than ``AWKWARD`` times those at the worse end of the travel. On each run of such pieces the correction
    goes evenly from the one before to the one after.

    Args:
        at, near: (m,) corrections of all joints together at the samples, and near them. i0, i1: (n,) the
            samples at the ends of the pieces.
    """
    held = np.ones(len(pieces), dtype=bool)
    begin, end = i0.copy(), i1.copy()
    for m, move in enumerate(moves):
        if move.kind != "travel":
            continue
        mine = np.flatnonzero(pieces.move == m)
        if not len(mine):
            continue
        most = AWKWARD * max(at[i0[mine[0]]], at[i1[mine[-1]]])
        easy = (near <= most) & np.isfinite(near)
        held[mine] = easy[i0[mine]] & easy[i1[mine]]
        edges = np.flatnonzero(np.diff(np.concatenate([[True], held[mine], [True]]).astype(int)))
        for first, after in edges.reshape(-1, 2):
            begin[mine[first:after]], end[mine[first:after]] = i0[mine[first]], i1[mine[after - 1]]
    return held, begin, end


def room_in_limits(rig: Rig, pieces: Pieces, correction: Correction) -> Array:
    """(n,) distance [rad or m] left to a joint limit or coupling after the correction."""
    lower, upper = ranges(rig.robot)
    low, high = pieces.b.min(axis=1), pieces.b.max(axis=1)
    worst = (np.minimum(low - lower, upper - high) - correction.joints).min(axis=1)
    for coupling in rig.robot.couplings:
        c = np.array(coupling.coefficients)
        total = pieces.b @ c
        used = correction.joints @ np.abs(c)
        worst = np.minimum(worst, coupling.upper - total.max(axis=1) - used)
        worst = np.minimum(worst, total.min(axis=1) - coupling.lower - used)
    return np.asarray(worst)
