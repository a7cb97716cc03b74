"""Journeys of those who supply, and of the two sides of a deal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from journey_stage import (
    SERVED,
    Inside,
    Stage,
    answer_scenario,
    decide,
    number_in,
    press,
    served,
    somebody,
)
from playwright.sync_api import Browser, Page, expect
from portal_browser import UNUSABLE, chromium
from stdnum.cn import uscc

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(UNUSABLE), reason=UNUSABLE),
    *([] if SERVED else [pytest.mark.django_db(transaction=True)]),
]
MODEL = "kuka_kr10_r1100_3"
BODY = "91500000MA1TEXT12"
PDF = {"name": "执照.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + bytes(40)}
BULK = "title,category,mass_kg,rated_load_kg\n夹爪 A,end_effector,{},20\n夹爪 B,end_effector,4,35\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def stage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Stage:
    if SERVED:
        return served()
    base: Any = request.getfixturevalue("live_server")
    return Inside(base.url, monkeypatch)


def import_table(page: Page, text: str) -> None:
    page.goto("/offers/import/?kind=component")
    table = {"name": "offers.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[name=file]").set_input_files([table])  # type: ignore[list-item]
    press(page, "导入", exact=True)


def test_2_a_maker_registers_claims_corrects_and_imports_in_bulk(stage: Stage, browser: Browser) -> None:
    with somebody(browser, stage, "newcomer") as page, somebody(browser, stage, "operator") as desk:
        page.goto("/organisations/new")
        page.get_by_label("登记名称").fill("渝中机器人公司")
        page.get_by_label("单位类型").select_option("maker")
        page.get_by_label(re.compile("统一社会信用代码")).fill(BODY + uscc.calc_check_digit(BODY))
        page.get_by_label(re.compile("营业执照")).set_input_files([PDF])  # type: ignore[list-item]
        press(page, "注册")
        expect(page.get_by_role("heading", name="渝中机器人公司")).to_be_visible()
        desk.goto("/desk/")
        desk.get_by_role("link", name="渝中机器人公司").first.click()
        press(desk, "通过", exact=True)
        expect(desk.get_by_text("已通知该单位")).to_be_visible()

        page.goto(f"/models/{MODEL}/")
        press(page, "这是我们的型号")
        desk.goto("/desk/")
        claim = desk.locator("form[action*='/desk/claims/']").first
        claim.get_by_role("button", name="通过", exact=True).click()
        page.goto(f"/models/{MODEL}/")
        expect(page.get_by_text("渝中机器人公司").first).to_be_visible()

        page.goto(f"/models/{MODEL}/correct/?figure=repeatability_mm")
        page.get_by_label("新的数值").fill("0.019")
        press(page, "提交更正")
        assert page.url.endswith(f"/models/{MODEL}/correct/?figure=repeatability_mm")  # a source is asked for
        page.get_by_label("来源").fill("Maker's data sheet 0000-295-967, page 4")
        press(page, "提交更正")
        page.wait_for_url(re.compile(f"/models/{MODEL}/$"))
        desk.goto("/desk/")
        desk.locator("form[action*='/desk/corrections/']").first.get_by_role(
            "button", name="采纳", exact=True
        ).click()
        page.goto(f"/models/{MODEL}/")
        expect(page.get_by_text("0.019").first).to_be_visible()
        expect(page.get_by_text("0000-295-967").first).to_be_visible()

        import_table(page, BULK.format("heavy"))
        problem = page.locator("table tbody tr").first
        expect(problem).to_contain_text("2")
        expect(problem).to_contain_text("mass_kg")
        page.goto("/offers/mine/")
        assert "夹爪" not in page.get_by_role("main").inner_text()
        import_table(page, BULK.format("3"))
        page.goto("/offers/mine/")
        for title in ("夹爪 A", "夹爪 B"):
            page.goto("/offers/mine/")
            page.get_by_role("link", name=title).first.click()
            offer = number_in(page)
            press(page, "提交审核")
            decide(desk, offer, "通过并发布")
        with somebody(browser, stage) as buyer:
            buyer.goto("/search/?q=夹爪&noun=offer")
            expect(buyer.get_by_role("link", name="夹爪 B").first).to_be_visible()


def published_service(page: Page, desk: Page, title: str) -> str:
    """The path of an integrator's service that everybody sees."""
    page.goto("/offers/new/?kind=service")
    page.get_by_label("标题").fill(title)
    page.get_by_label("系统集成").check()
    press(page, "保存")
    offer = number_in(page)
    press(page, "提交审核")
    decide(desk, offer, "通过并发布")
    return offer


