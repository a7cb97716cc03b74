"""Journeys of the plant and of the visitor: from a sentence to a proof that can be taken home."""

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
    sign_up,
    somebody,
)
from playwright.sync_api import Browser, expect
from portal_browser import UNUSABLE, chromium

from robotplus.portal.web.fields import PLAN_FIELDS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(UNUSABLE), reason=UNUSABLE),
    *([] if SERVED else [pytest.mark.django_db(transaction=True)]),
]


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


def test_1_a_plant_engineer_gets_a_proof_and_keeps_the_need(stage: Stage, browser: Browser) -> None:
    with somebody(browser, stage, "plant") as page, somebody(browser, stage, "operator") as desk:
        page.goto("/")
        for field in PLAN_FIELDS:
            expect(page.get_by_role("main").get_by_text(field.label.zh).first).to_be_visible()
        page.goto("/scenarios/arc_welding/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("弧焊")
        assert page.locator("main form input[inputmode=decimal]").count() >= 4
        answer_scenario(page, stage)
        expect(page.locator(".ranking .time").first).to_contain_text("s")
        expect(page.get_by_text("未").first).to_be_attached()
        address = page.url
        need_file = page.request.get(f"{address.partition('?')[0]}files/need.json").body()
        page.locator("#solution a[href^='/evidence/']").first.click()
        page.wait_for_url(re.compile(r"/evidence/\w+/"))
        press(page, "核验")
        stage.settle()
        expect(page.get_by_text(re.compile("全部结论成立")).first).to_be_visible(timeout=stage.patience_ms)

        page.goto("/answers/new/?scenario=arc_welding")
        upload = {"name": "need.json", "mimeType": "application/json", "buffer": need_file}
        page.locator("input[name=files]").set_input_files([upload])  # type: ignore[list-item]
        press(page, "求解")
        page.wait_for_url(re.compile("/answers/"))
        stage.settle()
        expect(page.locator(".ranking .verdict").first).to_be_visible(timeout=stage.patience_ms)
        page.goto(address)
        page.get_by_label("存为需求").fill("座椅骨架弧焊")
        press(page, "保存", exact=True)
        need = number_in(page)
        with somebody(browser, stage) as stranger:
            assert stranger.goto(need).status == 404  # type: ignore[union-attr]
        page.goto(f"{need}edit/")
        page.locator("input[name=visibility][value=public]").check()
        page.locator("input[name=hide_organisation]").check()
        press(page, "保存")
        page.goto(need)
        press(page, "公开征集")
        decide(desk, need, "通过")
        with somebody(browser, stage) as stranger:
            stranger.goto(need)
            expect(stranger.get_by_role("heading", level=1)).to_have_text("座椅骨架弧焊")
            assert "座椅总成厂" not in stranger.get_by_role("main").inner_text()
            stranger.goto("/")
            stranger.get_by_role("button", name="English").click()
            stranger.wait_for_load_state()
            stranger.goto("/scenarios/arc_welding/")
            expect(stranger.get_by_role("main").get_by_role("button", name="Answer").first).to_be_visible()


def test_6_a_visitor_searches_answers_and_takes_the_answer_along(stage: Stage, browser: Browser) -> None:
    with somebody(browser, stage) as page, somebody(browser, stage) as stranger:
        page.goto("/search/?q=焊接机器人")
        assert page.locator("main li.list-group-item").count() >= 1
        answer_scenario(page, stage)
        assert page.locator("input[type=file]").count() == 0
        path = page.url.removeprefix(stage.base).partition("?")[0]
        assert len(path.strip("/").rpartition("/")[2]) >= 20
        expect(page.get_by_text(re.compile(r"保留.*20\d\d-")).first).to_be_visible()
        stranger.goto(path)
        expect(stranger.locator(".verdict").first).to_be_visible()
        stranger.goto("/answers/")
        assert path not in stranger.content()
        page.locator("a[href*='/accounts/signup/']").last.click()
        address = f"visitor-{path.strip('/')[-6:].lower().strip('_-')}x@example.org"
        sign_up(page, stage, address, "王工")
        page.goto("/answers/")
        expect(page.locator(f"a[href^='{path}']").first).to_be_visible()
