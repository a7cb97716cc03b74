"""What a machine brings to an area: its driving figures, or why it cannot be told or used."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from robotplus.certificates.certificate import Premise, Refusal
from robotplus.certificates.plan import Driving, Turning
from robotplus.robots.machine import Machine
from robotplus.robots.model import Figure
from robotplus.scenarios.plans import PlanNeed

GROUND = ((0.2, 0.8), (0.4, 1.2))  # [m/s2], [rad/s]: engineering estimates, no data sheet gives them
AIR = ((1.5, 4.0), (0.5, 1.5))
TRACKING_M = 0.05  # assumed where no positioning accuracy is known
NAMES = {  # the figure asked for, in English and Chinese
    "max_speed_mps": ("the speed", "行驶速度"),
    "width": ("the working width", "作业宽度"),
    "dims_m": ("length and width", "外形长宽"),
    "turning": ("how it turns (on the spot, or its least radius)", "转向方式（原地转向或最小转弯半径）"),
    "runtime_h": ("the run time of one charge", "单次充电工作时间"),
    "charge_h": ("the charging time", "充电时间"),
    "tank_l": ("the tank's volume", "水箱/药箱容积"),
    "max_slope_deg": ("the steepest slope", "最大爬坡角"),
}


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
            return unknown_figure(machine, need, "width")
        used["work_width_m"] = width
    if speed is None or speed.value <= 0:
        return unknown_figure(machine, need, "max_speed_mps")
    if size is None or size.value[0] is None or size.value[1] is None:
        return unknown_figure(machine, need, "dims_m")
    used |= {"max_speed_mps": speed, "dims_m": size}
    turning = _turning(machine, used)
    if turning is None:
        return unknown_figure(machine, need, "turning")
    if task.slope > 0:
        slope = machine.number("max_slope_deg")
        if slope is None:
            return unknown_figure(machine, need, "max_slope_deg")
        used["max_slope_deg"] = slope
        if task.slope > math.radians(slope.value) + 1e-9:
            asked = math.degrees(task.slope)
            return short(machine, need, "slope", slope, asked, asked - slope.value, "°")
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
    premises = [
        Premise(n, f.value, f.source, f.confidence, f.needs_confirmation, *_confirm(machine, n, f))
        for n, f in used.items()
    ]
    estimate = "estimated, no data sheet states it"
    premises += [
        Premise("drive_acceleration", list(acceleration), estimate, "low", False),
        Premise("turn_rate", list(rate), estimate, "low", False),
        Premise("reference_point", "centre of the body", "assumed", "low", False),
    ]
    if accuracy is None:
        premises.append(Premise("tracking_m", TRACKING_M, "assumed, no figure is known", "low", False))
    else:
        premises.append(Premise("tracking_m", accuracy.value, accuracy.source, accuracy.confidence, False))
    return Able(
        driving,
        None if runtime is None else 3600 * float(runtime.value),
        recharge,
        tank,
        tuple(premises),
    )


def unknown_figure(machine: Machine, need: PlanNeed, name: str) -> Refusal:
    """A figure that the plan needs and nobody states, with the question to the maker."""
    en, zh = NAMES[name]
    return refusal(
        machine,
        need,
        "unknown",
        "data_machine",
        where=name,
        question_en=f"{machine.maker}: please state {en} of the {machine.model}.",
        question_zh=f"{machine.maker}：请提供 {machine.model} 的{zh}。",
    )


def _turning(machine: Machine, used: dict[str, Figure[Any]]) -> Turning | None:
    """How it turns; None when unknown, or when it needs an arc that this family does not plan yet."""
    if machine.kind.startswith("uav"):
        return "side"  # a multirotor: what the kind says
    word = machine.word("turning")
    if word is None:
        return None
    used["turning"] = word
    if word.value.startswith("holonomic"):
        return "side"
    return "spot" if word.value.startswith("differential") else None


def _confirm(machine: Machine, name: str, figure: Figure[Any]) -> tuple[str, str]:
    if not figure.needs_confirmation:
        return "", ""
    en, zh = NAMES.get("width" if name == "work_width_m" else name, (name, name))
    return (
        f"{machine.maker}: please confirm {en} of the {machine.model}: {figure.value}",
        f"{machine.maker}：请确认 {machine.model} 的{zh}：{figure.value}",
    )


def short(
    machine: Machine,
    need: PlanNeed,
    constraint: str,
    figure: Figure[Any],
    needed: float,
    missing: float,
    unit: str,
) -> Refusal:
    """A figure falls short: impossible by one to be trusted, unknown by a weak one."""
    fields: dict[str, Any] = {"needed": needed, "available": figure.value, "shortfall": missing, "unit": unit}
    if figure.needs_confirmation:
        en, zh = NAMES["max_slope_deg"]
        return refusal(
            machine,
            need,
            "unknown",
            constraint,
            question_en=f"{machine.maker}: please confirm {en} of the {machine.model}: {figure.value} {unit}",
            question_zh=f"{machine.maker}：请确认 {machine.model} 的{zh}：{figure.value} {unit}",
            **fields,
        )
    return refusal(
        machine, need, "impossible", constraint, witness={"kind": "rating", "figure": constraint}, **fields
    )


def refusal(machine: Machine, need: PlanNeed, verdict: Any, constraint: str, **fields: Any) -> Refusal:
    """A refusal of this machine for this need; fields that are not given are empty."""
    blank: dict[str, Any] = {"needed": None, "available": None, "shortfall": None, "unit": ""}
    return Refusal(machine.id, machine.sha256, need.sha256, verdict, constraint, **{**blank, **fields})
