"""Journeys of those who offer and seek other things than robots, and of the operator and officials."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from journey_stage import SERVED, Inside, Stage, decide, number_in, press, served, somebody
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from portal_browser import UNUSABLE, chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(UNUSABLE), reason=UNUSABLE),
    *([] if SERVED else [pytest.mark.django_db(transaction=True)]),
]
# who offers; the kind of offer with what is filled in; the kind of need that it answers with what is filled in
EXCHANGES = {
    "research": (
        "technology", {"title": "焊缝视觉跟踪技术", "topic": "焊缝视觉跟踪"},
        "technology_challenge",
        {"title": "薄板焊缝跟踪难题", "topic": "焊缝视觉跟踪", "problem": "反光", "targets": "误差 0.3 mm"},
    ),
    "bank": (
        "finance", {"title": "机器人设备贷", "product": "loan", "amount_max": "5000000"},
        "financing", {"title": "焊接线设备融资", "purpose": "购买机器人设备", "amount": "2000000"},
    ),
    "test_centre": (
        "test_service", {"title": "机器人性能检测", "standards": "GB/T 12642"},
        "test_request", {"title": "机械手性能检测需求", "subject": "机械手", "standards": "GB/T 12642"},
    ),
    "school": (
        "course", {"title": "焊接机器人编程班", "topic": "焊接机器人编程"},
        "job", {"title": "焊接机器人编程员", "skill": "焊接机器人编程"},
    ),
    "lessor": (
        "lease", {"title": "弧焊机器人月租", "model": "kuka_kr10_r1100_3"},
        "application", {"title": "短期弧焊用机器人", "scenario": "arc_welding"},
    ),
}  # fmt: skip


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


def fill(page: Page, path: str, values: dict[str, str]) -> None:
    """A kind's form, by the names of its fields."""
    page.goto(path)
    for name, value in values.items():
        one = page.locator(f"main [name='{name}']").first
        if one.evaluate("e => e.tagName") == "SELECT":
            one.select_option(value)
        else:
            one.fill(value)


@pytest.mark.parametrize("role", EXCHANGES)
def test_4_they_publish_and_find_each_other(stage: Stage, browser: Browser, role: str) -> None:
    offers, offered, needs, needed = EXCHANGES[role]
    with (
        somebody(browser, stage, role) as page,
        somebody(browser, stage, "plant") as plant,
        somebody(browser, stage, "operator") as desk,
    ):
        fill(page, f"/offers/new/?kind={offers}", offered)
        press(page, "保存")
        offer = number_in(page)
        press(page, "提交审核")
        decide(desk, offer, "通过并发布")
        fill(plant, f"/needs/new/?kind={needs}", needed)
        plant.locator("input[name=visibility][value=public]").check()
        press(plant, "保存")
        need = number_in(plant)
        press(plant, "公开征集")
        decide(desk, need, "通过")
        stage.settle()

        page.goto(f"/search/?q={needed['title']}&noun=need")
        expect(page.get_by_role("link", name=needed["title"]).first).to_be_visible()
        plant.goto(f"/search/?q={offered['title']}&noun=offer")
        expect(plant.get_by_role("link", name=offered["title"]).first).to_be_visible()
        match = plant.get_by_role("link", name=offered["title"], exact=True)
        for _ in range(stage.patience_ms // 1000):  # the worker finds it
            plant.goto(f"{need}matches/")
            if match.count():
                break
            plant.wait_for_timeout(1000)
        expect(match.first).to_be_visible()
        expect(plant.locator("article", has=match).first).to_contain_text("/ 100")
        plant.goto(need)
        expect(plant.get_by_role("heading", level=1)).to_have_text(needed["title"])


def test_5_operator_and_official_see_counts_export_and_take_down(stage: Stage, browser: Browser) -> None:
    with (
        somebody(browser, stage, "operator") as desk,
        somebody(browser, stage, "official") as official,
        somebody(browser, stage, "integrator") as page,
        somebody(browser, stage, "plant") as plant,
    ):
        fill(page, "/offers/new/?kind=service", {"title": "可疑的服务"})
        page.get_by_label("系统集成").check()
        press(page, "保存")
        offer = number_in(page)
        press(page, "提交审核")
        desk.goto("/desk/")
        expect(desk.get_by_text("可疑的服务").first).to_be_visible()
        decide(desk, offer, "通过并发布")
        fill(plant, "/needs/new/?kind=application", {"title": "私下的需求", "scenario": "arc_welding"})
        press(plant, "保存")
        need = number_in(plant)

        desk.goto("/desk/funnel/")
        expect(desk.get_by_role("heading", level=1)).to_be_visible()
        assert desk.locator("main table tbody tr").count() or "不足三" in desk.content()
        found = desk.request.get(f"{stage.base}/desk/funnel.xlsx")
        assert found.status == 200 and load_workbook(io.BytesIO(found.body())).active is not None
        assert desk.request.get(f"{stage.base}/desk/funnel.csv").status == 200
        official.goto("/desk/funnel/")
        expect(official.get_by_role("heading", level=1)).to_be_visible()
        assert "私下的需求" not in official.content()
        assert official.goto(need).status == 404  # type: ignore[union-attr]

        plant.goto(offer)
        plant.get_by_role("link", name=re.compile("举报")).click()
        for box in plant.locator("main select").all():
            box.select_option(index=1)
        plant.locator("main textarea").first.fill("虚假宣传")
        plant.get_by_role("main").locator("button.btn-primary").click()
        desk.goto("/desk/requests/")
        expect(desk.get_by_text("虚假宣传").first).to_be_visible()
        desk.goto(offer)
        desk.locator("summary", has_text="下架").click()
        desk.get_by_label("原因").last.fill("虚假宣传")
        desk.locator("details[open] button").click()
        assert plant.goto(offer).status == 404  # type: ignore[union-attr]
        page.goto(offer)
        expect(page.get_by_text("已撤回").first).to_be_visible()
        desk.goto("/desk/events/")
        for verb in ("offer.publish", "offer.take_down"):
            expect(desk.get_by_text(verb).first).to_be_visible()
