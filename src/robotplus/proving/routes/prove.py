"""`prove_route`: tours by the fewest machines of one model that visit all stops, or the reason why not."""

from __future__ import annotations

import itertools
import math
from typing import Any

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.route import Action, RouteCertificate
from robotplus.proving.machine_figures import premises, refusal, short, unknown_figure
from robotplus.proving.routes.access import LIMITS, passable
from robotplus.proving.routes.bound import tour_bound
from robotplus.proving.routes.fleet import Schedule, fewest, seconds_of
from robotplus.proving.routes.machine import Means, means
from robotplus.proving.routes.order import EXACT, exact, short_order
from robotplus.proving.routes.roads import Roads, roads
from robotplus.proving.routes.trips import Limits, Trip, a_trip, cut, fits, inserted
from robotplus.robots.machine import Machine
from robotplus.scenarios.plans import RouteNeed
from robotplus.scenarios.route import RouteTask, Way

SHARES = (1.0, 1.15, 1.4)  # of an even share, where trips are cut for several machines
MOST_CHOICES = 12


def prove_route(need: RouteNeed, machine: Machine) -> RouteCertificate | Refusal:
    """Prove that machines of one model can do a route need, or say why not."""
    task = need.task
    able = means(machine, need)
    if isinstance(able, Refusal):
        return able
    ways = passable(machine, need)
    if isinstance(ways, Refusal):
        return ways
    network = roads(task, ways, able.rolling)
    limits = Limits(
        able.runtime * (1 - task.reserve),
        math.inf if task.within is None else task.within,
        math.inf if able.payload is None else able.payload - task.carry,
    )
    order = short_order(network.high, need.seed)
    choices = _choices(need, machine, able, network, limits, order)
    if isinstance(choices, Refusal):
        return choices
    made = fewest(task, network, choices, room=limits.room, recharge=able.recharge)
    if made is None:
        return unknown_figure(machine, need, "charge_h")
    if made.late > 0:
        return _late(need, machine, made)
    return _certificate(need, machine, able, network, made, order, ways)


def _choices(
    need: RouteNeed, machine: Machine, able: Means, network: Roads, limits: Limits, order: list[int]
) -> list[list[Trip]] | Refusal:
    """Sets of trips to choose from, or the stop that no trip reaches."""
    task = need.task
    for visit in range(1, len(task.stops) + 1):
        if fits(task, network, (visit,), limits) is None:
            return _unreached(need, machine, able, network, limits, visit)
    if any(math.isfinite(stop.closes) or stop.opens > 0 for stop in task.stops):
        choices: list[list[Trip]] = []
        if len(task.stops) <= EXACT:
            opens, closes, dwells = zip(*((s.opens, s.closes, s.dwell) for s in task.stops), strict=True)
            found = exact(network.high, opens, closes, dwells)
            if found is not None and fits(task, network, found, limits) is not None:
                choices.append([a_trip(task, network, found)])
        trips = inserted(task, network, limits)
        return [*choices, trips] if not isinstance(trips, int) else choices
    whole = math.fsum(float(network.high[a, b]) for a, b in itertools.pairwise((0, *order, 0)))
    whole += math.fsum(stop.dwell for stop in task.stops)
    lasts = [limits.lasts]
    lasts += [
        whole / m * share for m in range(2, MOST_CHOICES + 1) for share in SHARES if m <= task.max_machines
    ]
    out: list[list[Trip]] = []
    for most in lasts:
        made = cut(task, network, order, Limits(limits.room, min(most, limits.lasts), limits.load))
        if made is not None and made not in out:
            out.append(made)
    return out


