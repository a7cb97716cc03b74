"""The base tolerance: joint corrections that hold the tool on a displaced base. docs/check.md has the
formula."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.checking.limits import ranges
from robotplus.checking.pieces import Bools, Pieces, halve_where
from robotplus.checking.rig import Rig
from robotplus.checking.room import Correction
from robotplus.robots.model import Array

ITERATIONS = 30
MARGIN, LEAST = 1.02, 1e-9  # inflation, so that the limit is mapped strictly inside itself
FINE, FINE_TRAVEL, LONG_TRAVEL = 0.01, 0.01, 0.1  # [rad] all joints together, on one piece
MANY_MOVES = 40  # with more moves than this, travels are cut as LONG_TRAVEL says
AWKWARD = 3.0  # a correction on a travel this many times those at its ends is not asked for
GENERATIONS = 8


def fine_pieces(pieces: Pieces, moves: Sequence[Move]) -> Pieces:
    """Pieces halved until the joints turn little on each."""
    travels = np.array([m.kind == "travel" for m in moves])
    most = np.where(travels, LONG_TRAVEL if len(moves) > MANY_MOVES else FINE_TRAVEL, FINE)
    for _ in range(GENERATIONS):
        loose = pieces.excursion().sum(axis=1) > most[pieces.move]
        if not loose.any():
            break
        pieces = halve_where(pieces, loose)
    return pieces


def correct(rig: Rig, pieces: Pieces, moves: Sequence[Move], *, xy: float, angle: float) -> Correction:
    """Bounds on the joint corrections on every piece; infinite where none can be shown."""
    joints = corrections(rig, pieces.q0, pieces.excursion(), xy=xy, angle=angle)
    holds = np.ones(len(pieces), dtype=bool)
    for m, move in enumerate(moves):
        if move.kind == "travel":
            mine = np.nonzero(pieces.move == m)[0]
            ends = corrections(rig, move.q[[0, -1]], np.zeros((2, rig.dof)), xy=xy, angle=angle)
            joints[mine], holds[mine] = on_travel(joints[mine], ends)
    return Correction(xy, angle, joints, holds)


def on_travel(joints: Array, ends: Array) -> tuple[Array, Bools]:
    """A travel need not hold the tool where that is awkward: on each run of such pieces the correction goes
    evenly from the one before to the one after.

    Args:
        joints: (k, n) corrections that hold the tool. ends: (2, n) the same at the first and last posture.

    Returns:
        bounds (k, n) on the corrections, and on which pieces (k,) the tool is held.
    """
    awkward = ~(joints.sum(axis=1) <= AWKWARD * ends.sum(axis=1).max())
    padded = np.concatenate([ends[:1], joints, ends[1:]])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], awkward, [False]]).astype(int)))
    for first, after in edges.reshape(-1, 2):
        joints[first:after] = np.maximum(padded[first], padded[after + 1])
    return joints, ~awkward


def corrections(rig: Rig, q: Array, change: Array, *, xy: float, angle: float) -> Array:
    """(m, n) bounds b on |Δq| that hold the tool at each posture ``q`` (m, n), with the joints up to
    ``change`` away."""
    if rig.dof < 6:
        return np.full(q.shape, np.inf)
    poses = rig.poses(q)
    jacobian = rig.jacobian(poses)
    _, tip = rig.tcp(poses)
    square = jacobian @ jacobian.transpose(0, 2, 1)
    regular = np.linalg.cond(square) < 1e10
    square[~regular] = np.eye(6)
    back = jacobian.transpose(0, 2, 1) @ np.linalg.inv(square)
    base = np.zeros((len(q), 6, 3))
    base[:, 0, 0] = base[:, 1, 1] = base[:, 5, 2] = 1.0
    arm = tip - rig.world_from_base[:3, 3]
    base[:, 0, 2], base[:, 1, 2] = -arm[:, 1], arm[:, 0]
    answer = back @ base
    first = xy * np.hypot(answer[:, :, 0], answer[:, :, 1]) + angle * np.abs(answer[:, :, 2])
    lever = np.concatenate(
        [np.hypot(arm[:, 0], arm[:, 1])[:, None], rig.radii(poses, tip[:, None], np.zeros(1))[:, 0]], axis=1
    )
    b = _self_map(rig, first, change, back=back, lever=lever, xy=xy, angle=angle)
    b[~regular] = np.inf
    return b


def _self_map(
    rig: Rig, first: Array, change: Array, *, back: Array, lever: Array, xy: float, angle: float
) -> Array:
    """The smallest box found that f maps into itself, infinite where there is none.

    Args:
        lever: (m, n + 1) distance of the TCP from the base's vertical and from each joint axis.
    """
    turning = np.concatenate([[True], rig.revolute])
    index = np.arange(rig.dof + 1)
    bends = turning[np.minimum.outer(index, index)]
    deeper = lever[:, np.maximum.outer(index, index)]
    position = np.linalg.norm(back[:, :, :3], axis=2)
    rotation = np.linalg.norm(back[:, :, 3:], axis=2)
    away = np.concatenate([np.zeros((len(first), 1)), change], axis=1)

    def rates(b: Array) -> tuple[Array, Array, Array]:
        """y; how far ∂p/∂q_k and ∂(rotation)/∂q_k may stray from the Jacobian's columns within the box."""
        y = np.concatenate([np.full((len(b), 1), angle), b], axis=1)
        both = (y + away) * turning
        grown = (xy + (lever * (y + away)).sum(axis=1)) / np.maximum(1.0 - both.sum(axis=1), 0.05)
        curvature = np.where(bends, deeper + grown[:, None, None], 0.0)
        half = np.einsum("mj,mjk->mk", 0.5 * y + away, curvature)
        return y, half, np.einsum("mj,mjk->mk", y + away, curvature)

    def image(b: Array) -> Array:
        y, half, _ = rates(b)
        turn, turned = (y * turning).sum(axis=1), (away * turning).sum(axis=1)
        tilt = 0.25 * turn**2 + 0.34 * turn**3 + turned * turn
        second = np.einsum("mk,mk->m", half, y)
        return np.asarray(first + position * second[:, None] + rotation * tilt[:, None])

    def contracts(b: Array) -> Bools:
        """Whether Δ ↦ J⁺ (…) brings points of the box closer: the spectral radius is below 1."""
        y, _, moves = rates(b)
        both = (y + away) * turning
        tilts = (np.cumsum(both, axis=1)[:, :-1] + 0.5 * (y * turning).sum(axis=1)[:, None]) * rig.revolute
        moves = moves[:, 1:]
        (pp, pr), (rp, rr) = (
            [np.einsum("mk,mk->m", rate, gain) for gain in (position, rotation)] for rate in (moves, tilts)
        )
        half_trace = 0.5 * (pp + rr)
        return np.asarray(half_trace + np.sqrt((0.5 * (pp - rr)) ** 2 + pr * rp) < 1.0)

    b = first
    for _ in range(ITERATIONS):
        b = np.minimum(MARGIN * image(b) + LEAST, 1e3)
    turn = angle + ((b + change) * rig.revolute).sum(axis=1)
    kept = (image(b) <= b).all(axis=1) & (turn <= 0.9) & contracts(b)
    return np.where(kept[:, None], b, np.inf)


def room_in_limits(rig: Rig, pieces: Pieces, correction: Correction) -> tuple[float, int]:
    """Smallest distance [rad or m] left to a joint limit or coupling after the correction, and its piece."""
    lower, upper = ranges(rig.robot)
    low, high = pieces.b.min(axis=1), pieces.b.max(axis=1)
    left = np.minimum(low - lower, upper - high) - correction.joints
    worst = left.min(axis=1)
    for coupling in rig.robot.couplings:
        c = np.array(coupling.coefficients)
        total = pieces.b @ c
        used = correction.joints @ np.abs(c)
        worst = np.minimum(worst, coupling.upper - total.max(axis=1) - used)
        worst = np.minimum(worst, total.min(axis=1) - coupling.lower - used)
    k = int(np.argmin(worst))
    return float(worst[k]), k
