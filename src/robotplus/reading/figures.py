"""A figure: a quantity or name with what it is about, how it is compared, and in what role it stands."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from dataclasses import field as made
from typing import Any

from robotplus.reading.comparing import Comparison, comparison
from robotplus.reading.lexicon import Topic, topics, words
from robotplus.reading.quantities import Quantity
from robotplus.reading.surroundings import Surroundings
from robotplus.reading.symbols import Symbol
from robotplus.reading.topics import subject_of, topic_of
from robotplus.reading.units import unit_at

Value = float | str | bool | tuple[float, ...] | tuple[str | bool, ...]
_SIDES = (
    ("length", re.compile(r"长|length|long")),
    ("width", re.compile(r"宽|width|wide")),
    ("height", re.compile(r"高|height|high|tall")),
    ("diameter", re.compile(r"直径|外径|diameter")),
)
# a noun right behind a list of lengths owns them, unless it is room: 600 x 600 mm tiles
_NOUN = re.compile(
    r"[ ](?!area|space|room|footprint|cell|envelope|floor|at|or|max|or|and|in|on|with|high|to|is|without|when)[a-z]{3,}"
)
_OWNED = re.compile(
    r"(?<![a-z])(?!robot|size|dimension|footprint|space|area|cell|envelope|room|floor|machine|it)"
    r"[a-z]{3,}[ ](?:is|are|measures?)[ ]?$"
)
_GRID_V, _HOT_C = 1000.0, 150.0
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
    quantity = _unbared(quantity, around)
    if quantity.dimension == "bare":
        return None
    compared = comparison(around)
    topic = _settled(topic_of(quantity, around), quantity, compared, around)
    name = topic.field if topic else "other"
    side = _side(around) if quantity.dimension == "length" and quantity.shape != "list" else ""
    if quantity.shape == "list":
        of_work = (
            _OWNED.search(around.before)
            or _NOUN.match(around.behind)
            or words("subjects", "workpiece").search(around.behind[:24])
        )
        name = "other" if of_work or subject_of(around) == "workpiece" else "dims_mm"
    role = role_of(around)
    if name == "voltage_v" and max(quantity.values) * quantity.factor >= _GRID_V:
        role = "context"  # kilovolts are the line or plant, not the robot's supply
    if role == "requirement" and (
        (topic and topic.role == "workpiece") or (quantity.shape == "list" and name == "other")
    ):
        role = "workpiece"
    sense = topic.sense if topic else "none"
    op, flags = _op(quantity, compared, sense=sense, field=name)
    flags |= _wishes(around)
    value: Value = quantity.values[0] if quantity.shape == "one" else quantity.values
    canon = None if name == "other" else _canon(quantity, topic, name)
    return Figure(
        field=name,
        name=""
        if name != "other"
        else (topic.name if topic and topic.name else _called(around)) or quantity.dimension,
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
        flags=_wishes(around),
    )


def _settled(
    topic: Topic | None, quantity: Quantity, compared: Comparison, around: Surroundings
) -> Topic | None:
    """The topic, where a bound or a unit says more than the words do.

    A time not to be exceeded is a takt, so many hours a day are a running time, a length with ± is an accuracy, and a
    machine's mass goes without saying when it is not to be exceeded.
    """
    bounded = compared.op == "<="
    if topic and topic.field == "temperature_c" and max(quantity.values) >= _HOT_C:
        return None  # of the work, not of the place
    if quantity.dimension == "days" and topic is None and bounded:
        return _first_topic("delivery_days")
    if quantity.dimension == "time":
        if quantity.factor >= 3600 and around.before.rstrip().endswith(("每", "每隔", "every")):
            return None  # how often, not how long
        if topic is None and re.search(r"day|天|日", quantity.unit or ""):
            return _first_topic("runtime_h")
        if bounded and (topic is None or topic.field == "runtime_h"):
            return _first_topic("cycle_s")
    if topic is not None:
        return topic
    if quantity.dimension == "length" and quantity.shape == "one" and quantity.pm:
        return _first_topic("accuracy_mm")
    if quantity.dimension == "mass" and bounded and not quantity.pm and subject_of(around) != "workpiece":
        return _first_topic("mass_kg")
    return None


def _first_topic(name: str) -> Topic:
    return next(topic for topic in topics() if topic.field == name)


def _unbared(quantity: Quantity, around: Surroundings) -> Quantity:
    """A number without a unit whose label says what it is: a price, a number of machines, of axes, jobs an hour."""
    if quantity.dimension == "count" and quantity.unit in tuple("个条只艘匹"):
        robots = _ROBOTS.search(around.before[-8:]) or _ROBOTS.match(around.behind.lstrip(" 的"))
        return replace(quantity, dimension="machines") if robots else quantity
    if quantity.dimension not in ("bare", "many"):
        return quantity
    headed = re.search(r"[(/]([^()/]{1,8})\)?$", around.heading) if quantity.dimension == "bare" else None
    unit = unit_at(headed[1], headed[1], 0) if headed else None
    if headed and unit and unit.end == len(headed[1]):
        return replace(quantity, unit=unit.written, dimension=unit.dimension, factor=unit.factor)
    label = around.before[-24:] + " " + around.heading
    for pattern, dimension, factor in _BARE:
        if pattern.search(label):
            scale = quantity.factor if quantity.dimension == "many" else 1.0
            return Quantity(
                quantity.start,
                quantity.end,
                quantity.values,
                quantity.shape,
                quantity.unit,
                dimension,
                scale * factor,
            )
    if quantity.dimension == "many":
        priced = _PRICED.match(around.behind) and (quantity.unit or "").endswith("万")
        if priced:
            return replace(quantity, dimension="money")
        return Quantity(
            quantity.start,
            quantity.end,
            quantity.values,
            quantity.shape,
            quantity.unit,
            "count",
            quantity.factor,
        )
    return quantity


_ROBOTS = re.compile(
    r"(?:[a-z\u4e00-\u9fff]{0,6})(?:机器人|机器狗|无人船|无人艇|无人机|机械臂)$|(?:[\u4e00-\u9fff]{0,6})(?:机器人|机器狗|无人船|无人艇|无人机|机械臂)"
)
_PRICED = re.compile(r"[ ]?(?:[一每/]?[台套条架辆部]|以内|以下|之内|左右|上下|出头|封顶|$)")
_BARE = (
    (
        re.compile(r"预算|单价|限价|总价|价|造价|金额|投入|投资|资金|经费|费用|钱|\bbudget|\bprice|\bcost"),
        "money",
        1.0,
    ),
    (re.compile(r"自由度|轴数|\bdof\b|number of axes|degrees of freedom"), "axes", 1.0),
    (re.compile(r"(?:^|[\s|])robots?[ ]?:[ ]?$"), "machines", 1.0),
    (re.compile(r"(?:采购|需求|台套)?数量|台数|(?<![a-z])quantity|(?<![a-z])qty"), "machines", 1.0),
)


def _op(quantity: Quantity, compared: Comparison, *, sense: str, field: str) -> tuple[str, dict[str, Any]]:
    """The comparator the field makes of the words.

    Accuracy is always a bound; a load "not over 25 kg" that must be carried is a floor; the largest load, reach or
    slope is what is wanted, the largest size or mass a bound.
    """
    flags: dict[str, Any] = {}
    if compared.approx:
        flags["approx"] = True
    if quantity.pm:
        flags["pm"] = True
    if quantity.shape == "range":
        if quantity.tolerance is not None:
            amount, relative = quantity.tolerance
            flags |= {
                "nominal": round(sum(quantity.values) / 2, 9),
                ("tol_pct" if relative else "tol"): amount,
            }
        return "range", flags
    op = compared.op
    if op == "up to" or (not op and compared.far == "max"):
        op = "<=" if sense in ("limit", "error", "budget", "speed") else "="
    elif not op and compared.far == "min" and sense != "error":
        op = ">="
    if sense == "error":
        if op != "<=":
            flags["op_implied"] = True
        op = "<="
    elif field == "payload_kg" and op == "<=":
        op = ">="
    elif not op and quantity.odd:
        op, flags["approx"] = ">=", True
    elif (not op and compared.nearly) or (not op and quantity.pm):
        op = "<="
    if compared.strict and op in (">=", "<="):
        flags["strict"] = True
    if not op and quantity.shape == "list" and compared.roomy:
        op, flags["op_implied"] = "<=", True
    if not op:
        op = "set" if quantity.shape == "list" and len(quantity.values) == 3 else "="
    return op, flags


def _wishes(around: Surroundings) -> dict[str, Any]:
    flags: dict[str, Any] = {}
    if words("flags", "desirable").search(around.wider or around.before):
        flags["desirable"] = True
    if re.search(rf"(?:{words('flags', 'alternative').pattern})[^,。;]{{0,6}}$", around.before):
        flags["alternative"] = True
    return flags


def role_of(around: Surroundings) -> str:
    """The role whose words stand nearest before the figure in its sentence; a requirement without any."""
    best, role = -1, "requirement"
    for name in ("delivered", "baseline", "test_condition", "context", "requirement"):
        for found in words("roles", name).finditer(around.wider):
            if found.end() > best:
                best, role = found.end(), name
    return role


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


def _called(around: Surroundings) -> str:
    """The words right before a figure, as its name."""
    return re.sub(r"^[\s\W\d]+|[\s\W]+$", "", around.before[-24:])
