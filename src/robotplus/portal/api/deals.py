"""Deals: inquire, quote, move, say, accept, settle, review. Only the two parties see one."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import File, Path, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import MEMBERS
from robotplus.portal.api.once import once
from robotplus.portal.api.paging import Cursor, Id, Piece, piece
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Happened, Move, Moving, Party, moves, party, reader_of, timeline
from robotplus.portal.core.events import events_of
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.access import access_deal, deal_sides, deals_for
from robotplus.portal.deals.actions.accepting import acceptance_list, do_record_acceptance
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.actions.moving import do_move_deal
from robotplus.portal.deals.actions.quoting import do_quote
from robotplus.portal.deals.actions.reviewing import do_reply, do_review
from robotplus.portal.deals.actions.settling import do_confirm_amount, do_show_contract
from robotplus.portal.deals.actions.talking import do_say
from robotplus.portal.deals.models import Deal as DealRow
from robotplus.portal.deals.models import LedgerLine, Message, Quotation, Review

router = Router(tags=["deals"], auth=MEMBERS)
DealId = Annotated[Id, Path(...)]


class DealBrief(Schema):
    id: int
    kind: str
    title: str
    buyer: Party | None
    seller: Party | None
    state: str
    route: str
    field: str
    area: str | None
    created_at: dt.datetime
    updated_at: dt.datetime


class Quoted(Schema):
    number: int
    sha256: str
    values: dict[str, Any]
    valid_until: dt.date
    at: dt.datetime


class Said(Schema):
    id: int
    organisation: int | None
    text: str
    at: dt.datetime


class Amount(Schema):
    """``basis``: one side declared it, both confirmed it, or the operator saw the contract."""

    id: int
    kind: str
    amount: Decimal
    currency: str
    basis: str
    declared_by: int | None


class Claimed(Schema):
    """A line of the acceptance list: promised within (low, high) in ``unit``, and what was measured."""

    claim: str
    unit: str
    promised: list[float]
    measured: float | None
    met: bool | None


class Reviewed(Schema):
    stars: int
    text: str
    reply: str


class Deal(DealBrief):
    quotations: list[Quoted]
    messages: list[Said]
    amounts: list[Amount]
    acceptance: list[Claimed]
    review: Reviewed | None
    moves: list[Move]


class DealsWanted(Cursor):
    side: Literal["", "buyer", "seller"] = ""


class Inquiry(Sent):
    """About an ``offer``, or to a ``seller`` about one's own ``need``."""

    kind: str = Field("purchase", max_length=40)
    text: str = Field("", max_length=5000)
    offer: Id | None = None
    seller: Id | None = None
    need: Id | None = None
    route: Literal["own", "government", "tender"] = "own"


class Quote(Sent):
    values: dict[str, Any]
    valid_until: dt.date = Field(strict=False)


class Words(Sent):
    text: str = Field(min_length=1, max_length=5000)


class Measured(Sent):
    met: Literal["yes", "no"]
    measured: str = Field("", max_length=40)


class Acceptance(Sent):
    claims: dict[str, Measured]


class Stars(Sent):
    stars: int = Field(ge=1, le=5)
    text: str = Field("", max_length=2000)


class Reply(Sent):
    text: str = Field(min_length=1, max_length=2000)


@router.get("/deals", response={200: Piece[DealBrief], **READS})
def list_deals(request: HttpRequest, wanted: Annotated[DealsWanted, Query(...)]) -> Piece[DealBrief]:
    """What the caller's organisation buys and sells, newest first."""
    reader = reader_of(request)
    rows = deals_for(reader)
    if wanted.side:
        rows = rows.filter(**{f"{wanted.side}_id": reader.organisation_id})
    found, after = piece(rows, wanted)
    return Piece(items=[DealBrief(**_brief(d)) for d in found], next=after)


@router.post("/deals", response={201: Deal, **WRITES})
@once
def inquire(request: HttpRequest, sent: Inquiry) -> Deal:
    """Ask a supplier."""
    reader = reader_of(request)
    made = do_inquire(
        reader,
        kind=sent.kind,
        text=sent.text,
        key=uuid.uuid4(),
        offer_id=sent.offer,
        seller_id=sent.seller,
        need_id=sent.need,
        route=sent.route,
    )
    return _whole(reader, made)


@router.get("/deals/{deal_id}", response={200: Deal, **READS})
def read_deal(request: HttpRequest, deal_id: DealId) -> Deal:
    """One deal with its quotations, messages, amounts and acceptance list."""
    reader = reader_of(request)
    return _whole(reader, access_deal(reader, deal_id))


@router.get("/deals/{deal_id}/events", response={200: list[Happened], **READS})
def list_deal_events(request: HttpRequest, deal_id: DealId) -> list[Happened]:
    """Its timeline."""
    found = access_deal(reader_of(request), deal_id)
    return timeline(list(events_of(found).order_by("-id")[:200]))


