"""Invented organisations: they trade, are marked wherever they show, count nowhere and deal with nobody real."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from answered import use_small_catalogue
from conftest import Cast
from django.core.management import call_command
from django.test import Client

from robotplus.portal.api.shapes import party
from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.core.areas import do_load_areas
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.models import Deal
from robotplus.portal.desk.examples import do_load_examples
from robotplus.portal.desk.funnel import Wanted, funnel
from robotplus.portal.jobs.models import Job
from robotplus.portal.kinds import kind
from robotplus.portal.matches.pairing import needs_for_offer
from robotplus.portal.matches.reverse import _both_real_or_not
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.models import Organisation, User
from robotplus.portal.programmes.models import Programme
from robotplus.portal.web.figures import field_figures
from robotplus.robots.catalogue import Catalogue, load_catalogue

pytestmark = pytest.mark.django_db
ROBOTS = ("fanuc_crx10ia_l", "kuka_kr8_r1440_2_arc_hw", "estun_s10_140", "jaka_zu20", "ur_ur20")


@pytest.fixture
def examples(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    use_small_catalogue(monkeypatch)
    do_load_areas()
    whole = load_catalogue()
    do_load_catalogue(Catalogue([whole[i] for i in ROBOTS]))
    return do_load_examples()


def test_they_are_published_and_complete(examples: list[Any]) -> None:
    assert do_load_examples() == [] and len(examples) == 2
    for table, noun, state in ((Offer, "offer", "published"), (Need, "need", "open")):
        rows = list(table._default_manager.all())
        assert rows and {r.state for r in rows} == {state}
        assert len({r.kind for r in rows}) >= 6
        assert all(kind(r.kind, noun).state(r.state).listed for r in rows)
    assert {p.state for p in Programme.objects.all()} == {"running", "announced"}
    assert {d.state for d in Deal.objects.all()} == {"quoted", "done", "inquiry"}
    assert all(o.areas.exists() for o in Organisation.objects.filter(is_example=True))
    assert Job.objects.filter(kind__in=("match", "reverse")).exists()  # the worker has something to match


def test_each_is_marked_wherever_it_shows(examples: list[Any], cast: Cast) -> None:
    invented = Organisation.objects.filter(is_example=True)
    assert all("（示例）" in o.name_zh and "(example)" in o.name_en for o in invented)
    visitor = cast.client("visitor")
    for at, what in (
        ("/offers/", 'class="card card-link'),
        ("/needs/", 'class="card card-link'),
        ("/programmes/", "<tr><td>"),
        ("/search?q=焊接&noun=offer", 'class="list-group-item"'),
        ("/search?q=焊接&noun=need", 'class="list-group-item"'),
    ):
        page = visitor.get(at, follow=True).content.decode()
        parts = page.split(what)[1:]
        assert parts and all('<span class="badge">示例</span>' in part for part in parts), at
    for table in (Offer, Need, Programme):
        for one in table._default_manager.all():
            page = visitor.get(f"/{table.__name__.lower()}s/{one.pk}/").content.decode()
            assert '<span class="badge">示例</span>' in page, one
    made = party(invented.first())
    assert made is not None and made.is_example
    Need.objects.update(hide_organisation=True)
    assert '<span class="badge">示例</span>' in visitor.get("/needs/").content.decode()


def test_they_count_nowhere(examples: list[Any]) -> None:
    everything = Reader(is_operator=True)
    found = funnel(everything, Wanted())
    assert found.total is None and not found.rows
    assert {f.needs for f in field_figures()} == {0}


def test_they_deal_with_nobody_real_and_nobody_real_is_told(examples: list[Any], cast: Cast) -> None:
    plant = cast.reader("buyer")
    invented = Organisation.objects.get(name_zh__startswith="两江机器人")
    with pytest.raises(RefusedError):
        do_inquire(plant, kind="purchase", text="?", key=uuid.uuid4(), seller_id=invented.pk)
    reader = Reader(organisation=invented, roles=frozenset({"owner"}))
    with pytest.raises(RefusedError):
        do_inquire(
            reader,
            kind="purchase",
            text="?",
            key=uuid.uuid4(),
            seller_id=cast.reader("seller").organisation_id,
        )
    offer = Offer.objects.select_related("organisation", "current", "model").filter(kind="solution").first()
    assert offer is not None
    pairs = needs_for_offer(offer)
    assert pairs and all(_both_real_or_not(p) for p in pairs)
    Organisation.objects.filter(pk=pairs[0].need.organisation_id).update(is_example=False)
    assert not all(_both_real_or_not(p) for p in needs_for_offer(offer))


def test_its_accounts_see_two_quotations_side_by_side(examples: list[Any]) -> None:
    buyer = examples[0]
    client = Client()
    assert client.login(email=buyer.email, password=buyer.password)
    deal = Deal.objects.filter(state="quoted").first()
    assert deal is not None
    page = client.get(f"/deals/{deal.pk}/").content.decode()
    assert "不含税比较" in page and "不含培训" in re.sub(r"\s", "", page)
    assert User.objects.get(email=buyer.email).channels == []


def test_the_command_says_how_to_sign_in_once(cast: Cast, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("robotplus.portal.desk.management.commands.load_examples.do_load_examples", list)
    call_command("load_examples")
    assert "already" in capsys.readouterr().out
