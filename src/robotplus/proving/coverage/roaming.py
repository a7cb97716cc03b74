"""Shortest ways for the machine's centre inside a region with holes: a visibility graph over its corners."""

from __future__ import annotations

import functools
import heapq
import math
from typing import Any

import numpy as np
import shapely

from robotplus.robots.model import Array

Spot = tuple[float, float]
SLACK_M = 1e-6  # corners of the region lie on its edge


class Roaming:
    """Ways inside a region (shapely polygon or polygons, [m])."""

    def __init__(self, region: Any) -> None:
        self.region = region
        self._wide = region.buffer(SLACK_M, join_style="mitre")
        shapely.prepare(self._wide)
        rings = [r for part in shapely.get_parts(region) for r in (part.exterior, *part.interiors)]
        self._corners: Array = (
            np.concatenate([np.array(r.coords)[:-1] for r in rings]) if rings else np.zeros((0, 2))
        )

    def sees(self, a: Spot, b: Array) -> Array:
        """Whether straight ways from ``a`` to points ``b`` (n, 2) stay inside: (n,) of bool."""
        ends = np.asarray(b, dtype=float).reshape(-1, 2)
        lines = shapely.linestrings(np.stack([np.broadcast_to(np.array(a), ends.shape), ends], 1))
        seen: Array = shapely.covers(self._wide, lines)
        return seen

    def way(self, a: Spot, b: Spot) -> tuple[Spot, ...] | None:
        """The shortest way from a to b with both ends; None when they lie in different parts."""
        if a == b:
            return (a, b)
        if bool(self.sees(a, np.array([b]))[0]):
            return (a, b)
        n = len(self._corners)
        from_a, to_b = self.sees(a, self._corners), self.sees(b, self._corners)
        start = np.hypot(*(self._corners - np.array(a)).T)
        end = np.hypot(*(self._corners - np.array(b)).T)
        best = np.full(n, math.inf)
        before = np.full(n, -1)
        queue: list[tuple[float, int]] = []
        for i in np.flatnonzero(from_a).tolist():
            best[i] = start[i]
            heapq.heappush(queue, (float(start[i]), i))
        goal, last = math.inf, -1
        while queue:
            d, i = heapq.heappop(queue)
            if d > best[i] or d >= goal:
                continue
            if to_b[i] and d + end[i] < goal:
                goal, last = float(d + end[i]), i
            seen, length = self._around(i)
            shorter = np.logical_and(seen, d + length < best)
            for j in np.flatnonzero(shorter).tolist():
                best[j], before[j] = d + length[j], i
                heapq.heappush(queue, (float(best[j]), j))
        if last < 0:
            return None
        path = [b]
        while last >= 0:
            path.append((float(self._corners[last, 0]), float(self._corners[last, 1])))
            last = int(before[last])
        return (a, *reversed(path))

    @functools.cache  # noqa: B019  as long-lived as the region
    def _around(self, i: int) -> tuple[Array, Array]:
        """From corner i: which corners are seen, and how far they are."""
        here = self._corners[i]
        seen = self.sees((float(here[0]), float(here[1])), self._corners)
        seen[i] = False
        return seen, np.hypot(*(self._corners - here).T)