@router.post("/deals/{deal_id}/quotations", response={201: Quoted, **WRITES})
@once
def quote(request: HttpRequest, deal_id: DealId, sent: Quote) -> Quoted:
    """The seller's next quotation; ``values`` by the fields of the deal's kind."""
    made = do_quote(reader_of(request), deal_id, values=sent.values, valid_until=sent.valid_until)
    return _quoted(made)


@router.post("/deals/{deal_id}/moves", response={200: Deal, **WRITES})
def move_deal(request: HttpRequest, deal_id: DealId, sent: Moving) -> Deal:
    """One move along the state table of its kind."""
    reader = reader_of(request)
    return _whole(reader, do_move_deal(reader, deal_id, sent.move, reason=sent.reason))


@router.post("/deals/{deal_id}/messages", response={201: Said, **WRITES})
@once
def say(request: HttpRequest, deal_id: DealId, sent: Words) -> Said:
    """Say something to the other side."""
    return _said(do_say(reader_of(request), deal_id, text=sent.text, key=uuid.uuid4()))


@router.post("/deals/{deal_id}/files", response={201: Said, **WRITES})
@once
def send_file(request: HttpRequest, deal_id: DealId, file: Annotated[UploadedFile, File(...)]) -> Said:
    """Send a file to the other side, as a message."""
    return _said(do_say(reader_of(request), deal_id, text="", key=uuid.uuid4(), files=[file]))


@router.put("/deals/{deal_id}/acceptance", response={200: Deal, **WRITES})
def record_acceptance(request: HttpRequest, deal_id: DealId, sent: Acceptance) -> Deal:
    """The buyer records what was measured, claim by claim."""
    reader = reader_of(request)
    given = {claim: one.model_dump() for claim, one in sent.claims.items()}
    return _whole(reader, do_record_acceptance(reader, deal_id, given))


@router.post("/deals/{deal_id}/amounts/{line_id}/confirmation", response={200: Amount, **WRITES})
def confirm_amount(request: HttpRequest, deal_id: DealId, line_id: Annotated[Id, Path(...)]) -> Amount:
    """Agree with an amount that the other side declared."""
    return amount_of(do_confirm_amount(reader_of(request), deal_id, line_id))


@router.post("/deals/{deal_id}/amounts/{line_id}/contract", response={201: Amount, **WRITES})
@once
def show_contract(
    request: HttpRequest,
    deal_id: DealId,
    line_id: Annotated[Id, Path(...)],
    file: Annotated[UploadedFile, File(...)],
) -> Amount:
    """Hand in the contract behind an amount; the operator looks at it."""
    return amount_of(do_show_contract(reader_of(request), deal_id, line_id, file))


@router.post("/deals/{deal_id}/review", response={201: Reviewed, **WRITES})
@once
def review_deal(request: HttpRequest, deal_id: DealId, sent: Stars) -> Reviewed:
    """The buyer's one review, once the deal is done."""
    return _reviewed(do_review(reader_of(request), deal_id, stars=sent.stars, text=sent.text))


@router.put("/deals/{deal_id}/review/reply", response={200: Reviewed, **WRITES})
def reply_to_review(request: HttpRequest, deal_id: DealId, sent: Reply) -> Reviewed:
    """The seller's one reply."""
    return _reviewed(do_reply(reader_of(request), deal_id, text=sent.text))


def _brief(deal: DealRow) -> dict[str, Any]:
    return {
        "id": deal.pk,
        "kind": deal.kind,
        "title": deal.title,
        "buyer": party(deal.buyer),
        "seller": party(deal.seller),
        "state": deal.state,
        "route": deal.route,
        "field": deal.field,
        "area": None if deal.area is None else deal.area.code,
        "created_at": deal.created_at,
        "updated_at": deal.updated_at,
    }


def _whole(reader: Reader, deal: DealRow) -> Deal:
    review = Review.objects.filter(deal=deal).first()
    return Deal(
        **_brief(deal),
        quotations=[_quoted(q) for q in deal.quotations.order_by("number")],
        messages=[_said(m) for m in deal.messages.order_by("pk")],
        amounts=[amount_of(line) for line in deal.ledger.order_by("pk")],
        acceptance=[
            Claimed(claim=x.claim, unit=x.unit, promised=list(x.promised), measured=x.measured, met=x.met)
            for x in acceptance_list(deal)
        ],
        review=None if review is None else _reviewed(review),
        moves=moves(deal.kind, "deal", deal.state, deal_sides(reader, deal), None),
    )


def _quoted(q: Quotation) -> Quoted:
    return Quoted(number=q.number, sha256=q.sha256, values=q.values, valid_until=q.valid_until, at=q.at)


def _said(m: Message) -> Said:
    return Said(id=m.pk, organisation=m.organisation_id, text=m.text, at=m.at)


def amount_of(line: LedgerLine) -> Amount:
    return Amount(
        id=line.pk,
        kind=line.kind,
        amount=Decimal(line.amount),
        currency=line.currency,
        basis=line.basis,
        declared_by=line.declared_by_id,
    )


def _reviewed(review: Review) -> Reviewed:
    return Reviewed(stars=review.stars, text=review.text, reply=review.reply)