def inquire(page: Page, offer: str, text: str, *, route: str = "own", need: str = "") -> str:
    """The path of a new deal about an offer."""
    page.goto(offer)
    page.get_by_role("link", name="询价", exact=True).click()
    if need:
        page.get_by_label("对应我方需求").select_option(label=need)
    page.locator(f"input[name=route][value={route}]").check()
    page.get_by_label("消息").fill(text)
    press(page, "提交", exact=True)
    return number_in(page)


def quote(page: Page, deal: str, amount: str) -> None:
    page.goto(deal)
    page.get_by_label("金额").first.fill(amount)
    page.get_by_label("交货期").first.fill("45天")
    press(page, "发送报价")


def test_3_the_two_meet_from_inquiry_to_review(stage: Stage, browser: Browser) -> None:
    with (
        somebody(browser, stage, "plant") as page,
        somebody(browser, stage, "integrator") as sell,
        somebody(browser, stage, "operator") as desk,
    ):
        offer = published_service(sell, desk, "弧焊集成")
        deal = inquire(page, offer, "请报价，三班倒")
        sell.goto(deal)
        expect(sell.get_by_text("请报价，三班倒")).to_be_visible()
        sell.get_by_label("消息").fill("附上方案")
        sell.locator("input[name=files]").first.set_input_files([PDF])  # type: ignore[list-item]
        press(sell, "提交", exact=True)
        quote(sell, deal, "398000")
        page.goto(deal)
        expect(page.get_by_text("398,000").first).to_be_visible()
        with page.expect_download() as paper:
            page.get_by_role("link", name="执照.pdf").first.click()
        assert paper.value.suggested_filename == "执照.pdf"
        with somebody(browser, stage, "maker") as rival:
            assert rival.goto(deal).status == 404  # type: ignore[union-attr]
        press(page, "接受报价")
        for who, name in ((sell, "开始交付"), (sell, "交付完成"), (page, "验收通过")):
            who.goto(deal)
            press(who, name)
        page.get_by_label("合作情况如何？").fill("按期交付")
        page.locator("form", has=page.get_by_label("合作情况如何？")).get_by_role("button").click()
        expect(page.get_by_text("5 / 5").first).to_be_visible()
        assert page.locator("ol.timeline > li").count() >= 6


def test_3_a_tender_takes_the_parameter_sheet_along_and_tells_its_outcome(
    stage: Stage, browser: Browser
) -> None:
    with (
        somebody(browser, stage, "plant") as page,
        somebody(browser, stage, "integrator") as sell,
        somebody(browser, stage, "operator") as desk,
    ):
        offer = published_service(sell, desk, "焊接产线集成")
        answer_scenario(page, stage)
        page.get_by_label("存为需求").fill("末端弧焊")
        press(page, "保存", exact=True)
        number_in(page)
        deal = inquire(page, offer, "走政府采购", route="government", need="末端弧焊")
        page.goto(f"{deal}parameters/")
        lines = page.locator("main table tbody tr")
        assert lines.count() >= 2
        sheet = lines.first.inner_text()
        assert not re.search("kuka|fanuc|库卡|发那科", page.get_by_role("main").inner_text(), re.I), sheet
        for kind in ("csv", "xlsx"):
            assert page.request.get(f"{stage.base}{deal}parameters.{kind}").status == 200
        stage.later()
        links = re.findall(r"/outcome/([\w:.-]+)/?", stage.letters())
        if not links:  # told in the inbox
            page.goto("/inbox/")
            page.get_by_role("main").get_by_role("button").filter(has_text="末端弧焊").first.click()
        else:
            page.goto(f"/outcome/{links[-1]}/")
        press(page, "已与其他供应方签约")
        expect(page.get_by_text("已记录").first).to_be_visible()
        page.goto(deal)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
