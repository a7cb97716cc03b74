"""What a machine brings to a network: how it rolls, which ways it can take, or why it cannot be told or used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.route import Rolling
from robotplus.proving.machine_figures import AIR, GROUND, short, turning_of, unknown_figure
from robotplus.robots.machine import Machine
from robotplus.robots.model import Figure
from robotplus.scenarios.plans import RouteNeed


@dataclass(frozen=True)
class Means:
    """A machine's figures for a task. Times in seconds; ``used``: the figures that decide."""

    rolling: Rolling
    runtime: float
    recharge: float | None
    payload: float | None
    used: dict[str, Figure[Any]]


def means(machine: Machine, need: RouteNeed) -> Means | Refusal:
    """The machine's figures for this task but for its ways, or the first that is missing or falls short."""
    task = need.task
    used: dict[str, Figure[Any]] = {}
    for name in ("max_speed_mps", "runtime_h"):
        figure = machine.number(name)
        if figure is None or figure.value <= 0:
            return unknown_figure(machine, need, name)
        used[name] = figure
    if turning_of(machine, used) is None:
        return unknown_figure(machine, need, "turning")  # corners and dead ends are turned at where they are
    heaviest = task.carry + max(stop.load for stop in task.stops)
    payload = machine.number("payload_kg")
    if heaviest > 0:
        if payload is None:
            return unknown_figure(machine, need, "payload_kg")
        if payload.value < heaviest - 1e-9:
            return short(machine, need, "route_payload", "payload_kg", needed=heaviest)
        used["payload_kg"] = payload
    charge = machine.number("charge_h")
    acceleration, rate = AIR if machine.kind.startswith("uav") else GROUND
    return Means(
        Rolling(float(used["max_speed_mps"].value), acceleration, rate),
        3600 * float(used["runtime_h"].value),
        task.swap if task.swap is not None else None if charge is None else 3600 * charge.value,
        None if payload is None else float(payload.value),
        used,
    )
