"""Quantities in a text: a number or several with their unit, before anyone asks what they are about.

``500~600kg`` is a range, ``3.5m×2m×1m`` a list, ``380V±10%`` a range about its middle,
``±0.05mm`` a bound on both sides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from robotplus.reading.numerals import NUMBER, value_of
from robotplus.reading.units import Unit, unit_at

_RANGE = re.compile(r"[ ]?(?:~+|-{1,2}|至|到|\bto\b|/(?=-))[ ]?")
_AND = re.compile(r"[ ]?(?:and|和|与)[ ]?")
_TIMES = re.compile(r"[ ]?(?:x|\*|乘以?|\bby\b)[ ]?(?:长|宽|高|深|厚)?[ ]?")
_SIDES = re.compile(
    r"(\d+(?:\.\d+)?)[ ]?\(l\)[ ]?(?:[mc]?m)??[ ]?[xkm*][ ]?(\d+(?:\.\d+)?)[ ]?\(w\)[ ]?(?:[mc]?m)??[ ]?[xkm*][ ]?"
    r"(\d+(?:\.\d+)?)[ ]?\(h\)[ ]?([mc]?m)(?![a-z])"
)
_SIDE = re.compile(r"[ ]?\((?:l|w|h|d|长|宽|高|深)\)")
_ABOUT = re.compile(r"[ ]?(?:±|正负|\+/-|\+-)\s*")
_ODD = re.compile(r"[ ]?(?:多|余|几)")
_HALF = re.compile(r"个半(?=小时|月|钟头)|年半|天半|分半钟?")
_LABEL = re.compile(
    r"^[ ]*(?:\(?\d{1,3}\)|\d{1,3}、|\d{1,2}(?:\.\d{1,2})*\.(?!\d)|\d{1,2}(?:\.\d{1,2})+(?=[ ]|[^\W\d]))",
    re.M,
)
_MONEY = re.compile(r"(?:¥|rmb|cny|人民币|rs\.?|inr|\$|us\$|usd|eur|€|£)[ ]?\Z")
_ORDINAL = re.compile(r"(?:第|[a-z_#]|[a-z]-|\d[.:])\Z")
_GLUED = re.compile(r"(?:upto|max|min|max\.|ca|approx|x|x[ ]|rs|rmb|usd|cny|φ|ø|ac|dc)\Z")
_DATE = re.compile(
    r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}[日号]|\d{1,2}:\d{2}|(?<!\d)20\d\d(?=[.-]\d{1,2}[.-]\d)[.\d-]+|\d{3,4}-\d{7,8}|1\d{10}"
)
_COUNTED_ONE = re.compile(r"[台套部辆架艘]|个?小时|分钟|个钟头|秒|个月|公里|吨|公斤|千克|米|平|轴")
_BEHIND_ONE = re.compile(r"[件个台箱模车片支根块只张套盒瓶袋辆份筐盘包托次趟圈遍垛组节]")
_OF_ROBOTS = re.compile(
    r"[ ](?:[a-z][a-z-]*[ ]){1,3}(?P<noun>robots?|arms|units|machines|vehicles|drones|agvs?|amrs?|cobots?|bots?)\b"
)
_EACH = re.compile(
    r"每个?(小时|分钟|分|秒|天|日|班|周|年|月)[^\d,。;:\n|]{0,6}\Z|(一)个?小时[^\d,。;:\n|]{0,5}$"
)
_PERIODIC = re.compile(r"(?:[年月日班]产量?|纲领|产能|产量)[^\d,。;:\n|]{0,4}\Z")
_AN_HOUR = re.compile(r"时速[^\d,。;:\n|]{0,6}\Z")
_PRICED = re.compile(r"[别不要最约大价只才就的\d]")
_LABEL_UNIT = re.compile(r"[(/]\s*([^()/|:\n]{1,8})\)?[ ]?(?:[:=是为|]|[ ])*(?:[≥≤<>]=?)?[ ]?(?:±)?\Z")
_JOBS = re.compile(r"(?:jph|uph)[^\d,。;\n|]{0,6}\Z")
_PERIODS = {"小时": 3600.0, "分钟": 60.0, "分": 60.0, "秒": 1.0, "一": 3600.0}


@dataclass(frozen=True, slots=True)
class Quantity:
    """Numbers with a unit.

    ``values`` are in the unit as written; ``factor`` takes them to the dimension's own unit. ``shape`` is one, range
    or list. ``odd`` means somewhat more than the number (``20多``). ``tolerance`` is what followed ±, as written.
    """

    start: int
    end: int
    values: tuple[float, ...]
    shape: str
    unit: str | None
    dimension: str
    factor: float
    pm: bool = False
    odd: bool = False
    tolerance: tuple[float, bool] | None = None
    each: bool = False


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
        return _of_sides(sides, unit) if unit else None
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
    end = side.end() if (side := _SIDE.match(folded, end)) else end
    unit = unit_at(text, folded, end)
    if unit and not odd and re.match("[多余](?![个种])", folded[unit.end : unit.end + 2]):
        odd, unit = True, replace(unit, end=unit.end + 1)
    many = _many_words(text, folded, number, unit)
    if many is not None:
        return replace(many, values=(value,))
    pm = bool(_ABOUT.search(before) and before.rstrip().endswith(("±", "正负", "+/-", "+-")))
    one = Quantity(start, unit.end if unit else end, (value,), "one", *_parts(unit), pm=pm, odd=odd)
    whole = _spread(text, folded, one) or one
    if signed and whole.dimension not in ("temperature", "degree", "angle"):
        whole = replace(whole, start=start + len(signed[0]), values=(-value, *whole.values[1:]))
    if number["chinese"] and not _counts(folded, number, whole):
        return None
    if whole.unit is None and not number["arabic"]:
        return None
    return _made_a_rate(text, folded, _with_label_unit(text, folded, _with_money(text, folded, whole)))


def _of_sides(sides: re.Match[str], unit: Unit) -> Quantity:
    """``9000(L)mm×5500(W)mm×4000(H)mm``, also where copying made another letter of the ×."""
    values = tuple(float(sides[i]) for i in (1, 2, 3))
    return Quantity(sides.start(), sides.end(), values, "list", *_parts(unit))


def _parts(unit: Unit | None) -> tuple[str | None, str, float]:
    return (unit.written, unit.dimension, unit.factor) if unit else (None, "bare", 1.0)


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


def _number_at(folded: str, place: int) -> tuple[float, int] | None:
    sign = re.compile(r"[-+]|零下").match(folded, place)
    number = NUMBER.match(folded, sign.end() if sign else place)
    value = value_of(number) if number else None
    if number is None or value is None:
        return None
    return (-value if sign and sign[0] != "+" else value), number.end()


def _spread(text: str, folded: str, one: Quantity) -> Quantity | None:
    """A range, a list or a middle with its tolerance that begins with one quantity; None when there is none."""
    before = folded[max(0, one.start - 20) : one.start]
    joined = _RANGE.match(folded, one.end)
    if joined is None and re.search(r"between[ ]?$|介于$|在$", before):
        joined = _AND.match(folded, one.end)
    if joined and (second := _number_at(folded, joined.end())):
        unit = unit_at(text, folded, second[1])
        if (unit or one.unit) and (unit is None or one.unit is None or unit.dimension == one.dimension):
            return _ranged(one, second, unit)
    if about := _ABOUT.match(folded, one.end):
        return _about(text, folded, one, about.end())
    return _listed(text, folded, one)


def _ranged(one: Quantity, second: tuple[float, int], unit: Unit | None) -> Quantity:
    value, end = one.values[0], second[1]
    written, dimension, factor = _parts(unit) if unit else (one.unit, one.dimension, one.factor)
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
        _parts(unit) if unit and not relative and one.unit is None else (one.unit, one.dimension, one.factor)
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
        end = side.end() if (side := _SIDE.match(folded, nxt[1])) else nxt[1]
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


def _with_money(text: str, folded: str, quantity: Quantity) -> Quantity:
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


def _with_label_unit(text: str, folded: str, quantity: Quantity) -> Quantity:
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


def _made_a_rate(text: str, folded: str, quantity: Quantity) -> Quantity:
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
