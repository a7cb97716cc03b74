"""What the pages of answers are given: the worker's page joined with offers, evidence and what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs import results
from robotplus.portal.jobs.leases import next_in_line
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.changed import changes
from robotplus.portal.matches.listing import Wanted, choices
from robotplus.portal.matches.models import Answer
from robotplus.portal.matches.offers import offers_by_model
from robotplus.portal.offers.price import compare
from robotplus.portal.web.showing import texts
from robotplus.portal.web.templatetags.ui import language
from robotplus.reporting.charts import cycle_bar
from robotplus.scenarios.library import Number, Scenario, scenarios

FIRST_ROWS = 10
ROOM = 1.08  # the bars' axis ends this much beyond the longest
Page = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class NumberField:
    """One number of a scenario in a form: what stands in it, and what is wrong with it."""

    number: Number
    value: str
    problem: str = ""
    was: str = ""  # in the answer before, where it is another

    @property
    def changed(self) -> bool:
        return self.value != f"{self.number.default:g}"


def number_fields(
    scenario: Scenario,
    given: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    *,
    before: Mapping[str, Any] | None = None,
) -> list[NumberField]:
    """Every number of a scenario with what was typed, else its default; ``before``: those of an earlier answer."""
    fields = []
    for n in scenario.numbers:
        value, was = _typed(given.get(n.name), n.default), _typed((before or {}).get(n.name), n.default)
        problem = (problems or {}).get(n.name, "")
        fields.append(NumberField(n, value, problem, was if before is not None and was != value else ""))
    return fields


def _typed(raw: Any, default: float) -> str:
    if raw is None or raw == "":
        return f"{default:g}"
    return f"{raw:g}" if isinstance(raw, (int, float)) else str(raw)


def page_of(key: str) -> Page | None:
    """The worker's page of a finished result; None while there is none. The row, not the folder, decides."""
    if not Result.objects.filter(key=key).exists():
        return None
    page: Page = json.loads(results.file_of(key, "page.json").read_bytes())
    return page


def _scenario(named: str) -> Scenario | None:
    return next((s for s in scenarios() if s.id == named), None)


def row_of(page: Page | None, robot: str) -> Row | None:
    return next((row for row in (page or {}).get("rows", ()) if row["robot"] == robot), None)


def title_of(answer: Answer) -> str:
    """What the answer is about, in the language of the page."""
    document = answer.document
    zh = document.get("title_zh") or document.get("title_en", "")
    return str(zh if language() == "zh" else document.get("title_en") or zh)


def heading(answer: Answer) -> dict[str, Any]:
    """The title, and the numbers that tell this answer from others to the same scenario."""
    return {"title": title_of(answer), "own_numbers": _own_numbers(answer)}


def jobs_ahead(job: Job | None) -> int:
    """How many waiting jobs come before this one."""
    if job is None or job.state != Job.State.QUEUED:
        return 0
    waiting = list(next_in_line().values_list("pk", flat=True)[:200])
    return waiting.index(job.pk) if job.pk in waiting else len(waiting)


def first_rows(job: Job | None) -> list[Row]:
    """The candidates that a running job has told of, best first; none are checked yet."""
    told = {} if job is None else job.progress
    found = told.get("best", [])
    longest = max([row["high"] for row in found] + [told.get("takt") or 0.0]) * ROOM if found else 0.0
    return [
        {
            **row,
            "place": place,
            "bar": mark_safe(cycle_bar(row["low"], row["high"], takt=told.get("takt"), longest=longest)),
        }
        for place, row in enumerate(found, start=1)
    ]


