"""Whether a plan moves its machine as the machine's file allows, and names every figure that it rests on."""

from __future__ import annotations

import math
from typing import Any

from robotplus.certificates.plan import PlanCertificate
from robotplus.checking.subject import Finding
from robotplus.robots.machine import Machine
from robotplus.scenarios.coverage import CoverageTask

ESTIMATES = {  # surface: acceleration [m/s2], turn rate [rad/s]; docs/coverage.md
    "floor": ((0.2, 0.8), (0.4, 1.2)),
    "field": ((0.2, 0.8), (0.4, 1.2)),
    "air": ((1.5, 4.0), (0.5, 1.5)),
}
ASSUMED_TRACKING_M = 0.05


def driving_found(c: PlanCertificate, machine: Machine, task: CoverageTask) -> list[Finding]:
    """What the plan assumes of the machine beyond what its file says."""
    d, out = c.driving, []
    stated = _width(machine, task)
    width = task.tool_width if task.tool_width is not None else stated
    if width is None or abs(d.width - width) > 1e-9:
        out.append(("width", f"the tool's width is {width} m"))
    size = machine.figures.get("dims_m")
    if size is None or [d.length, d.breadth] != [size.value[0], size.value[1]]:
        out.append(("body", "the body's size is not that of the machine's file"))
    speed = machine.number("max_speed_mps")
    if speed is None or d.move_speed > speed.value or not d.move_speed > 0:
        out.append(("speed", "it moves faster than the machine's file says"))
    if speed is not None and not 0 < d.work_speed <= min(speed.value, task.work_speed or math.inf):
        out.append(("speed", "it works faster than the machine or the need allows"))
    if (d.acceleration, d.turn_rate) != ESTIMATES[task.surface]:
        out.append(("estimates", "acceleration and turn rate are not the documented estimates"))
    accuracy = machine.number("positioning_accuracy_m")
    if d.tracking < (ASSUMED_TRACKING_M if accuracy is None else accuracy.value):
        out.append(("tracking", "it tracks its line more closely than is known or assumed"))
    if d.turning != turning_stated(machine):
        out.append(("turning", "the machine's file does not say that it turns so"))
    slope = machine.number("max_slope_deg")
    if task.slope > 0 and (slope is None or task.slope > math.radians(slope.value) + 1e-9):
        out.append(("slope", "the ground is steeper than the machine climbs, or nobody knows"))
    return out


def premises_found(c: PlanCertificate, machine: Machine, task: CoverageTask) -> list[Finding]:
    """Every deciding figure stands among the premises with its value; a weak one is to be confirmed."""
    deciding = ["max_speed_mps", "dims_m", "runtime_h"]
    if not machine.kind.startswith("uav"):
        deciding.append("turning")
    if task.dose is not None:
        deciding.append("tank_l")
    if task.slope > 0:
        deciding.append("max_slope_deg")
    if task.swap is None and any(leg.reason == "charge" for leg in c.legs):
        deciding.append("charge_h")
    named = {p.name: p for p in c.premises}
    out: list[Finding] = []
    weak = any(p.confirm for p in c.premises)
    figures: list[tuple[str, Any]] = [(name, machine.figures.get(name)) for name in deciding]
    if task.tool_width is None:
        figures.append(("work_width_m", _width_figure(machine, task)))
    for name, figure in figures:
        premise = named.get(name)
        if figure is None or premise is None or premise.value != _as_written(figure.value):
            out.append(("premise", f"{name} is not stated as the machine's file gives it"))
        elif figure.needs_confirmation != premise.confirm:
            out.append(("premise", f"whether {name} is to be confirmed is told wrongly"))
    if (c.verdict == "proven") == weak:
        out.append(("verdict", "the verdict does not follow from what is to be confirmed"))
    return out


def _as_written(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def turning_stated(machine: Machine) -> str | None:
    """How the machine's file says that it turns where it stands; None when it does not, or needs an arc."""
    if machine.kind.startswith("uav"):
        return "side"
    word = machine.word("turning")
    if word is None:
        return None
    return {"holonomic": "side", "differential": "spot"}.get(word.value.split(" ")[0])


def _width_figure(machine: Machine, task: CoverageTask) -> Any:
    names = ["work_width_m", "spray_width_m"]
    for name in reversed(names) if task.surface == "air" else names:
        if (figure := machine.number(name)) is not None:
            return figure
    return None


def _width(machine: Machine, task: CoverageTask) -> float | None:
    figure = _width_figure(machine, task)
    return None if figure is None else float(figure.value)
