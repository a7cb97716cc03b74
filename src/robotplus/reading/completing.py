"""What stands before a quantity and completes it: a currency, the unit of a label, so much an hour."""

from __future__ import annotations

import re
from dataclasses import replace

from robotplus.reading.quantity import Quantity
from robotplus.reading.units import unit_at

_MONEY = re.compile(r"(?:¥|rmb|cny|人民币|rs\.?|inr|\$|us\$|usd|eur|€|£)[ ]?\Z")
_BEHIND_ONE = re.compile(r"[件个台箱模车片支根块只张套盒瓶袋辆份筐盘包托次趟圈遍垛组节]")
_EACH = re.compile(
    r"每个?(小时|分钟|分|秒|天|日|班|周|年|月)[^\d,。;:\n|]{0,6}\Z|(一)个?小时[^\d,。;:\n|]{0,5}$"
)
_PERIODIC = re.compile(r"(?:[年月日班]产量?|纲领|产能|产量)[^\d,。;:\n|]{0,4}\Z")
_AN_HOUR = re.compile(r"时速[^\d,。;:\n|]{0,6}\Z")
_LABEL_UNIT = re.compile(r"[(/]\s*([^()/|:\n]{1,8})\)?[ ]?(?:[:=是为|]|[ ])*(?:[≥≤<>]=?)?[ ]?(?:±)?\Z")
_JOBS = re.compile(r"(?:jph|uph)[^\d,。;\n|]{0,6}\Z")
_PERIODS = {"小时": 3600.0, "分钟": 60.0, "分": 60.0, "秒": 1.0, "一": 3600.0}


def with_money(text: str, folded: str, quantity: Quantity) -> Quantity:
    """A currency before the number, ``¥250,000`` or ``Rs.4000``."""
    sign = _MONEY.search(folded, max(0, quantity.start - 8), quantity.start)
    if sign is None or quantity.dimension not in ("bare", "many"):
        return quantity
    home = sign[0].strip() in ("¥", "rmb", "cny", "人民币")
    written = text[sign.start() : quantity.start].strip() + (quantity.unit or "")
    return replace(
        quantity,
        start=sign.start(),
        unit=written,
        dimension="money" if home else "foreign money",
        factor=quantity.factor,
    )


def with_label_unit(text: str, folded: str, quantity: Quantity) -> Quantity:
    """The unit of a label before a bare number: ``最大负载(kg):16``, ``payload/kg 16``."""
    if quantity.dimension != "bare":
        return quantity
    if jobs := _JOBS.search(folded, max(0, quantity.start - 10), quantity.start):
        written = text[jobs.start() : jobs.start() + 3]
        alone = re.fullmatch(r"[:=为达 ]*", jobs[0][3:])
        start = jobs.start() if alone else quantity.start
        return replace(quantity, start=start, unit=written, dimension="rate")
    label = _LABEL_UNIT.search(folded, max(0, quantity.start - 24), quantity.start)
    unit = unit_at(text, folded, label.start(1)) if label else None
    if label is None or unit is None or unit.end != label.end(1):
        return quantity
    return replace(quantity, unit=unit.written, dimension=unit.dimension, factor=unit.factor)


def made_a_rate(text: str, folded: str, quantity: Quantity) -> Quantity:
    """``每小时3吨`` is a rate, ``25秒一件`` a takt."""
    if quantity.dimension == "time" and re.match("一", folded[quantity.end : quantity.end + 1]):
        if _BEHIND_ONE.match(folded, quantity.end + 1):
            return replace(quantity, dimension="time per piece")
        return quantity
    near = max(0, quantity.start - 12)
    if quantity.dimension == "length" and _AN_HOUR.search(folded, near, quantity.start):
        return replace(
            quantity, unit=f"{quantity.unit}/时", dimension="speed", factor=quantity.factor / 3.6e6
        )
    each = _EACH.search(folded, max(0, quantity.start - 12), quantity.start)
    if each is None and quantity.dimension in ("count", "machines", "many", "mass"):
        periodic = _PERIODIC.search(folded, near, quantity.start)
        return replace(quantity, dimension=f"rate per {_period(periodic[0])}") if periodic else quantity
    if each is None or quantity.dimension not in ("count", "machines", "mass", "area", "length", "many"):
        return quantity
    word = each[1] or each[2]
    seconds = _PERIODS.get(word)
    if seconds is None and quantity.dimension == "area":
        return quantity  # so much area a day is still an area to be done
    if seconds is None:
        if quantity.dimension in ("machines", "length"):
            return quantity
        return replace(quantity, dimension=f"rate per {_period(word)}")
    written = f"{quantity.unit}/{each[0][: 1 + each[0].find(word)] if each[2] else '每' + word}"
    if quantity.dimension == "length":
        return replace(quantity, unit=written, dimension="speed", factor=quantity.factor / 1000 / seconds)
    return replace(quantity, unit=written, dimension="rate", factor=quantity.factor * 3600 / seconds)


def _period(words: str) -> str:
    """A year where the words name it or mean it (``纲领``), else some other period."""
    return "year" if words.startswith(("年", "纲领")) else "period"
