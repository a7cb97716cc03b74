"""Finds the scenarios that a sentence means, until plain words are read for good.

Compares the sentence with each scenario's name and description by the words of the search: concepts in Chinese and
English, dictionary words, pairs of characters, stems. What few scenarios have counts more.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from robotplus.portal.search.tokens import query_tokens, tokens
from robotplus.scenarios.library import Scenario, scenarios

NAME, ABOUT = 4, 1  # what a word in the name and in the description weighs
FLOOR = 3.5  # below this a likeness is chance
CLEAR = 1.6  # the best must stand this far above the second to be meant alone
MOST: Final = 6
_IDLE = re.compile(r"机器人|机械手|robot(?:s|ic)?", re.I)  # said of every job


@dataclass(frozen=True, slots=True)
class Found:
    scenario: Scenario
    score: float


def find_scenarios(text: str) -> list[Found]:
    """The scenarios that may be meant, best first; none when nothing is alike."""
    asked, rarity = query_tokens(_IDLE.sub(" ", text)), _rarity()
    out = []
    for scenario in scenarios():
        own = _weights(scenario.id)
        score = sum(rarity[t] * strength * own[t] for t, strength in asked.items() if t in own)
        if score >= FLOOR:
            out.append(Found(scenario, score))
    return sorted(out, key=lambda f: (-f.score, f.scenario.id))[:MOST]


def meant(found: list[Found]) -> Scenario | None:
    """The one scenario that is clearly meant, if there is one."""
    if not found or (len(found) > 1 and found[0].score < CLEAR * found[1].score):
        return None
    return found[0].scenario


@functools.cache
def _weights(scenario_id: str) -> Mapping[str, int]:
    """What each token of a scenario weighs."""
    scenario = next(s for s in scenarios() if s.id == scenario_id)
    out: dict[str, int] = {}
    texts = (
        (NAME, f"{scenario.name_zh} {scenario.plan_name} {scenario.name_en}"),
        (ABOUT, f"{scenario.about_zh} {scenario.about_en}"),
    )
    for weight, text in texts:
        for token, strength in tokens(_IDLE.sub(" ", text)).items():
            out[token] = max(out.get(token, 0), weight * strength)
    return out


@functools.cache
def _rarity() -> Mapping[str, float]:
    """Inverse frequency of a token over the scenarios, between 0 and 1."""
    counts = Counter(token for s in scenarios() for token in _weights(s.id))
    total = len(scenarios())
    return {token: math.log(1 + total / n) / math.log(1 + total) for token, n in counts.items()}
