"""What a figure is about: the topic whose words stand nearest, among those of its dimension."""

from __future__ import annotations

import re

from robotplus.reading.lexicon import Topic, topics, words
from robotplus.reading.quantities import Quantity
from robotplus.reading.surroundings import Surroundings

_FADE = 0.02  # lost with each character between word and figure
_LONG = 0.03  # won with each character of the word, so that 重复定位精度 goes before 精度
_UNSAID = {"machine": 0.5, "workpiece": 0.55}
_PLACES = {"before": 1.0, "heading": 0.95, "behind": 0.8, "wider": 0.45}


def topic_of(quantity: Quantity, around: Surroundings) -> Topic | None:
    """The best topic for a quantity; None when nothing speaks for any.

    Its score is weight x place + length of the word - distance; a topic that wants a machine or a workpiece as its
    subject counts a third where the subject is another, and half where none is named.
    """
    subject = subject_of(around)
    best: Topic | None = None
    most = 0.2
    for topic in topics():
        if quantity.dimension not in topic.dimensions:
            continue
        score = _score(topic, around)
        if topic.subject and score > 0:
            score *= 1.0 if subject == topic.subject else 0.35 if subject else _UNSAID[topic.subject]
        if topic.default:
            score = max(score, 0.21)
        if score > most:
            best, most = topic, score
    return best


def _score(topic: Topic, around: Surroundings) -> float:
    if topic.words is None:
        return 0.0
    best = 0.0
    for place, share in _PLACES.items():
        part = getattr(around, place)
        for found in topic.words.finditer(part):
            away = (
                0 if place == "heading" else found.start() if place == "behind" else len(part) - found.end()
            )
            score = topic.weight * share + _LONG * _width(found[0]) - _FADE * min(away, 30) * _narrow(part)
            best = max(best, score)
    return best


def _narrow(part: str) -> float:
    """Latin letters are narrow: three of them keep a word as far away as one Chinese sign."""
    latin = len(re.findall(r"[a-z ]", part))
    return 0.5 if latin * 2 > len(part) else 1.0


def _width(word: str) -> float:
    return len(word) * (0.35 if word.isascii() else 1.0)


def subject_of(around: Surroundings) -> str:
    """Whether machine or workpiece was named last before the figure; empty when neither was."""
    if words("subjects", "workpiece").match(around.behind.lstrip(" 的")):
        return "workpiece"  # 体重不超过90公斤的使用者
    for part in (around.before, around.wider, around.heading, around.earlier):
        last, subject = -1, ""
        for name in ("machine", "workpiece"):
            for found in words("subjects", name).finditer(part):
                if found.end() > last:
                    last, subject = found.end(), name
        if subject:
            return subject
    return ""
