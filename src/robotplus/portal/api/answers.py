"""Answers: ask, follow by cursor, read, share, keep."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.catalogue import ModelId, Waiting
from robotplus.portal.api.once import once
from robotplus.portal.api.paging import Cursor, Id, Piece, piece
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import reader_of
from robotplus.portal.core.errors import AbsentError, ForbiddenError, RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs import results
from robotplus.portal.jobs.actions import do_cancel
from robotplus.portal.matches import shown
from robotplus.portal.matches.access import access_answer, answers_for
from robotplus.portal.matches.actions import do_ask, do_ask_supplier, do_share
from robotplus.portal.matches.documents import check_numbers, scenario_document
from robotplus.portal.matches.models import Answer as AnswerRow
from robotplus.portal.matches.offers import offers_by_model
from robotplus.portal.matches.visiting import who_asks
from robotplus.portal.needs.access import access_need
from robotplus.portal.needs.actions import do_create_need
from robotplus.portal.needs.models import NeedRevision
from robotplus.scenarios.library import get_scenario

router = Router(tags=["answers"], auth=ANYONE)
Slug = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]+$", max_length=40)]
FILES = {"answer.json": "application/json", "need.json": "application/json", "report.html": "text/html"}
FileName = Literal["answer.json", "need.json", "report.html"]
BINARY: dict[str, Any] = {
    "responses": {
        200: {
            "description": "the file",
            "content": {kind: {"schema": {}} for kind in sorted({*FILES.values(), "model/gltf-binary"})},
        }
    }
}


class AnswerState(Schema):
    """``state``: queued, running, done, failed or cancelled. ``cursor`` changes whenever anything here does."""

    slug: str
    scenario: str
    title: str
    state: str
    ahead: int
    progress: dict[str, Any]
    failure: str
    need_sha256: str
    shared: bool
    created_at: dt.datetime
    expires_at: dt.datetime | None
    cursor: str


class Asked(Sent):
    """One of: a scenario with numbers (those left out take its defaults), a need file, a need of one's own."""

    scenario: str = Field("", max_length=60)
    numbers: dict[str, float] = Field(default_factory=dict)
    document: dict[str, Any] | None = None
    need: Id | None = None
    previous: str = Field("", max_length=40, description='slug of the answer that a "what if" started from')


class Supply(Schema):
    """``price``: null is "ask"; ``lead_time_d`` in days."""

    offer: int
    title: str
    organisation: str
    organisation_id: int
    price: dict[str, Any] | None
    lead_time_d: float | None


class Ranked(Schema):
    """A robot of the ranking: ``low`` and ``high`` bound its cycle time [s]; ``certificate``: null if not checked."""

    place: int
    robot: str
    maker: str
    model: str
    verdict: str
    low: float
    high: float
    certificate: str | None
    offers: list[Supply]


class Refused(Schema):
    robot: str
    verdict: str
    reason: dict[str, str]


class Result(Schema):
    """The answer. Certificates and the whole of the evidence lie under ``files`` and ``/api/certificates``."""

    slug: str
    takt_s: float | None
    counts: dict[str, int]
    ranking: list[Ranked]
    refusals: list[Refused]
    files: list[str]


class Sharing(Sent):
    shared: bool


class Kept(Sent):
    title: str = Field("", max_length=200)


class NeedMade(Schema):
    need: int


@router.get("/answers", response={200: Piece[AnswerState], **READS})
def list_answers(request: HttpRequest, cursor: Annotated[Cursor, Query(...)]) -> Piece[AnswerState]:
    """The caller's answers, newest first."""
    found, after = piece(answers_for(reader_of(request)), cursor)
    return Piece(items=[state_of(a) for a in found], next=after)


@router.post("/answers", response={201: AnswerState, **WRITES})
@once
def ask(request: HttpRequest, response: HttpResponse, sent: Asked) -> AnswerState:
    """Ask. The same question asked again while it is worked on is the same answer."""
    asking = who_asks(request)
    previous = access_answer(asking.reader, sent.previous) if sent.previous else None
    document, need_revision = _document(asking.reader, sent)
    made = do_ask(
        asking.reader, document, origin=asking.origin, previous=previous, need_revision=need_revision
    )
    asking.keep(response)
    return state_of(made)


@router.get("/answers/{slug}", response={200: AnswerState, 304: None, **READS})
def follow_answer(
    request: HttpRequest, slug: Slug, cursor: Annotated[str, Query(max_length=80)] = ""
) -> AnswerState | HttpResponse:
    """Where it stands; with the ``cursor`` seen last, 304 while nothing has changed. Poll once a second."""
    state = state_of(access_answer(reader_of(request), slug))
    if cursor == state.cursor:
        return HttpResponse(status=304, content_type="")
    return state


@router.get("/answers/{slug}/result", response={200: Result, **READS})
def read_result(request: HttpRequest, slug: Slug) -> Result:
    """Ranking and refusals, with the offers the caller may see; 404 until it is done."""
    reader = reader_of(request)
    found = access_answer(reader, slug)
    page = shown.page_of(found.key)
    if page is None:
        raise AbsentError(_("the answer is not there yet"))
    offers = offers_by_model(reader, [row["robot"] for row in page["rows"]])
    return Result(
        slug=slug,
        takt_s=page["takt"],
        counts=page["counts"],
        ranking=[
            Ranked(
                place=place,
                robot=row["robot"],
                maker=row["maker"],
                model=row["model"],
                verdict=row["verdict"],
                low=row["low"],
                high=row["high"],
                certificate=row["certificate"] or None,
                offers=[Supply(**vars(s)) for s in offers.get(row["robot"], ())],
            )
            for place, row in enumerate(page["rows"], start=1)
        ],
        refusals=[
            Refused(
                robot=robot,
                verdict=one["verdict"],
                reason={"zh": str(one["reason"][0]), "en": str(one["reason"][1])},
            )
            for robot, one in page["refused"].items()
        ],
        files=list(FILES),
    )


