"""The motion cut into intervals that can be halved: each holds Bernstein coefficients and bounds by their
hull.

Halving (de Casteljau) leaves the motion as it is and makes every hull tighter; all rules that must hold
between samples are shown on pieces, and pieces on which a bound is too loose are halved until it suffices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robotplus.certificates.motion import Move, bernstein
from robotplus.robots.model import Array

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MIDDLE = np.array([1, 5, 10, 10, 5, 1]) / 32  # Bernstein polynomials at one half


@dataclass(frozen=True)
class Pieces:
    """n intervals. ``b`` (n, 6, dof) Bernstein coefficients, ``h`` (n,) durations [s], ``start`` (n,) times
    [s] from the start of the motion, ``move`` (n,) index of the move it belongs to."""

    b: Array
    h: Array
    start: Array
    move: Ints

    def __len__(self) -> int:
        return len(self.h)

    @property
    def q0(self) -> Array:
        """(n, dof) joint values at the start."""
        return self.b[:, 0]

    @property
    def q1(self) -> Array:
        """(n, dof) joint values at the end."""
        return self.b[:, 5]

    def velocities(self) -> Array:
        """(n, 5, dof) Bernstein coefficients of the joint velocities; the first and last are those at the
        ends."""
        return np.asarray(5.0 * np.diff(self.b, axis=1) / self.h[:, None, None])

    def accelerations(self) -> Array:
        """(n, 4, dof) likewise of the joint accelerations."""
        return np.asarray(20.0 * np.diff(self.b, 2, axis=1) / self.h[:, None, None] ** 2)

    def speed(self) -> Array:
        """(n, dof) highest |velocity| on each piece."""
        return np.asarray(np.abs(self.velocities()).max(axis=1))

    def acceleration(self) -> Array:
        """(n, dof) highest |acceleration| on each piece."""
        return np.asarray(np.abs(self.accelerations()).max(axis=1))

    def jerk(self) -> Array:
        """(n, dof) highest |third derivative| on each piece."""
        d3 = 60.0 * np.diff(self.b, 3, axis=1) / self.h[:, None, None] ** 3
        return np.asarray(np.abs(d3).max(axis=1))

    def excursion(self) -> Array:
        """(n, dof) highest |q(t) - q(start)| on each piece."""
        return self.spread(self.q0)

    def take(self, index: Ints | Bools) -> Pieces:
        return Pieces(self.b[index], self.h[index], self.start[index], self.move[index])

    def middle(self) -> Array:
        """(n, dof) joint values halfway in time."""
        return np.asarray(np.einsum("k,nkj->nj", MIDDLE, self.b))

    def spread(self, about: Array) -> Array:
        """(n, dof) highest |q(t) - about| on each piece."""
        return np.asarray(np.abs(self.b - about[:, None]).max(axis=1))

    def standing(self, q: Array) -> Pieces:
        """Pieces on which the robot stands still at ``q`` (n, dof)."""
        return Pieces(np.repeat(q[:, None], 6, axis=1), self.h, self.start, self.move)

    def halves(self) -> Pieces:
        """2n pieces: each one's first half, then its second, in order."""
        level, left, right = self.b, [self.b[:, 0]], [self.b[:, 5]]
        for _ in range(5):
            level = 0.5 * (level[:, :-1] + level[:, 1:])
            left.append(level[:, 0])
            right.append(level[:, -1])
        n, _, dof = self.b.shape
        b = np.empty((2 * n, 6, dof))
        b[0::2] = np.stack(left, axis=1)
        b[1::2] = np.stack(right[::-1], axis=1)
        h = np.repeat(0.5 * self.h, 2)
        start = np.repeat(self.start, 2)
        start[1::2] += h[1::2]
        return Pieces(b, h, start, np.repeat(self.move, 2))


def cut(moves: Sequence[Move]) -> Pieces:
    """The pieces between the knots of all moves."""
    starts = np.cumsum([0.0] + [m.duration for m in moves])
    return Pieces(
        np.concatenate([bernstein(m) for m in moves]),
        np.concatenate([np.diff(m.t) for m in moves]),
        np.concatenate([m.t[:-1] + t for m, t in zip(moves, starts, strict=False)]),
        np.repeat(np.arange(len(moves)), [len(m.t) - 1 for m in moves]),
    )


def halve_where(pieces: Pieces, loose: Bools) -> Pieces:
    """The pieces with those that are ``loose`` (n,) halved, order kept."""
    both = pieces.take(loose).halves()
    index = np.repeat(np.arange(len(pieces)), np.where(loose, 2, 1))
    out = pieces.take(index)
    where = loose[index]
    for name in ("b", "h", "start"):
        getattr(out, name)[where] = getattr(both, name)
    return out


@dataclass(frozen=True)
class Repeats:
    """Moves that a motion does again: what is shown once need not be shown twice.

    ``first`` (moves,): the first move of the same motion. ``start`` (moves,): when each begins [s].
    """

    first: Ints
    start: Array

    @staticmethod
    def of(moves: Sequence[Move]) -> Repeats:
        seen: dict[tuple[bool, bytes], int] = {}
        first = []
        for k, m in enumerate(moves):
            same = b"".join(a.tobytes() for a in (m.t, m.q, m.qd, m.qdd))
            first.append(seen.setdefault((m.kind == "travel", same), k))
        time = np.array([m.duration for m in moves])
        return Repeats(np.array(first), np.cumsum(time) - time)

    def once(self, pieces: Pieces) -> Pieces:
        """The pieces of first moves."""
        return pieces.take(self.first[pieces.move] == pieces.move)
