"""In which order stops are visited in one trip from the depot and back: exactly for a few, else by local search.

Costs are a matrix [s] with the depot first; they need not be symmetric. Local search turns stretches over (2-opt)
and moves stretches of one to three stops elsewhere (Or-opt), the best of all such changes each time, then starts
again from three exchanged stretches (double bridge) by seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from robotplus.robots.model import Array

EXACT = 9  # stops
LONGEST_MOVED = 3
KICKS = {60: 60, 10_000: 25}  # restarts up to that many stops
LEAST_GAIN = 1e-7


def exact(
    costs: Array, opens: Sequence[float], closes: Sequence[float], dwells: Sequence[float]
) -> list[int] | None:
    """The order that is home earliest with every window kept, by dynamic programming over sets of stops.

    Earlier at a stop is never worse, so per set and last stop only the earliest time counts (Held and Karp, 1962).

    Args:
        costs: (n + 1, n + 1) [s] of driving.
        opens, closes, dwells: n each [s], from leaving the depot.

    Returns:
        stops from 1, or None when no order keeps the windows.
    """
    n = len(costs) - 1
    drive = costs.tolist()
    best: dict[tuple[int, int], tuple[float, int]] = {}

    def reach(known: int, last: int, clock: float, stop: int) -> None:
        arrival = clock + drive[last][stop]
        if arrival > closes[stop - 1]:
            return
        done = max(arrival, opens[stop - 1]) + dwells[stop - 1]
        key = (known | 1 << (stop - 1), stop)
        if key not in best or done < best[key][0]:
            best[key] = (done, last)

    for stop in range(1, n + 1):
        reach(0, 0, 0.0, stop)
    for known in range(1, 1 << n):
        for last in range(1, n + 1):
            if (known, last) in best:
                clock = best[known, last][0]
                for stop in range(1, n + 1):
                    if not known >> (stop - 1) & 1:
                        reach(known, last, clock, stop)
    everything = (1 << n) - 1
    ends = [(best[everything, i][0] + drive[i][0], i) for i in range(1, n + 1) if (everything, i) in best]
    if not ends:
        return None
    order, known, last = [], everything, min(ends)[1]
    while last:
        order.append(last)
        before = best[known, last][1]
        known, last = known & ~(1 << (last - 1)), before
    return order[::-1]


def short_order(costs: Array, seed: int) -> list[int]:
    """A short closed order without windows: stops from 1.

    Args:
        costs: (n + 1, n + 1) [s].
        seed: decides the restarts.
    """
    n = len(costs) - 1
    if n <= EXACT:
        return exact(costs, [0.0] * n, [math.inf] * n, [0.0] * n) or []
    best = _improved(costs, _nearest_first(costs))
    least = _length(costs, best)
    random = np.random.default_rng(seed)
    for _ in range(next(kicks for most, kicks in KICKS.items() if n <= most)):
        i, j, k = np.sort(random.choice(np.arange(1, n + 1), 3, replace=False))
        kicked = np.concatenate([best[:i], best[j:k], best[i:j], best[k:]])
        tried = _improved(costs, kicked)
        length = _length(costs, tried)
        if length < least - LEAST_GAIN:
            best, least = tried, length
    return [int(stop) for stop in best[1:]]


def _nearest_first(costs: Array) -> Array:
    left = np.ones(len(costs), dtype=bool)
    order = [0]
    left[0] = False
    while left.any():
        order.append(int(np.argmin(np.where(left, costs[order[-1]], np.inf))))
        left[order[-1]] = False
    return np.array(order)


def _length(costs: Array, order: Array) -> float:
    return float(costs[order, np.roll(order, -1)].sum())


def _improved(costs: Array, order: Array) -> Array:
    """The order, depot first, after every change that shortens it."""
    while True:
        gain, changed = _turned(costs, order)
        for moved in range(1, min(LONGEST_MOVED, len(order) - 2) + 1):
            other, candidate = _moved(costs, order, moved)
            if other > gain:
                gain, changed = other, candidate
        if gain <= LEAST_GAIN:
            return order
        order = changed


def _turned(costs: Array, order: Array) -> tuple[float, Array]:
    """The best stretch i..j to turn over, with its gain."""
    closed = np.append(order, order[0])
    ahead = np.concatenate([[0.0], np.cumsum(costs[closed[:-1], closed[1:]])])
    back = np.concatenate([[0.0], np.cumsum(costs[closed[1:], closed[:-1]])])
    at = np.arange(1, len(order))
    before, after = closed[at - 1], closed[at + 1]
    old = (ahead[at] - ahead[at - 1])[:, None] + (ahead[at + 1] - ahead[at])[None]
    old = old + ahead[at][None] - ahead[at][:, None]
    new = costs[np.ix_(before, closed[at])] + costs[np.ix_(closed[at], after)]
    new = new + back[at][None] - back[at][:, None]
    gain = np.where(at[:, None] < at[None], old - new, -np.inf)
    i, j = (int(at[v]) for v in np.unravel_index(int(np.argmax(gain)), gain.shape))
    return float(gain.max()), np.concatenate([order[:i], order[i : j + 1][::-1], order[j + 1 :]])


def _moved(costs: Array, order: Array, size: int) -> tuple[float, Array]:
    """The best stretch of a size to put elsewhere, as it is or turned over, with its gain."""
    closed = np.append(order, order[0])
    n = len(order)
    first = np.arange(1, n - size + 1)
    last = first + size - 1
    a, b = closed[first], closed[last]
    left, right = closed[first - 1], closed[last + 1]
    ahead = np.concatenate([[0.0], np.cumsum(costs[closed[:-1], closed[1:]])])
    back = np.concatenate([[0.0], np.cumsum(costs[closed[1:], closed[:-1]])])
    turning = (back[last] - back[first]) - (ahead[last] - ahead[first])
    freed = costs[left, a] + costs[b, right] - costs[left, right]
    place = np.arange(n)  # between closed[place] and closed[place + 1]
    here, there = closed[place], closed[place + 1]
    link = costs[here, there][None]
    as_is = costs[np.ix_(here, a)].T + costs[np.ix_(b, there)] - link
    over = costs[np.ix_(here, b)].T + costs[np.ix_(a, there)] - link + turning[:, None]
    inside = (place[None] >= first[:, None] - 1) & (place[None] <= last[:, None])
    gain = np.where(inside, -np.inf, freed[:, None] - np.minimum(as_is, over))
    i, k = (int(v) for v in np.unravel_index(int(np.argmax(gain)), gain.shape))
    stretch = order[first[i] : last[i] + 1]
    if over[i, k] < as_is[i, k]:
        stretch = stretch[::-1]
    rest = np.concatenate([order[: first[i]], order[last[i] + 1 :]])
    at = k + 1 if k < first[i] else k + 1 - size
    return float(gain[i, k]), np.concatenate([rest[:at], stretch, rest[at:]])
