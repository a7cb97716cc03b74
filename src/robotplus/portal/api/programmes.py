"""Programmes: list, create, revise, move, targets and what is measured of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.once import once
from robotplus.portal.api.paging import Cursor, Id, Piece, piece
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Happened, Move, Moving, Party, moves, party, reader_of, timeline
from robotplus.portal.core.events import events_of
from robotplus.portal.core.kinded import named_kind
from robotplus.portal.core.reader import Reader
from robotplus.portal.programmes import actions
from robotplus.portal.programmes.access import (
    access_programme,
    measurements_of,
    programme_sides,
    programmes_for,
)
from robotplus.portal.programmes.models import Measurement as MeasurementRow
from robotplus.portal.programmes.models import Programme as ProgrammeRow
from robotplus.portal.programmes.models import Target as TargetRow
from robotplus.portal.programmes.progress import Followed, followed

router = Router(tags=["programmes"], auth=ANYONE)
ProgrammeId = Annotated[Id, Path(...)]
Reason = Annotated[str, Query(max_length=300, description="why; a draft's target goes without one")]
Number = Annotated[float, Field(strict=False, ge=-1e15, le=1e15)]


class ProgrammeBrief(Schema):
    id: int
    kind: str
    title: str
    organisation: Party | None
    field: str
    area: str | None
    state: str
    values: dict[str, Any]


class Target(Schema):
    """A promised figure beside what was measured until its due date.

    ``reached``: what stands last, the sum where periods add up; null where nothing was measured.
    """

    id: int
    indicator: str
    unit: str
    sense: str
    value: float
    adds: bool
    due: dt.date
    reached: float | None
    as_of: dt.date | None
    met: bool | None


class Measurement(Schema):
    """``struck_why``: why it counts no more, empty while it stands."""

    id: int
    indicator: str
    unit: str
    start: dt.date
    end: dt.date
    value: float
    source: str
    declared_by: Party | None
    struck_why: str


class Programme(ProgrammeBrief):
    """``moves``: what the caller may do with it now."""

    targets: list[Target]
    measurements: list[Measurement]
    moves: list[Move]


class ProgrammesWanted(Cursor):
    kind: str = Field("", max_length=40)
    field: str = Field("", max_length=20)
    mine: bool = Field(False, description="the caller's own, whatever their state")


class NewProgramme(Sent):
    """``values``: by the fields of the kind (``/api/kinds/programme``).

    ``organisation``: whose it is, else one's own.
    """

    kind: str = Field(max_length=40)
    title: str = Field(max_length=200)
    values: dict[str, Any]
    organisation: Id | None = None


class RevisedProgramme(Sent):
    title: str = Field(max_length=200)
    values: dict[str, Any]


class NewTarget(Sent):
    indicator: str = Field(min_length=1, max_length=60)
    unit: str = Field("", max_length=20)
    sense: Literal["at_least", "at_most"] = "at_least"
    value: Number
    adds: bool = Field(False, description="the measured periods add up to it")
    due: dt.date = Field(strict=False)


class NewMeasurement(Sent):
    start: dt.date = Field(strict=False)
    end: dt.date = Field(strict=False)
    value: Number
    source: str = Field(min_length=1, max_length=300)


@router.get("/programmes", response={200: Piece[ProgrammeBrief], **READS})
def list_programmes(
    request: HttpRequest, wanted: Annotated[ProgrammesWanted, Query(...)]
) -> Piece[ProgrammeBrief]:
    """Announced programmes, newest first; and the drafts of one's own organisation."""
    reader = reader_of(request)
    rows = programmes_for(reader)
    if wanted.mine:
        rows = rows.filter(organisation_id=reader.organisation_id or 0)
    for name in ("kind", "field"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    found, after = piece(rows, wanted)
    return Piece(items=[ProgrammeBrief(**_brief(p)) for p in found], next=after)


@router.post("/programmes", response={201: Programme, **WRITES}, auth=MEMBERS)
@once
def create_programme(request: HttpRequest, sent: NewProgramme) -> Programme:
    """A new draft, by the operator or an official inside what their grant covers."""
    reader = reader_of(request)
    named_kind(sent.kind, "programme")
    return _whole(reader, actions.do_create_programme(reader, **sent.model_dump()))


@router.get("/programmes/{programme_id}", response={200: Programme, **READS})
def read_programme(request: HttpRequest, programme_id: ProgrammeId) -> Programme:
    """One programme with its targets and measurements."""
    reader = reader_of(request)
    return _whole(reader, access_programme(reader, programme_id))


@router.put("/programmes/{programme_id}", response={200: Programme, **WRITES}, auth=MEMBERS)
def revise_programme(request: HttpRequest, programme_id: ProgrammeId, sent: RevisedProgramme) -> Programme:
    """Change title and values; the log keeps which."""
    reader = reader_of(request)
    return _whole(reader, actions.do_revise_programme(reader, programme_id, **sent.model_dump()))


@router.post("/programmes/{programme_id}/moves", response={200: Programme, **WRITES}, auth=MEMBERS)
def move_programme(request: HttpRequest, programme_id: ProgrammeId, sent: Moving) -> Programme:
    """One move along the state table of its kind."""
    reader = reader_of(request)
    return _whole(reader, actions.do_move_programme(reader, programme_id, sent.move, reason=sent.reason))


@router.post("/programmes/{programme_id}/targets", response={201: Target, **WRITES}, auth=MEMBERS)
@once
def add_target(request: HttpRequest, programme_id: ProgrammeId, sent: NewTarget) -> Target:
    """Promise a figure."""
    made = actions.do_add_target(reader_of(request), programme_id, sent.model_dump())
    measured = measurements_of(made.programme)
    return _target(followed([made], measured)[0])


@router.delete(
    "/programmes/{programme_id}/targets/{target_id}", response={200: Programme, **WRITES}, auth=MEMBERS
)
def drop_target(
    request: HttpRequest, programme_id: ProgrammeId, target_id: Annotated[Id, Path(...)], reason: Reason = ""
) -> Programme:
    """Take a target back; once announced it is struck out with a reason."""
    reader = reader_of(request)
    actions.do_drop_target(reader, programme_id, target_id, reason=reason)
    return _whole(reader, access_programme(reader, programme_id))


@router.post(
    "/programmes/{programme_id}/targets/{target_id}/measurements",
    response={201: Measurement, **WRITES},
    auth=MEMBERS,
)
@once
def measure(
    request: HttpRequest,
    programme_id: ProgrammeId,
    target_id: Annotated[Id, Path(...)],
    sent: NewMeasurement,
) -> Measurement:
    """Enter what was seen of a target's indicator in a period, with its source."""
    return _measurement(actions.do_measure(reader_of(request), programme_id, target_id, sent.model_dump()))


@router.delete(
    "/programmes/{programme_id}/measurements/{measurement_id}",
    response={200: Programme, **WRITES},
    auth=MEMBERS,
)
def drop_measurement(
    request: HttpRequest,
    programme_id: ProgrammeId,
    measurement_id: Annotated[Id, Path(...)],
    reason: Reason = "",
) -> Programme:
    """Strike a measurement out; it stays to be seen, with the reason."""
    reader = reader_of(request)
    actions.do_drop_measurement(reader, programme_id, measurement_id, reason=reason)
    return _whole(reader, access_programme(reader, programme_id))


@router.get("/programmes/{programme_id}/events", response={200: list[Happened], **READS}, auth=MEMBERS)
def list_programme_events(request: HttpRequest, programme_id: ProgrammeId) -> list[Happened]:
    """Its timeline, for whoever may change it; empty for others."""
    reader = reader_of(request)
    found = access_programme(reader, programme_id)
    seen = bool(programme_sides(reader, found))
    return timeline(list(events_of(found).order_by("-id")[:100])) if seen else []


def _brief(programme: ProgrammeRow) -> dict[str, Any]:
    return {
        "id": programme.pk,
        "kind": programme.kind,
        "title": programme.title,
        "organisation": party(programme.organisation),
        "field": programme.field,
        "area": programme.area and programme.area.code,
        "state": programme.state,
        "values": programme.values,
    }


def _whole(reader: Reader, programme: ProgrammeRow) -> Programme:
    measured = list(measurements_of(programme))
    sides = programme_sides(reader, programme)
    standing: list[TargetRow] = list(programme.targets.order_by("due", "pk"))
    return Programme(
        **_brief(programme),
        targets=[_target(f) for f in followed(standing, measured)],
        measurements=[_measurement(m) for m in measured],
        moves=moves(programme.kind, "programme", programme.state, sides, None),
    )


def _target(found: Followed) -> Target:
    t, latest = found.target, found.latest
    return Target(
        id=t.pk,
        indicator=t.indicator,
        unit=t.unit,
        sense=t.sense,
        value=t.value,
        adds=t.adds,
        due=t.due,
        reached=None if latest is None else latest.reached,
        as_of=None if latest is None else latest.measurement.end,
        met=found.met,
    )


def _measurement(m: MeasurementRow) -> Measurement:
    return Measurement(
        id=m.pk,
        indicator=m.indicator,
        unit=m.unit,
        start=m.start,
        end=m.end,
        value=m.value,
        source=m.source,
        declared_by=party(m.declared_by),
        struck_why=m.struck_why,
    )
