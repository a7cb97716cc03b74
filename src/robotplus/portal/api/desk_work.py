"""What waits at the desk, private content that is looked into, featurings, and who works the desk."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router, Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import MEMBERS
from robotplus.portal.api.once import once
from robotplus.portal.api.organisations import Organisation, whole_organisation
from robotplus.portal.api.paging import Id
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Done, Move, Party, moves, party, reader_of
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.models import Area
from robotplus.portal.core.subjects import subject_type
from robotplus.portal.deals.actions.quoting import last_quotation
from robotplus.portal.deals.models import Deal
from robotplus.portal.desk import access, actions
from robotplus.portal.offers.models import Featuring as FeaturingRow
from robotplus.portal.parties.access import access_grant, access_organisation, find_user, require_operator
from robotplus.portal.parties.actions.members import do_end_membership, do_grant_official
from robotplus.portal.parties.models import Grant, Role

router = Router(tags=["desk"], auth=MEMBERS)
Key = Annotated[Id, Path(...)]


class WaitingContent(Schema):
    """Content to decide on by ``move_content``; ``noun`` is its first part there."""

    noun: str
    id: int
    kind: str
    title: str
    organisation: Party | None
    state: str
    moves: list[Move]


class WaitingClaim(Schema):
    id: int
    model: str
    organisation: Party | None
    at: dt.datetime


class WaitingCorrection(Schema):
    id: int
    model: str
    figure: str
    old: Any
    new: Any
    source: str
    due: dt.date


class WaitingForDesk(Schema):
    """All that the operator decides on, the oldest first, at most a hundred of each."""

    organisations: list[Organisation]
    content: list[WaitingContent]
    claims: list[WaitingClaim]
    corrections: list[WaitingCorrection]


class Looking(Sent):
    """``reason``: kept in the log and shown to the owner."""

    reason: str = Field(min_length=1, max_length=300)


class Opened(Schema):
    """What a report or complaint is about, private or not; of a deal its last quotation and messages."""

    subject_type: str
    subject_id: str
    title: str
    organisations: list[Party]
    values: dict[str, Any]


class Featuring(Schema):
    id: int
    offer: int
    reason: str
    start: dt.datetime
    end: dt.datetime


class Official(Schema):
    """``field``, ``area``, ``programme``: what an official's grant is narrowed to; empty is all."""

    id: int
    name: str
    organisation: Party | None
    role: str
    field: str
    area: str | None
    programme: str
    until: dt.datetime | None


class NewOfficial(Sent):
    """``person``: the e-mail address or mobile number of an account."""

    person: str = Field(max_length=254)
    organisation: Id
    role: Literal["official", "operator"] = "official"
    field: str = Field("", max_length=20)
    area: str = Field("", max_length=20)
    programme: str = Field("", max_length=40)
    until: dt.date | None = Field(None, strict=False)


@router.get("/desk/waiting", response={200: WaitingForDesk, **READS})
def list_waiting(request: HttpRequest) -> WaitingForDesk:
    """What waits for the operator."""
    reader = reader_of(request)
    organisations = access.waiting_organisations(reader).prefetch_related("areas")
    return WaitingForDesk(
        organisations=[whole_organisation(o) for o in organisations[: access.LIST]],
        content=[_waiting(w) for w in access.waiting_content(reader)],
        claims=[
            WaitingClaim(id=c.pk, model=str(c.model_id), organisation=party(c.organisation), at=c.at)
            for c in access.waiting_claims(reader)[: access.LIST]
        ],
        corrections=[
            WaitingCorrection(
                id=c.pk,
                model=str(c.model_id),
                figure=c.figure,
                old=c.old,
                new=c.new,
                source=c.source,
                due=c.due,
            )
            for c in access.waiting_corrections(reader)[: access.LIST]
        ],
    )


@router.post("/desk/requests/{request_id}/open", response={200: Opened, **WRITES})
def open_reported(request: HttpRequest, request_id: Key, sent: Looking) -> Opened:
    """Look into what a report or complaint is about; the log and its owner learn of it, each time."""
    reader = reader_of(request)
    found = access.access_desk_request(reader, request_id)
    subject = actions.do_open_private(reader, found, reason=sent.reason)
    values = getattr(getattr(subject, "current", None), "values", getattr(subject, "values", {}))
    if isinstance(subject, Deal):
        last = last_quotation(subject)
        values = {
            "quotation": None if last is None else last.values,
            "messages": [
                {"organisation": m.organisation_id, "at": m.at.isoformat(), "text": m.text}
                for m in subject.messages.order_by("pk")
            ],
        }
    return Opened(
        subject_type=subject_type(subject),
        subject_id=str(subject.pk),
        title=str(subject),
        organisations=[p for o in access.owners_of(subject) if (p := party(o)) is not None],
        values=values,
    )


@router.get("/desk/featurings", response={200: list[Featuring], **READS})
def list_featurings(request: HttpRequest) -> list[Featuring]:
    """What stands on the home page now."""
    require_operator(reader_of(request))
    rows = FeaturingRow.objects.filter(end__gt=timezone.now()).order_by("-pk")
    return [Featuring(id=f.pk, offer=f.offer_id, reason=f.reason, start=f.start, end=f.end) for f in rows]


@router.get("/desk/officials", response={200: list[Official], **READS})
def list_officials(request: HttpRequest) -> list[Official]:
    """Officials and operators in office today."""
    require_operator(reader_of(request))
    rows = Grant.objects.today().filter(role__in=(Role.OFFICIAL, Role.OPERATOR))
    return [_official(g) for g in rows.select_related("user", "organisation", "area").order_by("pk")]


@router.post("/desk/officials", response={201: Official, **WRITES})
@once
def grant_official(request: HttpRequest, sent: NewOfficial) -> Official:
    """Make a person an official or operator."""
    reader = reader_of(request)
    require_operator(reader)
    area = Area.objects.filter(code=sent.area).first()
    if sent.area and area is None:
        raise RefusedError(_("no such area"), field="area")
    until = None if sent.until is None else timezone.make_aware(dt.datetime.combine(sent.until, dt.time()))
    made = do_grant_official(
        reader,
        user=find_user(sent.person),
        organisation=access_organisation(reader, sent.organisation),
        role=sent.role,
        until=until,
        field=sent.field,
        area=area,
        programme=sent.programme,
    )
    return _official(made)


@router.delete("/desk/officials/{grant_id}", response={200: Done, **WRITES})
def end_official(request: HttpRequest, grant_id: Key) -> Done:
    """End such a grant."""
    reader = reader_of(request)
    require_operator(reader)
    do_end_membership(reader, access_grant(reader, grant_id))
    return Done()


def _waiting(found: access.Waiting) -> WaitingContent:
    subject = found.subject
    return WaitingContent(
        noun=found.kind.noun,
        id=subject.pk,
        kind=found.kind.id,
        title=subject.title,
        organisation=party(subject.organisation),
        state=subject.state,
        moves=moves(
            found.kind.id,
            found.kind.noun,
            subject.state,
            access.OPERATOR,
            getattr(subject, "visibility", None),
        ),
    )


def _official(grant: Grant) -> Official:
    return Official(
        id=grant.pk,
        name=str(grant.user),
        organisation=party(grant.organisation),
        role=grant.role,
        field=grant.field,
        area=None if grant.area is None else grant.area.code,
        programme=grant.programme,
        until=grant.end,
    )
