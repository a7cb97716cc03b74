"""The match page of a need: which offers may answer it, with the reasons of every score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from robotplus.portal.core.content import sides_of
from robotplus.portal.core.kinded import reader_of
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import Kind, kind
from robotplus.portal.kinds.kind import Label
from robotplus.portal.matches.models import Match
from robotplus.portal.matches.reverse import do_match
from robotplus.portal.needs.access import access_need
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.access import listed, offers_for
from robotplus.portal.offers.models import Offer

SHOWN = 30


@dataclass(frozen=True)
class ShownReason:
    why: Label
    points: float
    of: float
    percent: int


@dataclass(frozen=True)
class ShownMatch:
    """``percent``: the score as a whole number. ``outdated``: the offer was revised since."""

    offer: Offer
    kind: Kind
    percent: int
    verdict: str
    reasons: tuple[ShownReason, ...]
    outdated: bool


def matches_for(reader: Reader, need: Need) -> list[ShownMatch]:
    """The matches that a reader may see: all of their own need's, of another's only those with their own offers.

    Offers that are no longer there for the reader are left out.
    """
    rows = Match.objects.filter(need_revision=need.current, offer_revision__isnull=False)
    if reader.organisation_id != need.organisation_id:
        rows = rows.filter(offer_revision__offer__organisation_id=reader.organisation_id or 0)
    rows = rows.select_related("offer_revision").order_by("-score", "offer_revision__offer_id")
    found = list(rows[:SHOWN])
    live = offers_for(reader).filter(listed())
    offers = live.in_bulk([m.offer_revision.offer_id for m in found if m.offer_revision is not None])
    return [_shown(m, offers) for m in found if m.offer_revision and m.offer_revision.offer_id in offers]


def _shown(match: Match, offers: dict[Any, Offer]) -> ShownMatch:
    assert match.offer_revision is not None  # as chosen above
    offer = offers[match.offer_revision.offer_id]
    return ShownMatch(
        offer,
        kind(offer.kind, "offer"),
        round(match.score),
        match.verdict,
        _reasons(match.reasons),
        offer.current_id != match.offer_revision_id,
    )


def _reasons(stored: Sequence[Any]) -> tuple[ShownReason, ...]:
    return tuple(
        ShownReason(Label(**r["why"]), r["points"], r["of"], round(100 * r["points"] / r["of"]))
        for r in stored
    )


@require_GET
def matches(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    need = access_need(reader, pk)
    own = "owner" in sides_of(reader, need.organisation_id)
    context = {
        "need": need,
        "kind": kind(need.kind, "need"),
        "matches": matches_for(reader, need),
        "own": own,
    }
    return render(request, "matches/matches.html", context)


@require_POST
def find(request: HttpRequest, pk: int) -> HttpResponse:
    """Look anew; for those who may edit the need."""
    do_match(access_need(reader_of(request), pk, edit=True))
    return redirect("need_matches", pk)
