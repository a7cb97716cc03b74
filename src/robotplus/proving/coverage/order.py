"""In which order and direction swaths are worked: nearest first, then turned-over stretches while that shortens."""

from __future__ import annotations

import numpy as np

from robotplus.robots.model import Array

IMPROVED = 400  # more swaths than these keep the nearest-first order
ROUNDS = 6


def in_order(segments: Array, start: Array, *, improve: bool = True) -> list[tuple[int, bool]]:
    """The visits: index of the segment, and whether it is worked from its second end to its first.

    Args:
        segments: (n, 2, 2) [m].
        start: (2,) [m] where the machine is.
        improve: turn stretches over where that shortens; else the order is nearest first.
    """
    n = len(segments)
    left = np.ones(n, dtype=bool)
    here = np.asarray(start, dtype=float)
    visits: list[tuple[int, bool]] = []
    for _ in range(n):
        d = np.hypot(*np.moveaxis(segments - here, -1, 0))  # (n, 2): to both ends
        d[~left] = np.inf
        i, side = divmod(int(np.argmin(d)), 2)
        left[i] = False
        visits.append((i, side == 1))
        here = segments[i, 1 - side]
    return (
        _improved(segments, np.asarray(start, dtype=float), visits)
        if improve and 2 < n <= IMPROVED
        else visits
    )


def _improved(segments: Array, start: Array, visits: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """Turn over any stretch i..j of visits where the two links at its ends get shorter (2-opt, open at the end)."""
    index = np.array([i for i, _ in visits])
    turned = np.array([back for _, back in visits])
    for _ in range(ROUNDS):
        first = segments[index, turned.astype(int)]
        last = segments[index, 1 - turned.astype(int)]
        changed = False
        for i in range(len(index)):
            before = start if i == 0 else last[i - 1]
            # a stretch i..j turned over: before -> last[j], first[i] -> first[j + 1]
            old = np.hypot(*(first[i] - before)) + np.append(np.hypot(*(first[i + 1 :] - last[i:-1]).T), 0.0)
            new = np.hypot(*(last[i:] - before).T) + np.append(np.hypot(*(first[i + 1 :] - first[i]).T), 0.0)
            gain = old - new
            k = int(np.argmax(gain))
            if gain[k] > 1e-9:
                j = i + k
                index[i : j + 1] = index[i : j + 1][::-1]
                turned[i : j + 1] = ~turned[i : j + 1][::-1]
                first = segments[index, turned.astype(int)]
                last = segments[index, 1 - turned.astype(int)]
                changed = True
        if not changed:
            break
    return list(zip(index.tolist(), turned.tolist(), strict=True))


def travelled(segments: Array, start: Array, visits: list[tuple[int, bool]]) -> float:
    """Length of the straight links between the visits [m]."""
    here, total = np.asarray(start, dtype=float), 0.0
    for i, back in visits:
        total += float(np.hypot(*(segments[i, int(back)] - here)))
        here = segments[i, 1 - int(back)]
    return total
