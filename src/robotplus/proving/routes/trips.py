"""Trips: an order of visits cut where battery, load or time would not last; by insertion where windows close."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from robotplus.proving.routes.roads import Roads
from robotplus.scenarios.route import RouteTask


@dataclass(frozen=True)
class Limits:
    """What one trip may use: seconds on a charge with its loading, seconds from the round's beginning, kilograms."""

    room: float
    lasts: float
    load: float


@dataclass(frozen=True)
class Trip:
    """Visits in order, stops from 1. ``leaves``: when it best leaves the depot [s from the round's beginning]."""

    visits: tuple[int, ...]
    leaves: float


@dataclass(frozen=True)
class Run:
    """A trip run from a clock reading. ``used``: the most seconds on the battery, waits at stops included."""

    low: float
    high: float
    used: float
    late: float  # the most that a stop is reached after its closing [s]


def run(
    task: RouteTask, roads: Roads, visits: Sequence[int], *, low: float, high: float, begins: float
) -> Run:
    """A trip from the depot and back; the clock's ends at leaving are ``low`` and ``high`` [s]."""
    used = late = 0.0
    here = 0
    for visit in visits:
        stop = task.stops[visit - 1]
        low += roads.low[here, visit]
        high += roads.high[here, visit]
        used += roads.high[here, visit] + max(0.0, begins + stop.opens - low) + stop.dwell
        late = max(late, high - begins - stop.closes)
        low = max(low, begins + stop.opens) + stop.dwell
        high = max(high, begins + stop.opens) + stop.dwell
        here = visit
    return Run(
        float(low + roads.low[here, 0]),
        float(high + roads.high[here, 0]),
        float(used + roads.high[here, 0]),
        late,
    )


def a_trip(task: RouteTask, roads: Roads, visits: Sequence[int]) -> Trip:
    """With the leaving that waits least before its first stop."""
    first = task.stops[visits[0] - 1]
    leaves = min(first.opens - float(roads.low[0, visits[0]]), first.closes - float(roads.high[0, visits[0]]))
    return Trip(tuple(visits), max(0.0, leaves))


def cut(task: RouteTask, roads: Roads, order: Sequence[int], limits: Limits) -> list[Trip] | None:
    """The order cut into trips with the least time in total (Prins, 2004); None when a visit fits in no trip."""
    n = len(order)
    best = [0.0, *[math.inf] * n]
    cuts = [0] * (n + 1)
    for i in range(n):
        seconds, load, here = task.loading, 0.0, 0
        for j in range(i, n):
            stop = task.stops[order[j] - 1]
            seconds += float(roads.high[here, order[j]]) + stop.dwell
            load += stop.load
            here = order[j]
            whole = seconds + float(roads.high[here, 0])
            if load > limits.load + 1e-9:
                break
            if whole <= min(limits.room, limits.lasts) and best[i] + whole < best[j + 1] - 1e-9:
                best[j + 1], cuts[j + 1] = best[i] + whole, i
    if math.isinf(best[n]):
        return None
    trips, end = [], n
    while end:
        trips.append(a_trip(task, roads, order[cuts[end] : end]))
        end = cuts[end]
    return trips[::-1]


def fits(task: RouteTask, roads: Roads, visits: Sequence[int], limits: Limits) -> tuple[Trip, float] | None:
    """A trip that keeps limits and windows when a machine is ready for it, with its seconds; else None."""
    if sum(task.stops[v - 1].load for v in visits) > limits.load + 1e-9:
        return None
    trip = a_trip(task, roads, visits)
    start = max(trip.leaves, task.loading)
    ran = run(task, roads, visits, low=start, high=start, begins=0.0)
    if ran.late > 1e-9 or ran.used + task.loading > limits.room or ran.high > limits.lasts:
        return None
    return trip, ran.used


def inserted(task: RouteTask, roads: Roads, limits: Limits) -> list[Trip] | int:
    """Trips for windows: stops by closing time, each put where it costs least; a stop that fits nowhere instead."""
    trips: list[tuple[Trip, float]] = []
    numbers = range(1, len(task.stops) + 1)
    for visit in sorted(numbers, key=lambda v: (task.stops[v - 1].closes, task.stops[v - 1].opens, v)):
        alone = fits(task, roads, (visit,), limits)
        if alone is None:
            return visit
        best, where, chosen = alone[1] + task.loading, len(trips), alone
        for t, (trip, seconds) in enumerate(trips):
            for at in range(len(trip.visits) + 1):
                tried = fits(task, roads, (*trip.visits[:at], visit, *trip.visits[at:]), limits)
                if tried is not None and tried[1] - seconds < best - 1e-9:
                    best, where, chosen = tried[1] - seconds, t, tried
        trips[where : where + 1] = [chosen]
    return [trip for trip, _ in trips]
