"""A machine's figures in a plan: those that decide as premises, and the noes where one is missing or falls short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from robotplus.certificates.certificate import Premise, Refusal
from robotplus.certificates.plan import Turning
from robotplus.robots.machine import NUMBERS, Machine
from robotplus.robots.model import Figure

Estimate = tuple[tuple[float, float], tuple[float, float]]  # acceleration [m/s2], turn rate [rad/s]
GROUND: Estimate = ((0.2, 0.8), (0.4, 1.2))  # engineering estimates, no data sheet gives them
AIR: Estimate = ((1.5, 4.0), (0.5, 1.5))
NAMES = {  # the figure asked for, in English and Chinese
    "max_speed_mps": ("the speed", "行驶速度"),
    "work_width_m": ("the working width", "作业宽度"),
    "dims_m": ("length and width", "外形长宽"),
    "turning": ("how it turns (on the spot, or its least radius)", "转向方式（原地转向或最小转弯半径）"),
    "runtime_h": ("the run time of one charge", "单次充电工作时间"),
    "charge_h": ("the charging time", "充电时间"),
    "payload_kg": ("the payload", "载重"),
    "tank_l": ("the tank's volume", "水箱/药箱容积"),
    "max_slope_deg": ("the steepest slope", "最大爬坡角"),
    "step_height_m": ("the highest step", "最大越障高度"),
    "gap_m": ("the widest gap", "最大越沟宽度"),
}


class Named(Protocol):
    """A need, as far as a refusal names it."""

    @property
    def sha256(self) -> str: ...


def refusal(machine: Machine, need: Named, verdict: Any, constraint: str, **fields: Any) -> Refusal:
    """A refusal of this machine for this need; fields that are not given are empty."""
    blank: dict[str, Any] = {"needed": None, "available": None, "shortfall": None, "unit": ""}
    return Refusal(machine.id, machine.sha256, need.sha256, verdict, constraint, **{**blank, **fields})


def unknown_figure(machine: Machine, need: Named, name: str) -> Refusal:
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
    machine: Machine, need: Named, constraint: str, name: str, *, needed: float, **fields: Any
) -> Refusal:
    """A figure falls short: impossible by one to be trusted, unknown by a weak one."""
    figure = machine.figures[name]
    available = figure.value[1] if name == "dims_m" else figure.value
    fields = {
        "needed": needed,
        "available": available,
        "shortfall": abs(needed - available),
        "unit": NUMBERS.get(name, "m"),
        **fields,
    }
    if figure.needs_confirmation:
        question_en, question_zh = confirm(machine, name, figure)
        return refusal(
            machine, need, "unknown", constraint, question_en=question_en, question_zh=question_zh, **fields
        )
    return refusal(
        machine, need, "impossible", constraint, witness={"kind": "rating", "figure": name}, **fields
    )


def turning_of(machine: Machine, used: dict[str, Figure[Any]]) -> Turning | None:
    """How a machine turns where it stands; the figure that says so joins ``used``.

    None where nobody says, or where it needs an arc (Ackermann, tricycle, steered wheels), which no plan draws yet.
    """
    if machine.kind.startswith("uav"):
        return "side"  # a multirotor: what the kind says
    word = machine.word("turning")
    if word is None:
        return None
    used["turning"] = word
    if word.value.startswith("holonomic"):
        return "side"
    return "spot" if word.value.startswith("differential") else None


def confirm(machine: Machine, name: str, figure: Figure[Any]) -> tuple[str, str]:
    """The question to the maker in English and Chinese; empty for a figure that needs none."""
    if not figure.needs_confirmation:
        return "", ""
    en, zh = NAMES[name]
    return (
        f"{machine.maker}: please confirm {en} of the {machine.model}: {figure.value}",
        f"{machine.maker}：请确认 {machine.model} 的{zh}：{figure.value}",
    )


def premises(machine: Machine, used: Mapping[str, Figure[Any]], estimate: Estimate) -> tuple[Premise, ...]:
    """Every figure that decides with its source, and the estimates."""
    stated = "estimated, no data sheet states it"
    return (
        *(
            Premise(n, f.value, f.source, f.confidence, f.needs_confirmation, *confirm(machine, n, f))
            for n, f in used.items()
        ),
        Premise("drive_acceleration", list(estimate[0]), stated, "low", False),
        Premise("turn_rate", list(estimate[1]), stated, "low", False),
    )
