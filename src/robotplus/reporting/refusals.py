"""The lower part of a report: refusals by reason, questions to ask, and what the answer was made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.matching.answer import Answer
from robotplus.reporting.figures import DASH, quantity, seconds
from robotplus.reporting.markup import Child, Html, tag
from robotplus.reporting.voice import Voice


def grouped(refusals: Sequence[Refusal]) -> list[tuple[str, list[Refusal]]]:
    """Refusals by constraint, the most frequent first; within one, the smallest shortfall first."""
    groups: dict[str, list[Refusal]] = defaultdict(list)
    for refusal in refusals:
        groups[refusal.constraint].append(refusal)
    for group in groups.values():
        group.sort(key=lambda r: (r.shortfall is None, r.shortfall or 0.0, r.robot_id))
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))


def reason(constraint: str, voice: Voice) -> Html:
    """The constraint's sentence."""
    known = CONSTRAINTS.get(constraint)
    return voice.pair(known.zh, known.en) if known else voice.word(constraint)


def section(answer: Answer, voice: Voice) -> Html:
    """Bars by reason; each opens its list with what was needed, what is there and what is missing."""
    groups = grouped(answer.refusals)
    heading = tag("h2", voice.say("refusals"))
    if not groups:
        return tag("section", heading, tag("p", voice.say("no_refusals")), id="refusals")
    most = len(groups[0][1])
    return tag("section", heading, *(_group(name, rows, most, voice) for name, rows in groups), id="refusals")


def _group(constraint: str, refusals: Sequence[Refusal], most: int, voice: Voice) -> Html:
    verdicts = sorted({r.verdict for r in refusals})
    bar = tag("i", class_=f"bar {verdicts[0]}", style=f"width:{100 * len(refusals) / most:.1f}%")
    summary = tag(
        "summary",
        tag("span", reason(constraint, voice), class_="reason"),
        tag("span", *(voice.badge(v) for v in verdicts), class_="badges"),
        tag("span", bar, class_="track"),
        tag("b", voice.say("models", n=len(refusals))),
    )
    unit = CONSTRAINTS[constraint].unit if constraint in CONSTRAINTS else ""
    columns = ["robot", "needed", "available", "shortfall", "where"]
    if not any(r.needed is not None or r.available is not None for r in refusals):
        columns = ["robot", "where"]
    if len(verdicts) > 1:
        columns.insert(1, "verdict")
    if any(r.budget for r in refusals):
        columns.append("budget")
    header = tag("tr", *(tag("th", voice.say(c), scope="col") for c in columns))
    rows = [tag("tr", *(_cell(r, c, unit, voice) for c in columns)) for r in refusals]
    listing = tag("div", tag("table", tag("thead", header), tag("tbody", *rows)), class_="scroll")
    return tag("details", summary, listing, class_="refusal", data_constraint=constraint)


def _cell(refusal: Refusal, column: str, unit: str, voice: Voice) -> Html:
    unit = refusal.unit or unit
    if column == "robot":
        return tag("th", refusal.robot_id, scope="row")
    if column == "verdict":
        return tag("td", voice.badge(refusal.verdict))
    if column == "budget":
        return tag("td", quantity(refusal.budget))
    if column == "where":
        return tag("td", refusal.where or DASH)
    value = {"needed": refusal.needed, "available": refusal.available, "shortfall": refusal.shortfall}[column]
    return tag("td", quantity(value, unit if value is not None else ""), class_="figure")


def questions(answer: Answer, voice: Voice) -> Html:
    """What to ask the makers: first about the robots found able, then about those that lack a datum."""
    asked: list[tuple[str, str, str]] = []
    for solution in answer.solutions:
        name = f"{solution.robot.maker} {solution.robot.model}"
        asked += [(name, p.question_zh, p.question_en) for p in solution.to_confirm]
    asked += [(r.robot_id, r.question_zh, r.question_en) for r in answer.refusals]
    by_question: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, zh, en in asked:
        if (zh or en) and name not in by_question[zh, en]:
            by_question[zh, en].append(name)
    items = [
        tag("li", voice.pair(zh, en), tag("small", ", ".join(names), class_="who"))
        for (zh, en), names in by_question.items()
    ]
    body = tag("ul", *items, class_="questions") if items else tag("p", voice.say("no_questions"))
    return tag("section", tag("h2", voice.say("questions")), body, id="questions")


def foot(answer: Answer, voice: Voice) -> Html:
    """Versions, digests, order and time taken, and the notice once more."""
    rows: list[tuple[str, Child]] = [
        ("engine", answer.engine),
        ("need_digest", tag("code", answer.need.sha256)),
        ("catalogue_digest", tag("code", answer.catalogue_sha256)),
        ("seed", answer.seed),
        ("order", ", ".join(answer.order)),
        (
            "timing",
            seconds(answer.timing.get("total_s")) if "total_s" in answer.timing else quantity(answer.timing),
        ),
    ]
    facts = [tag("div", tag("dt", voice.say(key)), tag("dd", value)) for key, value in rows]
    return tag(
        "footer",
        tag("h2", voice.say("made_from")),
        tag("dl", *facts, class_="claims"),
        tag("p", voice.say("not_risk"), " ", voice.say("what_proven_means"), class_="notice"),
    )
