"""A figure: a quantity or name with what it is about, how it is compared, and in what role it stands."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from robotplus.reading.comparing import comparison
from robotplus.reading.explaining import explained
from robotplus.reading.lexicon import Topic
from robotplus.reading.operators import operator
from robotplus.reading.quantity import Quantity
from robotplus.reading.roles import role_of, wishes
from robotplus.reading.settling import settled
from robotplus.reading.surroundings import Surroundings
from robotplus.reading.symbols import Symbol
from robotplus.reading.topics import is_of_work, topic_of

Value = float | str | bool | tuple[float, ...] | tuple[str | bool, ...]
_SIDES = (
    ("length", re.compile(r"长|length|long")),
    ("width", re.compile(r"宽|width|wide")),
    ("height", re.compile(r"高|height|high|tall")),
    ("diameter", re.compile(r"直径|外径|diameter")),
)
_GRID_V = 1000.0
_DIMENSIONLESS = {"quantity": 1.0, "dof": 1.0}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text; ``quote`` is ``text[start:end]``.

    Args:
        field: what it is about (docs/reading.md lists the fields), or other.
        name: for other figures, the words before it or a fixed name; else empty.
        dim: length, width, height or diameter of one of the ``dims_mm``; else empty.
        op: >=, <=, range, = or set.
        value: as written, in the unit as written; two of a range, several of a list.
        unit: as written; None where none stands.
        canon: the value in the field's own unit; None for other figures.
        role: requirement, workpiece, context, test_condition, baseline or delivered.
        flags: approx, strict, pm, op_implied, desirable, alternative.
        dimension: of its unit, see ``data/units.toml``; empty for names.
        amount: the numbers in the dimension's own unit (mm, kg, s, ...).
        said: the folded words of its clause, for whoever fills in a task.
    """

    field: str
    name: str
    dim: str
    op: str
    value: Value
    unit: str | None
    canon: float | tuple[float, ...] | None
    quote: str
    start: int
    end: int
    role: str
    flags: dict[str, Any] = made(default_factory=dict)
    dimension: str = ""
    amount: tuple[float, ...] = ()
    said: str = ""

    @property
    def value_number(self) -> float:
        """The value where it is one number; not a number otherwise."""
        return float(self.value) if isinstance(self.value, (int, float)) else math.nan

    def to_document(self) -> dict[str, Any]:
        """As JSON, the flags beside the rest."""
        out: dict[str, Any] = {
            "field": self.field,
            "name": self.name or None,
            "dim": self.dim or None,
            "op": self.op,
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "unit": self.unit,
            "canon": list(self.canon) if isinstance(self.canon, tuple) else self.canon,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "role": self.role,
        }
        return out | self.flags


def figure_of(quantity: Quantity, around: Surroundings, text: str) -> Figure | None:
    """The figure a quantity makes in its surroundings; None for a bare number that nothing explains."""
    quantity = explained(quantity, around)
    if quantity.dimension == "bare":
        return None
    compared = comparison(around)
    topic = settled(topic_of(quantity, around), quantity, compared, around)
    name = topic.field if topic else "other"
    side = _side(around) if quantity.dimension == "length" and quantity.shape != "list" else ""
    if quantity.shape == "list":
        name = "other" if is_of_work(around) else "dims_mm"
    role = role_of(around)
    if name == "voltage_v" and max(quantity.values) * quantity.factor >= _GRID_V:
        role = "context"  # kilovolts are the line or plant, not the robot's supply
    if role == "requirement" and (
        (topic and topic.role == "workpiece") or (quantity.shape == "list" and name == "other")
    ):
        role = "workpiece"
    sense = topic.sense if topic else "none"
    op, flags = operator(quantity, compared, sense=sense, field=name)
    flags |= wishes(around)
    value: Value = quantity.values[0] if quantity.shape == "one" else quantity.values
    canon = None if name == "other" else _canon(quantity, topic, name)
    return Figure(
        field=name,
        name=_other_name(topic, around, quantity) if name == "other" else "",
        dim=side if name == "dims_mm" else "",
        op=op,
        value=_plain(value),
        unit=quantity.unit,
        canon=canon,
        quote=text[quantity.start : quantity.end],
        start=quantity.start,
        end=quantity.end,
        role=role,
        flags=flags,
        dimension=quantity.dimension,
        amount=tuple(v * quantity.factor for v in quantity.values),
        said=f"{around.before} {around.behind}",
    )


def figure_of_symbol(symbol: Symbol, around: Surroundings, text: str) -> Figure:
    """The figure a name makes: a set of what must hold."""
    compared = comparison(around)
    floor = symbol.field == "ip" and compared.op in (">=", "<=")  # IP54 or better
    value: Value = symbol.values[0] if len(symbol.values) == 1 else symbol.values
    return Figure(
        field=symbol.field,
        name=symbol.name,
        dim="",
        op=">=" if floor else "set",
        value=value,
        unit=None,
        canon=None,
        quote=text[symbol.start : symbol.end],
        start=symbol.start,
        end=symbol.end,
        role="requirement",
        flags=wishes(around),
    )


def _side(around: Surroundings) -> str:
    near = around.before[-6:] if around.before else ""
    last, side = -1, ""
    for name, pattern in _SIDES:
        for found in pattern.finditer(near):
            if found.end() > last:
                last, side = found.end(), name
    if side:
        return side
    return next((name for name, pattern in _SIDES if pattern.match(around.behind.lstrip(" 的"))), "")


def _canon(quantity: Quantity, topic: Topic | None, name: str) -> float | tuple[float, ...] | None:
    """The values in the field's unit: a slope in per cent becomes degrees."""
    if name in _DIMENSIONLESS:
        scaled = [v * quantity.factor for v in quantity.values]
    elif name == "slope_deg" and quantity.dimension == "ratio":
        scaled = [math.degrees(math.atan(v * quantity.factor / 100)) for v in quantity.values]
    else:
        per = topic.per if topic and topic.field == name else 1.0
        scaled = [v * quantity.factor / per for v in quantity.values]
    rounded = [float(f"{v:.10g}") for v in scaled]
    return _tidy(rounded[0]) if quantity.shape == "one" else tuple(_tidy(v) for v in rounded)


def _plain(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(_tidy(v) for v in value)  # type: ignore[arg-type]
    return _tidy(value) if isinstance(value, float) else value


def _tidy(value: float) -> float:
    """A whole number as an int, so that JSON shows 40 and not 40.0."""
    return int(value) if math.isfinite(value) and value == int(value) else value


def _other_name(topic: Topic | None, around: Surroundings, quantity: Quantity) -> str:
    """The topic's own name, else the words right before the figure, else its dimension."""
    said = re.sub(r"^[\s\W\d]+|[\s\W]+$", "", around.before[-24:])
    return (topic.name if topic and topic.name else said) or quantity.dimension
