"""Which ways a machine can take, and if a stop is out of reach, which figure keeps it from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from robotplus.certificates.certificate import Refusal
from robotplus.proving.machine_figures import refusal, short, unknown_figure
from robotplus.robots.machine import Machine
from robotplus.scenarios.plans import RouteNeed
from robotplus.scenarios.route import RouteTask, Way


@dataclass(frozen=True)
class Limit:
    """One demand of ways on machines. ``asks``: a way's demand, larger is harder; None: none."""

    constraint: str
    figure: str
    asks: Callable[[Way], float | None]
    shown: Callable[[float, RouteTask], float]  # the demand as a refusal prints it


LIMITS = (
    Limit("slope", "max_slope_deg", lambda w: w.slope or None, lambda v, task: v),
    Limit("route_step", "step_height_m", lambda w: w.step or None, lambda v, task: v),
    Limit("route_gap", "gap_m", lambda w: w.gap or None, lambda v, task: v),
    Limit(
        "route_width",
        "dims_m",
        lambda w: None if w.width is None else -w.width,
        lambda v, task: -v - 2 * task.margin,
    ),
)


def passable(machine: Machine, need: RouteNeed) -> tuple[Way, ...] | Refusal:
    """The ways that the machine can take, or what keeps it from a stop.

    A way that asks for an unknown figure is not taken, so that figure is asked for only where no way round leads
    to every stop.
    """
    task = need.task
    known = {limit: _available(machine, limit, task) for limit in LIMITS}
    ways = tuple(way for way in task.ways if all(_allows(limit, known[limit], way) for limit in LIMITS))
    if _missed(task, ways) is None:
        return ways
    for limit in LIMITS:
        available = known[limit]
        if available is None or _missed(task, [w for w in task.ways if _allows(limit, available, w)]) is None:
            continue
        least, way = _bottleneck(task, limit)
        where = f"{task.ids[way.a]} – {task.ids[way.b]}"
        return short(
            machine, need, limit.constraint, limit.figure, needed=limit.shown(least, task), where=where
        )
    for limit in LIMITS:
        if known[limit] is None and any(limit.asks(way) is not None for way in task.ways):
            return unknown_figure(machine, need, limit.figure)
    missed = _missed(task, ways)
    return refusal(
        machine,
        need,
        "not_found",
        "route_access",
        where=task.ids[missed or 0],
        budget={"ways": len(task.ways)},
    )


def _available(machine: Machine, limit: Limit, task: RouteTask) -> float | None:
    """The largest demand that the machine meets; None when unknown."""
    figure = machine.figures.get(limit.figure)
    if figure is None:
        return None
    if limit.figure == "dims_m":
        if len(figure.value) < 2 or figure.value[1] is None:
            return None
        return -(float(figure.value[1]) + 2 * task.margin)
    return float(figure.value)


def _allows(limit: Limit, available: float | None, way: Way) -> bool:
    asked = limit.asks(way)
    return asked is None or (available is not None and asked <= available + 1e-9)


def _missed(task: RouteTask, ways: Sequence[Way]) -> int | None:
    """The node of the first stop that the ways do not join with the depot, there and back."""
    reached = []
    for turned in (False, True):
        neighbours: dict[int, list[int]] = {}
        for way in ways:
            a, b = (way.b, way.a) if turned else (way.a, way.b)
            neighbours.setdefault(a, []).append(b)
            if not way.one_way:
                neighbours.setdefault(b, []).append(a)
        seen, todo = {task.depot}, [task.depot]
        while todo:
            for other in neighbours.get(todo.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        reached.append(seen)
    both = reached[0] & reached[1]
    return next((stop.node for stop in task.stops if stop.node not in both), None)


def _bottleneck(task: RouteTask, limit: Limit) -> tuple[float, Way]:
    """The least that a machine must meet to reach every stop, and a way that asks for it."""
    asked = sorted({a for way in task.ways if (a := limit.asks(way)) is not None})
    low, high = 0, len(asked) - 1
    while low < high:
        middle = (low + high) // 2
        some = [w for w in task.ways if (limit.asks(w) or -math.inf) <= asked[middle]]
        if _missed(task, some) is None:
            high = middle
        else:
            low = middle + 1
    return asked[low], next(way for way in task.ways if limit.asks(way) == asked[low])
