"""The operator's desk, and reports to it. A token opens it with the scope ``desk``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.once import once
from robotplus.portal.api.paging import Cursor, Id, Piece, piece
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Done, Moving, reader_of
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.desk import actions
from robotplus.portal.desk.access import access_desk_request, events_for, in_scope, requests_for
from robotplus.portal.matches.models import DeskRequest
from robotplus.portal.parties.access import access_organisation, require_operator, require_user

router = Router(tags=["desk"], auth=MEMBERS)
Key = Annotated[Id, Path(...)]


class Request(Schema):
    """Work for the desk; ``outcome`` once it is closed."""

    id: int
    kind: str
    subject_type: str
    subject_id: str
    text: str
    due: dt.date
    state: str
    outcome: str
    created_at: dt.datetime


class Event(Schema):
    id: int
    at: dt.datetime
    verb: str
    organisation: int | None
    subject_type: str
    subject_id: str
    data: dict[str, Any]


class Report(Sent):
    """``subject``: such as ``needs.need`` or ``offers.offer``, with its id."""

    subject: str = Field(max_length=40, pattern=r"^[a-z_]+\.[a-z_]+$")
    id: str = Field(min_length=1, max_length=80)
    text: str = Field(min_length=1, max_length=4000)


class Reviewing(Sent):
    move: Literal["approve", "reject", "suspend", "reinstate"]
    note: str = Field("", max_length=2000)


class Claim(Sent):
    approve: bool


class Decision(Sent):
    accept: bool
    note: str = Field("", max_length=2000)


class Featured(Sent):
    reason: str = Field(min_length=1, max_length=300)
    days: int = Field(ge=1, le=92)


class Closing(Sent):
    outcome: str = Field(min_length=1, max_length=4000)


@router.post("/reports", response={201: Request, **WRITES}, auth=ANYONE)
@once
def report(request: HttpRequest, sent: Report) -> Request:
    """Report something that the caller can see."""
    return _request(actions.do_report(reader_of(request), sent.subject, sent.id, text=sent.text))


@router.get("/reports", response={200: list[Request], **READS})
def list_reports(request: HttpRequest) -> list[Request]:
    """The newest hundred of what the caller reported or asked, with what became of it."""
    user = require_user(reader_of(request))
    return [_request(r) for r in DeskRequest.objects.filter(user=user).order_by("-pk")[:100]]


@router.get("/desk/requests", response={200: list[Request], **READS})
def list_requests(
    request: HttpRequest, state: Annotated[Literal["open", "done"], Query()] = "open"
) -> list[Request]:
    """What was asked of the operator; an official sees what their scope covers."""
    reader = reader_of(request)
    if not (reader.is_operator or reader.is_official):
        raise AbsentError(_("there is no such page"))
    found = requests_for(reader).filter(state=state)[:300]
    return [_request(r) for r in found if reader.is_operator or in_scope(reader, r)]


@router.get("/desk/requests/{request_id}", response={200: Request, **READS})
def read_request(request: HttpRequest, request_id: Key) -> Request:
    """One request: at the desk, or one's own."""
    return _request(access_desk_request(reader_of(request), request_id))


@router.post("/desk/requests/{request_id}/outcome", response={200: Request, **WRITES})
def close_request(request: HttpRequest, request_id: Key, sent: Closing) -> Request:
    """Say what became of it."""
    reader = reader_of(request)
    found = access_desk_request(reader, request_id)
    actions.do_close_request(reader, found, outcome=sent.outcome)
    found.refresh_from_db()
    return _request(found)


@router.post("/desk/organisations/{organisation_id}/moves", response={200: Done, **WRITES})
def review_organisation(request: HttpRequest, organisation_id: Key, sent: Reviewing) -> Done:
    """Approve, reject, suspend or reinstate an organisation; what a suspended one shows is taken down with it."""
    reader = reader_of(request)
    require_operator(reader)
    found = access_organisation(reader, organisation_id)
    actions.do_decide_organisation(reader, found, move=sent.move, note=sent.note)
    return Done()


@router.post("/desk/content/{noun}/{content_id}/moves", response={200: Done, **WRITES})
def move_content(
    request: HttpRequest, noun: Literal["offer", "need", "programme"], content_id: Key, sent: Moving
) -> Done:
    """Publish, return or take down, along the content's own state table."""
    actions.do_move_content(reader_of(request), noun, content_id, sent.move, reason=sent.reason)
    return Done()


@router.post("/desk/claims/{claim_id}", response={200: Done, **WRITES})
def decide_claim(request: HttpRequest, claim_id: Key, sent: Claim) -> Done:
    """Let a maker speak for a model, or not."""
    actions.do_decide_claim(reader_of(request), claim_id, approve=sent.approve)
    return Done()


@router.post("/desk/corrections/{correction_id}", response={200: Done, **WRITES})
def decide_correction(request: HttpRequest, correction_id: Key, sent: Decision) -> Done:
    """Accept or decline the correction of a figure."""
    actions.do_decide_correction(reader_of(request), correction_id, accept=sent.accept, note=sent.note)
    return Done()


@router.post("/desk/offers/{offer_id}/featurings", response={200: Done, **WRITES})
def feature_offer(request: HttpRequest, offer_id: Key, sent: Featured) -> Done:
    """Show a published offer on the home page for a while; no ranking reads this."""
    actions.do_feature(reader_of(request), offer_id, reason=sent.reason, days=sent.days)
    return Done()


@router.delete("/desk/featurings/{featuring_id}", response={200: Done, **WRITES})
def unfeature_offer(request: HttpRequest, featuring_id: Key) -> Done:
    """End a featuring now."""
    actions.do_unfeature(reader_of(request), featuring_id)
    return Done()


@router.get("/desk/events", response={200: Piece[Event], **READS})
def list_events(request: HttpRequest, cursor: Annotated[Cursor, Query(...)]) -> Piece[Event]:
    """The event log, newest first."""
    found, after = piece(events_for(reader_of(request)), cursor)
    return Piece(
        items=[
            Event(
                id=e.pk,
                at=e.at,
                verb=e.verb,
                organisation=e.organisation,
                subject_type=e.subject_type,
                subject_id=e.subject_id,
                data=e.data,
            )
            for e in found
        ],
        next=after,
    )


def _request(r: DeskRequest) -> Request:
    return Request(
        id=r.pk,
        kind=r.kind,
        subject_type=r.subject_type,
        subject_id=r.subject_id,
        text=r.text,
        due=r.due,
        state=r.state,
        outcome=r.outcome,
        created_at=r.created_at,
    )
