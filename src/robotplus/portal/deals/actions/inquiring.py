"""A deal begins with an inquiry about an offer, or to an organisation about a need."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.content import check_may_edit
from robotplus.portal.core.errors import AbsentError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.models import Deal, Message, OutcomeQuestion
from robotplus.portal.deals.notices import tell_other_side
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.matches.models import Answer
from robotplus.portal.needs.access import access_need
from robotplus.portal.offers.access import access_offer
from robotplus.portal.parties.access import access_organisation
from robotplus.portal.parties.models import Organisation

ASKED_AFTER_DAYS = (30, 90)


@transaction.atomic
def do_inquire(
    reader: Reader,
    *,
    kind: str,
    text: str,
    key: uuid.UUID,
    offer_id: int | None = None,
    seller_id: int | None = None,
    need_id: int | None = None,
    answer: Answer | None = None,
    certificate: Certificate | None = None,
    route: str = Deal.Route.OWN,
) -> Deal:
    """Ask a supplier: about an offer of theirs, or about one's own need. The same ``key`` makes one deal.

    The deal names the revisions of offer and need as they are now, and the field and district of the need.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    buyer = check_may_edit(reader)
    of = kind_of(kind, "deal")
    if route not in Deal.Route.values:
        raise RefusedError(_("unknown route"), field="route")
    if (earlier := Message.objects.filter(key=key, organisation=reader.organisation).first()) is not None:
        return earlier.deal
    offer = None if offer_id is None else access_offer(reader, offer_id)
    need = None if need_id is None else access_need(reader, need_id, edit=True)
    if offer is None and seller_id is None:
        raise RefusedError(_("name an offer or a supplier"), field="seller")
    seller = offer.organisation if offer is not None else access_organisation(reader, int(seller_id or 0))
    if seller.state != Organisation.State.APPROVED:
        raise AbsentError(_("no such organisation"))
    if seller.pk == reader.organisation_id:
        raise RefusedError(_("this is your own organisation"), field="seller")
    if seller.is_example != buyer.is_example:
        raise RefusedError(_("an invented example trades with other examples alone"), field="seller")
    title = (offer.title if offer is not None else need.title if need is not None else seller.name_zh)[:160]
    deal = Deal.objects.create(
        kind=kind,
        buyer=buyer,
        seller=seller,
        need_revision=None if need is None else need.current,
        offer_revision=None if offer is None else offer.current,
        answer=answer,
        certificate=certificate,
        title=title,
        field=need.field if need is not None else "",
        area=need.area if need is not None else None,
        route=route,
        state=of.initial,
    )
    if text.strip():
        Message.objects.create(deal=deal, organisation=buyer, author=reader.user, text=text.strip(), key=key)
    today = timezone.localdate()
    OutcomeQuestion.objects.bulk_create(
        OutcomeQuestion(deal=deal, days=days, due=today + dt.timedelta(days=days))
        for days in ASKED_AFTER_DAYS
    )
    tell_other_side(reader, deal, "deal.inquire")
    log_event(reader, "deal.inquire", deal, seller=seller.pk, offer=offer_id, need=need_id)
    return deal
