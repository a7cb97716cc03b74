"""How a figure is compared: at least, at most, up to, about; from the words next to it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from robotplus.reading.lexicon import comparators, words
from robotplus.reading.surroundings import Surroundings

_TAIL = re.compile(
    r"(?:[\s:|*(]|(?<![<>])=|约为?|大约|为|是|在|到|达到?|应|±|\+/-|about|approx\.?|around|a |an |the |¥|rs\.?|rmb"
    r"|长度?|宽度?|高度?|直径|厚度?|深度?|每[^\d]{1,3})+$"
)
_NOT = re.compile(
    r"(?:不(?:[能得应可许要准宜会])?|别|勿)$|(?<![a-z])(?:not|never|cannot|n't)[ ](?:[a-z]+[ ]){0,2}$"
)
_HEAD = re.compile(r"^[\s)]*(?:的|长|宽|高|,[ ]?)?")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the words say. ``op`` is one of >=, <=, "up to" or empty; ``far`` is max or min of a
    distant word; ``roomy`` means that the words speak of room to fit into."""

    op: str
    strict: bool
    approx: bool
    nearly: bool
    far: str
    roomy: bool


def comparison(around: Surroundings) -> Comparison:
    """The comparison of a figure with these surroundings."""
    before, behind = around.before, around.behind
    bare = _without_tail(before)
    op, strict = _first("before", bare)
    if not op and bare != before:
        op, strict = _first("before", before.rstrip())
    if not op:
        op, strict = _first("behind", _HEAD.sub("", behind, count=1))
    heading = around.heading
    far = next((name for name in ("max", "min") if words("distant", name).search(before or heading)), "")
    approx = bool(_ends(("flags", "approx_before")).search(before.rstrip(" :"))) or bool(
        _begins(("flags", "approx_behind")).match(behind.lstrip())
    )
    nearly = bool(_ends(("flags", "nearly")).search(before.rstrip()))
    roomy = bool(
        words("distant", "room").search(around.wider)
        or words("distant", "room").search(around.earlier[-120:])
    )
    return Comparison(op, strict, approx or nearly, nearly, far, roomy)


def _without_tail(before: str) -> str:
    """The words before a figure without those that may stand between it and its comparator."""
    return _TAIL.sub("", before)


def _first(place: str, part: str) -> tuple[str, bool]:
    """The longest comparator at the near end of a part."""
    best, op, strict = 0, "", False
    for each in comparators(place):
        found = each.words.search(part) if place == "before" else each.words.match(part)
        if found and len(found[0]) > best:
            best, op, strict = len(found[0]), each.op, each.strict
            if strict and place == "before" and _NOT.search(part, 0, found.start()):
                op, strict = "<=" if op == ">=" else ">=", False  # must not take longer than
    return op, strict


@functools.cache
def _ends(path: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{words(*path).pattern})$")


@functools.cache
def _begins(path: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{words(*path).pattern})")
