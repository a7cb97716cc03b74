"""Quickest ways between depot and stops over the ways that a machine can take; timing in words: docs/routes.md."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from robotplus.certificates.route import Rolling
from robotplus.robots.model import Array
from robotplus.scenarios.route import RouteTask, Way


@dataclass(frozen=True)
class Roads:
    """Between the depot (0) and the stops (1 …): matrices (k, k) of seconds and metres, and the nodes passed.

    ``low`` and ``high`` bound the time of a go; ``free`` leaves out all turns on the way and what
    the machine cannot take: no go between the two takes less at the long end.
    """

    low: Array
    high: Array
    free: Array
    metres: Array
    nodes: dict[tuple[int, int], tuple[int, ...]]


def way_seconds(way: Way, rolling: Rolling) -> tuple[float, float]:
    """The least and the most of one way: at speed throughout; from rest to rest at the lowest acceleration."""
    speed = rolling.speed if way.speed is None else min(way.speed, rolling.speed)
    a = rolling.acceleration[0]
    if way.length >= speed * speed / a:
        return way.length / speed, way.length / speed + speed / a
    return way.length / speed, 2 * math.sqrt(way.length / a)


def turn_seconds(task: RouteTask, before: tuple[Way, bool], after: tuple[Way, bool], rate: float) -> float:
    """From one way into the next; half a turn where one of them is not straight."""
    angle = math.pi
    if before[0].straight and after[0].straight:
        angle = abs(math.remainder(_heading(task, *after) - _heading(task, *before), math.tau))
    return angle / rate


def roads(task: RouteTask, ways: Sequence[Way], rolling: Rolling) -> Roads:
    """Search over directed ways, so that turns count."""
    arcs = [(way, False) for way in ways] + [(way, True) for way in ways if not way.one_way]
    ends = [(w.b, w.a) if back else (w.a, w.b) for w, back in arcs]
    seconds = [way_seconds(way, rolling) for way, _ in arcs]
    leaving: dict[int, list[int]] = {}
    for k, (a, _) in enumerate(ends):
        leaving.setdefault(a, []).append(k)
    places = [task.depot, *(stop.node for stop in task.stops)]
    n = len(arcs)
    rows, columns, values = [], [], []
    for i, (_, b) in enumerate(ends):
        for j in leaving.get(b, ()):
            rows.append(i)
            columns.append(j)
            values.append(turn_seconds(task, arcs[i], arcs[j], rolling.turn_rate[0]) + seconds[j][1])
    half = math.pi / rolling.turn_rate[0]
    sources = sorted(set(places))
    for s, node in enumerate(sources):
        for j in leaving.get(node, ()):
            rows.append(n + s)
            columns.append(j)
            values.append(half + seconds[j][1])
    size = n + len(sources)
    graph = csr_matrix((values, (rows, columns)), shape=(size, size))
    away, before = dijkstra(graph, indices=range(n, size), return_predecessors=True)
    arriving: dict[int, list[int]] = {}
    for k, (_, b) in enumerate(ends):
        arriving.setdefault(b, []).append(k)
    count = len(places)
    low, high, metres = (np.zeros((count, count)) for _ in range(3))
    nodes: dict[tuple[int, int], tuple[int, ...]] = {}
    for i, a in enumerate(places):
        s = sources.index(a)
        for j, b in enumerate(places):
            if a == b:
                continue
            last = min(arriving[b], key=lambda k: (away[s, k], k))
            chain = [last]
            while before[s, chain[-1]] < n:
                chain.append(int(before[s, chain[-1]]))
            chain.reverse()
            low[i, j] = math.fsum(seconds[k][0] for k in chain)
            high[i, j] = away[s, last]
            metres[i, j] = math.fsum(arcs[k][0].length for k in chain)
            nodes[i, j] = (ends[chain[0]][0], *(ends[k][1] for k in chain))
    return Roads(low, high, _free(task, rolling, places), metres, nodes)


def _free(task: RouteTask, rolling: Rolling, places: Sequence[int]) -> Array:
    """(k, k): half a turn and the quickest chain of any of the need's ways without turns between."""
    half = math.pi / rolling.turn_rate[0]
    least: dict[tuple[int, int], float] = {}
    for way in task.ways:
        least[way.a, way.b] = way_seconds(way, rolling)[1]
        if not way.one_way:
            least[way.b, way.a] = way_seconds(way, rolling)[1]
    rows, columns = zip(*least, strict=True)
    size = len(task.places)
    graph = csr_matrix((list(least.values()), (rows, columns)), shape=(size, size))
    away = dijkstra(graph, indices=sorted(set(places)))
    order = {node: i for i, node in enumerate(sorted(set(places)))}
    out = away[np.ix_([order[p] for p in places], places)] + half
    same = np.equal.outer(places, places)
    return np.where(same, 0.0, out)


def _heading(task: RouteTask, way: Way, back: bool) -> float:
    a, b = (way.b, way.a) if back else (way.a, way.b)
    (x0, y0), (x1, y1) = task.places[a], task.places[b]
    return math.atan2(y1 - y0, x1 - x0)
