"""Trips given to machines, the earliest ready first, with charges, loadings and waits at the depot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from robotplus.certificates.route import Action
from robotplus.proving.routes.roads import Roads
from robotplus.proving.routes.trips import Trip, run
from robotplus.scenarios.route import RouteTask


@dataclass
class _Clock:
    """One machine while the plan is made."""

    low: float = 0.0
    high: float = 0.0
    used: float = 0.0
    actions: list[Action] = field(default_factory=list)


@dataclass(frozen=True)
class Schedule:
    """What every machine does. ``late``: the most that a window or a round's end is missed by [s]."""

    tours: tuple[tuple[Action, ...], ...]
    low: float
    high: float
    late: float
    charges: int


def scheduled(
    task: RouteTask,
    roads: Roads,
    trips: Sequence[Trip],
    machines: int,
    *,
    room: float,
    recharge: float | None,
) -> Schedule | None:
    """All rounds by so many machines; None when a charge is due and its time is unknown."""
    clocks = [_Clock() for _ in range(machines)]
    late, charges = 0.0, 0
    for number in range(task.rounds):
        begins = task.begins(number)
        for trip in sorted(trips, key=lambda t: t.leaves):
            c = min(clocks, key=lambda c: c.high)
            leaves = begins + trip.leaves
            start = max(c.high + task.loading, leaves)
            ran = run(
                task, roads, trip.visits, low=max(c.low + task.loading, leaves), high=start, begins=begins
            )
            if c.used + task.loading + ran.used > room:
                if recharge is None:
                    return None
                c.actions.append(Action("charge", seconds=recharge))
                c.low, c.high, c.used, charges = c.low + recharge, c.high + recharge, 0.0, charges + 1
            if leaves - task.loading > c.low:
                c.actions.append(Action("until", seconds=leaves - task.loading))
                c.low, c.high = (max(v, leaves - task.loading) for v in (c.low, c.high))
            if task.loading:
                c.actions.append(Action("load", seconds=task.loading))
            c.low, c.high = c.low + task.loading, c.high + task.loading
            ran = run(task, roads, trip.visits, low=c.low, high=c.high, begins=begins)
            c.actions += _actions(task, roads, trip.visits, number)
            c.low, c.high, c.used = ran.low, ran.high, c.used + task.loading + ran.used
            late = max(late, ran.late, ran.high - task.ends(number), c.used - room)
    used = [c for c in clocks if c.actions]
    return Schedule(
        tuple(tuple(c.actions) for c in used),
        max(c.low for c in used),
        max(c.high for c in used),
        0.0 if late <= 1e-9 else late,
        charges,
    )


def fewest(
    task: RouteTask,
    roads: Roads,
    choices: Sequence[Sequence[Trip]],
    *,
    room: float,
    recharge: float | None,
) -> Schedule | None:
    """The first number of machines that some choice of trips needs to keep every time; else the least late.

    Among the choices that do with as few, the one that is done earliest.
    """
    best: Schedule | None = None
    for machines in range(1, task.max_machines + 1):
        for trips in choices:
            if len(trips) * task.rounds < machines > 1:
                continue
            made = scheduled(task, roads, trips, machines, room=room, recharge=recharge)
            if made is not None and (best is None or (made.late, made.high) < (best.late, best.high)):
                best = made
        if best is not None and best.late == 0:
            break
    return best


def _actions(task: RouteTask, roads: Roads, visits: Sequence[int], number: int) -> list[Action]:
    out: list[Action] = []
    here = 0
    for visit in (*visits, 0):
        if (here, visit) in roads.nodes:
            out.append(Action("go", tuple(task.ids[n] for n in roads.nodes[here, visit])))
        if visit:
            out.append(Action("serve", stop=visit - 1, round=number))
        here = visit
    return out


def seconds_of(task: RouteTask, roads: Roads, trips: Sequence[Trip]) -> float:
    """Driving and dwelling of one round at the long end [s]."""
    driving = [
        float(roads.high[a, b]) for t in trips for a, b in zip((0, *t.visits), (*t.visits, 0), strict=True)
    ]
    return math.fsum((*driving, *(stop.dwell for stop in task.stops)))
