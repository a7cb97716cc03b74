"""Numbers as people read them: with a unit, in few digits, and a dash when unknown."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from robotplus.certificates.certificate import Premise
from robotplus.robots.model import Robot

DASH = "—"
JOINT_UNITS = {"velocity": "°/s", "acceleration": "°/s²", "limits": "°", "joint_limits_reading": "°"}


def seconds(value: Any) -> str:
    return f"{number:.2f} s" if (number := _number(value)) is not None else DASH


def millimetres(value: Any) -> str:
    """[m] shown in mm."""
    if (number := _number(value)) is None:
        return DASH
    return f"{number * 1000:.3g} mm" if abs(number) < 1 else f"{number * 1000:.0f} mm"


def degrees(value: Any) -> str:
    """[rad] shown in degrees."""
    return f"{math.degrees(number):.2f}°" if (number := _number(value)) is not None else DASH


def percent(value: Any) -> str:
    return f"{number * 100:.0f} %" if (number := _number(value)) is not None else DASH


def quantity(value: Any, unit: str = "") -> str:
    """Any JSON value in a few digits, with its unit."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        shown = f"{value:.4g}"
    elif isinstance(value, list | tuple):
        shown = ", ".join(quantity(v) for v in value)
    elif isinstance(value, dict):
        shown = ", ".join(f"{k} {quantity(v)}" for k, v in value.items())
    else:
        shown = str(value)
    return f"{shown} {unit}".rstrip()


def figure(name: str, value: Any) -> str:
    """A value whose name carries its unit, such as ``payload_kg``."""
    units = {"kg": "kg", "mm": "mm", "m": "m", "nm": "N·m", "kgm2": "kg·m²", "c": "°C", "w": "W", "s": "s"}
    _, _, suffix = name.rpartition("_")
    return quantity(value, units.get(suffix, "") if value is not None and "_" in name else "")


def premise_value(premise: Premise, robot: Robot | None) -> str:
    """A premise's value with its unit; joint figures in degrees when all joints of the robot are known to turn."""
    name = str(premise.name)  # a certificate from outside may hold anything
    unit = JOINT_UNITS.get(name)
    turns = robot is not None and all(j.kind == "revolute" for j in robot.joints)
    if unit is None or not turns or not isinstance(premise.value, list | tuple):
        return figure(name, premise.value)
    return f"{_degrees_said(premise.value)} {unit}"


def _degrees_said(values: Sequence[Any]) -> str:
    """[rad, rad/s, …] in degrees; ranges as ``low … high``."""
    words = []
    for value in values:
        if isinstance(value, list | tuple):
            words.append(" … ".join(_degrees_said([v]) for v in value))
        else:
            known = _number(value)
            words.append(DASH if known is None else f"{round(math.degrees(known), 1):.6g}")
    return ", ".join(words)


def short(digest: str) -> str:
    """A digest's first characters, enough to recognise it."""
    return digest.removeprefix("sha256:")[:12]


def _number(value: Any) -> float | None:
    """A finite number; None for all else that a certificate from outside may hold in its place."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None
