"""Does an *impossible* said of a machine hold? Its witness names one figure; the shortfall is worked out anew."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable

from robotplus.certificates.certificate import Refusal, Verdict
from robotplus.checking.route_machine import asked_of, has
from robotplus.checking.subject import Finding
from robotplus.robots.machine import Machine
from robotplus.scenarios.coverage import CoverageTask
from robotplus.scenarios.plans import AnyPlan
from robotplus.scenarios.route import RouteTask, Way

SLACK = 1e-6
WAYS = {  # constraint of a way: the figure that it asks for
    "slope": "max_slope_deg",
    "route_step": "step_height_m",
    "route_gap": "gap_m",
    "route_width": "dims_m",
}
FIGURES = {**WAYS, "route_payload": "payload_kg", "route_battery": "runtime_h"}


def check_impossible(refusal: Refusal, machine: Machine, need: AnyPlan) -> Verdict:
    """Whether the named figure, which must be known and trusted, rules the machine out for this need."""
    same = need.sha256 == refusal.need_sha256
    known = (machine.id, machine.sha256) == (refusal.robot_id, refusal.robot_sha256)
    currency = {"model": "current" if known else "unknown", "need": "same" if same else "different"}
    found: list[Finding] = []
    name = FIGURES.get(refusal.constraint, "")
    figure = machine.figures.get(name)
    if not (known and same):
        found.append(
            ("subject", "the refusal is of another need, or of another version of the machine's file")
        )
    elif refusal.verdict != "impossible" or refusal.witness != {"kind": "rating", "figure": name}:
        found.append(("witness", "the witness is not of this constraint"))
    elif figure is None or figure.needs_confirmation:
        found.append(("witness", f"{name} is unknown, or still to be confirmed"))
    elif not _falls_short(refusal.constraint, name, machine, need.task):
        found.append(("witness", f"{name} does not rule the machine out"))
    return Verdict(not found, "refused" if found else "holds", tuple(found), {}, currency)


def _falls_short(constraint: str, name: str, machine: Machine, task: CoverageTask | RouteTask) -> bool:
    if isinstance(task, CoverageTask):
        slope = has(machine, name)
        return constraint == "slope" and slope is not None and math.degrees(task.slope) > slope + SLACK
    if constraint == "route_payload":
        payload = has(machine, name)
        heaviest = task.carry + max(stop.load for stop in task.stops)
        return payload is not None and heaviest > payload + SLACK
    if constraint == "route_battery":
        return _too_far(machine, task)
    return any(math.isinf(t) for t in _round_trips(task, lambda way: _meets(machine, way, task, name), None))


def _meets(machine: Machine, way: Way, task: RouteTask, name: str) -> bool:
    """Whether one figure lets the machine take a way; for the width it is the most, for all others the least."""
    asked, given = asked_of(way, task).get(name), has(machine, name)
    if asked is None or given is None:
        return True
    return given <= asked + SLACK if name == "dims_m" else given >= asked - SLACK


def _too_far(machine: Machine, task: RouteTask) -> bool:
    """Whether a stop cannot be visited on one charge even at full speed, over every way not surely barred."""
    runtime, top = machine.number("runtime_h"), machine.number("max_speed_mps")
    if runtime is None or top is None or top.needs_confirmation:
        return False

    def open_to(way: Way) -> bool:
        sure = [n for n in WAYS.values() if (f := machine.figures.get(n)) and not f.needs_confirmation]
        return all(_meets(machine, way, task, name) for name in sure)

    room = 3600 * runtime.value * (1 - task.reserve)
    trips = _round_trips(task, open_to, float(top.value))
    return any(
        room + SLACK < t + stop.dwell + task.loading < math.inf  # a stop cut off is no matter of the battery
        for t, stop in zip(trips, task.stops, strict=True)
    )


def _round_trips(task: RouteTask, allowed: Callable[[Way], bool], top: float | None) -> list[float]:
    """Least seconds from the depot to each stop and back, without starts and turns; without a speed, metres."""
    total = [0.0] * len(task.ids)
    for turned in (False, True):
        leaving: dict[int, list[tuple[int, float]]] = {}
        for way in filter(allowed, task.ways):
            cost = way.length if top is None else way.length / min(top, way.speed or math.inf)
            a, b = (way.b, way.a) if turned else (way.a, way.b)
            leaving.setdefault(a, []).append((b, cost))
            if not way.one_way:
                leaving.setdefault(b, []).append((a, cost))
        best = [math.inf] * len(task.ids)
        best[task.depot] = 0.0
        queue = [(0.0, task.depot)]
        while queue:
            so_far, node = heapq.heappop(queue)
            if so_far > best[node]:
                continue
            for other, cost in leaving.get(node, ()):
                if so_far + cost < best[other]:
                    best[other] = so_far + cost
                    heapq.heappush(queue, (best[other], other))
        total = [t + b for t, b in zip(total, best, strict=True)]
    return [total[stop.node] for stop in task.stops]
