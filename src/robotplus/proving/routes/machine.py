"""What a machine brings to a network: how it rolls, which ways it can take, or why it cannot be told or used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from robotplus.certificates.certificate import Premise, Refusal
from robotplus.certificates.route import Rolling
from robotplus.robots.machine import Machine
from robotplus.robots.model import Figure
from robotplus.scenarios.plans import RouteNeed

GROUND = ((0.2, 0.8), (0.4, 1.2))  # [m/s2], [rad/s]: engineering estimates, no data sheet gives them
AIR = ((1.5, 4.0), (0.5, 1.5))
NAMES = {  # the figure asked for, in English and Chinese
    "max_speed_mps": ("the speed", "行驶速度"),
    "dims_m": ("the width", "外形宽度"),
    "runtime_h": ("the run time of one charge", "单次充电工作时间"),
    "charge_h": ("the charging time", "充电时间"),
    "payload_kg": ("the payload", "载重"),
    "max_slope_deg": ("the steepest slope", "最大爬坡角"),
    "step_height_m": ("the highest step", "最大越障高度"),
    "gap_m": ("the widest gap", "最大越沟宽度"),
}
UNITS = {"runtime_h": "h", "payload_kg": "kg", "max_slope_deg": "°"}


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


def premises(machine: Machine, rolling: Rolling, used: dict[str, Figure[Any]]) -> tuple[Premise, ...]:
    """Every figure that decides with its source, and the estimates."""
    out = [
        Premise(n, f.value, f.source, f.confidence, f.needs_confirmation, *_confirm(machine, n, f))
        for n, f in used.items()
    ]
    estimate = "estimated, no data sheet states it"
    return (
        *out,
        Premise("drive_acceleration", list(rolling.acceleration), estimate, "low", False),
        Premise("turn_rate", list(rolling.turn_rate), estimate, "low", False),
    )


def unknown_figure(machine: Machine, need: RouteNeed, name: str) -> Refusal:
    """A figure that the task needs and nobody states, with the question to the maker."""
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


def short(
    machine: Machine, need: RouteNeed, constraint: str, name: str, *, needed: float, **fields: Any
) -> Refusal:
    """A figure falls short: impossible by one to be trusted, unknown by a weak one."""
    figure = machine.figures[name]
    available = figure.value[1] if name == "dims_m" else figure.value
    fields = {
        "needed": needed,
        "available": available,
        "shortfall": abs(needed - available),
        "unit": UNITS.get(name, "m"),
        **fields,
    }
    if figure.needs_confirmation:
        question_en, question_zh = _confirm(machine, name, figure)
        return refusal(
            machine, need, "unknown", constraint, question_en=question_en, question_zh=question_zh, **fields
        )
    return refusal(
        machine, need, "impossible", constraint, witness={"kind": "rating", "figure": constraint}, **fields
    )


def _confirm(machine: Machine, name: str, figure: Figure[Any]) -> tuple[str, str]:
    if not figure.needs_confirmation:
        return "", ""
    en, zh = NAMES[name]
    return (
        f"{machine.maker}: please confirm {en} of the {machine.model}: {figure.value}",
        f"{machine.maker}：请确认 {machine.model} 的{zh}：{figure.value}",
    )


def refusal(machine: Machine, need: RouteNeed, verdict: Any, constraint: str, **fields: Any) -> Refusal:
    """A refusal of this machine for this need; fields that are not given are empty."""
    blank: dict[str, Any] = {"needed": None, "available": None, "shortfall": None, "unit": ""}
    return Refusal(machine.id, machine.sha256, need.sha256, verdict, constraint, **{**blank, **fields})
