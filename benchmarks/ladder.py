"""Shortest path through a ladder of joint candidates, one rung a waypoint: dynamic programming in NumPy.

The edges are computed once and kept, so that a lazy search, which strikes out candidates that turn out to
collide, only repeats the cheap min-plus passes from the first rung that changed.
"""

from __future__ import annotations

import math

import numpy as np

from benchmarks.scene import Candidates
from robotplus.robots.model import Array

TURN = 2.0 * math.pi


class Ladder:
    """Candidates by rung with the cost of every step between neighbouring rungs.

    A step costs the sum of (dq / v)² and is forbidden where a joint would have to move faster than its limit.
    Joints whose range spans a turn are compared modulo a turn; ``unwrap`` undoes that afterwards.

    Args:
        candidates: joint vectors, grouped by ascending waypoint.
        rungs: number of waypoints.
        speed: (dof,) highest joint speeds.
        seconds: (rungs - 1,) time between waypoints.
        wraps: (dof,) True where a joint's range spans a turn.
    """

    def __init__(
        self, candidates: Candidates, rungs: int, *, speed: Array, seconds: Array, wraps: np.ndarray
    ) -> None:
        self.start = np.searchsorted(candidates.waypoint, np.arange(rungs + 1))
        self.blocked = np.zeros(len(candidates.q), dtype=bool)
        self._edges: list[Array] = []
        self._cost: list[Array] = []
        self._best: list[np.ndarray] = []
        scaled = np.ascontiguousarray((candidates.q / speed).T)
        turn = TURN / speed
        for k in range(rungs - 1):
            a = scaled[:, self.start[k] : self.start[k + 1]]
            b = scaled[:, self.start[k + 1] : self.start[k + 2]]
            cost = np.zeros((a.shape[1], b.shape[1]))
            worst = np.zeros_like(cost)
            for j in range(len(speed)):
                d = np.abs(np.subtract.outer(a[j], b[j]))
                if wraps[j]:
                    np.minimum(d, np.abs(turn[j] - d), out=d)
                np.maximum(worst, d, out=worst)
                d *= d
                cost += d
            cost[worst > seconds[k]] = np.inf
            self._edges.append(cost)

    def shortest(self, first_change: int = 0) -> np.ndarray | None:
        """Indices (rungs,) of the cheapest chain of candidates that are not blocked, or None.

        Args:
            first_change: rungs before this one are as they were at the last call.
        """
        rungs = len(self.start) - 1
        del self._cost[first_change:], self._best[max(first_change - 1, 0) :]
        for k in range(first_change, rungs):
            here = slice(self.start[k], self.start[k + 1])
            if k == 0:
                cost = np.zeros(self.start[1])
            else:
                total = self._cost[k - 1][:, None] + self._edges[k - 1]
                if total.shape[0] == 0 or total.shape[1] == 0:
                    return None
                best = total.argmin(axis=0)
                cost = total[best, np.arange(total.shape[1])]
                self._best.append(best)
            cost[self.blocked[here]] = np.inf
            self._cost.append(cost)
            if not np.isfinite(cost).any():
                return None
        chain = np.empty(rungs, dtype=int)
        chain[-1] = self._cost[-1].argmin()
        for k in range(rungs - 1, 0, -1):
            chain[k - 1] = self._best[k - 1][chain[k]]
        return chain + self.start[:-1]


def unwrap(q: Array, *, lower: Array, upper: Array, wraps: np.ndarray) -> Array | None:
    """A chain (n, dof) made continuous by adding whole turns; None where that leaves the limits."""
    step = np.diff(q, axis=0)
    step[:, wraps] -= TURN * np.round(step[:, wraps] / TURN)
    out: Array = np.vstack([q[:1], q[0] + np.cumsum(step, axis=0)])
    low, high = out.min(axis=0), out.max(axis=0)
    shift = np.where(low < lower, np.ceil((lower - low - 1e-9) / TURN), 0.0)
    shift = np.where(high > upper, -np.ceil((high - upper - 1e-9) / TURN), shift)
    out += TURN * np.where(wraps, shift, 0.0)
    inside = (out >= lower - 1e-9).all() and (out <= upper + 1e-9).all()
    return out if inside else None
