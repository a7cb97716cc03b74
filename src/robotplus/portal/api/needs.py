"""Needs: list, create, revise, move, invite, and the chain around one."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.content import (
    ContentBrief,
    ContentWanted,
    NewContent,
    RevisedContent,
    brief,
    moves_now,
    own_timeline,
    wanted_rows,
)
from robotplus.portal.api.once import once
from robotplus.portal.api.paging import Id, Piece, piece
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Done, Happened, Move, Moving, Party, Visible, party, reader_of
from robotplus.portal.core.models import Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.needs.access import access_need, listed, needs_for, owner_shown
from robotplus.portal.needs.actions import (
    do_create_need,
    do_invite,
    do_move_need,
    do_revise_need,
    do_uninvite,
)
from robotplus.portal.needs.chain import chain_of
from robotplus.portal.needs.models import Need as NeedRow
from robotplus.scenarios.files import need_from_document

router = Router(tags=["needs"], auth=ANYONE)
NeedId = Annotated[Id, Path(...)]


class NeedBrief(ContentBrief):
    """``organisation``: null where it asked to stay hidden."""

    scenario: str
    field: str
    area: str | None


class Need(NeedBrief):
    """``moves``: what the caller may do with it now.

    Told to its own organisation alone: ``document``, the engine's need file, null where no engine answers it; and
    ``invited``, the suppliers that may read it.
    """

    document: dict[str, Any] | None
    invited: list[Party]
    moves: list[Move]


class NeedsWanted(ContentWanted):
    field: str = Field("", max_length=20)
    scenario: str = Field("", max_length=60)


class NewNeed(NewContent):
    """``values``: by the fields of the kind (``/api/kinds/need``); ``document``: a self-contained need file."""

    document: dict[str, Any] | None = None
    scenario: str = Field("", max_length=60)
    visibility: Visible = "private"
    hide_organisation: bool = False


class RevisedNeed(RevisedContent):
    """What is left out stays as it is, except the values, which are all given anew."""

    document: dict[str, Any] | None = None
    visibility: Visible | None = None
    hide_organisation: bool | None = None


class Inviting(Sent):
    organisation: Id


class OfferThere(Schema):
    id: int
    title: str
    organisation: Party | None


class Link(Schema):
    """One link of the chain: who could fill it. ``here``: the need's own place."""

    name: str
    here: bool
    count: int
    offers: list[OfferThere]


@router.get("/needs", response={200: Piece[NeedBrief], **READS})
def list_needs(request: HttpRequest, wanted: Annotated[NeedsWanted, Query(...)]) -> Piece[NeedBrief]:
    """What is sought: public needs and those the caller is invited to; or one's own."""
    reader = reader_of(request)
    public = listed() & ~Q(visibility=Visibility.PRIVATE)
    rows = wanted_rows(needs_for(reader), reader, wanted, public, ("field", "scenario"))
    found, after = piece(rows, wanted)
    return Piece(items=[NeedBrief(**_brief(reader, n)) for n in found], next=after)


@router.post("/needs", response={201: Need, **WRITES}, auth=MEMBERS)
@once
def create_need(request: HttpRequest, sent: NewNeed) -> Need:
    """A new need in its kind's first state."""
    reader = reader_of(request)
    if sent.document is not None:
        need_from_document(dict(sent.document))
    return _whole(reader, do_create_need(reader, **sent.model_dump()))


@router.get("/needs/{need_id}", response={200: Need, **READS})
def read_need(request: HttpRequest, need_id: NeedId) -> Need:
    """One need."""
    reader = reader_of(request)
    return _whole(reader, access_need(reader, need_id))


@router.put("/needs/{need_id}", response={200: Need, **WRITES}, auth=MEMBERS)
def revise_need(request: HttpRequest, need_id: NeedId, sent: RevisedNeed) -> Need:
    """The next revision."""
    reader = reader_of(request)
    given = sent.model_dump()
    if "document" not in sent.model_fields_set:
        current = access_need(reader, need_id, edit=True).current
        given["document"] = current and current.document
    elif sent.document is not None:
        need_from_document(dict(sent.document))
    return _whole(reader, do_revise_need(reader, need_id, **given))


@router.post("/needs/{need_id}/moves", response={200: Need, **WRITES}, auth=MEMBERS)
def move_need(request: HttpRequest, need_id: NeedId, sent: Moving) -> Need:
    """One move along the state table of its kind."""
    reader = reader_of(request)
    return _whole(reader, do_move_need(reader, need_id, sent.move, reason=sent.reason))


@router.post("/needs/{need_id}/invitations", response={200: Done, **WRITES}, auth=MEMBERS)
def invite_supplier(request: HttpRequest, need_id: NeedId, sent: Inviting) -> Done:
    """Let a supplier read a need that is shown to invited organisations; twice is once."""
    do_invite(reader_of(request), need_id, sent.organisation)
    return Done()


@router.delete("/needs/{need_id}/invitations/{organisation_id}", response={200: Done, **WRITES}, auth=MEMBERS)
def uninvite_supplier(
    request: HttpRequest, need_id: NeedId, organisation_id: Annotated[Id, Path(...)]
) -> Done:
    """Take an invitation back."""
    do_uninvite(reader_of(request), need_id, organisation_id)
    return Done()


@router.get("/needs/{need_id}/chain", response={200: list[Link], **READS})
def read_chain(request: HttpRequest, need_id: NeedId) -> list[Link]:
    """Technology, product, integration, scenario: who could fill each link around the need."""
    reader = reader_of(request)
    found = access_need(reader, need_id)
    return [
        Link(
            name=link.name,
            here=link.here,
            count=link.count,
            offers=[
                OfferThere(id=o.pk, title=o.title, organisation=party(o.organisation)) for o in link.offers
            ],
        )
        for link in chain_of(reader, found, kind_of(found.kind, "need"))
    ]


@router.get("/needs/{need_id}/events", response={200: list[Happened], **READS}, auth=MEMBERS)
def list_need_events(request: HttpRequest, need_id: NeedId) -> list[Happened]:
    """Its timeline, for its own organisation and the operator; empty for others."""
    reader = reader_of(request)
    return own_timeline(reader, access_need(reader, need_id))


def _brief(reader: Reader, need: NeedRow) -> dict[str, Any]:
    return {
        **brief(need, owner_shown(reader, need)),
        "scenario": need.scenario,
        "field": need.field,
        "area": need.area and need.area.code,
    }


def _whole(reader: Reader, need: NeedRow) -> Need:
    own = reader.organisation_id == need.organisation_id
    invited = need.invitations.select_related("organisation") if own else []
    return Need(
        **_brief(reader, need),
        document=need.current.document if own and need.current else None,
        invited=[p for i in invited if (p := party(i.organisation)) is not None],
        moves=moves_now(reader, need, "need"),
    )