def _unreached(
    need: RouteNeed, machine: Machine, able: Means, network: Roads, limits: Limits, visit: int
) -> Refusal:
    """Why a trip to one stop alone does not do: the battery, the time, or the stop's window."""
    task, stop = need.task, need.task.stops[visit - 1]
    where = f"{task.ids[stop.node]}"
    low, high = (
        float(t[0, visit] + t[visit, 0]) + stop.dwell + task.loading for t in (network.low, network.high)
    )
    if high > limits.room:
        fields: dict[str, Any] = {"available": limits.room / 3600, "unit": "h", "where": where}
        if low > limits.room:
            missing = (low - limits.room) / 3600
            return short(
                machine, need, "route_battery", "runtime_h", needed=low / 3600, shortfall=missing, **fields
            )
        missing = (high - limits.room) / 3600
        return refusal(
            machine,
            need,
            "not_found",
            "route_battery",
            needed=high / 3600,
            shortfall=missing,
            budget={"orders": 1},
            **fields,
        )
    if high > limits.lasts:
        return _over(need, machine, high - limits.lasts, where)
    reached = task.loading + float(network.high[0, visit])
    return refusal(
        machine,
        need,
        "not_found",
        "time_window",
        needed=reached / 60,
        available=stop.closes / 60,
        shortfall=max(0.0, reached - stop.closes) / 60,
        unit="min",
        where=where,
        budget={"orders": 1},
    )


def _late(need: RouteNeed, machine: Machine, made: Schedule) -> Refusal:
    return _over(need, machine, made.late, "")


def _over(need: RouteNeed, machine: Machine, late: float, where: str) -> Refusal:
    """The work of a round, or its windows, are over by so many seconds."""
    within = need.task.within
    return refusal(
        machine,
        need,
        "not_found",
        "route_time",
        needed=None if within is None else (within + late) / 3600,
        available=None if within is None else within / 3600,
        shortfall=late / 3600,
        unit="h",
        where=where,
        budget={"orders": 1},
    )


def _certificate(
    need: RouteNeed,
    machine: Machine,
    able: Means,
    network: Roads,
    made: Schedule,
    order: list[int],
    ways: tuple[Way, ...],
) -> RouteCertificate:
    task = need.task
    dwell = math.fsum(stop.dwell for stop in task.stops)
    upper = math.fsum(float(network.high[a, b]) for a, b in itertools.pairwise((0, *order, 0)))
    bound, weights = tour_bound(network.free, upper)
    travelled = _travelled(task, made, ways)
    used = dict(able.used)
    if made.charges and task.swap is None:
        used["charge_h"] = machine.figures["charge_h"]
    for limit in LIMITS:
        if any(limit.asks(way) is not None for way in travelled):
            used[limit.figure] = machine.figures[limit.figure]
    stated = premises(machine, used, (able.rolling.acceleration, able.rolling.turn_rate))
    trips = _trips(made)
    claims: dict[str, Any] = {
        "time_s": {"low": _down(made.low), "high": _up(made.high)},
        "within_s": task.within,
        "machines": len(made.tours),
        "travel_m": _up(math.fsum(way.length for way in travelled)),
        "trips": sum(len(t) for t in trips.values()),
        "charges": made.charges,
        "round_s": _up(max(seconds_of(task, network, t) for t in trips.values())),
        "bound_s": _down(bound + dwell),
    }
    return RouteCertificate(
        machine.id,
        machine.sha256,
        need.document,
        need.sha256,
        able.rolling,
        made.tours,
        weights,
        claims,
        stated,
        "proven_if_confirmed" if any(p.confirm for p in stated) else "proven",
    )


def _trips(made: Schedule) -> dict[int, list[Trip]]:
    """The trips of every round as they were given to the machines."""
    out: dict[int, list[Trip]] = {}
    for tour in made.tours:
        visits: list[Action] = []
        for action, after in itertools.zip_longest(tour, tour[1:]):
            if action.kind == "serve":
                visits.append(action)
            home = action.kind == "go" and (after is None or after.kind != "serve")
            if home and visits:
                trip = Trip(tuple(a.stop + 1 for a in visits), 0.0)
                out.setdefault(visits[0].round, []).append(trip)
                visits = []
    return out


def _travelled(task: RouteTask, made: Schedule, ways: tuple[Way, ...]) -> list[Way]:
    """Every way as often as it is taken."""
    index = {name: i for i, name in enumerate(task.ids)}
    known = {(way.a, way.b): way for way in ways}
    known |= {(way.b, way.a): way for way in ways if not way.one_way}
    return [
        known[index[a], index[b]]
        for tour in made.tours
        for action in tour
        for a, b in itertools.pairwise(action.nodes)
    ]


def _down(value: float) -> float:
    return math.floor(value * 1e6) / 1e6


def _up(value: float) -> float:
    return math.ceil(value * 1e6) / 1e6
