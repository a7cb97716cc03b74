"""What people do here, from start to end in a real browser: the plan's journeys across all rooms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from answered import SCENARIO, use_small_catalogue, work_off
from conftest import Cast
from playwright.sync_api import Browser, Page, expect
from portal_browser import UNUSABLE, chromium, tab

from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.deals.models import Deal
from robotplus.portal.matches.catalogue import built_in
from robotplus.portal.matches.models import Answer
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.models import Offer
from robotplus.portal.search.index import do_index_scenarios

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(UNUSABLE), reason=UNUSABLE),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """A few robots, so that answers take a moment only."""
    use_small_catalogue(monkeypatch)
    do_load_catalogue(built_in())
    do_index_scenarios()


def sign_in(page: Page, cast: Cast, role: str, base: str) -> Page:
    cookie = cast.client(role).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": base}])
    return page


def press(page: Page, name: str, **options: Any) -> None:
    page.get_by_role("main").get_by_role("button", name=name, **options).first.click()


def answer_scenario(page: Page) -> None:
    """From the home page's box to a finished answer."""
    page.goto("/")
    page.get_by_role("main").locator("input[name=q]").fill("弧焊")
    page.get_by_role("main").locator("input[name=q]").press("Enter")
    page.wait_for_url(re.compile(f"/scenarios/{SCENARIO}/"))
    press(page, "求解")
    page.wait_for_url(re.compile("/answers/"))
    assert work_off() == 1
    expect(page.locator(".verdict-proven, .verdict-proven_if_confirmed").first).to_be_visible(timeout=15_000)


def test_a_plant_engineer_answers_saves_and_asks_a_supplier(
    live_server: Any, browser: Browser, cast: Cast
) -> None:
    base = live_server.url
    with tab(browser, base) as plant, tab(browser, base) as maker, tab(browser, base) as desk:
        page = sign_in(plant.page, cast, "buyer", base)
        answer_scenario(page)
        expect(page.locator("[data-player]").first).to_be_visible()
        page.get_by_label("存为需求").fill("座椅骨架弧焊")
        press(page, "保存", exact=True)
        page.wait_for_url(re.compile(r"/needs/\d+/"))
        need = Need.objects.get()
        assert (need.visibility, need.scenario, need.current.document is not None) == (
            "private",
            SCENARIO,
            True,
        )

        sell = sign_in(maker.page, cast, "seller", base)
        sell.goto("/offers/new/?kind=service")
        sell.get_by_label("标题").fill("弧焊集成")
        sell.get_by_label("系统集成").check()
        press(sell, "保存")
        press(sell, "提交审核")
        work = sign_in(desk.page, cast, "operator", base)
        work.goto(f"/offers/{Offer.objects.get().pk}/")
        press(work, "通过并发布")

        page.goto(f"/offers/{Offer.objects.get().pk}/")
        page.get_by_role("link", name="询价", exact=True).click()
        page.get_by_label("对应我方需求").select_option(str(need.pk))
        page.get_by_label("消息").fill("请报价，三班倒")
        press(page, "提交", exact=True)
        page.wait_for_url(re.compile(r"/deals/\d+/"))

        deal = Deal.objects.get()
        sell.goto(f"/deals/{deal.pk}/")
        expect(sell.get_by_text("请报价，三班倒")).to_be_visible()
        sell.get_by_label("金额").fill("398000")
        sell.get_by_label("交货期").fill("45天")
        press(sell, "发送报价")
        page.goto(f"/deals/{deal.pk}/")
        expect(page.get_by_text("398,000").first).to_be_visible()
        press(page, "接受报价")
        for who, name in ((sell, "开始交付"), (sell, "交付完成"), (page, "验收通过")):
            who.goto(f"/deals/{deal.pk}/")
            press(who, name)
        page.get_by_label("合作情况如何？").fill("按期交付")
        page.locator("form", has=page.get_by_label("合作情况如何？")).get_by_role("button").click()
        expect(page.get_by_text("5 / 5")).to_be_visible()
        assert Deal.objects.get().state == "done"
        assert not [c for c in (*plant.complaints, *maker.complaints, *desk.complaints) if "favicon" not in c]


def test_a_visitor_answers_and_takes_the_answer_along(live_server: Any, browser: Browser, cast: Cast) -> None:
    with tab(browser, live_server.url) as visitor, tab(browser, live_server.url) as stranger:
        answer_scenario(visitor.page)
        assert visitor.page.locator("input[type=file]").count() == 0
        answer = Answer.objects.get()
        days = (answer.expires_at - answer.created_at) / dt.timedelta(days=1)
        assert 6.9 < days < 7.1 and len(answer.slug) >= 20
        stranger.page.goto(f"/answers/{answer.slug}/")
        expect(stranger.page.locator(".verdict").first).to_be_visible()
        stranger.page.goto("/answers/")
        assert answer.slug not in stranger.page.content()


def test_a_bank_and_a_plant_find_each_other(live_server: Any, browser: Browser, cast: Cast) -> None:
    base = live_server.url
    with tab(browser, base) as bank, tab(browser, base) as plant:
        page = sign_in(bank.page, cast, "rival", base)
        page.goto("/offers/new/?kind=finance")
        page.get_by_label("标题").fill("机器人设备贷")
        page.get_by_label("类型").select_option("loan")
        page.get_by_label("金额上限").fill("500万")
        press(page, "保存")
        expect(page.locator("#id_amount_max_problem")).to_be_visible()
        page.get_by_label("金额上限").fill("5000000")
        press(page, "保存")
        press(page, "提交审核")
        work = sign_in(plant.page, cast, "operator", base)
        work.goto(f"/offers/{Offer.objects.get().pk}/")
        press(work, "通过并发布")
        work.context.clear_cookies()
        work.goto("/search/?q=贷款 机器人设备")
        expect(work.get_by_text("机器人设备贷").first).to_be_visible()


def test_the_operator_sees_the_funnel_and_the_log(live_server: Any, browser: Browser, cast: Cast) -> None:
    base = live_server.url
    with tab(browser, base) as desk, tab(browser, base) as official:
        work = sign_in(desk.page, cast, "operator", base)
        work.goto("/desk/")
        expect(work.get_by_role("heading", level=1)).to_be_visible()
        for at in ("/desk/funnel/", "/desk/events/"):
            assert work.goto(at).status == 200  # type: ignore[union-attr]
        counts = sign_in(official.page, cast, "city_official", base)
        assert counts.goto("/desk/funnel/").status == 200  # type: ignore[union-attr]
        assert counts.goto("/needs/mine/").status == 200  # type: ignore[union-attr]
