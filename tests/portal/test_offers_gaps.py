"""The daily digest: open needs that one's offers can answer, and what is missing in one's own offers and models."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from answered import small_catalogue, work_off
from conftest import Cast
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from robotplus.hashing import digest
from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.catalogue.models import Model
from robotplus.portal.needs.actions import do_create_need, do_move_need
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.portal.offers.gaps import counted, gaps_of
from robotplus.portal.offers.models import Offer
from robotplus.portal.offers.noting import AGAIN_DAYS, do_note_gaps
from robotplus.portal.parties.models import Notice, Organisation

pytestmark = pytest.mark.django_db
TODAY = dt.date(2099, 3, 2)
PRICE = {
    "amount": "9",
    "currency": "CNY",
    "tax_included": True,
    "tax_rate": "0.06",
    "basis": "unit",
    "scope": ["body"],
}


def publish(cast: Cast, kind: str, title: str, /, **values: Any) -> Offer:
    seller = cast.reader("seller")
    made = do_create_offer(seller, kind=kind, title=title, values=values)
    do_move_offer(seller, made.pk, "submit")
    return do_move_offer(cast.reader("operator"), made.pk, "publish")


def seller_of(cast: Cast) -> Organisation:
    found = cast.reader("seller").organisation
    assert found is not None
    return found


def policy(cast: Cast, until: dt.date) -> Offer:
    facts = {"document_number": "1", "issuer": "x", "summary": "x", "valid_until": until.isoformat()}
    return publish(cast, "policy", "补贴", **facts)


def said(cast: Cast, today: dt.date = TODAY) -> list[tuple[str, str]]:
    return [(g.kind, g.about) for g in gaps_of(seller_of(cast), today)]


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """The clock of the portal, which a test may turn on."""
    now = [dt.datetime(2099, 3, 2, 1, tzinfo=dt.UTC)]
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    return now


def test_a_whole_offer_lacks_nothing(cast: Cast) -> None:
    publish(cast, "service", "集成", service=["integration"], price=PRICE, service_areas=["500106"])
    assert said(cast) == []
    assert do_note_gaps(TODAY) == 0 and not Notice.objects.filter(verb="offer.gaps").exists()


def test_facts_that_buyers_ask_for_are_named(cast: Cast) -> None:
    publish(cast, "service", "集成", service=["integration"])
    drafted = do_create_offer(cast.reader("seller"), kind="service", title="草稿", values={})
    assert said(cast) == [("fact", "集成"), ("fact", "集成")]
    texts = " ".join(g.text for g in gaps_of(seller_of(cast), TODAY))
    assert "价格" in texts and drafted.title not in texts


@pytest.mark.parametrize(("days", "kinds"), [(-1, {"date"}), (0, {"date"}), (14, {"date"}), (15, set())])
def test_dates_are_named_a_fortnight_before(cast: Cast, days: int, kinds: set[str]) -> None:
    policy(cast, TODAY + dt.timedelta(days=days))
    assert {k for k, _about in said(cast)} == kinds


def test_an_offer_that_nobody_looks_at_is_asked_about(cast: Cast, frozen: list[dt.datetime]) -> None:
    policy(cast, dt.date(2110, 1, 1))
    assert said(cast, TODAY + dt.timedelta(days=179)) == []
    assert said(cast, TODAY + dt.timedelta(days=180)) == [("stale", "补贴")]


def test_figures_that_proofs_wait_for(cast: Cast) -> None:
    do_load_catalogue(small_catalogue())
    model = Model.objects.select_related("current").first()
    assert model is not None and model.current is not None
    publish(cast, "lease", "租赁", model=model.pk, price=PRICE, lead_time_d=3, service_areas=["500106"])
    before = [k for k, _about in said(cast)]
    document = {**model.current.values, "ratings": {**model.current.values["ratings"], "payload_kg": None}}
    model.current = model.revisions.create(
        number=99, values=document, kind_version=1, sha256=digest(document)
    )
    model.save()
    assert [k for k, _about in said(cast)].count("figure") == 1
    assert before.count("figure") in (0, 1)
    (gap,) = [g for g in gaps_of(seller_of(cast), TODAY) if g.kind == "figure"]
    assert "负载" in gap.text and gap.href.endswith(f"/{model.pk}/")
    assert counted(gaps_of(seller_of(cast), TODAY))["figure"] == 1


def test_the_same_is_told_again_only_after_a_while(cast: Cast, frozen: list[dt.datetime]) -> None:
    publish(cast, "service", "集成", service=["integration"])
    days = []
    for day in range(AGAIN_DAYS + 2):
        frozen[0] = dt.datetime(2099, 3, 2, 1, tzinfo=dt.UTC) + dt.timedelta(days=day)
        if do_note_gaps():
            days.append(day)
        if day == 3:  # something new is told at once
            policy(cast, dt.date(2099, 3, 9))
    assert days == [0, 4]
    frozen[0] += dt.timedelta(days=AGAIN_DAYS)
    assert do_note_gaps() == 1
    Organisation.objects.update(is_example=True)
    frozen[0] += dt.timedelta(days=AGAIN_DAYS)
    assert do_note_gaps() == 0


def test_the_digest_tells_of_open_needs_and_of_gaps_in_one_message(cast: Cast) -> None:
    publish(cast, "technology", "柔性抓取", topic="柔性物体抓取")
    policy(cast, dt.date(2099, 3, 8))
    buyer = cast.reader("buyer")
    values = {"topic": "柔性物体抓取", "problem": "x", "targets": "99 %"}
    need = do_create_need(
        buyer, kind="technology_challenge", title="面料抓取难题", values=values, visibility="public"
    )
    do_move_need(buyer, need.pk, "submit")
    do_move_need(cast.reader("operator"), need.pk, "publish")
    work_off()
    call_command("digest")
    (message,) = [m for m in mail.outbox if m.to == [cast.seller.email]]
    assert "面料抓取难题" in message.body and "日期将至" in message.body and "/offers/mine/" in message.body
    call_command("digest")
    assert len([m for m in mail.outbox if m.to == [cast.seller.email]]) == 1
    page = cast.client("seller").get("/offers/mine/").content.decode()
    assert "2099-03-08" in page and "有待完善" in page
