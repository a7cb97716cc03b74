"""The answer page in a real browser: nothing complains, a moment is one press away, four compare, it prints whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from answered import answered, use_small_catalogue
from conftest import Cast
from django.urls import reverse
from playwright.sync_api import Browser, expect
from portal_browser import DESK, PHONE, UNUSABLE, chromium, tab

from robotplus.portal.core.reader import Reader
from robotplus.portal.matches.models import Answer
from robotplus.portal.matches.shown import page_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(UNUSABLE), reason=UNUSABLE),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def answer(db: None, monkeypatch: pytest.MonkeyPatch) -> Answer:
    use_small_catalogue(monkeypatch)
    return answered(Reader(visitor="v"))


def address(answer: Answer) -> str:
    return reverse("answer", args=[answer.slug])


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", PHONE)])
def test_it_fits_and_nothing_complains_not_even_axe(
    browser: Browser, live_server: Any, answer: Answer, scheme: str, viewport: dict[str, int]
) -> None:
    with tab(browser, live_server.url, color_scheme=scheme, viewport=viewport) as one:
        for path in (address(answer), reverse("answer_compare", args=[answer.slug])):
            one.page.goto(path)
            if path == address(answer):
                one.page.locator("[data-player][data-state=ready]").wait_for()
            assert one.axe() == [] and one.overflow() <= 0 and one.complaints == [], path


def test_a_press_on_a_curve_or_a_colour_jumps_to_the_moment(
    browser: Browser, live_server: Any, answer: Answer
) -> None:
    with tab(browser, live_server.url) as one:
        one.page.goto(address(answer))
        player = one.page.locator("[data-player][data-state=ready]")
        player.wait_for()
        clock = one.page.locator(".player-clock")
        end = float(re.findall(r"[\d.]+", clock.inner_text())[1])
        chart = one.page.locator("#evidence .seekable").first
        box = chart.bounding_box()
        assert box is not None
        chart.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
        assert abs(float(clock.inner_text().split(" ")[0]) - end / 2) < 0.02 * end
        moved = re.findall(r"[\d.]+", chart.locator(".cursor").get_attribute("transform") or "")
        assert abs(float(moved[0]) - 300) < 12  # half of the chart's 600
        one.page.locator("[data-seek]").first.click()
        closest = float(one.page.locator("[data-seek]").first.get_attribute("data-seek") or "nan")
        assert abs(float(clock.inner_text().split(" ")[0]) - closest) < 0.06
        page = page_of(answer.key)
        assert page is not None
        other = next(r for r in page["rows"][1:] if r["certificate"])
        one.page.locator(f"#robot-{other['robot']} a.model").click()
        expect(one.page.locator("#solution h2")).to_contain_text(other["model"])
        one.page.locator("[data-player][data-state=ready]").wait_for()
        assert one.page.locator("canvas").count() == 1 and "robot=" in one.page.url
        assert [c for c in one.complaints if "context" not in c.lower()] == []


def test_no_more_than_four_can_be_chosen(browser: Browser, live_server: Any, answer: Answer) -> None:
    with tab(browser, live_server.url) as one:
        one.page.goto(address(answer))
        one.page.evaluate(  # as many as a long ranking has
            """() => {
                const list = document.querySelector(".ranking");
                const row = list.querySelector("input[form=compare]").closest("li");
                for (let i = 0; i < 5; i += 1) list.append(row.cloneNode(true));
            }"""
        )
        boxes = one.page.locator(".ranking input[type=checkbox]")
        for i in range(4):
            boxes.nth(i).check()
        assert boxes.nth(4).is_disabled()
        boxes.nth(0).uncheck()
        assert boxes.nth(4).is_enabled()
        one.page.get_by_role("button", name="对比所选").click()
        one.page.wait_for_url("**/compare/?robot=*")
        assert one.page.locator("th[scope=col]").count() >= 1


def test_it_prints_whole(browser: Browser, live_server: Any, answer: Answer) -> None:
    page = page_of(answer.key)
    assert page is not None
    with tab(browser, live_server.url, viewport={"width": 718, "height": 1000}) as one:
        one.page.goto(address(answer))
        one.page.emulate_media(media="print")
        for row in page["rows"]:
            expect(one.page.locator(f"#robot-{row['robot']} .model")).to_be_visible()
        expect(one.page.locator("#refusals")).to_be_visible()
        expect(one.page.locator("#evidence")).to_be_visible()
        for hidden in (".site-head", ".answer-bar", "#what-if", ".compare-bar", ".player-controls"):
            expect(one.page.locator(hidden)).to_be_hidden()
        assert one.overflow() <= 0


def test_without_scripts_all_is_there(browser: Browser, live_server: Any, cast: Cast, answer: Answer) -> None:
    with tab(browser, live_server.url, java_script_enabled=False) as one:
        one.page.goto(address(answer))
        one.page.get_by_label("排序").select_option("cycle")
        one.page.get_by_role("button", name="筛选").click()
        assert "sort=cycle" in one.page.url
        one.page.locator("details.menu summary").click()
        assert one.page.get_by_role("link", name="排名 CSV").is_visible()
        one.page.locator(".ranking a.model").nth(1).click()
        assert "robot=" in one.page.url
