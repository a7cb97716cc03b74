"""Units as they stand in a text: simple ones (``公斤``), those with a multiplier (``万元``) and quotients (``套/天``).

A quotient has a dimension of its own: length by time is a speed, things by time a rate, time by things a takt.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from robotplus.reading.lexicon import document

MULTIPLIERS = {
    "十": 1e1,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "百万": 1e6,
    "亿": 1e8,
    "k": 1e3,
    "million": 1e6,
    "thousand": 1e3,
}
DAY_S, YEAR_S = 86_400.0, 31_536_000.0
_COUNTED = ("count", "machines", "mass", "volume", "area", "many")
_NOT_UNITS = re.compile(
    r"平(?=[均整面台行稳滑铺时价])|部(?=[分门件委队位署])|台(?=[阶面式账])|付(?=款)|条(?=件)|人(?=[工机])|班(?=组)|级(?=别)|面(?=[积板])"
    r"|把(?=[^刀锁枪])|对(?=[于应接])|项(?=目)|头(?=部)|次(?=[要级])|层(?=[面级])|点(?=[焊位])|家(?=[具里庭])|天(?=[线然气车])"
    r"|年(?=[级代龄度])|度(?=[假过])|米(?=[面粉色])|包(?=[装括含])|个(?=[性人体])|元(?=[件素器])|周(?=[边围转期])|份(?=额)"
    r"|组(?=[件成装织])|块(?=钱)|套(?=[筒管用餐])|副(?=[总本])|成(?=[本品功为立型])|两(?=[侧端边级])|间(?=隙)|位(?=[置于移])|方(?=[案便法向])"
)
_PER = re.compile(r"[ ]?/[ ]?每?|每|[ ]?per[ ]|[ ]an?[ ](?=hour|minute|day|shift|second|week|year|month)")
_NOUN_RATE = re.compile(
    r"[ ]?(?:[a-z]{3,12}[ ])?[a-z]{3,12}(?=[ ]?/[ ]?(?:h|min)|[ ](?:per|an|a)[ ](?:hour|minute|h\b))"
)
_PIECE = re.compile(
    r"(?!charge|shift|day|battery|week|year)[a-z]{3,9}|[件个只支条根块片张包袋箱盒瓶桶托垛盘模份组台套部辆次车人棵株趟圈循单板层点颗粒枚头羽节轮批副炉段柜]|板|车|层|站|工位"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit found: where it ends, as written, its dimension, and how many of the dimension's own one makes."""

    end: int
    written: str
    dimension: str
    factor: float


@functools.cache
def _forms() -> tuple[re.Pattern[str], dict[str, tuple[str, float, str]]]:
    table: dict[str, tuple[str, float, str]] = {}
    for unit in document("units.toml")["unit"]:
        for form in unit["forms"]:
            letters = unit.get("letters", "") if len(form) == 1 and form.isascii() else ""
            table.setdefault(form, (unit["dimension"], unit["factor"], letters))
    parts = []
    for form in sorted(table, key=len, reverse=True):
        ends_in_letter = form[-1].isascii() and form[-1].isalpha()
        parts.append(re.escape(form) + (r"(?![a-z](?!\d)|[a-wyz]\d)" if ends_in_letter else ""))
    return re.compile("|".join(parts)), table


def unit_at(text: str, folded: str, place: int) -> Unit | None:
    """The longest unit that begins at a place, a quotient taken whole.

    Args:
        text: as written; ``folded`` is the same with signs made alike.
        place: where the unit should begin, a space before it allowed.
    """
    if re.match(r" |-(?=[a-z])", folded[place : place + 2]):
        place += 1
    first = _simple(text, folded, place)
    if first is None and (noun := _NOUN_RATE.match(folded, place)):
        first = Unit(noun.end(), text[place : noun.end()], "count", 1.0)
    after = first.end if first else place
    if (by := _PER.match(folded, after)) and (first or by[0].strip() == "/"):
        second = _simple(text, folded, by.end()) or _minute(folded, by.end())
        piece = _PIECE.match(folded, by.end())
        end = second.end if second else piece.end() if piece else 0
        if end and (made := _quotient(first, second)):
            return Unit(end, text[place:end], *made)
    return first


def _simple(text: str, folded: str, place: int) -> Unit | None:
    pattern, table = _forms()
    begin, scale = place, 1.0
    found = pattern.match(folded, place)
    if found is None:
        many = re.compile("百万|[百千万亿]|k(?=[ ]?(?:rmb|cny|yuan|usd))|(?:million|thousand)[ ]?").match(
            folded, place
        )
        if many is None:
            return None
        scale, begin = MULTIPLIERS[many[0].strip()], many.end()
        found = pattern.match(folded, begin)
        if found is None or _NOT_UNITS.match(folded, begin):
            return Unit(begin, text[place:begin], "many", scale)
    if _NOT_UNITS.match(folded, begin):
        return None
    dimension, factor, letters = table[found[0]]
    if letters and unicodedata.normalize("NFKC", text[found.start()]) not in letters:
        return None
    if found[0] == "o" and not folded[begin - 1].isdigit():
        return None
    if found[0].startswith("个") and found[0].endswith(("时", "头", "度")):
        place += 1  # 两个小时 is 2 小时, 六个自由度 are 6 自由度
    return Unit(found.end(), text[place : found.end()], dimension, factor * scale)


def _minute(folded: str, place: int) -> Unit | None:
    """``分`` is a minute behind a stroke only."""
    return Unit(place + 1, "分", "time", 60.0) if folded[place : place + 1] == "分" else None


def _quotient(first: Unit | None, second: Unit | None) -> tuple[str, float] | None:
    if second is None or second.dimension in ("count", "machines"):
        if first is None:
            return "per piece", 1.0
        if first.dimension == "time":
            return "time per piece", first.factor
        if first.dimension == "money":
            return "money", first.factor
        return ("by piece", first.factor) if second else None
    if second.dimension not in ("time", "days"):
        return ("by piece", first.factor) if first else None
    if second.factor >= YEAR_S and (first is None or first.dimension in _COUNTED):
        return "rate per year", first.factor if first else 1.0
    if first is None:
        return "rate", 3600.0 / second.factor
    if first.dimension == "length":
        return "speed", first.factor / 1000.0 / second.factor
    if first.dimension in _COUNTED:
        period = "rate" if second.factor < DAY_S else "rate per period"
        return period, first.factor * 3600.0 / second.factor
    if first.dimension == "time":
        return "time", first.factor
    return "by time", first.factor
