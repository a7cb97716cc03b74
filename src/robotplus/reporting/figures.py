"""Numbers as people read them: with a unit, in few digits, and a dash when unknown."""

from __future__ import annotations

import math
import sys
from typing import Any

DASH = "—"


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


def short(digest: str) -> str:
    """A digest's first characters, enough to recognise it."""
    return digest.removeprefix("sha256:")[:12]


def _number(value: Any) -> float | None:
    """A finite number; None for all else that a certificate from outside may hold in its place."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None
