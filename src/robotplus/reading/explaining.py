"""Numbers that only their label explains: a price, a number of machines or axes, the unit in a table's heading."""

from __future__ import annotations

import re
from dataclasses import replace

from robotplus.reading.quantity import Quantity
from robotplus.reading.surroundings import Surroundings
from robotplus.reading.units import unit_at

_MACHINES = "机器人|机器狗|无人船|无人艇|无人机|机械臂"
_ROBOTS = re.compile(rf"(?:{_MACHINES})$")
_NEXT = re.compile(rf"[\u4e00-\u9fff]{{0,6}}(?:{_MACHINES})")
_PRICED = re.compile(r"[ ]?(?:[一每/]?[台套条架辆部]|以内|以下|之内|左右|上下|出头|封顶|$)")
_BARE = (
    (re.compile(r"预算|限价|价|金额|投入|投资|资金|经费|费用|钱|(?<![a-z])(?:budget|price|cost)"), "money"),
    (re.compile(r"自由度|轴数|(?<![a-z])dof(?![a-z])|number of axes|degrees of freedom"), "axes"),
    (re.compile(r"(?:^|[\s|])robots?[ ]?:[ ]?$"), "machines"),
    (re.compile(r"数量|台数|(?<![a-z])(?:quantity|qty)"), "machines"),
)


def explained(quantity: Quantity, around: Surroundings) -> Quantity:
    """A number without a unit whose label says what it is: a price, a number of machines, of axes, jobs an hour."""
    if quantity.dimension == "count" and quantity.unit in tuple("个条只艘匹"):
        if _BARE[1][0].search(around.before):
            return replace(quantity, dimension="axes")
        robots = _ROBOTS.search(around.before) or _NEXT.match(around.behind.lstrip(" 的"))
        return replace(quantity, dimension="machines") if robots else quantity
    if quantity.dimension not in ("bare", "many"):
        return quantity
    headed = re.search(r"[(/]([^()/]{1,8})\)?$", around.heading) if quantity.dimension == "bare" else None
    unit = unit_at(headed[1], headed[1], 0) if headed else None
    if headed and unit and unit.end == len(headed[1]):
        return replace(quantity, unit=unit.written, dimension=unit.dimension, factor=unit.factor)
    label = around.before[-24:] + " " + around.heading
    for pattern, dimension in _BARE:
        if pattern.search(label):
            scale = quantity.factor if quantity.dimension == "many" else 1.0
            return replace(quantity, dimension=dimension, factor=scale)
    if quantity.dimension == "many":
        priced = _PRICED.match(around.behind) and (quantity.unit or "").endswith("万")
        if priced:
            return replace(quantity, dimension="money")
        return replace(quantity, dimension="count")
    return quantity
