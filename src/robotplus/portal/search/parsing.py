"""Reads a question: figures become filters, the rest becomes weighted tokens.

``负载≥10公斤 码垛机器人`` is payload >= 10 kg with the tokens of 码垛机器人; ``10-20kg``, ``reach 1.8m 以上``,
``三米臂展``, ``at least 20 kg payload`` and ``节拍15秒以内`` are read alike. A number is a figure only where
a quantity or a unit stands beside it, so that type names such as ``KR 10`` stay words.
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import cn2an

from robotplus.portal.search.quantities import (
    UNITS,
    Sense,
    bare_quantity,
    in_unit,
    quantities,
    quantity_words,
)
from robotplus.portal.search.tokens import plain, query_tokens

LONGEST = 200  # characters of a question that are read
ABOUT = 0.2  # "about 10 kg" is within this share of it
FILE: Final = Path(__file__).parent / "data" / "comparisons.toml"


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure's filter: ``low <= quantity <= high`` in the quantity's unit."""

    quantity: str
    low: float = -math.inf
    high: float = math.inf

    @property
    def nearest_low(self) -> bool:
        """Whether what is nearest to the question is the smallest that passes."""
        return math.isfinite(self.low)


@dataclass(frozen=True)
class Question:
    """``words``: what is left of the text when its figures are read; ``tokens`` of it with their strength."""

    text: str
    words: str
    bounds: tuple[Bound, ...]
    tokens: dict[str, int] = field(default_factory=dict)


def read_question(text: str) -> Question:
    """A question as it is searched. Whatever is typed can be read."""
    said = _digits(plain(text[:LONGEST]).replace("，", ",").replace("。", " "))
    bounds: list[Bound] = []

    def take(match: re.Match[str]) -> str:
        bound = _bound(match)
        if bound is None:
            return match[0]
        bounds.append(bound)
        return " "

    words = " ".join(_pattern().sub(take, said).split())
    return Question(text, words, tuple(bounds), query_tokens(words))


def _bound(match: re.Match[str]) -> Bound | None:
    """The filter that a match means; None: it is no figure after all."""
    unit = match["unit"] or ""
    named = match["before"] or match["after"] or ""
    name = quantity_words().get(named) or bare_quantity(UNITS[unit][0] if unit else "")
    if not name:
        return None
    quantity = quantities()[name]
    said = [float(match["one"])] + ([float(match["two"])] if match["two"] else [])
    values = [v for s in said if (v := in_unit(s, unit or _unwritten(s, name), quantity)) is not None]
    if len(values) < len(said):
        return None
    if len(values) == 2:
        return Bound(name, min(values), max(values))
    value = values[0]
    sense = _sense(match) or quantity.default
    match sense:
        case "least":
            return Bound(name, low=value)
        case "most":
            return Bound(name, high=value)
        case "about":
            return Bound(name, value * (1 - ABOUT), value * (1 + ABOUT))
    return Bound(name, value, value)


def _sense(match: re.Match[str]) -> Sense | None:
    for sense, said in _comparisons().items():
        if (match["prefix"] or "") in said["before"] or (match["suffix"] or "") in said["after"]:
            return sense
    return None


@functools.cache
def _comparisons() -> Mapping[Sense, Mapping[str, list[str]]]:
    raw: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return cast(Mapping[Sense, Mapping[str, list[str]]], raw)


def _unwritten(value: float, quantity: str) -> str:
    """A reach of more than 20 that was said without a unit is in millimetres."""
    return "mm" if quantity == "reach" and value > 20 else ""


def _digits(said: str) -> str:
    """Chinese numerals before a unit as digits: 三米 as 3米."""

    def number(match: re.Match[str]) -> str:
        try:
            return format(float(cn2an.cn2an(match[0], "smart")), "g")
        except (ValueError, KeyError, TypeError):
            return match[0]

    return _numerals().sub(number, said)


@functools.cache
def _numerals() -> re.Pattern[str]:
    units = "|".join(sorted((u for u in UNITS if not u.isascii() and u != "日"), key=len, reverse=True))
    return re.compile(rf"(?<![0-9.千])(?!千克|万元)[零一二两三四五六七八九十百千半点]+(?={units})")


@functools.cache
def _pattern() -> re.Pattern[str]:
    def any_of(words: tuple[str, ...]) -> str:
        return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))

    names = any_of(tuple(quantity_words()))
    before = any_of(tuple(w for said in _comparisons().values() for w in said["before"]))
    after = any_of(tuple(w for said in _comparisons().values() for w in said["after"]))
    number = r"\d+(?:\.\d+)?"
    units = any_of(tuple(UNITS))
    return re.compile(
        rf"(?:(?P<before>{names})\s*(?:是|为|要|of|:|：)?\s*)?"
        rf"(?P<prefix>{before})?\s*(?<![a-z0-9./-])(?P<one>{number})"
        rf"(?:\s*(?:{units})?\s*(?:-|~|–|—|到|至|to)\s*(?P<two>{number}))?"
        rf"\s*-?(?P<unit>{units})?(?![a-z0-9])\s*(?P<suffix>{after})?"
        rf"(?:\s*(?:的|of)?\s*(?P<after>{names}))?"
    )
