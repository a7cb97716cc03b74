"""A deal from inquiry to acceptance: who sees it, who may do what, and that nothing happens twice."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from conftest import ROLES, Cast
from django.utils import timezone

from robotplus.portal.core.errors import AbsentError, ForbiddenError, RefusedError
from robotplus.portal.core.events import events_of
from robotplus.portal.deals.access import deals_for
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.actions.moving import do_move_deal
from robotplus.portal.deals.actions.quoting import do_quote
from robotplus.portal.deals.models import Deal
from robotplus.portal.needs.actions import do_create_need

pytestmark = pytest.mark.django_db

PRICE = {
    "amount": "398000",
    "currency": "CNY",
    "tax_included": True,
    "tax_rate": "0.13",
    "basis": "unit",
    "scope": ["body"],
}
QUOTE: dict[str, Any] = {"price": PRICE, "lead_time_d": "45天"}


@pytest.fixture
def deal(cast: Cast) -> Deal:
    buyer = cast.reader("buyer")
    need = do_create_need(
        buyer, kind="application", title="弧焊", values={"area": "500106"}, scenario="arc_welding"
    )
    seller = cast.reader("seller").organisation_id
    return do_inquire(
        buyer, kind="purchase", text="请报价", key=uuid.uuid4(), seller_id=seller, need_id=need.pk
    )


def in_days(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def test_only_the_two_parties_know_of_a_deal(cast: Cast, deal: Deal) -> None:
    seen = {role for role in ROLES if deals_for(cast.reader(role)).filter(pk=deal.pk).exists()}
    assert seen == {"buyer", "buyer_viewer", "seller"}
    with pytest.raises(AbsentError):
        do_quote(cast.reader("rival"), deal.pk, values=QUOTE, valid_until=in_days(9))
    with pytest.raises(ForbiddenError):
        do_move_deal(cast.reader("buyer_viewer"), deal.pk, "decline", reason="no")
    assert (deal.field, deal.area.code, deal.need_revision.number) == ("manufacturing", "500106", 1)


def test_an_inquiry_sent_twice_is_one_deal(cast: Cast) -> None:
    key, seller = uuid.uuid4(), cast.reader("seller").organisation_id
    pair = [
        do_inquire(cast.reader("buyer"), kind="purchase", text="?", key=key, seller_id=seller) for _ in "ab"
    ]
    assert pair[0] == pair[1] and Deal.objects.count() == 1


def test_from_inquiry_to_acceptance(cast: Cast, deal: Deal) -> None:
    buyer, seller = cast.reader("buyer"), cast.reader("seller")
    with pytest.raises(RefusedError):
        do_move_deal(buyer, deal.pk, "accept")
    with pytest.raises(RefusedError):
        do_quote(buyer, deal.pk, values=QUOTE, valid_until=in_days(9))
    do_quote(seller, deal.pk, values=QUOTE, valid_until=in_days(9))
    second = do_quote(seller, deal.pk, values={**QUOTE, "lead_time_d": 30}, valid_until=in_days(9))
    assert second.number == 2 and second.values["lead_time_d"] == 30
    do_move_deal(buyer, deal.pk, "accept")
    line = deal.ledger.get()
    assert (str(line.amount), line.basis, line.declared_by) == ("398000.00", "declared", buyer.organisation)
    for reader, move in ((seller, "deliver"), (seller, "hand_over"), (buyer, "approve")):
        deal = do_move_deal(reader, deal.pk, move)
    assert deal.state == "done"
    with pytest.raises(RefusedError):
        do_move_deal(buyer, deal.pk, "cancel", reason="late")
    verbs = [e.verb for e in events_of(deal)]
    assert verbs[0] == "deal.inquire" and verbs[-1] == "deal.approve" and verbs.count("deal.quotation") == 2


def test_an_expired_quotation_cannot_be_accepted(cast: Cast, deal: Deal) -> None:
    with pytest.raises(RefusedError):
        do_quote(cast.reader("seller"), deal.pk, values=QUOTE, valid_until=in_days(-1))
    do_quote(cast.reader("seller"), deal.pk, values=QUOTE, valid_until=in_days(0))
    later = in_days(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("robotplus.portal.deals.actions.moving.timezone.localdate", lambda: later)
        with pytest.raises(RefusedError):
            do_move_deal(cast.reader("buyer"), deal.pk, "accept")
    assert Deal.objects.get(pk=deal.pk).state == "quoted"


def test_declining_needs_a_reason_that_the_other_side_reads(cast: Cast, deal: Deal) -> None:
    with pytest.raises(RefusedError):
        do_move_deal(cast.reader("seller"), deal.pk, "decline")
    do_move_deal(cast.reader("seller"), deal.pk, "decline", reason="产能已满")
    assert deal.messages.order_by("-pk").first().text == "产能已满"
