"""Quantities that questions name and entries have: payload, reach, takt, lead time … (data/quantities.toml)."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from robotplus.portal.kinds.kind import Label

FILE = Path(__file__).parent / "data" / "quantities.toml"
Sense = Literal["least", "most", "exactly", "about"]
UNITS: Final[Mapping[str, tuple[str, float]]] = {  # as written: the unit, and what to multiply by
    "kg": ("kg", 1.0),
    "公斤": ("kg", 1.0),
    "千克": ("kg", 1.0),
    "g": ("kg", 1e-3),
    "克": ("kg", 1e-3),
    "t": ("kg", 1e3),
    "吨": ("kg", 1e3),
    "mm": ("m", 1e-3),
    "毫米": ("m", 1e-3),
    "cm": ("m", 1e-2),
    "厘米": ("m", 1e-2),
    "m": ("m", 1.0),
    "米": ("m", 1.0),
    "s": ("s", 1.0),
    "sec": ("s", 1.0),
    "seconds": ("s", 1.0),
    "秒": ("s", 1.0),
    "min": ("s", 60.0),
    "minutes": ("s", 60.0),
    "分钟": ("s", 60.0),
    "d": ("d", 1.0),
    "天": ("d", 1.0),
    "日": ("d", 1.0),
    "days": ("d", 1.0),
    "day": ("d", 1.0),
    "周": ("d", 7.0),
    "weeks": ("d", 7.0),
    "month": ("month", 1.0),
    "months": ("month", 1.0),
    "个月": ("month", 1.0),
    "年": ("year", 1.0),
    "years": ("year", 1.0),
    "year": ("year", 1.0),
    "万元": ("CNY", 1e4),
    "万": ("CNY", 1e4),
    "亿元": ("CNY", 1e8),
    "元": ("CNY", 1.0),
    "rmb": ("CNY", 1.0),
    "cny": ("CNY", 1.0),
    "yuan": ("CNY", 1.0),
    "million": ("CNY", 1e6),
    "轴": ("axis", 1.0),
    "axis": ("axis", 1.0),
    "axes": ("axis", 1.0),
    "自由度": ("axis", 1.0),
    "dof": ("axis", 1.0),
}
_SCALES: Final = {("m", "mm"): 1e3, ("year", "month"): 12.0, ("month", "year"): 1 / 12}


@dataclass(frozen=True)
class Quantity:
    """``default``: the sense of a number said without one; ``fields``: names in kinds, with the factor to ``unit``."""

    name: str
    label: Label
    unit: str
    default: Sense
    bare: tuple[str, ...]
    fields: Mapping[str, float]
    words: tuple[str, ...]


@functools.cache
def quantities() -> Mapping[str, Quantity]:
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: Quantity(
            name,
            Label(**q["label"]),
            q["unit"],
            q["default"],
            tuple(q["bare"]),
            q["fields"],
            tuple(q["words"]),
        )
        for name, q in raw.items()
    }


@functools.cache
def quantity_of_field(field: str) -> tuple[str, float]:
    """The quantity that a kind's field holds and the factor to its unit; a field of no quantity is its own."""
    for q in quantities().values():
        if field in q.fields:
            return q.name, float(q.fields[field])
    return field, 1.0


@functools.cache
def quantity_words() -> Mapping[str, str]:
    """Quantity by each of its words."""
    return {word: q.name for q in quantities().values() for word in q.words}


@functools.cache
def bare_quantity(unit: str) -> str:
    """The quantity that a unit alone names, or empty."""
    for q in quantities().values():
        if unit in q.bare:
            return q.name
    return ""


def in_unit(value: float, said: str, quantity: Quantity) -> float | None:
    """A value said with a unit (``UNITS``; empty: the quantity's own) in the quantity's; None where it cannot be."""
    if not said:
        return value
    unit, factor = UNITS[said]
    scale = 1.0 if unit == quantity.unit else _SCALES.get((unit, quantity.unit))
    return None if scale is None else value * factor * scale
