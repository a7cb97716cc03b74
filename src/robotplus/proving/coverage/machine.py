"""What a machine brings to an area: its driving figures, or why it cannot be told or used."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from robotplus.certificates.certificate import Premise, Refusal
from robotplus.certificates.plan import Driving
from robotplus.proving.machine_figures import AIR, GROUND, premises, short, turning_of, unknown_figure
from robotplus.robots.machine import Machine
from robotplus.robots.model import Figure
from robotplus.scenarios.plans import PlanNeed

TRACKING_M = 0.05  # assumed where no positioning accuracy is known


@dataclass(frozen=True)
class Able:
    """A machine with everything that a plan needs. Times in seconds, the tank in m3."""

    driving: Driving
    runtime: float | None
    recharge: float | None
    tank: float | None
    premises: tuple[Premise, ...]


def able(machine: Machine, need: PlanNeed) -> Able | Refusal:
    """The machine's figures for this task, or the first one that is missing or falls short."""
    task = need.task
    width = machine.number("spray_width_m") if task.surface == "air" else machine.number("work_width_m")
    width = width or machine.number("work_width_m") or machine.number("spray_width_m")
    used: dict[str, Figure[Any]] = {}

    speed, size = machine.number("max_speed_mps"), machine.figures.get("dims_m")
    if task.tool_width is None:
        if width is None:
            return unknown_figure(machine, need, "work_width_m")
        used["work_width_m"] = width
    if speed is None or speed.value <= 0:
        return unknown_figure(machine, need, "max_speed_mps")
    if size is None or size.value[0] is None or size.value[1] is None:
        return unknown_figure(machine, need, "dims_m")
    used |= {"max_speed_mps": speed, "dims_m": size}
    turning = turning_of(machine, used)
    if turning is None:
        return unknown_figure(machine, need, "turning")
    if task.slope > 0:
        slope = machine.number("max_slope_deg")
        if slope is None:
            return unknown_figure(machine, need, "max_slope_deg")
        used["max_slope_deg"] = slope
        if task.slope > math.radians(slope.value) + 1e-9:
            return short(machine, need, "slope", "max_slope_deg", needed=math.degrees(task.slope))
    tank = None
    if task.dose is not None:
        figure = machine.number("tank_l")
        if figure is None or figure.value <= 0:
            return unknown_figure(machine, need, "tank_l")
        used["tank_l"], tank = figure, figure.value / 1000
    runtime = machine.number("runtime_h")
    if runtime is not None:
        used["runtime_h"] = runtime
    charge = machine.number("charge_h")
    recharge = task.swap
    if recharge is None and charge is not None:
        used["charge_h"], recharge = charge, 3600 * charge.value
    accuracy = machine.number("positioning_accuracy_m")
    acceleration, rate = AIR if task.surface == "air" else GROUND
    length, breadth = float(size.value[0]), float(size.value[1])
    top = float(speed.value)
    driving = Driving(
        turning=turning,
        width=task.tool_width if task.tool_width is not None else float(width.value),  # type: ignore[union-attr]
        length=length,
        breadth=breadth,
        work_speed=min(top, task.work_speed or top),
        move_speed=top,
        acceleration=acceleration,
        turn_rate=rate,
        tracking=TRACKING_M if accuracy is None else float(accuracy.value),
    )
    tracked = (TRACKING_M, "assumed, no figure is known", "low")
    if accuracy is not None:
        tracked = (accuracy.value, accuracy.source, accuracy.confidence)
    return Able(
        driving,
        None if runtime is None else 3600 * float(runtime.value),
        recharge,
        tank,
        (
            *premises(machine, used, (acceleration, rate)),
            Premise("reference_point", "centre of the body", "assumed", "low", False),
            Premise("tracking_m", *tracked, False),
        ),
    )