def briefs(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """A line of the list of answers: title, state, and how many are proven."""
    keys = {a.key for a in answers}
    counts = {r.key: r.summary["counts"] for r in Result.objects.filter(key__in=keys)}
    return [
        {"answer": a, "title": title_of(a), "numbers": _own_numbers(a), "counts": counts.get(a.key)}
        for a in answers
    ]


def _own_numbers(answer: Answer) -> list[NumberField]:
    """The numbers that differ from the scenario's, which tell one answer from the next."""
    scenario = _scenario(answer.scenario)
    asked = answer.document.get("numbers")
    if scenario is None or not isinstance(asked, dict):
        return []
    return [field for field in number_fields(scenario, asked) if field.changed]


def context(reader: Reader, answer: Answer, page: Page, *, query: Mapping[str, str]) -> dict[str, Any]:
    """All of the answer page.

    Args:
        query: of the address: ``robot`` is opened, ``all`` shows the ranking to its end; see `Wanted` for the rest.
    """
    changed = changes(_before(answer), page)
    rows = _joined(reader, page, changed.of)
    wanted = Wanted.read(query)
    listed = wanted.of(rows)
    first = listed if "all" in query else listed[:FIRST_ROWS]
    scenario = _scenario(answer.scenario)
    best = row_of({"rows": rows}, query.get("robot", "")) or (rows[0] if rows else None)
    solution = _solution(answer, best) if best is not None and best["certificate"] else None
    return {
        "answer": answer,
        **heading(answer),
        "page": page,
        "sections": _marked(page["sections"][language()]),
        "best": rows[0] if rows else None,
        "rows": first,
        "more": len(listed) - len(first),
        **choices(wanted, rows),
        "scenario": scenario,
        "admission": () if scenario is None else texts(scenario)["credentials"],
        "numbers": _editable(answer, scenario),
        "solution": solution,
        "compared_to": answer.previous,
        "changed": changed,
        "suppliers": sorted({s.organisation_id for row in rows for s in row["offers"]}),
    }


def _editable(answer: Answer, scenario: Scenario | None) -> list[NumberField]:
    """The numbers of an answer that came from a scenario's form, with what the answer before had."""
    if scenario is None or "process_path" in answer.document or "pick_place" in answer.document:
        return []
    before = answer.previous
    same = before is not None and before.scenario == answer.scenario
    asked, old = (one.document.get("numbers") or {} if one else {} for one in (answer, before))
    return number_fields(scenario, asked, before=old if same else None)


def listed(reader: Reader, answer: Answer, page: Page, query: Mapping[str, str]) -> list[Row]:
    """The whole ranking as it is wanted."""
    changed = changes(_before(answer), page)
    return Wanted.read(query).of(_joined(reader, page, changed.of))


def _before(answer: Answer) -> Page | None:
    """The page of the answer that this "what if" started from."""
    return None if answer.previous is None else page_of(answer.previous.key)


def opened(reader: Reader, answer: Answer, page: Page, robot: str) -> dict[str, Any]:
    """One solution's part of the page.

    Raises:
        AbsentError: not one of the answer's checked solutions.
    """
    row = row_of(page, robot)
    if row is None or not row["certificate"]:
        raise AbsentError(_("no such robot in this answer"), value=robot)
    return {"answer": answer, "solution": _solution(answer, row)}


def _solution(answer: Answer, row: Row) -> dict[str, Any]:
    name = row["certificate"].removeprefix("sha256:")
    kept = json.loads(results.file_of(answer.key, f"{name}.page.json").read_bytes())
    return {**row, "hex": name, "moments": kept["moments"], "sections": _marked(kept["sections"][language()])}


def compared(reader: Reader, answer: Answer, page: Page, robots: Sequence[str]) -> dict[str, Any]:
    """The chosen rows side by side, each with the choice without it; without a choice, the first."""
    rows = [row for row in _joined(reader, page, {}) if row["certificate"]]
    chosen = [row for row in rows if row["robot"] in robots] or rows[:2]
    names = [row["robot"] for row in chosen]
    prices = compare([row["offers"][0].price if row["offers"] else None for row in chosen])
    best = {
        key: best_of(found)
        for key, best_of in (("high", min), ("clearance_m", max), ("mass_kg", min))
        if len(found := {row[key] for row in chosen if row[key] is not None}) > 1
    }
    return {
        "answer": answer,
        "title": title_of(answer),
        "page": page,
        "rows": [
            {
                **row,
                "compared": price,
                "without": urlencode([("robot", n) for n in names if n != row["robot"]]),
            }
            for row, price in zip(chosen, prices, strict=True)
        ],
        "best": best,
        "others": [row for row in rows if row["robot"] not in names],
    }


def _joined(reader: Reader, page: Page, changes: Mapping[str, dict[str, Any]]) -> list[Row]:
    """The ranking with each robot's place, offers and change."""
    offers = offers_by_model(reader, [row["robot"] for row in page["rows"]])
    return [
        {
            **row,
            "place": place,
            "offers": offers.get(row["robot"], []),
            "change": changes.get(row["robot"]),
            "bar": mark_safe(cycle_bar(row["low"], row["high"], takt=page["takt"], longest=page["longest"])),
            "drawing": mark_safe(row["drawing"]),
        }
        for place, row in enumerate(page["rows"], start=1)
    ]


def _marked(sections: Mapping[str, str]) -> dict[str, str]:
    """Sections that reporting wrote; its markup escapes all text that came from outside.

    Their headings follow the page's, one level higher than in a report.
    """
    return {name: mark_safe(html.replace("h4>", "h3>")) for name, html in sections.items()}
