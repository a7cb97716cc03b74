"""The motion formula: how a certificate's knots become a motion. One page, and the whole of it.

A motion is a list of moves done one after another, at rest at both ends of each move unless stated. A move
has knots t[0] < … < t[n-1] with joint values q, velocities qd and accelerations qdd. Between two knots, with
h = t[k+1] - t[k] and u = (t - t[k]) / h in [0, 1], every joint follows the quintic

    q(u) = Σ_{i=0..5} B_i C(5, i) u^i (1 - u)^(5 - i)

whose Bernstein coefficients B are fixed by value, velocity and acceleration at both ends:

    B0 = q0                B5 = q1
    B1 = q0 + h v0 / 5     B4 = q1 - h v1 / 5
    B2 = q0 + 2 h v0 / 5 + h² a0 / 20
    B3 = q1 - 2 h v1 / 5 + h² a1 / 20

A move is therefore twice continuously differentiable, and its extremes are bounded by the Bernstein hull:
position within [min B, max B], velocity within 5/h · differences of B, acceleration within 20/h² · second
differences of B.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from robotplus.robots.model import Array

MoveKind = Literal["travel", "approach", "stroke", "dwell", "retract"]


@dataclass(frozen=True)
class Move:
    """One move.

    ``stop`` is the position in the executed order it leads to (travel, approach), works at (stroke, dwell) or
    leaves (retract). A dwell has two knots with equal q and zero qd, qdd.

    Shapes: t (n,), q, qd, qdd (n, dof); t starts at 0 within the move.
    """

    kind: MoveKind
    stop: int
    t: Array
    q: Array
    qd: Array
    qdd: Array

    @property
    def duration(self) -> float:
        """[s]"""
        return float(self.t[-1])


def bernstein(move: Move) -> Array:
    """(n - 1, 6, dof) Bernstein coefficients of each interval."""
    h = np.diff(move.t)[:, None]
    q0, q1 = move.q[:-1], move.q[1:]
    v0, v1 = move.qd[:-1], move.qd[1:]
    a0, a1 = move.qdd[:-1], move.qdd[1:]
    return np.stack(
        [
            q0,
            q0 + h * v0 / 5,
            q0 + 2 * h * v0 / 5 + h * h * a0 / 20,
            q1 - 2 * h * v1 / 5 + h * h * a1 / 20,
            q1 - h * v1 / 5,
            q1,
        ],
        axis=1,
    )


def evaluate(move: Move, times: Array) -> tuple[Array, Array, Array]:
    """Joint values, velocities and accelerations at ``times`` (m,) within the move; each (m, dof)."""
    times = np.clip(np.asarray(times, dtype=float), 0.0, move.t[-1])
    k = np.clip(np.searchsorted(move.t, times, side="right") - 1, 0, len(move.t) - 2)
    h = (move.t[k + 1] - move.t[k])[:, None]
    u = (times - move.t[k])[:, None] / h
    b = bernstein(move)[k]  # (m, 6, dof)
    d1 = 5 * np.diff(b, axis=1)
    d2 = 4 * np.diff(d1, axis=1)
    return _casteljau(b, u), _casteljau(d1, u) / h, _casteljau(d2, u) / (h * h)


def evaluate_all(moves: Sequence[Move], times: Sequence[Array]) -> tuple[Array, Array]:
    """Joint values and velocities of many moves, each at times of its own within it, behind each other."""
    end = np.cumsum([len(move.t) for move in moves])
    t, q, qd, qdd = (
        np.concatenate([getattr(move, name) for move in moves]) for name in ("t", "q", "qd", "qdd")
    )
    at = np.concatenate([np.clip(own, 0.0, move.t[-1]) for own, move in zip(times, moves, strict=True)])
    k = np.concatenate(
        [
            last - len(move.t) + np.clip(np.searchsorted(move.t, own, side="right") - 1, 0, len(move.t) - 2)
            for own, move, last in zip(times, moves, end.tolist(), strict=True)
        ]
    )
    h = (t[k + 1] - t[k])[:, None]
    pairs = (np.stack([v[k], v[k + 1]], axis=1).reshape(-1, v.shape[1]) for v in (q, qd, qdd))
    u = (at - t[k])[:, None] / h
    ends = np.zeros(2 * len(k))
    ends[1::2] = h[:, 0]
    b = bernstein(Move("travel", 0, ends, *pairs))[::2]
    return _casteljau(b, u), _casteljau(5 * np.diff(b, axis=1), u) / h


def _casteljau(b: Array, u: Array) -> Array:
    while b.shape[1] > 1:
        b = b[:, :-1] * (1 - u[:, None]) + b[:, 1:] * u[:, None]
    return b[:, 0]


def hull(move: Move) -> tuple[Array, Array, Array, Array]:
    """Bounds over the whole move, between knots too: lowest and highest q, highest |qd| and |qdd|; each (dof,)."""
    b = bernstein(move)
    h = np.diff(move.t)[:, None, None]
    d1 = 5 * np.diff(b, axis=1) / h
    d2 = 4 * np.diff(d1, axis=1) / h
    return b.min(axis=(0, 1)), b.max(axis=(0, 1)), np.abs(d1).max(axis=(0, 1)), np.abs(d2).max(axis=(0, 1))
