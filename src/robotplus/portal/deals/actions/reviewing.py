"""The buyer's review after acceptance, and the seller's one reply."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import ConflictError, ForbiddenError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.access import access_deal, deal_sides
from robotplus.portal.deals.models import Review
from robotplus.portal.deals.notices import tell_other_side
from robotplus.portal.kinds import kind as kind_of

MAX_TEXT = 2000


@transaction.atomic
def do_review(reader: Reader, pk: int, *, stars: int, text: str) -> Review:
    """One review a deal, once it is done.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    deal = access_deal(reader, pk, edit=True, lock=True)
    if "owner" not in deal_sides(reader, deal):
        raise ForbiddenError(_("the buyer reviews the deal"))
    state = kind_of(deal.kind, "deal").state(deal.state)
    if not (state.final and state.agreed):
        raise RefusedError(_("a deal is reviewed after acceptance"))
    if not 1 <= stars <= 5:
        raise RefusedError(_("one to five stars"), field="stars")
    if len(text) > MAX_TEXT:
        raise RefusedError(_("at most %(limit)d characters") % {"limit": MAX_TEXT}, field="text")
    if Review.objects.filter(deal=deal).exists():
        raise ConflictError(_("this deal is reviewed already"))
    review = Review.objects.create(deal=deal, stars=stars, text=text.strip())
    log_event(reader, "deal.review", deal, stars=stars)
    tell_other_side(reader, deal, "deal.review")
    return review


@transaction.atomic
def do_reply(reader: Reader, pk: int, *, text: str) -> Review:
    """The seller answers a review, once.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    deal = access_deal(reader, pk, edit=True, lock=True)
    if "counterpart" not in deal_sides(reader, deal):
        raise ForbiddenError(_("the seller replies to a review"))
    if not 0 < len(text.strip()) <= MAX_TEXT:
        raise RefusedError(_("at most %(limit)d characters") % {"limit": MAX_TEXT}, field="text")
    if not Review.objects.filter(deal=deal, reply="").update(reply=text.strip()):
        raise ConflictError(_("there is no review to reply to, or it has its reply"))
    log_event(reader, "deal.reply", deal)
    tell_other_side(reader, deal, "deal.reply")
    return Review.objects.get(deal=deal)
