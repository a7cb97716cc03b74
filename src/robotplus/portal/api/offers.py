"""Offers: list, create, revise, move, many at once."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import File, Form, Path, Query, Router, Schema
from ninja.files import UploadedFile
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
from robotplus.portal.api.shapes import Happened, Move, Moving, Visible, reader_of
from robotplus.portal.core.content import check_may_edit
from robotplus.portal.core.kinded import named_kind
from robotplus.portal.core.models import Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.offers.access import access_offer, listed, offers_for
from robotplus.portal.offers.actions import do_create_offer, do_move_offer, do_revise_offer
from robotplus.portal.offers.importing import do_import_offers
from robotplus.portal.offers.models import Offer as OfferRow
from robotplus.portal.offers.tables import MAX_ROWS, Row, read_table

router = Router(tags=["offers"], auth=ANYONE)
OfferId = Annotated[Id, Path(...)]


class OfferBrief(ContentBrief):
    model: str | None


class Offer(OfferBrief):
    """``moves``: what the caller may do with it now."""

    moves: list[Move]


class OffersWanted(ContentWanted):
    model: str = Field("", max_length=80)
    organisation: Id | None = None


class NewOffer(NewContent):
    """``values``: by the fields of the kind (``/api/kinds/offer``)."""

    visibility: Visible = "public"


class RevisedOffer(RevisedContent):
    visibility: Visible | None = None


class OneOffer(Sent):
    title: str = Field(max_length=200)
    values: dict[str, Any]


class ManyOffers(Sent):
    kind: str = Field(max_length=40)
    rows: list[OneOffer] = Field(min_length=1, max_length=MAX_ROWS)


class Imported(Schema):
    ids: list[int]


@router.get("/offers", response={200: Piece[OfferBrief], **READS})
def list_offers(request: HttpRequest, wanted: Annotated[OffersWanted, Query(...)]) -> Piece[OfferBrief]:
    """What is offered to everyone, newest first; or one's own."""
    reader = reader_of(request)
    public = listed() & Q(visibility=Visibility.PUBLIC)
    rows = wanted_rows(offers_for(reader), reader, wanted, public, ("model", "organisation"))
    found, after = piece(rows, wanted)
    return Piece(items=[OfferBrief(**_brief(o)) for o in found], next=after)


@router.post("/offers", response={201: Offer, **WRITES}, auth=MEMBERS)
@once
def create_offer(request: HttpRequest, sent: NewOffer) -> Offer:
    """A new draft."""
    reader = reader_of(request)
    return _whole(reader, do_create_offer(reader, **sent.model_dump()))


@router.post("/offers/rows", response={201: Imported, **WRITES}, auth=MEMBERS)
@once
def create_offers(request: HttpRequest, sent: ManyOffers) -> Imported:
    """Many drafts of a kind, all or none; ``problems`` by row (the first is 1) and field."""
    rows = [Row(number, row.title, row.values) for number, row in enumerate(sent.rows, start=1)]
    kind = named_kind(sent.kind, "offer")
    return Imported(ids=[o.pk for o in do_import_offers(reader_of(request), kind.id, rows)])


@router.post("/offers/table", response={201: Imported, **WRITES}, auth=MEMBERS)
@once
def import_offers(
    request: HttpRequest, kind: Annotated[str, Form(max_length=40)], file: Annotated[UploadedFile, File(...)]
) -> Imported:
    """A table (CSV, XLSX or JSON) of offers of a kind, all or none."""
    check_may_edit(reader_of(request))
    of = named_kind(kind, "offer")
    made = do_import_offers(reader_of(request), of.id, read_table(file, of))
    return Imported(ids=[o.pk for o in made])


@router.get("/offers/{offer_id}", response={200: Offer, **READS})
def read_offer(request: HttpRequest, offer_id: OfferId) -> Offer:
    """One offer."""
    reader = reader_of(request)
    return _whole(reader, access_offer(reader, offer_id))


@router.put("/offers/{offer_id}", response={200: Offer, **WRITES}, auth=MEMBERS)
def revise_offer(request: HttpRequest, offer_id: OfferId, sent: RevisedOffer) -> Offer:
    """The next revision."""
    reader = reader_of(request)
    return _whole(reader, do_revise_offer(reader, offer_id, **sent.model_dump()))


@router.post("/offers/{offer_id}/moves", response={200: Offer, **WRITES}, auth=MEMBERS)
def move_offer(request: HttpRequest, offer_id: OfferId, sent: Moving) -> Offer:
    """One move along the state table of its kind."""
    reader = reader_of(request)
    return _whole(reader, do_move_offer(reader, offer_id, sent.move, reason=sent.reason))


@router.get("/offers/{offer_id}/events", response={200: list[Happened], **READS}, auth=MEMBERS)
def list_offer_events(request: HttpRequest, offer_id: OfferId) -> list[Happened]:
    """Its timeline, for its own organisation and the operator; empty for others."""
    reader = reader_of(request)
    return own_timeline(reader, access_offer(reader, offer_id))


def _brief(offer: OfferRow) -> dict[str, Any]:
    return {**brief(offer, offer.organisation), "model": offer.model_id}


def _whole(reader: Reader, offer: OfferRow) -> Offer:
    return Offer(**_brief(offer), moves=moves_now(reader, offer, "offer"))