@router.get("/answers/{slug}/files/{name}", response={200: Any, **READS}, openapi_extra=BINARY)
def read_answer_file(request: HttpRequest, slug: Slug, name: FileName) -> FileResponse:
    """The whole answer as a file: JSON, its need, or the report for people."""
    found = access_answer(reader_of(request), slug)
    path = results.file_of(found.key, name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=FILES[name])


@router.get("/answers/{slug}/motions/{model_id}", response={200: Any, **READS}, openapi_extra=BINARY)
def read_motion(request: HttpRequest, slug: Slug, model_id: ModelId) -> FileResponse:
    """The animation of one solution, as binary glTF."""
    found = access_answer(reader_of(request), slug)
    row = shown.row_of(shown.page_of(found.key), model_id)
    if row is None or not row["certificate"]:
        raise AbsentError(_("no such robot in this answer"))
    path = results.file_of(found.key, row["certificate"].removeprefix("sha256:") + ".glb")
    name = f"motion-{model_id}.glb"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="model/gltf-binary")


@router.post("/answers/{slug}/cancel", response={200: AnswerState, **WRITES})
def cancel_answer(request: HttpRequest, slug: Slug) -> AnswerState:
    """Give the waiting or running answer up; a finished one stays as it is."""
    reader = reader_of(request)
    found = access_answer(reader, slug, edit=True)
    if found.job is not None:
        do_cancel(reader, found.job)
    found.refresh_from_db()
    return state_of(found)


@router.put("/answers/{slug}/sharing", response={200: AnswerState, **WRITES})
def share_answer(request: HttpRequest, slug: Slug, sent: Sharing) -> AnswerState:
    """Open it to whoever has its link, or close it again."""
    reader = reader_of(request)
    found = access_answer(reader, slug, edit=True)
    do_share(reader, found, shared=sent.shared)
    return state_of(found)


@router.post("/answers/{slug}/need", response={201: NeedMade, **WRITES}, auth=MEMBERS)
@once
def keep_need(request: HttpRequest, slug: Slug, sent: Kept) -> NeedMade:
    """Keep the answer's need as a private need of the organisation."""
    reader = reader_of(request)
    found = access_answer(reader, slug)
    made = do_create_need(
        reader,
        kind="application",
        title=sent.title.strip() or shown.title_of(found),
        values={"scenario": found.scenario} if found.scenario else {},
        document=found.document,
        scenario=found.scenario,
    )
    return NeedMade(need=made.pk)


@router.post("/answers/{slug}/suppliers/{model_id}", response={200: Waiting, **WRITES}, auth=MEMBERS)
def ask_supplier(request: HttpRequest, slug: Slug, model_id: ModelId) -> Waiting:
    """Nobody offers this robot here: the operator looks for who does."""
    reader = reader_of(request)
    found = access_answer(reader, slug)
    if shown.row_of(shown.page_of(found.key), model_id) is None:
        raise AbsentError(_("no such robot in this answer"))
    made = do_ask_supplier(reader, found, model_id)
    return Waiting(id=made.pk, state=made.state, due=made.due)


def _document(reader: Reader, sent: Asked) -> tuple[dict[str, Any], NeedRevision | None]:
    """The need file that a question gives.

    Raises:
        RefusedError, ForbiddenError, AbsentError: see the checks.
    """
    given = [n for n in ("scenario", "document", "need") if getattr(sent, n)]
    if len(given) != 1 or (sent.numbers and given != ["scenario"]):
        raise RefusedError(_("give a scenario with numbers, a need file, or a need"), field="scenario")
    if sent.need is not None:
        current = access_need(reader, sent.need, edit=True).current
        if current is None or current.document is None:
            raise RefusedError(_("no engine answers this need yet"), field="need")
        return current.document, current
    if sent.document is not None:
        if reader.user is None:
            raise ForbiddenError(_("sign in to answer from your own files"))
        return dict(sent.document), None
    scenario = get_scenario(sent.scenario)
    numbers, problems = check_numbers(scenario, sent.numbers)
    problems |= {n: _("unknown field") for n in sent.numbers.keys() - {n.name for n in scenario.numbers}}
    if problems:
        raise RefusedError(
            _("please look at the marked fields"), problems={f"numbers.{k}": v for k, v in problems.items()}
        )
    return scenario_document(scenario, numbers), None


def state_of(answer: AnswerRow) -> AnswerState:
    """Where an answer stands."""
    job = answer.job
    state = "done" if job is None else str(job.state)
    progress = {} if job is None else job.progress
    ahead = shown.jobs_ahead(job)
    return AnswerState(
        slug=answer.slug,
        scenario=answer.scenario,
        title=shown.title_of(answer),
        state=state,
        ahead=ahead,
        progress=progress,
        failure="" if job is None else job.failure,
        need_sha256=answer.need_sha256,
        shared=answer.shared,
        created_at=answer.created_at,
        expires_at=answer.expires_at,
        cursor=_cursor([state, progress, ahead, answer.shared]),
    )


def _cursor(seen: list[Any]) -> str:
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:16]
