"""Quantities in a text: a number or several with their unit, before anyone asks what they are about.

``500~600kg`` is a range, ``3.5m×2m×1m`` a list, ``380V±10%`` a range about its middle,
``±0.05mm`` a bound on both sides.
"""

from __future__ import annotations

import re
from dataclasses import replace

from robotplus.reading.completing import made_a_rate, with_label_unit, with_money
from robotplus.reading.numerals import NUMBER, value_of
from robotplus.reading.quantity import Quantity, parts_of
from robotplus.reading.spreading import ABOUT, SIDE, of_sides, spread
from robotplus.reading.units import Unit, unit_at

_SIDES = re.compile(
    r"(\d+(?:\.\d+)?)[ ]?\(l\)[ ]?(?:[mc]?m)??[ ]?[xkm*][ ]?(\d+(?:\.\d+)?)[ ]?\(w\)[ ]?(?:[mc]?m)??[ ]?[xkm*][ ]?"
    r"(\d+(?:\.\d+)?)[ ]?\(h\)[ ]?([mc]?m)(?![a-z])"
)
_ODD = re.compile(r"[ ]?(?:多|余|几)")
_HALF = re.compile(r"个半(?=小时|月|钟头)|年半|天半|分半钟?")
_LABEL = re.compile(
    r"^[ ]*(?:\(?\d{1,3}\)|\d{1,3}、|\d{1,2}(?:\.\d{1,2})*\.(?!\d)|\d{1,2}(?:\.\d{1,2})+(?=[ ]|[^\W\d]))",
    re.M,
)
_ORDINAL = re.compile(r"(?:第|[a-z_#]|[a-z]-|\d[.:])\Z")
_GLUED = re.compile(r"(?:upto|max|min|max\.|ca|approx|x|x[ ]|rs|rmb|usd|cny|φ|ø|ac|dc)\Z")
_DATE = re.compile(
    r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}[日号]|\d{1,2}:\d{2}|(?<!\d)20\d\d(?=[.-]\d{1,2}[.-]\d)[.\d-]+|\d{3,4}-\d{7,8}|1\d{10}"
)
_COUNTED_ONE = re.compile(r"[台套部辆架艘]|个?小时|分钟|个钟头|秒|个月|公里|吨|公斤|千克|米|平|轴")
_OF_ROBOTS = re.compile(
    r"[ ](?:[a-z][a-z-]*[ ]){1,3}(?P<noun>robots?|arms|units|machines|vehicles|drones|agvs?|amrs?|cobots?|bots?)\b"
)
_PRICED = re.compile(r"[别不要最约大价只才就的\d]")


def quantities(text: str, folded: str, *, taken: list[tuple[int, int]]) -> list[Quantity]:
    """Every quantity outside the spans that are taken already (standards, codes), in order."""
    blocked = taken + [m.span() for m in _LABEL.finditer(folded)] + [m.span() for m in _DATE.finditer(folded)]
    covered = bytearray(len(folded) + 1)
    for start, end in blocked:
        covered[start:end] = b"\1" * (end - start)
    found: list[Quantity] = []
    place = 0
    while number := NUMBER.search(folded, place):
        place = number.end()
        if covered[number.start()]:
            place = covered.index(0, number.start())
            continue
        quantity = _quantity(text, folded, number)
        if quantity is not None:
            found.append(quantity)
            place = max(quantity.end, place)
    return found


def _quantity(text: str, folded: str, number: re.Match[str]) -> Quantity | None:
    start, before = number.start(), folded[max(0, number.start() - 12) : number.start()]
    if sides := _SIDES.match(folded, start):
        unit = unit_at(text, folded, sides.start(4))
        return of_sides(sides, unit) if unit else None
    value = value_of(number)
    if value is None or _stands_for_something_else(folded, number, before):
        return None
    signed = re.search(r"(?<![a-z\d)])(?:-|零下)$", before)
    if signed:
        value, start = -value, start - len(signed[0])
    end = number.end()
    more = None if number["english"] else _ODD.match(folded, end)
    odd, end = bool(more), more.end() if more else end
    some = folded.startswith("来", end) and not number["english"]
    end += some
    if half := _HALF.match(folded, end):
        value, end = value + 0.5, end + (2 if half[0].startswith("个") else 0)
        if half[0].startswith("个") and folded.startswith("月", half.end()):
            return Quantity(start, half.end() + 1, (value,), "one", "个月", "days", 30 * 86_400.0)
        if half[0].startswith("分"):
            return Quantity(start, half.end(), (value,), "one", "分钟", "time", 60.0)
    end = side.end() if (side := SIDE.match(folded, end)) else end
    unit = unit_at(text, folded, end)
    if unit and not odd and re.match("[多余](?![个种])", folded[unit.end : unit.end + 2]):
        odd, unit = True, replace(unit, end=unit.end + 1)
    many = _many_words(text, folded, number, unit)
    if many is not None:
        return replace(many, values=(value,))
    pm = bool(ABOUT.search(before) and before.rstrip().endswith(("±", "正负", "+/-", "+-")))
    one = Quantity(start, unit.end if unit else end, (value,), "one", *parts_of(unit), pm=pm, odd=odd)
    whole = spread(text, folded, one) or one
    if signed and whole.dimension not in ("temperature", "degree", "angle"):
        whole = replace(whole, start=start + len(signed[0]), values=(-value, *whole.values[1:]))
    if number["chinese"] and not _counts(folded, number, whole):
        return None
    if whole.unit is None and not number["arabic"]:
        return None
    return made_a_rate(text, folded, with_label_unit(text, folded, with_money(text, folded, whole)))


def _stands_for_something_else(folded: str, number: re.Match[str], before: str) -> bool:
    """Ordinals, model names and vague words (``十几``, ``几十``) are no figures."""
    if number["chinese"]:
        return before.endswith(("第", "几", "数", "唯", "统", "其", "之", "逐", "万", "星期", "周"))
    if before.endswith(("早", "晚", "午", "晨", "里", "早上", "晚上")) and folded.startswith(
        "点", number.end()
    ):
        return True  # a time of day
    return bool(_ORDINAL.search(before)) and not _GLUED.search(before) and not before.endswith(("±", "≥"))


def _counts(folded: str, number: re.Match[str], quantity: Quantity) -> bool:
    """A Chinese numeral counts with a unit only; 一 only with what is bought, or time, or length."""
    if quantity.unit is None or number[0].startswith("零"):
        return False
    if number[0] in ("一", "半") and quantity.shape == "one":
        wanted = _COUNTED_ONE if number[0] == "一" else re.compile("个?小时|天|年|个?月|个?钟头|米|吨")
        unit = wanted.match(folded, number.end())
        if unit and unit[0] in tuple("台套部辆架艘") and _PRICED.match(folded, unit.end()):
            return False  # 一台别超过20万元 prices one, it does not count
        return bool(unit) and not folded.endswith(("每", "同", "任"), 0, number.start())
    if number[0] in ("百", "千"):
        return folded[max(0, number.start() - 1) : number.start()] in tuple("近约上达过")
    return True


def _many_words(text: str, folded: str, number: re.Match[str], unit: Unit | None) -> Quantity | None:
    """``two mobile robots``: a few words may stand between the number and the noun."""
    noun = _OF_ROBOTS.match(folded, number.end())
    if unit is not None or noun is None:
        return None
    return Quantity(
        number.start(), noun.end(), (), "one", text[noun.start("noun") : noun.end()], "machines", 1.0
    )
