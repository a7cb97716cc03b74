"""Which scenario of the plan a text speaks of, and the next likely one."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass

from robotplus.reading.lexicon import any_of, document

POINTS = {"strong": 3.0, "words": 1.5, "weak": 0.5, "not": -2.0}
_OPENING = 40  # characters from the start that count double: the text says there what it wants
_LEAST = 1.0  # points below which nothing was recognised


@dataclass(frozen=True)
class Profile:
    """A scenario by its words; ``library`` is the built-in scenario of the same job."""

    id: str
    library: str
    words: tuple[tuple[float, re.Pattern[str]], ...]


@functools.cache
def profiles() -> tuple[Profile, ...]:
    return tuple(
        Profile(
            table["id"],
            table["library"],
            tuple(
                (points, re.compile(any_of(table[kind]))) for kind, points in POINTS.items() if kind in table
            ),
        )
        for table in document("scenarios.toml")["scenario"]
    )


def recognise(folded: str) -> tuple[str | None, str | None]:
    """The ids of the two best scenarios; None where a text has no word of any."""
    scored = sorted(((_points(profile, folded), -i) for i, profile in enumerate(profiles())), reverse=True)
    ids = [profiles()[-place].id if points >= _LEAST else None for points, place in scored[:2]]
    return ids[0], ids[1]


def _points(profile: Profile, folded: str) -> float:
    """Each word counts by its kind, said again less and less: points x (1 + ln of how often)."""
    total = 0.0
    for points, pattern in profile.words:
        seen: dict[str, int] = {}
        early: set[str] = set()
        for found in pattern.finditer(folded):
            seen[found[0]] = seen.get(found[0], 0) + 1
            if found.start() < _OPENING:
                early.add(found[0])
        total += sum(points * (1 + math.log(n)) * (2.0 if word in early else 1.0) for word, n in seen.items())
    return total
