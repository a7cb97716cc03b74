"""The page of the search: what it finds and shows, its facets, its pages one after another, and its few queries."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Cast
from django.test import Client

from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import NOBODY
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.portal.offers.models import Offer
from robotplus.portal.search.filters import Filters, areas_around
from robotplus.portal.search.finding import search
from robotplus.portal.search.index import do_index, do_index_scenarios
from robotplus.portal.search.parsing import Bound
from robotplus.portal.search.rarity import forget
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.scenarios.library import get_scenario

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    forget()


@pytest.fixture
def library(db: None) -> None:
    """The scenarios and two makers' robots."""
    whole = load_catalogue()
    do_load_catalogue(Catalogue([r for r in whole.values() if r.maker in ("FANUC", "KUKA")]))
    do_index_scenarios()


def published(cast: Cast, title: str, kind: str = "service", **values: Any) -> Offer:
    base: dict[str, Any] = {"service": ["integration"]} if kind == "service" else {}
    offer = do_create_offer(cast.reader("seller"), kind=kind, title=title, values=base | values)
    do_move_offer(cast.reader("seller"), offer.pk, "submit")
    return do_move_offer(cast.reader("operator"), offer.pk, "publish")


def test_paging_gives_every_hit_once_in_order(cast: Cast) -> None:
    for i in range(7):
        published(cast, f"焊接集成 {i}")
    whole = search(NOBODY, "焊接集成", size=100)
    assert whole.cursor == "" and len(whole.hits) == whole.count
    seen, cursor, pages = [], "", 0
    while True:
        page = search(NOBODY, "焊接集成", cursor=cursor, size=3)
        seen += page.hits
        pages += 1
        cursor = page.cursor
        if not cursor:
            break
    assert tuple(seen) == whole.hits and pages == -(-whole.count // 3)
    points = [h.points for h in seen]
    assert points == sorted(points, reverse=True)


def test_figures_and_facets_hold_for_every_hit(library: None) -> None:
    found = search(NOBODY, "发那科 负载≥10公斤 臂展≤2米", size=200)
    assert found.count > 10
    assert all(h.figures["payload"] >= 10 and h.figures["reach"] <= 2.0 for h in found.hits)
    assert found.question.bounds == (Bound("payload", low=10), Bound("reach", high=2))
    kuka = search(NOBODY, "机器人", filters=Filters(maker="KUKA", bounds=(Bound("axes", 6, 6),)), size=200)
    assert kuka.count == len(kuka.hits) > 10
    assert all(h.title.startswith("KUKA") and h.figures["axes"] == 6 for h in kuka.hits)


def test_figures_alone_list_the_nearest_first(library: None) -> None:
    found = search(NOBODY, "负载至少100kg", size=50)
    loads = [h.figures["payload"] for h in found.hits]
    assert loads[0] >= 100 and loads == sorted(loads)
    under = [h.figures["payload"] for h in search(NOBODY, "负载不超过3kg", size=50).hits]
    assert under[0] <= 3 and under == sorted(under, reverse=True)


def test_an_area_takes_in_what_lies_within_it_and_what_it_lies_within(cast: Cast) -> None:
    published(cast, "全市焊接集成", service_areas=["500000"])
    published(cast, "西区焊接集成", service_areas=["500106"])
    published(cast, "东区焊接集成", service_areas=["500113"])
    assert set(areas_around("500106")) == {"500106", "500000"}
    west = {h.title for h in search(NOBODY, "焊接集成", filters=Filters(area="500106")).hits}
    assert west == {"全市焊接集成", "西区焊接集成"}
    city = {h.title for h in search(NOBODY, "", filters=Filters(area="500000")).hits}
    assert city == {"全市焊接集成", "西区焊接集成", "东区焊接集成"}


@pytest.mark.parametrize("given", [{"noun": "deal"}, {"payload": "ten..20"}])
def test_filters_that_cannot_be_read_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        Filters.read(given)


@pytest.mark.parametrize("cursor", ["%%%", "AAAA", "bnVsbA", "WzFd", "é"])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(RefusedError):
        search(NOBODY, "welding", cursor=cursor)


def test_the_page_shows_how_the_figures_were_read_and_what_to_do_next(library: None, client: Client) -> None:
    page = client.get("/search/?q=" + quote("发那科 负载≥165公斤")).content.decode()
    assert "已识别条件" in page and "165" in page
    assert re.search(r'href="/models/[a-z0-9_]+/"', page)
    nothing = client.get("/search/?q=zzzzqqqq").content.decode()
    assert "发布需求" in nothing or "/needs/new/" in nothing
    assert client.get("/search/?noun=deal").status_code == 422
    assert client.get("/search/?cursor=zzz").status_code == 422


def test_hits_speak_the_language_of_the_page(library: None, client: Client) -> None:
    palletising = get_scenario("palletising")
    chinese = client.get("/search/?q=" + quote("码垛")).content.decode().split("<main")[1]
    assert palletising.about_zh[:10] in chinese and palletising.name_en not in chinese
    client.cookies["django_language"] = "en"
    english = client.get("/search/?q=palletising").content.decode().split("<main")[1]
    assert palletising.about_en[:20] in english and palletising.name_zh not in english


def test_the_box_suggests_scenarios_models_and_offers(
    library: None, client: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    page = client.get("/search/suggest/?q=M-20iD").content.decode()
    assert page.count('role="option"') >= 2 and "M-20iD/25" in page and 'data-href="/models/' in page
    assert "option" not in client.get("/search/suggest/?q=x").content.decode()
    assert (
        'data-href="/scenarios/palletising/"'
        in client.get("/search/suggest/?q=" + quote("码")).content.decode()
    )
    seller = cast.reader("seller")
    hidden = do_create_offer(seller, kind="service", title="码垛<b>集成", values={"service": ["integration"]})
    at = "/search/suggest/?q=" + quote("码垛 集成")
    assert f"/offers/{hidden.pk}/" not in client.get(at).content.decode()
    member = cast.client("seller")
    with django_assert_max_num_queries(14):
        own = member.get(at).content.decode()
    assert f'data-href="/offers/{hidden.pk}/"' in own and "<b>" not in own and "码垛&lt;b&gt;集成" in own
    do_move_offer(seller, hidden.pk, "submit")
    do_move_offer(cast.reader("operator"), hidden.pk, "publish")
    assert f"/offers/{hidden.pk}/" in client.get(at).content.decode()


@pytest.mark.parametrize(
    "text", ["", "焊接 机器人 集成", "负载≥10公斤", "fanuc 10-20kg 6-axis robot welding"]
)
def test_a_page_asks_the_database_a_bounded_number_of_times(
    cast: Cast, text: str, django_assert_max_num_queries: Any
) -> None:
    for i in range(25):
        published(cast, f"焊接机器人集成 {i}")
    client = cast.client("buyer")
    forget()
    with django_assert_max_num_queries(14):  # reader, session and corner of every page are seven of them
        assert client.get("/search/", {"q": text}).status_code == 200


def test_who_is_registered_in_the_city_or_featured_stands_no_higher(cast: Cast) -> None:
    here = published(cast, "点焊夹具集成")
    search_before = [h.points for h in search(NOBODY, "点焊夹具集成").hits if h.noun == "offer"]
    organisation = here.organisation
    organisation.areas.clear()
    do_index(here)
    assert [h.points for h in search(NOBODY, "点焊夹具集成").hits if h.noun == "offer"] == search_before
