"""Whether a machine may roll as its tours say, on every way that they take, by figures that are all stated."""

from __future__ import annotations

import itertools
from typing import Any

from robotplus.certificates.route import RouteCertificate
from robotplus.checking.coverage_drive import turning_stated
from robotplus.checking.subject import Finding
from robotplus.robots.machine import Machine
from robotplus.scenarios.route import RouteTask, Way

ON_GROUND = ((0.2, 0.8), (0.4, 1.2))  # acceleration [m/s2], turn rate [rad/s]; docs/routes.md
IN_AIR = ((1.5, 4.0), (0.5, 1.5))
SLACK = 1e-6
Ends = dict[tuple[str, str], Way]


def ends_of(task: RouteTask) -> Ends:
    """Every way by the nodes that it leads from and to."""
    out: Ends = {}
    for way in task.ways:
        a, b = task.ids[way.a], task.ids[way.b]
        out[a, b] = way
        if not way.one_way:
            out[b, a] = way
    return out


def rolling_found(c: RouteCertificate, machine: Machine) -> list[Finding]:
    """What the tours assume of the machine's motion beyond what is known or documented."""
    out: list[Finding] = []
    top = machine.number("max_speed_mps")
    if top is None or not 0 < c.rolling.speed <= top.value:
        out.append(("speed", "it moves faster than the machine's file says"))
    if turning_stated(machine) is None:
        out.append(("turning", "the machine's file does not say that it turns where it stands"))
    estimates = IN_AIR if machine.kind.startswith("uav") else ON_GROUND
    if (c.rolling.acceleration, c.rolling.turn_rate) != estimates:
        out.append(("estimates", "acceleration and turn rate are not the documented estimates"))
    return out


def ways_found(c: RouteCertificate, machine: Machine, task: RouteTask) -> list[Finding]:
    """Ways that are none, or ask for more than the machine's file gives."""
    ways = ends_of(task)
    out: set[Finding] = set()
    for pair in _pairs(c):
        way = ways.get(pair)
        if way is None:
            return [("no_way", f"no way leads from {pair[0]} to {pair[1]}")]
        at = f"on the way {pair[0]} – {pair[1]}"
        for name, asked in asked_of(way, task).items():
            given = has(machine, name)
            if given is None:
                out.add((name, f"{name} is unknown, {asked:g} is asked {at}"))
            elif given < asked - SLACK if name != "dims_m" else given > asked + SLACK:
                out.add((name, f"{name} is {given:g}, {asked:g} is asked {at}"))
    return sorted(out)


def premises_found(c: RouteCertificate, machine: Machine, task: RouteTask) -> list[Finding]:
    """Every deciding figure stands among the premises with its value; a weak one is to be confirmed."""
    deciding = {"max_speed_mps", "runtime_h"}
    if not machine.kind.startswith("uav"):
        deciding.add("turning")
    if task.carry > 0 or any(stop.load > 0 for stop in task.stops):
        deciding.add("payload_kg")
    actions = [action for tour in c.tours for action in tour]
    if task.swap is None and any(action.kind == "charge" for action in actions):
        deciding.add("charge_h")
    ways = ends_of(task)
    for pair in _pairs(c):
        if pair in ways:
            deciding |= set(asked_of(ways[pair], task))
    named = {p.name: p for p in c.premises}
    out: list[Finding] = []
    for name in sorted(deciding):
        figure, premise = machine.figures.get(name), named.get(name)
        if figure is None or premise is None or premise.value != _as_written(figure.value):
            out.append(("premise", f"{name} is not stated as the machine's file gives it"))
        elif figure.needs_confirmation != premise.confirm:
            out.append(("premise", f"whether {name} is to be confirmed is told wrongly"))
    if (c.verdict == "proven") == any(p.confirm for p in c.premises):
        out.append(("verdict", "the verdict does not follow from what is to be confirmed"))
    return out


def _pairs(c: RouteCertificate) -> set[tuple[str, str]]:
    return {pair for tour in c.tours for action in tour for pair in itertools.pairwise(action.nodes)}


def asked_of(way: Way, task: RouteTask) -> dict[str, float]:
    """What a way asks of which figure; for the width it is the most, for all others the least."""
    out: dict[str, float] = {}
    if way.slope > 0:
        out["max_slope_deg"] = way.slope
    if way.step > 0:
        out["step_height_m"] = way.step
    if way.gap > 0:
        out["gap_m"] = way.gap
    if way.width is not None:
        out["dims_m"] = way.width - 2 * task.margin
    return out


def has(machine: Machine, name: str) -> float | None:
    """A figure as a number, of the dimensions the width; None when unknown."""
    figure = machine.figures.get(name)
    if figure is None:
        return None
    if name != "dims_m":
        return float(figure.value)
    return None if len(figure.value) < 2 or figure.value[1] is None else float(figure.value[1])


def _as_written(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
