"""What can be said before any search: missing data, ratings, protection, and times that no motion can beat.

A figure from memory or of low confidence never decides alone: where it falls short the answer is *unknown*, with the
question to the maker; where it suffices it becomes a premise to confirm.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np

from robotplus.certificates.certificate import Premise, Refusal
from robotplus.proving.context import Context
from robotplus.proving.questions import AS_IN_THE_MODEL, question
from robotplus.robots.model import Figure, Robot
from robotplus.scenarios.task import Program


def refusal(
    context: Context,
    robot: Robot,
    verdict: Literal["impossible", "not_found", "unknown"],
    constraint: str,
    **fields: Any,
) -> Refusal:
    """A refusal of this robot for this need; fields that are not given are empty."""
    blank: dict[str, Any] = {"needed": None, "available": None, "shortfall": None, "unit": ""}
    return Refusal(robot.id, robot.sha256, context.need.sha256, verdict, constraint, **{**blank, **fields})


def missing_data(robot: Robot, context: Context) -> Refusal | None:
    """The first blocking datum that is unknown or a placeholder."""
    need = context.program.requirements
    mounting = context.program.base.mounting

    def unknown(constraint: str, name: str, where: str = "") -> Refusal:
        en, zh = question(robot, name)
        return refusal(context, robot, "unknown", constraint, where=where, question_en=en, question_zh=zh)

    if any(j.lower is None or j.upper is None for j in robot.joints):
        return unknown("data_limits", "limits")
    placeholder = robot.velocity is None or robot.velocity.value != "data"
    if placeholder or any(j.velocity is None for j in robot.joints):
        return unknown("data_velocity", "velocity")
    shapeless = [link.name for link in robot.links if link.boxes is None]
    if shapeless:
        return unknown("data_shape", "shape", ", ".join(shapeless))
    if robot.payload_kg is None:
        return unknown("data_payload", "payload_kg")
    for asked, name in (
        (need.ip, "ip"),
        (need.explosion_zone, "explosion_zone"),
        (need.temperature_c, "temperature_c"),
    ):
        if asked is not None and getattr(robot, name) is None:
            return unknown("data_environment", name)
    if need.repeatability_mm is not None and robot.repeatability_mm is None:
        return unknown("data_repeatability", "repeatability_mm")
    if mounting != "floor" and robot.mounting is None:
        return unknown("data_mounting", "mounting")
    return None


def rating_short(robot: Robot, context: Context) -> Refusal | None:
    """The first rating that falls short: impossible by a trusted figure, unknown by one that needs confirmation."""
    program, need = context.program, context.program.requirements

    def short(
        name: str, constraint: str, figure: Figure[Any], needed: Any, missing: float | None, unit: str
    ) -> Refusal:
        fields = {"needed": needed, "available": figure.value, "shortfall": missing, "unit": unit}
        if isinstance(figure.value, tuple):
            asked = needed if isinstance(needed, str) else ", ".join(f"{v:g}" for v in needed)
            fields |= {"needed": asked, "available": ", ".join(str(v) for v in figure.value)}
        if figure.needs_confirmation:
            bound = {
                "payload_kg": f"≥ {context.load_kg:.6g}",
                "repeatability_mm": f"≤ {needed_repeatability(program):.6g}",
            }
            en, zh = question(robot, name, figure.value, needed=bound.get(name, needed))
            return refusal(context, robot, "unknown", constraint, question_en=en, question_zh=zh, **fields)
        witness = {"kind": "rating", "figure": name}
        return refusal(context, robot, "impossible", constraint, witness=witness, **fields)

    payload = robot.payload_kg
    assert payload is not None
    if context.load_kg > payload.value + 1e-9:
        return short("payload_kg", "payload", payload, context.load_kg, context.load_kg - payload.value, "kg")
    needed = needed_repeatability(program)
    figure = robot.repeatability_mm
    if figure is not None and figure.value > needed + 1e-9:
        return short("repeatability_mm", "repeatability", figure, needed, figure.value - needed, "mm")
    if need.ip is not None and robot.ip is not None and not ip_covers(robot.ip.value, need.ip):
        return short("ip", "ip", robot.ip, need.ip, None, "")
    zone = robot.explosion_zone
    if (
        need.explosion_zone is not None
        and zone is not None
        and not zone_covers(zone.value, need.explosion_zone)
    ):
        return short("explosion_zone", "explosion_zone", zone, need.explosion_zone, None, "")
    rated, asked = robot.temperature_c, need.temperature_c
    if (
        asked is not None
        and rated is not None
        and not (rated.value[0] <= asked[0] and asked[1] <= rated.value[1])
    ):
        lacking = max(rated.value[0] - asked[0], asked[1] - rated.value[1])
        return short("temperature_c", "temperature", rated, asked, lacking, "°C")
    if robot.mounting is not None and program.base.mounting not in robot.mounting.value:
        return short("mounting", "mounting", robot.mounting, program.base.mounting, None, "")
    return None


def too_slow(robot: Robot, context: Context) -> Refusal | None:
    """Times that no motion of any, or of this, robot can beat."""
    program = context.program
    takt = program.requirements.takt
    if context.least_cycle is None:
        context.least_cycle = sum(s.dwell + _least_stroke(s, program) for s in program.stops)
    least = context.least_cycle
    if takt is not None and least > takt:
        return refusal(
            context,
            robot,
            "impossible",
            "takt",
            needed=takt,
            available=least,
            shortfall=least - takt,
            unit="s",
            witness={"kind": "takt"},
        )
    return None


def _least_stroke(stop: Any, program: Program) -> float:
    """A path within the tolerance of its curve may be shorter by a little; the highest speed holds all along."""
    if stop.speed is None or stop.curve.length <= 0:
        return 0.0
    return max(
        0.0,
        float(np.linalg.norm(np.diff(stop.curve.frames(np.array([0.0, stop.curve.length]))[0], axis=0)))
        - 2 * program.requirements.path_tolerance,
    ) / float(stop.speed[2])


def confirmations(robot: Robot, context: Context, *, wrist: bool) -> list[Premise]:
    """Premises for every deciding figure that rests on memory or low confidence."""
    need = context.program.requirements
    deciding = ["payload_kg", "velocity", "limits", "repeatability_mm"]
    deciding += [n for n in ("ip", "explosion_zone", "temperature_c") if getattr(need, n) is not None]
    if context.program.base.mounting != "floor":
        deciding.append("mounting")
    if wrist:
        deciding += ["wrist_moment_nm", "wrist_inertia_kgm2"]
    out = []
    for name in deciding:
        figure = getattr(robot, name)
        if figure is None or not figure.needs_confirmation:
            continue
        value = list(figure.value) if isinstance(figure.value, tuple) else figure.value
        shown = [j.velocity for j in robot.joints] if name == "velocity" else value
        if name == "limits":
            shown = [[j.lower, j.upper] for j in robot.joints]
        bound = {
            "payload_kg": f"≥ {context.load_kg:.6g}",
            "repeatability_mm": f"≤ {needed_repeatability(context.program):.6g}",
        }
        needed = bound.get(name, getattr(need, name, None))
        asked = AS_IN_THE_MODEL if name in ("velocity", "limits") else value
        en, zh = question(robot, name, asked, needed=needed)
        out.append(Premise(name, shown, figure.source, figure.confidence, True, en, zh))
    if robot.geometry_confidence == "low":
        en, zh = question(robot, "geometry", AS_IN_THE_MODEL)
        out.append(Premise("geometry", AS_IN_THE_MODEL, robot.geometry_source, "low", True, en, zh))
    return out


def needed_repeatability(program: Program) -> float:
    """[mm] as asked, else the path tolerance."""
    asked = program.requirements.repeatability_mm
    return asked if asked is not None else 1000 * program.requirements.path_tolerance


def ip_covers(rated: str, needed: str) -> bool:
    """Whether an IP code (IEC 60529) is at least the needed one in both digits; X counts as 0."""
    codes = [re.search(r"IP\s*([0-9X])([0-9X])", c.upper()) for c in (rated, needed)]
    if codes[1] is None:
        return False
    have, want = ([0 if d == "X" else int(d) for d in (c.groups() if c else "XX")] for c in codes)
    return all(a >= b for a, b in zip(have, want, strict=True))


def zone_covers(rated: str, needed: str) -> bool:
    """Whether equipment for one zone (IEC 60079-10) may stand in another: gas 0-1-2 and dust 20-21-22, apart."""
    a, b = (re.search(r"\d+", z) for z in (rated, needed))
    if a is None or b is None:
        return False
    have, want = int(a.group()), int(b.group())
    return have <= want and (have >= 20) == (want >= 20)
