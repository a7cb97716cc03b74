"""A need's matches: which offers may answer it, with the reasons of every score."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from robotplus.portal.api.callers import MEMBERS
from robotplus.portal.api.needs import NeedId
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Label, Party, label, party, reader_of
from robotplus.portal.matches.matched import ShownMatch, matches_for
from robotplus.portal.matches.reverse import do_match
from robotplus.portal.needs.access import access_need

router = Router(tags=["needs"], auth=MEMBERS)


class Reason(Schema):
    """``points`` of at most ``of``."""

    why: Label
    points: float
    of: float


class Match(Schema):
    """``score``: 0 to 100; ``verdict``: of a proof with the offered model, empty without one.

    ``outdated``: the offer was revised since.
    """

    offer: int
    kind: str
    title: str
    organisation: Party | None
    model: str | None
    score: int
    verdict: str
    outdated: bool
    reasons: list[Reason]


@router.get("/needs/{need_id}/matches", response={200: list[Match], **READS})
def list_matches(request: HttpRequest, need_id: NeedId) -> list[Match]:
    """The best first: all of one's own need, of another's need those with one's own offers."""
    reader = reader_of(request)
    return [_match(m) for m in matches_for(reader, access_need(reader, need_id))]


@router.post("/needs/{need_id}/matches", response={200: list[Match], **WRITES})
def find_matches(request: HttpRequest, need_id: NeedId) -> list[Match]:
    """Look anew; for those who may edit the need."""
    reader = reader_of(request)
    need = access_need(reader, need_id, edit=True)
    do_match(need)
    return [_match(m) for m in matches_for(reader, need)]


def _match(found: ShownMatch) -> Match:
    return Match(
        offer=found.offer.pk,
        kind=found.offer.kind,
        title=found.offer.title,
        organisation=party(found.offer.organisation),
        model=found.offer.model_id,
        score=found.percent,
        verdict=found.verdict,
        outdated=found.outdated,
        reasons=[Reason(why=label(r.why), points=r.points, of=r.of) for r in found.reasons],
    )
