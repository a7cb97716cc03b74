"""Finds the scenarios that a sentence means, until plain words are read for good.

Compares the sentence with each scenario's name, its other words (data/words.toml) and its description, in Chinese
by pairs of characters and in English by stems; rare pieces count more.
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from importlib import resources
from typing import Final

from robotplus.scenarios.library import Scenario, scenarios

WEIGHTS: Final = {"name": 4.0, "words": 3.0, "about": 1.0}
FLOOR = 2.5  # below this a likeness is chance
CLEAR = 1.6  # the best must stand this far above the second to be meant alone
MOST = 6
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z][a-z]+")
_ENDINGS = re.compile(r"(?:ings?|ed|es|s|ers?|ions?|e)$")
_IDLE = frozenset(  # say nothing about which job it is
    re.findall(
        r"\S+",
        "需要 我们 一个 一台 机器 器人 人机 可以 帮我 想要 怎么 自动 进行 the and for with robot robotic want need our",
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    scenario: Scenario
    score: float


def find_scenarios(text: str) -> list[Found]:
    """The scenarios that may be meant, best first; none when nothing is alike."""
    asked = pieces(text)
    rarity = _rarity()
    out = []
    for scenario in scenarios():
        parts = _parts(scenario.id)
        score = sum(
            rarity.get(piece, 0.0) * max(WEIGHTS[part] for part in WEIGHTS if piece in parts[part])
            for piece in asked
            if any(piece in parts[part] for part in WEIGHTS)
        )
        if score >= FLOOR:
            out.append(Found(scenario, score))
    return sorted(out, key=lambda f: (-f.score, f.scenario.id))[:MOST]


def meant(found: list[Found]) -> Scenario | None:
    """The one scenario that is clearly meant, if there is one."""
    if not found or (len(found) > 1 and found[0].score < CLEAR * found[1].score):
        return None
    return found[0].scenario


def pieces(text: str) -> frozenset[str]:
    """Pairs of Chinese characters (a lone one as it is), and stems of Latin words."""
    plain = unicodedata.normalize("NFKC", text).lower()
    out: set[str] = set()
    for run in _HAN.findall(plain):
        out |= {run[i : i + 2] for i in range(len(run) - 1)} or {run}
    out |= {stem(word) for word in _LATIN.findall(plain) if word not in _IDLE}
    return frozenset(out - _IDLE)


def stem(word: str) -> str:
    short = _ENDINGS.sub("", word)
    return short if len(short) >= 3 else word


@functools.cache
def words() -> dict[str, list[str]]:
    """What people say of a scenario besides its name, by its id."""
    file = resources.files("robotplus.portal.web") / "data" / "words.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@functools.cache
def _parts(scenario_id: str) -> dict[str, frozenset[str]]:
    scenario = next(s for s in scenarios() if s.id == scenario_id)
    return {
        "name": pieces(f"{scenario.name_zh} {scenario.name_en}"),
        "words": pieces(" ".join(words().get(scenario_id, ()))),
        "about": pieces(f"{scenario.about_zh} {scenario.about_en}"),
    }


@functools.cache
def _rarity() -> dict[str, float]:
    """Inverse frequency of a piece over the scenarios, between 0 and 1."""
    counts = Counter(p for s in scenarios() for p in frozenset().union(*_parts(s.id).values()))
    total = len(scenarios())
    return {piece: math.log(1 + total / n) / math.log(1 + total) for piece, n in counts.items()}
