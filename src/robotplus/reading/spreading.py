"""Numbers that belong together: a range, a list of sides, a middle with its tolerance."""

from __future__ import annotations

import re
from dataclasses import replace

from robotplus.reading.numerals import NUMBER, value_of
from robotplus.reading.quantity import Quantity, parts_of
from robotplus.reading.units import Unit, unit_at

_RANGE = re.compile(r"[ ]?(?:~+|-{1,2}|至|到|\bto\b|/(?=-))[ ]?")
_AND = re.compile(r"[ ]?(?:and|和|与)[ ]?")
_TIMES = re.compile(r"[ ]?(?:x|\*|乘以?|\bby\b)[ ]?(?:长|宽|高|深|厚)?[ ]?")
SIDE = re.compile(r"[ ]?\((?:l|w|h|d|长|宽|高|深)\)")
ABOUT = re.compile(r"[ ]?(?:±|正负|\+/-|\+-)\s*")


def of_sides(sides: re.Match[str], unit: Unit) -> Quantity:
    """``9000(L)mm×5500(W)mm×4000(H)mm``, also where copying made another letter of the ×."""
    values = tuple(float(sides[i]) for i in (1, 2, 3))
    return Quantity(sides.start(), sides.end(), values, "list", *parts_of(unit))


def _number_at(folded: str, place: int) -> tuple[float, int] | None:
    sign = re.compile(r"[-+]|零下").match(folded, place)
    number = NUMBER.match(folded, sign.end() if sign else place)
    value = value_of(number) if number else None
    if number is None or value is None:
        return None
    return (-value if sign and sign[0] != "+" else value), number.end()


def spread(text: str, folded: str, one: Quantity) -> Quantity | None:
    """A range, a list or a middle with its tolerance that begins with one quantity; None when there is none."""
    before = folded[max(0, one.start - 20) : one.start]
    joined = _RANGE.match(folded, one.end)
    if joined is None and re.search(r"between[ ]?$|介于$|在$", before):
        joined = _AND.match(folded, one.end)
    if joined and (second := _number_at(folded, joined.end())):
        unit = unit_at(text, folded, second[1])
        if (unit or one.unit) and (unit is None or one.unit is None or unit.dimension == one.dimension):
            return _ranged(one, second, unit)
    if about := ABOUT.match(folded, one.end):
        return _about(text, folded, one, about.end())
    return _listed(text, folded, one)


def _ranged(one: Quantity, second: tuple[float, int], unit: Unit | None) -> Quantity:
    value, end = one.values[0], second[1]
    written, dimension, factor = parts_of(unit) if unit else (one.unit, one.dimension, one.factor)
    if unit and one.unit and one.factor != unit.factor:
        value = value * one.factor / unit.factor
    return replace(
        one,
        end=unit.end if unit else end,
        values=(value, second[0]),
        shape="range",
        unit=written,
        dimension=dimension,
        factor=factor,
    )


def _about(text: str, folded: str, one: Quantity, place: int) -> Quantity | None:
    """``380V±10%``, ``0.3±.05 m/s``: both ends from the middle."""
    if (second := _number_at(folded, place)) is None:
        return None
    unit = unit_at(text, folded, second[1])
    middle, half = one.values[0], second[0]
    relative = unit is not None and unit.dimension == "ratio" and one.dimension not in ("ratio", "bare")
    if relative:
        half = middle * half / 100.0
    elif unit is None and one.unit is None:
        closed = re.compile(r"\)[ ]?").match(folded, second[1])
        unit = unit_at(text, folded, closed.end()) if closed else None
    elif unit and one.unit and unit.factor != one.factor:
        half = half * unit.factor / one.factor
    kept = (
        parts_of(unit)
        if unit and not relative and one.unit is None
        else (one.unit, one.dimension, one.factor)
    )
    return Quantity(
        one.start,
        unit.end if unit else second[1],
        (round(middle - half, 9), round(middle + half, 9)),
        "range",
        *kept,
        pm=True,
        tolerance=(second[0], relative),
    )


def _listed(text: str, folded: str, one: Quantity) -> Quantity | None:
    """``1200×800×500 mm``: two or three lengths; the unit may stand at each or only at the last."""
    values, end, unit = [one.values[0]], one.end, None
    first = Unit(one.end, one.unit, one.dimension, one.factor) if one.unit else None
    while (
        (times := _TIMES.match(folded, end)) and (nxt := _number_at(folded, times.end())) and len(values) < 3
    ):
        values.append(nxt[0])
        end = side.end() if (side := SIDE.match(folded, nxt[1])) else nxt[1]
        if unit := unit_at(text, folded, end):
            end = unit.end
    unit = unit or first
    if len(values) < 2 or unit is None or unit.dimension != "length":
        return None
    if first and first.factor != unit.factor:
        values[0] *= first.factor / unit.factor
    return replace(
        one,
        end=end,
        values=tuple(values),
        shape="list",
        unit=unit.written,
        dimension="length",
        factor=unit.factor,
    )
