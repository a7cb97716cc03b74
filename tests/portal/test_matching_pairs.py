"""Matches kept of a need and found for a new offer: who sees them, who is told, what a proof decides."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Cast

from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.jobs import leases, results
from robotplus.portal.jobs.handlers import Work, handler
from robotplus.portal.jobs.models import Job
from robotplus.portal.matches.documents import scenario_document
from robotplus.portal.matches.matched import matches_for
from robotplus.portal.matches.models import Match
from robotplus.portal.matches.pairing import needs_for_offer, offers_for_need
from robotplus.portal.matches.reverse import do_match
from robotplus.portal.needs.actions import do_create_need, do_move_need
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.portal.offers.models import Featuring, Offer
from robotplus.portal.parties.models import Notice
from robotplus.portal.search.rarity import forget
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.scenarios.library import get_scenario

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    forget()


def loan(cast: Cast, title: str, who: str = "seller", **values: Any) -> Offer:
    return published(cast, "finance", title, who, product="loan", **values)


def published(cast: Cast, kind: str, title: str, who: str = "seller", **values: Any) -> Offer:
    offer = do_create_offer(cast.reader(who), kind=kind, title=title, values=values)
    do_move_offer(cast.reader(who), offer.pk, "submit")
    return do_move_offer(cast.reader("operator"), offer.pk, "publish")


def opened(cast: Cast, kind: str, title: str, **more: Any) -> Need:
    need = do_create_need(cast.reader("buyer"), kind=kind, title=title, visibility="public", **more)
    do_move_need(cast.reader("buyer"), need.pk, "submit")
    return do_move_need(cast.reader("operator"), need.pk, "publish")


def work_off(kind: str) -> int:
    """Do the waiting jobs of a kind as the worker does, in this process."""
    done = 0
    while (job := leases.claim()) is not None:
        if job.kind != kind:
            leases.finish(job, None, {})
            continue
        room = results.make_room()
        summary = handler(kind).run(Work(job.key, job.params, room, None, lambda news: None))
        leases.finish(job, room, summary)
        done += 1
    return done


MONEY: dict[str, Any] = {"values": {"purpose": "购置焊接机器人", "amount": "500万", "term_months": 24}}
MONEY["values"]["amount"] = 5_000_000


def test_the_loans_that_fit_are_matched_and_their_banks_told_in_the_digest(cast: Cast) -> None:
    fits = loan(cast, "焊接设备贷款", amount_min=1e6, amount_max=1e7, term_months=36)
    small = loan(cast, "焊接设备小额贷款", "rival", amount_min=1e4, amount_max=1e6, term_months=36)
    published(cast, "service", "焊接机器人集成", "rival", service=["integration"])
    Job.objects.all().delete()
    need = opened(cast, "financing", "焊接机器人购置融资", **MONEY)
    assert work_off("match") == 1
    kept = Match.objects.filter(need_revision=need.current)
    assert [m.offer_revision.offer_id for m in kept if m.offer_revision] == [fits.pk] and small.pk != fits.pk
    told = Notice.objects.get(verb="match.need")
    assert told.digest and told.user == cast.seller and told.sent_at is None


def test_the_owner_sees_all_matches_and_a_supplier_only_its_own(cast: Cast) -> None:
    mine = loan(cast, "焊接设备贷款", amount_min=1e6, amount_max=1e7)
    theirs = loan(cast, "焊接技改贷款", "rival", amount_min=1e6, amount_max=2e7)
    need = opened(cast, "financing", "焊接机器人购置融资", **MONEY)
    do_match(need)
    seen = {
        role: {m.offer.pk for m in matches_for(cast.reader(role), need)}
        for role in ("buyer", "buyer_viewer", "seller", "rival", "city_official", "visitor")
    }
    assert seen["buyer"] == seen["buyer_viewer"] == {mine.pk, theirs.pk}
    assert seen["seller"] == {mine.pk} and seen["rival"] == {theirs.pk}
    assert seen["visitor"] == seen["city_official"] == set()
    page = cast.client("buyer").get(f"/needs/{need.pk}/matches/").content.decode()
    assert "焊接设备贷款" in page and "需要 5,000,000" in page
    english = cast.client("buyer").get(f"/needs/{need.pk}/matches/", headers={"accept-language": "en"})
    assert english.status_code == 200
    assert cast.client("seller").post(f"/needs/{need.pk}/matches/find/").status_code == 403
    assert cast.client("visitor").post(f"/needs/{need.pk}/matches/find/").status_code == 403
    do_move_offer(cast.reader("seller"), mine.pk, "withdraw")
    assert {m.offer.pk for m in matches_for(cast.reader("buyer"), need)} == {theirs.pk}


def test_featuring_and_registration_in_the_city_change_no_score(cast: Cast) -> None:
    offer = loan(cast, "焊接设备贷款", amount_min=1e6, amount_max=1e7)
    need = opened(
        cast, "financing", "焊接机器人购置融资", **{"values": {**MONEY["values"], "area": "500106"}}
    )
    (before,) = offers_for_need(need)
    Featuring.objects.create(offer=offer, reason="x", end="2100-01-01T00:00:00Z", by=cast.operator)
    offer.organisation.areas.clear()
    (after,) = offers_for_need(need)
    assert after.score == before.score
    assert not any("registered" in r.why.en or "feature" in r.why.en for r in after.score.reasons)


def test_a_new_offer_is_matched_with_open_needs_and_both_sides_hear_of_it(cast: Cast) -> None:
    need = opened(cast, "financing", "焊接机器人购置融资", **MONEY)
    closed = opened(cast, "financing", "焊接机器人扩产融资", **MONEY)
    do_move_need(cast.reader("buyer"), closed.pk, "close")
    hidden = do_create_need(cast.reader("buyer"), kind="financing", title="焊接机器人私密融资", **MONEY)
    work_off("match")
    offer = loan(cast, "焊接设备贷款", amount_min=1e6, amount_max=1e7)
    assert {p.need.pk for p in needs_for_offer(offer)} == {need.pk} and hidden.pk != need.pk
    assert work_off("reverse") == 1
    assert [m.need_revision_id for m in Match.objects.all()] == [need.current_id]
    assert {(n.verb, n.user) for n in Notice.objects.filter(verb__startswith="match")} == {
        ("match.offer", cast.seller),
        ("match.answer", cast.buyer),
    }
    assert all(n.digest for n in Notice.objects.filter(verb__startswith="match"))


def test_an_offer_revised_while_its_job_waited_is_not_kept(cast: Cast) -> None:
    opened(cast, "financing", "焊接机器人购置融资", **MONEY)
    work_off("match")
    offer = loan(cast, "焊接设备贷款", amount_min=1e6, amount_max=1e7)
    do_move_offer(cast.reader("seller"), offer.pk, "withdraw")
    work_off("reverse")
    assert not Match.objects.exists() and not Notice.objects.filter(verb="match.offer").exists()


def test_a_robot_that_cannot_do_the_task_is_no_match_and_one_that_can_is_proven(cast: Cast) -> None:
    """The task is the palletising reference case; an arm for 3 kg cannot lift its case."""
    whole = load_catalogue()
    strong = next(r for r in whole.values() if r.model == "M-20/35-18D (M-20iD/35)")
    weak = next(r for r in whole.values() if r.model == "IRB 120-3/0.6")
    do_load_catalogue(Catalogue([strong, weak]))
    scenario = get_scenario("palletising")
    need = opened(
        cast,
        "application",
        "纸箱码垛",
        values={"scenario": "palletising"},
        document=scenario_document(scenario, {}),
    )
    work_off("match")
    published(cast, "product", "IRB 120 现货", model=weak.id)
    work_off("reverse")
    assert not Match.objects.filter(need_revision=need.current).exists()
    published(cast, "product", "M-20 现货", model=strong.id)
    work_off("reverse")
    match = Match.objects.get(need_revision=need.current)
    assert match.model_id == strong.id and match.verdict
    assert match.verdict != "impossible"
