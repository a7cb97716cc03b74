"""Numbers as people read them: with a unit, in few digits, and a dash when unknown."""

from __future__ import annotations

import math
from typing import Any

DASH = "—"


def seconds(value: float | None) -> str:
    return DASH if value is None else f"{value:.2f} s"


def millimetres(value: float | None) -> str:
    """[m] shown in mm."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value * 1000:.3g} mm" if abs(value) < 1 else f"{value * 1000:.0f} mm"


def degrees(value: float | None) -> str:
    """[rad] shown in degrees."""
    return DASH if value is None else f"{math.degrees(value):.2f}°"


def percent(value: float | None) -> str:
    return DASH if value is None else f"{value * 100:.0f} %"


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
