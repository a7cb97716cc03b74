"""What to ask the makers, what the answer would change, and whom to ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from robotplus.certificates.certificate import Refusal
from robotplus.matching.answer import Answer, Solution
from robotplus.reporting.markup import Html, tag
from robotplus.reporting.voice import Voice


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one robot; ``effect`` is the key of the sentence that says what it would change."""

    maker: str
    zh: str
    en: str
    effect: str


def of_solution(solution: Solution) -> list[Question]:
    """Figures that a proof rests on."""
    maker = solution.robot.maker
    asked = [p for p in solution.to_confirm if p.question_zh or p.question_en]
    return [Question(maker, p.question_zh, p.question_en, "if_premise") for p in asked]


def of_refusal(refusal: Refusal, answer: Answer) -> list[Question]:
    """The figure that a robot was refused for want of."""
    if not (refusal.question_zh or refusal.question_en):
        return []
    effect = "if_data" if refusal.constraint.startswith("data_") else "if_rating"
    effect = "if_cycle" if refusal.constraint == "cycle_interval" else effect
    maker, _ = answer.name(refusal.robot_id)
    return [Question(maker, refusal.question_zh, refusal.question_en, effect)]


def section(answer: Answer, voice: Voice, *, best: int) -> Html:
    """Questions about the ``best`` robots in full; those about the others folded, maker by maker."""
    first = [q for s in answer.solutions[:best] for q in of_solution(s)]
    others = [q for s in answer.solutions[best:] for q in of_solution(s)]
    others += [q for r in answer.refusals for q in of_refusal(r, answer)]
    heading = tag("h2", voice.say("questions"))
    if not first and not others:
        return tag("section", heading, tag("p", voice.say("no_questions")), id="questions")
    by_maker: dict[str, list[Question]] = defaultdict(list)
    for question in others:
        by_maker[question.maker].append(question)
    makers = [
        tag("details", tag("summary", voice.say("asks_of", maker=m, n=len(asked))), *_by_effect(asked, voice))
        for m, asked in sorted(by_maker.items(), key=lambda item: item[0].lower())
    ]
    label = voice.say("asks_others", n=len(others), makers=len(makers))
    return tag(
        "section",
        heading,
        tag("h3", voice.say("asks_best")) if first else None,
        tag("div", *_by_effect(first, voice), class_="asked") if first else None,
        tag("details", tag("summary", label), *makers) if makers else None,
        id="questions",
    )


def _by_effect(questions: Sequence[Question], voice: Voice) -> Iterable[Html]:
    """Questions under the sentence that says what their answers change; each once."""
    groups: dict[str, dict[Question, None]] = defaultdict(dict)
    for question in questions:
        groups[question.effect][question] = None
    for effect, asked in groups.items():
        yield tag("p", voice.say(effect), class_="effect")
        yield tag("ul", *(tag("li", voice.pair(q.zh, q.en)) for q in asked), class_="questions")
