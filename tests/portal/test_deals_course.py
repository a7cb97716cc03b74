"""A deal from inquiry to acceptance: who sees it, who may do what, and that nothing happens twice."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from conftest import ROLES, Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from robotplus.portal.core.documents import access_document
from robotplus.portal.core.errors import AbsentError, ConflictError, ForbiddenError, RefusedError
from robotplus.portal.core.events import events_of
from robotplus.portal.deals.access import access_ledger_line, deals_for
from robotplus.portal.deals.actions.following import do_ask_outcomes, outcome_token
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.actions.moving import do_move_deal
from robotplus.portal.deals.actions.quoting import do_quote
from robotplus.portal.deals.actions.reviewing import do_reply, do_review
from robotplus.portal.deals.actions.settling import do_confirm_amount, do_see_contract, do_show_contract
from robotplus.portal.deals.models import Deal, OutcomeQuestion
from robotplus.portal.matches.catalogue import built_in
from robotplus.portal.matches.documents import scenario_document
from robotplus.portal.needs.actions import do_create_need
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.scenarios.library import get_scenario

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


def finished(cast: Cast, deal: Deal) -> Deal:
    do_quote(cast.reader("seller"), deal.pk, values=QUOTE, valid_until=in_days(9))
    for role, move in (
        ("buyer", "accept"),
        ("seller", "deliver"),
        ("seller", "hand_over"),
        ("buyer", "approve"),
    ):
        deal = do_move_deal(cast.reader(role), deal.pk, move)
    return deal


def test_amounts_are_declared_confirmed_and_seen(cast: Cast, deal: Deal) -> None:
    deal = finished(cast, deal)
    line = deal.ledger.get()
    with pytest.raises(ForbiddenError):
        do_confirm_amount(cast.reader("buyer"), deal.pk, line.pk)
    assert do_confirm_amount(cast.reader("seller"), deal.pk, line.pk).basis == "confirmed"
    with pytest.raises(ConflictError):
        do_confirm_amount(cast.reader("seller"), deal.pk, line.pk)
    with pytest.raises(AbsentError):
        access_ledger_line(cast.reader("operator"), line.pk)
    upload = SimpleUploadedFile("合同.pdf", b"%PDF-1.4\n%%EOF\n")
    do_show_contract(cast.reader("seller"), deal.pk, line.pk, upload)
    assert access_document(
        cast.reader("operator"), access_ledger_line(cast.reader("operator"), line.pk).document_id
    )
    with pytest.raises(AbsentError):
        access_ledger_line(cast.reader("rival"), line.pk)
    with pytest.raises(ForbiddenError):
        do_see_contract(cast.reader("seller"), line.pk)
    assert do_see_contract(cast.reader("operator"), line.pk).basis == "contract"


def test_one_review_and_one_reply(cast: Cast, deal: Deal) -> None:
    with pytest.raises(RefusedError):
        do_review(cast.reader("buyer"), deal.pk, stars=5, text="")
    deal = finished(cast, deal)
    with pytest.raises(ForbiddenError):
        do_review(cast.reader("seller"), deal.pk, stars=5, text="")
    do_review(cast.reader("buyer"), deal.pk, stars=4, text="按期")
    with pytest.raises(ConflictError):
        do_review(cast.reader("buyer"), deal.pk, stars=5, text="")
    assert do_reply(cast.reader("seller"), deal.pk, text="谢谢").reply == "谢谢"
    with pytest.raises(ConflictError):
        do_reply(cast.reader("seller"), deal.pk, text="再谢")


def test_outcomes_are_asked_once_and_answered_once(cast: Cast, deal: Deal) -> None:
    assert do_ask_outcomes() == 0
    OutcomeQuestion.objects.filter(days=30).update(due=in_days(0))
    assert (do_ask_outcomes(), do_ask_outcomes()) == (1, 0)
    question = OutcomeQuestion.objects.get(days=30)
    at = f"/outcome/{outcome_token(question)}/"
    visitor = cast.client("visitor")
    assert visitor.get(at).status_code == 200
    assert OutcomeQuestion.objects.get(pk=question.pk).answer == ""
    assert visitor.post(at, {"answer": "given_up"}).status_code == 422
    assert visitor.post(at, {"answer": "signed_elsewhere"}).status_code == 200
    assert OutcomeQuestion.objects.get(pk=question.pk).answer == "signed_elsewhere"
    assert visitor.post(at, {"answer": "signed"}).status_code == 409
    assert visitor.get("/outcome/nonsense/").status_code == 404


def test_a_deal_over_its_pages(cast: Cast, deal: Deal) -> None:
    at, seller, buyer = f"/deals/{deal.pk}/", cast.client("seller"), cast.client("buyer")
    assert cast.client("rival").get(at).status_code == 404
    given = {"price.amount": "100000", "price.currency": "CNY", "price.basis": "unit", "lead_time_d": "45天"}
    assert seller.post(f"{at}quote/", {**given, "valid_until": "bald"}).status_code == 422
    assert seller.post(f"{at}quote/", {**given, "valid_until": in_days(20).isoformat()}).status_code == 302
    said = {"text": "<script>alert(1)</script>", "key": str(uuid.uuid4())}
    for _ in range(2):
        upload = SimpleUploadedFile("图.pdf", b"%PDF-1.4\n%%EOF\n")
        assert buyer.post(f"{at}say/", {**said, "files": upload}).status_code == 302
    page = seller.get(at).content.decode()
    assert page.count("图.pdf") == 1 and "<script>alert" not in page and "100,000" in page
    assert buyer.post(f"{at}move/", {"move": "accept"}).status_code == 302
    assert "已接受" in buyer.get("/deals/").content.decode()
    assert buyer.post(f"{at}move/", {"move": "approve"}).status_code == 422


def test_an_inquiry_from_an_offers_page(cast: Cast) -> None:
    offer = do_create_offer(
        cast.reader("seller"), kind="service", title="焊接集成", values={"service": ["integration"]}
    )
    do_move_offer(cast.reader("seller"), offer.pk, "submit")
    do_move_offer(cast.reader("operator"), offer.pk, "publish")
    client = cast.client("buyer")
    assert client.get(f"/deals/new/?offer={offer.pk}").status_code == 200
    given = {
        "offer": offer.pk,
        "kind": "purchase",
        "text": "请报价",
        "key": str(uuid.uuid4()),
        "route": "tender",
    }
    assert client.post("/deals/new/", given).status_code == 302
    deal = Deal.objects.get()
    assert (deal.route, deal.offer_revision.offer_id, deal.seller_id) == (
        "tender",
        offer.pk,
        offer.organisation_id,
    )
    assert cast.client("seller").post("/deals/new/", given).status_code == 422  # oneself
    assert cast.client("visitor").get(f"/deals/new/?offer={offer.pk}").status_code == 403


def test_the_parameter_sheet_names_no_maker(cast: Cast) -> None:
    document = scenario_document(get_scenario("arc_welding"), {})
    need = do_create_need(
        cast.reader("buyer"),
        kind="application",
        title="弧焊",
        values={},
        scenario="arc_welding",
        document=document,
    )
    seller = cast.reader("seller").organisation_id
    deal = do_inquire(
        cast.reader("buyer"),
        kind="purchase",
        text="",
        key=uuid.uuid4(),
        seller_id=seller,
        need_id=need.pk,
        route="tender",
    )
    sheet = cast.client("buyer").get(f"/deals/{deal.pk}/parameters.csv").content.decode("utf-8-sig")
    assert not any(robot.maker in sheet for robot in built_in().values())
    payload, together = sheet.splitlines()[1], sheet.splitlines()[-1]
    assert 1 < int(payload.split(",")[2]) < 36 and int(together.split(",")[3]) <= int(payload.split(",")[3])
    assert cast.client("rival").get(f"/deals/{deal.pk}/parameters.csv").status_code == 404
