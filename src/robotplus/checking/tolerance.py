"""The base tolerance: joint corrections that hold the tool on a displaced base. docs/check.md has the
formula."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.checking.clearance import Correction
from robotplus.checking.limits import ranges
from robotplus.checking.pieces import Bools, Pieces, halve_where
from robotplus.checking.rig import Rig
from robotplus.robots.model import Array

ITERATIONS = 30
MARGIN, LEAST = 1.02, 1e-9  # inflation, so that the limit is mapped strictly inside itself
FINE = 0.01  # [rad] all joints together, on pieces where the tool is held
GENERATIONS = 8


def fine_pieces(pieces: Pieces, held: Bools) -> Pieces:
    """Pieces halved until the joints turn little where the tool is held; ``held`` (moves,)."""
    for _ in range(GENERATIONS):
        loose = held[pieces.move] & (pieces.excursion().sum(axis=1) > FINE)
        if not loose.any():
            break
        pieces = halve_where(pieces, loose)
    return pieces


def correct(rig: Rig, pieces: Pieces, moves: Sequence[Move], *, xy: float, angle: float) -> Correction:
    """Bounds on the joint corrections on every piece; infinite where none can be shown."""
    held = np.array([m.kind != "travel" for m in moves])
    holds = held[pieces.move]
    joints = np.zeros((len(pieces), rig.dof))
    if holds.any():
        mine = pieces.take(holds)
        joints[holds] = corrections(rig, mine.q0, mine.excursion(), xy=xy, angle=angle)
    for m, move in enumerate(moves):
        if held[m]:
            continue
        ends = corrections(rig, move.q[[0, -1]], np.zeros((2, rig.dof)), xy=xy, angle=angle)
        joints[pieces.move == m] = ends.max(axis=0)
    return Correction(xy, angle, joints, holds)


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
    b = _self_map(rig, first, change, back=back, angle=angle)
    b[~regular] = np.inf
    return b


def _self_map(rig: Rig, first: Array, change: Array, *, back: Array, angle: float) -> Array:
    """The smallest box found that f maps into itself, infinite where there is none."""
    turning = np.concatenate([[True], rig.revolute])
    deeper = np.maximum.outer(np.arange(rig.dof + 1), np.arange(rig.dof + 1))
    shallower = np.minimum.outer(np.arange(rig.dof + 1), np.arange(rig.dof + 1))
    curvature = np.where(turning[shallower], rig.reach[deeper], 0.0)
    position = np.linalg.norm(back[:, :, :3], axis=2)
    rotation = np.linalg.norm(back[:, :, 3:], axis=2)
    away = np.concatenate([np.zeros((len(first), 1)), change], axis=1)

    def image(b: Array) -> Array:
        y = np.concatenate([np.full((len(b), 1), angle), b], axis=1)
        bent = y @ curvature
        second = 0.5 * np.einsum("mj,mj->m", bent, y) + np.einsum("mj,mj->m", bent, away)
        turn, turned = (y * turning).sum(axis=1), (away * turning).sum(axis=1)
        tilt = 0.75 * turn**2 + turned * turn
        return np.asarray(first + position * second[:, None] + rotation * tilt[:, None])

    b = first
    for _ in range(ITERATIONS):
        b = np.minimum(MARGIN * image(b) + LEAST, 1e3)
    turn = angle + (b * rig.revolute).sum(axis=1)
    kept = (image(b) <= b).all(axis=1) & (turn <= 1.0)
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
