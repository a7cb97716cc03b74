"""What is written into the index, who finds it, and that both stay true when things change."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ROLES, Cast

from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.catalogue.models import Model
from robotplus.portal.desk.actions import do_move_content
from robotplus.portal.needs.access import needs_for
from robotplus.portal.needs.actions import (
    do_create_need,
    do_invite,
    do_move_need,
    do_revise_need,
    do_uninvite,
)
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.access import offers_for
from robotplus.portal.offers.actions import do_create_offer, do_move_offer, do_revise_offer
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.models import Organisation
from robotplus.portal.search.finding import search
from robotplus.portal.search.index import do_index, do_index_scenarios, do_reindex, do_unindex
from robotplus.portal.search.models import Entry, Figure, Posting
from robotplus.portal.search.rarity import forget
from robotplus.robots.catalogue import Catalogue, load_catalogue

pytestmark = pytest.mark.django_db
NEED: dict[str, Any] = {"kind": "application", "title": "座椅骨架弧焊", "scenario": "arc_welding"}


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    forget()


@pytest.fixture(scope="module")
def few() -> Catalogue:
    whole = load_catalogue()
    wanted = ("M-20/25-18D (M-20iD/25)", "KR 10 R1100-2", "UR10e", "HC10DTP")
    return Catalogue([r for r in whole.values() if r.model in wanted])


def found(cast: Cast, role: str, text: str, noun: str) -> set[str]:
    return {h.subject_id for h in search(cast.reader(role), text).hits if h.noun == noun}


def finders(cast: Cast, subject: Need | Offer, text: str) -> set[str]:
    noun = "need" if isinstance(subject, Need) else "offer"
    return {role for role in ROLES if str(subject.pk) in found(cast, role, text, noun)}


def readers(cast: Cast, subject: Need | Offer) -> set[str]:
    """Who may read it by the access rules; the operator sees what was handed in at the desk, not here."""
    rows = needs_for if isinstance(subject, Need) else offers_for
    return {role for role in ROLES if rows(cast.reader(role)).filter(pk=subject.pk).exists()}


def published_need(cast: Cast, **more: Any) -> Need:
    need = do_create_need(cast.reader("buyer"), values={}, visibility="public", **(NEED | more))
    do_move_need(cast.reader("buyer"), need.pk, "submit")
    return do_move_need(cast.reader("operator"), need.pk, "publish")


@pytest.mark.parametrize("visibility", ["private", "invited", "public"])
def test_at_every_step_a_need_is_found_by_exactly_those_who_may_read_it(cast: Cast, visibility: str) -> None:
    need = do_create_need(cast.reader("buyer"), values={}, visibility=visibility, **NEED)
    steps = 0
    for _step in range(4):
        expected = readers(cast, need)
        if need.state != "open":
            expected -= {"operator"}
        assert finders(cast, need, "座椅骨架弧焊") == expected
        assert finders(cast, need, "welding") == expected
        moves = {"draft": ("submit", "buyer"), "review": ("publish", "operator"), "open": ("close", "buyer")}
        if visibility != "public":
            moves["draft"] = ("open", "buyer")
        if need.state not in moves:
            break
        move, who = moves[need.state]
        need = do_move_need(cast.reader(who), need.pk, move)
        steps += 1
    assert steps >= 2


def test_an_invited_supplier_finds_a_need_until_the_invitation_is_taken_back(cast: Cast) -> None:
    need = do_create_need(cast.reader("buyer"), values={}, visibility="invited", **NEED)
    do_move_need(cast.reader("buyer"), need.pk, "open")
    supplier = cast.reader("seller").organisation_id
    assert supplier is not None
    assert finders(cast, need, "弧焊") == {"buyer", "buyer_viewer"}
    do_invite(cast.reader("buyer"), need.pk, supplier)
    assert finders(cast, need, "弧焊") == {"buyer", "buyer_viewer", "seller"} == readers(cast, need)
    Organisation.objects.filter(pk=supplier).update(state="suspended")
    assert finders(cast, need, "弧焊") == {"buyer", "buyer_viewer"} == readers(cast, need)
    Organisation.objects.filter(pk=supplier).update(state="approved")
    do_uninvite(cast.reader("buyer"), need.pk, supplier)
    assert finders(cast, need, "弧焊") == {"buyer", "buyer_viewer"}


def test_a_hidden_organisation_is_in_no_token_and_named_to_nobody_else(cast: Cast) -> None:
    need = published_need(cast, title="立柱弧焊", hide_organisation=True)
    assert finders(cast, need, "Seat Works") == set()
    hit = next(h for h in search(cast.reader("rival"), "立柱弧焊").hits if h.noun == "need")
    assert hit.owner is None
    own = next(h for h in search(cast.reader("buyer"), "立柱弧焊").hits if h.noun == "need")
    assert own.owner == cast.reader("buyer").organisation
    shown = published_need(cast, title="另一处弧焊")
    assert "visitor" in finders(cast, shown, "Seat Works")


def test_what_changed_is_found_by_its_new_words_alone(cast: Cast) -> None:
    seller = cast.reader("seller")
    offer = do_create_offer(seller, kind="service", title="喷漆房改造", values={"service": ["integration"]})
    assert finders(cast, offer, "喷漆") == {"seller"}
    do_revise_offer(seller, offer.pk, title="打磨工作站", values={"service": ["maintenance"]})
    assert finders(cast, offer, "喷漆") == set()
    assert finders(cast, offer, "polishing") == {"seller"}
    do_move_offer(seller, offer.pk, "submit")
    do_move_content(cast.reader("operator"), "offer", offer.pk, "publish")
    assert finders(cast, offer, "抛光") == set(ROLES)
    do_unindex(offer)
    assert finders(cast, offer, "打磨") == set() and not Posting.objects.filter(noun=3).exists()


def test_an_offer_has_the_figures_of_its_model_and_its_own(cast: Cast, few: Catalogue) -> None:
    do_load_catalogue(few)
    robot = next(r for r in few.values() if r.model == "UR10e")
    values = {
        "model": robot.id,
        "lead_time_d": 20,
        "price": {"amount": "98000", "currency": "CNY", "basis": "unit"},
    }
    offer = do_create_offer(cast.reader("seller"), kind="product", title="优傲现货", values=values)
    figures = dict(Figure.objects.filter(entry__noun=3).values_list("name", "number"))
    assert figures["lead_time"] == 20 and figures["price"] == 98_000 and figures["axes"] == 6
    assert figures["payload"] == robot.document["ratings"]["payload_kg"]["value"]
    assert finders(cast, offer, "负载≥10公斤 现货") == {"seller"}
    assert finders(cast, offer, "负载≥20公斤 现货") == set()
    Model.objects.filter(pk=robot.id).update(access="check_only")
    do_index(offer)
    assert not Figure.objects.filter(entry__noun=3, name="payload").exists()


def test_a_private_model_is_its_owner_s_and_a_check_only_one_shows_no_figure(
    cast: Cast, few: Catalogue
) -> None:
    do_load_catalogue(few)
    model = Model.objects.get(name="UR10e")
    model.access, model.owner = "private", cast.reader("seller").organisation
    model.save()
    do_index(model)
    assert {r for r in ROLES if found(cast, r, "UR10e", "model")} == {"seller"}
    model.access = "check_only"
    model.save()
    do_index(model)
    assert {r for r in ROLES if found(cast, r, "UR10e", "model")} == set(ROLES)
    assert not Figure.objects.filter(entry__subject_id=model.pk).exists()


def test_reindexing_writes_the_same_index_and_drops_what_is_gone(cast: Cast, few: Catalogue) -> None:
    do_load_catalogue(few)
    do_index_scenarios()
    need = published_need(cast)
    do_create_offer(cast.reader("seller"), kind="service", title="集成", values={"service": ["integration"]})

    def state() -> list[Any]:
        columns = ("entry__noun", "entry__subject_id", "term", "audience", "weight")
        return sorted(Posting.objects.values_list(*columns))

    before = state()
    Entry.objects.create(
        noun=4, subject_id="999999", kind="application", title="gone", updated_at=need.updated_at
    )
    assert do_reindex() == len({row[:2] for row in before})
    assert state() == before
    assert not Entry.objects.filter(subject_id="999999").exists()


def test_deleting_an_organisation_takes_its_entries(cast: Cast) -> None:
    do_create_offer(cast.reader("seller"), kind="service", title="集成", values={"service": ["integration"]})
    do_revise_need(
        cast.reader("buyer"),
        do_create_need(cast.reader("buyer"), values={}, **NEED).pk,
        title="改过的需求",
        values={},
    )
    Entry.objects.filter(organisation=cast.reader("seller").organisation).delete()
    assert Entry.objects.count() == 1 and set(Posting.objects.values_list("noun", flat=True)) == {4}
