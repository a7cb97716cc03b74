"""The base tolerance: joint corrections that hold the tool on a displaced base. docs/check.md has the
formula."""

from __future__ import annotations

import numpy as np

from robotplus.checking.pieces import Bools, Ints, Pieces
from robotplus.checking.rig import Rig
from robotplus.checking.room import Correction
from robotplus.robots.model import Array

ITERATIONS = 30
MARGIN, LEAST = 1.02, 1e-9  # inflation, so that the limit is mapped strictly inside itself
MOST_TURN = 0.9  # [rad]
CONDITION = 1e10  # of J Jᵀ, beyond which a posture counts as singular


class Response:
    """What a displaced base asks of the joints at m postures.

    ``regular`` (m,): the tool can be moved every way. ``shift``, ``turn`` (m, n): |correction| for each metre
    and each radian, to first order. ``position``, ``rotation`` (m, n): lengths of the rows of the pseudo-inverse.
    ``lever`` (m, n + 1): distance of the TCP from the base's vertical and from each joint axis.
    """

    def __init__(self, rig: Rig, q: Array) -> None:
        self._turning = np.concatenate([[True], rig.revolute])
        poses = rig.poses(q)
        jacobian = rig.jacobian(poses)
        _, tip = rig.tcp(poses)
        inverse, self.regular = _inverses(jacobian @ jacobian.transpose(0, 2, 1))
        self.regular &= rig.dof >= 6
        back = jacobian.transpose(0, 2, 1) @ inverse
        arm = tip - rig.world_from_base[:3, 3]
        turned = back[:, :, 1] * arm[:, None, 0] - back[:, :, 0] * arm[:, None, 1] + back[:, :, 5]
        self.shift, self.turn = np.hypot(back[:, :, 0], back[:, :, 1]), np.abs(turned)
        self.position = np.linalg.norm(back[:, :, :3], axis=2)
        self.rotation = np.linalg.norm(back[:, :, 3:], axis=2)
        from_axes = rig.radii(poses, tip[:, None], np.zeros(1))[:, 0]
        self.lever = np.concatenate([np.hypot(arm[:, 0], arm[:, 1])[:, None], from_axes], axis=1)

    def first(self, *, xy: float, angle: float) -> Array:
        """(m, n) the corrections to first order; infinite at singular postures."""
        return np.where(self.regular[:, None], xy * self.shift + angle * self.turn, np.inf)

    def bounds(self, at: Ints, change: Array, *, xy: float, angle: float) -> Array:
        """(k, n) bounds b on |Δq| that hold the tool at the postures ``at`` (k,), with the joints up to
        ``change`` (k, n) away: the smallest box found that f maps into itself; infinite where there is none."""
        b = self.first(xy=xy, angle=angle)[at]
        going = np.flatnonzero(self.regular[at])
        b[~self.regular[at]] = np.inf
        for _ in range(ITERATIONS):
            f, fits = self._image(at[going], b[going], change[going], xy=xy, angle=angle)
            b[going[~fits]] = np.inf  # boxes only grow, so a misfit stays one
            grows = fits & (f > b[going]).any(axis=1)
            going = going[grows]
            if not len(going):
                break
            b[going] = MARGIN * f[grows] + LEAST
        b[going] = np.inf
        return b

    def _image(self, at: Ints, b: Array, change: Array, *, xy: float, angle: float) -> tuple[Array, Bools]:
        """f(b), and whether all stays small and Δ ↦ J⁺ (…) brings points of the box closer: the spectral radius
        is below 1.

        With the lever arm L_k of the deeper of two joints, M_jk w_j sums to L_k Σ_{j<=k} t_j w_j +
        t_k Σ_{j>k} L_j w_j, t telling revolute joints.
        """
        none = np.zeros((len(b), 1))
        y = np.concatenate([none + angle, b], axis=1)
        away = np.concatenate([none, change], axis=1)
        turning = self._turning
        position, rotation = self.position[at], self.rotation[at]
        turn, turned = (y * turning).sum(axis=1), (away * turning).sum(axis=1)
        grown = (xy + (self.lever[at] * (y + away)).sum(axis=1)) / np.maximum(1.0 - turn - turned, 0.05)
        lever = self.lever[at] + grown[:, None]

        def curved(w: Array) -> Array:
            deep = lever * w
            behind = deep.sum(axis=1, keepdims=True) - np.cumsum(deep, axis=1)
            return np.asarray(lever * np.cumsum(w * turning, axis=1) + turning * behind)

        second = (y * curved(0.5 * y + away)).sum(axis=1)
        tilt = 0.25 * turn**2 + 0.34 * turn**3 + turned * turn
        first = xy * self.shift[at] + angle * self.turn[at]
        image = first + position * second[:, None] + rotation * tilt[:, None]
        moves = curved(y + away)[:, 1:]
        tilts = (np.cumsum((y + away) * turning, axis=1)[:, :-1] + 0.5 * turn[:, None]) * turning[1:]
        (pp, pr), (rp, rr) = (
            [(rate * gain).sum(axis=1) for gain in (position, rotation)] for rate in (moves, tilts)
        )
        radius = 0.5 * (pp + rr) + np.sqrt((0.5 * (pp - rr)) ** 2 + pr * rp)
        return image, (turn + turned <= MOST_TURN) & (radius < 1.0)


def _inverses(a: Array) -> tuple[Array, Bools]:
    """Inverses of symmetric matrices (m, k, k), and which of them (m,) are fit to be used: tr(A) tr(A⁻¹) is between
    the condition number and k² times that."""
    singular = np.zeros(len(a), dtype=bool)
    try:
        inverse = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        singular = np.linalg.det(a) == 0
        inverse = np.linalg.inv(np.where(singular[:, None, None], np.eye(a.shape[1]), a))
    size, gain = (np.trace(x, axis1=1, axis2=2) for x in (a, inverse))
    fit: Bools = ~singular & (gain > 0) & (size * gain < CONDITION)
    return np.asarray(inverse), fit


def corrections(rig: Rig, q: Array, change: Array, *, xy: float, angle: float) -> Array:
    """(m, n) bounds on |Δq| that hold the tool at each posture ``q`` (m, n), with the joints up to ``change``
    away; infinite where none can be shown."""
    return Response(rig, q).bounds(np.arange(len(q)), change, xy=xy, angle=angle)


def tightened(rig: Rig, pieces: Pieces, known: Correction) -> Correction:
    """The correction on parts of the pieces it was ``known`` for: where the tool is held, from the postures there
    too. Both bounds are good for the one correction that grows from nothing with the displacement."""
    held, joints = known.holds_tool, known.joints.copy()
    part = pieces.take(held)
    middle = part.middle()
    new = corrections(rig, middle, part.spread(middle), xy=known.xy, angle=known.angle)
    joints[held] = np.minimum(joints[held], new)
    return Correction(known.xy, known.angle, joints, held)
