"""What a figure is about: the topic whose words stand nearest, among those of its dimension."""

from __future__ import annotations

import re

from robotplus.reading.lexicon import Topic, topics, words
from robotplus.reading.quantity import Quantity
from robotplus.reading.surroundings import Surroundings

_FADE = 0.02  # lost with each character between word and figure
_LONG = 0.03  # won with each character of the word, so that 重复定位精度 goes before 精度
# a noun right behind a list of lengths owns them, unless it is room: 600 x 600 mm tiles
# a Latin noun right before a figure owns it; verbs, prepositions and names of sizes do not
_OWNER = re.compile(
    r"(?<![a-z])(?!(?:is|are|be|at|of|than|to|a|an|the|about|by|and|or|with|up|has|have|within|maximum|max|min|minimum|under"
    r"|over|below|above|least|most|more|less|not|no|only|around|roughly|nearly|exceed(?:ing)?|must|length|width|height|size"
    r"|weigh(?:s|ing|t)?|mass|diameter|carr[a-z]*|lift[a-z]*|reach[a-z]*|between|from|for|inside|outside|across|along|every|into|onto|through|in|on|some|approximately|limit|wide"
    r"|long|tall|high)[ ])[a-z]{3,}[ ]$"
)
_NOUN = re.compile(
    r"[ ](?!area|space|room|footprint|cell|envelope|floor|at|or|max|or|and|in|on|with|high|to|is|without|when)[a-z]{3,}"
)
_OWNED = re.compile(
    r"(?<![a-z])(?!robot|size|dimension|outline|overall|body|base|footprint|space|area|cell|envelope|room|floor|machine|it)"
    r"[a-z]{3,}(?:[ ](?:is|are|measures?)|:)[ ]?$"
)
_UNSAID = {"machine": 0.5, "workpiece": 0.55}
# words of a clause that leave open what it is about
_SAYS_NOTHING = re.compile(
    r"设计|要求|指标|规定|目标|标准|必须|需要?|应|可|能|约|为|达到?|不[小大少多低高]于|不超过|至少|最[大多小少高低快远长]|控制在|压缩[到至]"
    r"|缩短[到至]|提[高升][到至]|降[低到至]+|增[加至到]+|只要|只需|且|并|和|要|从|由|(?<![a-z])(?:the|and|must|shall|should|least|most|than"
    r"|about|with|for|not|more|less|under|over|within|from|are|was|can|inch|up)(?![a-z])"
)
_WORDS = re.compile(r"[\u4e00-\u9fff]|[a-z]{3,}")
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
    spoken = len(_WORDS.findall(_SAYS_NOTHING.sub(" ", around.before))) > 1
    for place, share in _PLACES.items():
        if place == "wider" and spoken:
            continue  # the clause has words of its own
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
    owner = _OWNER.search(around.before)
    if owner and not words("subjects", "machine").search(owner[0]):
        return "workpiece"  # an alley 3.2 m wide
    for part in (around.before, around.wider, around.heading, around.earlier):
        last, subject = -1, ""
        for name in ("machine", "workpiece"):
            for found in words("subjects", name).finditer(part):
                if found.end() > last:
                    last, subject = found.end(), name
        if subject:
            return subject
    return ""


def is_of_work(around: Surroundings) -> bool:
    """Whether a list of lengths is a workpiece's size, not the machine's or the room's."""
    behind = _NOUN.match(around.behind) or words("subjects", "workpiece").search(around.behind[:24])
    return bool(behind or _OWNED.search(around.before)) or subject_of(around) == "workpiece"
