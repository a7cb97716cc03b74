"""The nearest changes of an answer: look for them, read them, answer a changed need."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from robotplus.portal.api.answers import AnswerState, Slug, state_of
from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE
from robotplus.portal.api.once import once
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import reader_of
from robotplus.portal.core.reader import Reader
from robotplus.portal.matches.access import access_answer
from robotplus.portal.matches.changing import (
    changes_of,
    do_ask_changed,
    do_ask_changes,
    failed,
    unfinished,
)
from robotplus.portal.matches.models import Answer
from robotplus.portal.matches.visiting import who_asks

router = Router(tags=["answers"], auth=ANYONE)


class ChangeFound(Schema):
    """One number of the need set otherwise; ``robots``: how many of those tried pass with it."""

    lever: str
    was: float
    becomes: float
    unit: str
    need_sha256: str
    en: str
    zh: str
    robots: int


class RobotChanged(Schema):
    """``low`` and ``high`` bound the cycle time [s] under the changed need."""

    robot: str
    maker: str
    model: str
    refused_for: str
    need_sha256: str
    low: float
    high: float
    certificate_sha256: str


class Changes(Schema):
    """``state``: none (nobody has looked yet), queued, running, failed or done."""

    state: str
    progress: dict[str, Any]
    changes: list[ChangeFound]
    robots: list[RobotChanged]


class Chosen(Sent):
    need_sha256: str = Field(max_length=80, description="of one of the changes found")


@router.get("/answers/{slug}/changes", response={200: Changes, **READS})
def read_changes(request: HttpRequest, slug: Slug) -> Changes:
    """The single changes of the need that let robots pass which just fail."""
    reader = reader_of(request)
    return _changes(reader, access_answer(reader, slug))


@router.post("/answers/{slug}/changes", response={200: Changes, **WRITES})
def find_changes(request: HttpRequest, response: HttpResponse, slug: Slug) -> Changes:
    """Look for them; a search that runs or is done already is not repeated."""
    asking = who_asks(request)
    found = access_answer(asking.reader, slug, edit=True)
    do_ask_changes(asking, found)
    asking.keep(response)
    return _changes(asking.reader, found)


@router.post("/answers/{slug}/changed", response={201: AnswerState, **WRITES})
@once
def answer_changed(request: HttpRequest, response: HttpResponse, slug: Slug, sent: Chosen) -> AnswerState:
    """Ask for the whole answer to a changed need, compared with this one."""
    asking = who_asks(request)
    made = do_ask_changed(asking, access_answer(asking.reader, slug), sent.need_sha256)
    asking.keep(response)
    return state_of(made)


def _changes(reader: Reader, answer: Answer) -> Changes:
    found = changes_of(answer)
    job = None if found is not None else unfinished(reader, answer) or failed(reader, answer)
    state = "done" if found is not None else "none" if job is None else str(job.state)
    kept = found or {"sums": [], "rows": []}
    return Changes(
        state=state,
        progress={} if job is None else job.progress,
        changes=[ChangeFound(**one["change"], robots=one["robots"]) for one in kept["sums"]],
        robots=[RobotChanged(**{**row, "need_sha256": row["change"]["need_sha256"]}) for row in kept["rows"]],
    )
