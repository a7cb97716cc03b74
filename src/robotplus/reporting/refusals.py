"""The lower part of a report: refusals by reason, and what the answer was made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.matching.answer import Answer
from robotplus.matching.nearest import tally
from robotplus.reporting.figures import DASH, percent, quantity, seconds
from robotplus.reporting.markup import Child, Html, join, tag
from robotplus.reporting.phrases import said
from robotplus.reporting.strings import both, known
from robotplus.reporting.voice import Voice


class Refusing(Protocol):
    """An answer, as far as its refusals go."""

    @property
    def refusals(self) -> Sequence[Refusal]: ...
    def name(self, robot_id: str, /) -> tuple[str, str]: ...


Group = tuple[str, str, list[Refusal]]  # constraint, verdict, refusals


def grouped(refusals: Sequence[Refusal]) -> list[Group]:
    """Refusals by constraint and verdict, the most frequent first; the smallest shortfall first in each."""
    groups: dict[tuple[str, str], list[Refusal]] = defaultdict(list)
    for refusal in refusals:
        groups[refusal.constraint, refusal.verdict].append(refusal)
    for group in groups.values():
        group.sort(key=lambda r: (r.shortfall is None, r.shortfall or 0.0, r.robot_id))
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(constraint, verdict, group) for (constraint, verdict), group in ranked]


def reason(constraint: str, verdict: str) -> tuple[str, str]:
    """The constraint's sentence in Chinese and English; a shortfall by a weak figure says so."""
    stated = CONSTRAINTS.get(constraint)
    if stated is None:
        return known(constraint)
    weak = verdict == "unknown" and constraint != "cycle_interval" and not constraint.startswith("data_")
    zh, en = both("by_weak_figure") if weak else ("", "")
    return stated.zh + zh, stated.en + en


def budget_said(budget: dict[str, Any] | None) -> tuple[str, str]:
    """The work that was spent, in words, in Chinese and English."""
    if not budget:
        return DASH, DASH
    said_so: list[tuple[str, str]] = []
    rest = dict(budget)
    if {"places", "evaluations"} <= set(rest):
        work = {key: quantity(rest.pop(key)) for key in ("places", "evaluations")}
        said_so.append(both("budget_work", **work))
    if "best_share_of_key_waypoints" in rest:
        said_so.append(both("budget_best", share=percent(rest.pop("best_share_of_key_waypoints"))))
    if "attempts" in rest:
        said_so.append(both("budget_attempts", n=quantity(rest.pop("attempts"))))
    for key, value in rest.items():
        zh, en = known(str(key))
        said_so.append((f"{zh} {quantity(value)}", f"{en} {quantity(value)}"))
    return "；".join(zh for zh, _ in said_so), "; ".join(en for _, en in said_so)


def amount(value: Any, unit: str) -> tuple[str, str]:
    """A refusal's figure with its unit, in Chinese and English."""
    if value is None:
        return DASH, DASH
    if unit == "× rating":
        zh, en = both("times_rating")
        return quantity(value, zh), quantity(value, en)
    zh, en = said(value) if isinstance(value, str) else (quantity(value), quantity(value))
    return f"{zh} {unit}".rstrip(), f"{en} {unit}".rstrip()


def section(answer: Refusing, voice: Voice) -> Html:
    """Bars by reason; each opens its list with what was needed, what is there and what is missing."""
    groups = grouped(answer.refusals)
    heading = tag("h2", voice.say("refusals"))
    if not groups:
        return tag("section", heading, tag("p", voice.say("no_refusals")), id="refusals")
    most = len(groups[0][2])
    return tag("section", heading, *(_group(g, most, answer, voice) for g in groups), id="refusals")


def changes(answer: Answer, voice: Voice) -> Html | None:
    """The robots refused that one changed number cures: by change, and each with its cycle; None without any."""
    if not answer.changes:
        return None
    sums = [
        tag("li", voice.pair(*reversed(change.said)), " ", tag("b", voice.say("change_cures", n=n)))
        for change, n in tally(answer.changes)
    ]
    header = tag(
        "tr",
        *(
            tag("th", voice.say(c), scope="col")
            for c in ("robot", "refused_for", "change", "cycle_time", "verdict")
        ),
    )
    rows = []
    for c in answer.changes:
        cycle = c.certificate.claims["cycle_time_s"]
        rows.append(
            tag(
                "tr",
                tag("th", tag("small", c.robot.maker), " ", c.robot.model, scope="row", title=c.robot.id),
                tag("td", voice.pair(*reason(c.refusal.constraint, c.refusal.verdict))),
                tag("td", voice.pair(*reversed(c.change.said))),
                tag("td", f"{quantity(cycle['low'])} – {quantity(cycle['high'], 's')}", class_="figure"),
                tag("td", voice.badge("proven_with_a_change")),
            )
        )
    listing = tag("div", tag("table", tag("thead", header), tag("tbody", *rows)), class_="scroll")
    heading = tag("h2", voice.say("changes"))
    return tag(
        "section", heading, tag("p", voice.say("changes_mean")), tag("ul", *sums), listing, id="changes"
    )


def _group(group: Group, most: int, answer: Refusing, voice: Voice) -> Html:
    constraint, verdict, refusals = group
    bar = tag("i", class_=f"bar {verdict}", style=f"width:{100 * len(refusals) / most:.1f}%")
    summary = tag(
        "summary",
        tag("span", voice.pair(*reason(constraint, verdict)), class_="reason"),
        tag("span", voice.badge(verdict), class_="badges"),
        tag("span", bar, class_="track"),
        tag("b", voice.say("models", n=len(refusals))),
    )
    unit = CONSTRAINTS[constraint].unit if constraint in CONSTRAINTS else ""
    columns = ["robot"]
    if any(r.needed is not None or r.available is not None for r in refusals):
        columns += ["needed", "available"]
    columns += ["shortfall"] if any(r.shortfall is not None for r in refusals) else []
    columns += ["where"] if any(r.where for r in refusals) else []
    columns += ["budget"] if any(r.budget for r in refusals) else []
    header = tag("tr", *(tag("th", voice.say(c), scope="col") for c in columns))
    rows = [tag("tr", *(_cell(r, c, unit, answer, voice) for c in columns)) for r in refusals]
    listing = tag("div", tag("table", tag("thead", header), tag("tbody", *rows)), class_="scroll")
    return tag("details", summary, listing, class_="refusal", data_constraint=constraint)


def _cell(refusal: Refusal, column: str, unit: str, answer: Refusing, voice: Voice) -> Html:
    if column == "robot":
        maker, model = answer.name(refusal.robot_id)
        return tag("th", tag("small", maker), " ", model, scope="row", title=refusal.robot_id)
    if column == "budget":
        return tag("td", voice.pair(*budget_said(refusal.budget)))
    if column == "where":
        return tag("td", voice.phrase(refusal.where) if refusal.where else DASH)
    value = {"needed": refusal.needed, "available": refusal.available, "shortfall": refusal.shortfall}[column]
    return tag("td", voice.pair(*amount(value, refusal.unit or unit)), class_="figure")


def foot(answer: Answer, voice: Voice) -> Html:
    """Versions, digests, order and time taken, and the notice once more."""
    order: list[Child] = []
    for key in answer.order:
        order += [voice.pair("、", ", ") if order else None, voice.word(key)]
    rows: list[tuple[str, Child]] = [
        ("engine", answer.engine),
        ("need_digest", tag("code", answer.need.sha256)),
        ("catalogue_digest", tag("code", answer.catalogue_sha256)),
        ("seed", answer.seed),
        ("order", join(*order)),
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
