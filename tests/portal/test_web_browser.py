"""The pages in a real browser: nothing complains, axe finds nothing, keyboard, phone, dark, player and charts."""

from __future__ import annotations

import gzip
import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Cast
from django.contrib.staticfiles import finders
from django.core.management import call_command
from playwright.sync_api import Browser, expect
from portal_browser import PHONE, UNUSABLE, chromium, tab
from test_web_pages import proven  # noqa: F401 - a fixture

from robotplus.portal.catalogue.models import Model
from robotplus.portal.jobs.models import Job
from robotplus.portal.parties.models import Notice
from robotplus.portal.web.assets import BUILT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(UNUSABLE), reason=UNUSABLE),
    pytest.mark.django_db(transaction=True),
]
BARS = {"type": "bar", "data": [1, 2]}
PAGES = (
    "/",
    "/scenarios/",
    "/scenarios/arc_welding/",
    "/scenarios/concrete_paving/",
    "/say?q=qqq",
    "/accounts/login/",
    "/nope",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def triangle_glb(seconds: float = 2.0) -> bytes:
    """The smallest animated GLB: a triangle that moves one metre to the right."""
    data = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)
    data += struct.pack("<2f", 0, seconds) + struct.pack("<6f", 0, 0, 0, 1, 0, 0)
    spans = ((0, 36), (36, 8), (44, 24))
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "robot_base"}],
        "materials": [{"name": "link", "doubleSided": True}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "material": 0}]}],
        "buffers": [{"byteLength": len(data)}],
        "bufferViews": [{"buffer": 0, "byteOffset": o, "byteLength": n} for o, n in spans],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 3,
                "type": "VEC3",
                "min": [0, 0, 0],
                "max": [1, 1, 0],
            },
            {
                "bufferView": 1,
                "componentType": 5126,
                "count": 2,
                "type": "SCALAR",
                "min": [0],
                "max": [seconds],
            },
            {"bufferView": 2, "componentType": 5126, "count": 2, "type": "VEC3"},
        ],
        "animations": [
            {
                "samplers": [{"input": 1, "output": 2}],
                "channels": [{"sampler": 0, "target": {"node": 0, "path": "translation"}}],
            }
        ],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = (
        struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(data), 0x004E4942) + data
    )
    return struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_pages_fit_and_nothing_complains_not_even_axe(
    browser: Browser, live_server: Any, scheme: str, viewport: dict[str, int] | None
) -> None:
    options = {"viewport": viewport} if viewport else {}
    with tab(browser, live_server.url, color_scheme=scheme, **options) as one:
        for path in PAGES:
            one.page.goto(path)
            assert one.page.evaluate("document.documentElement.dataset.bsTheme") == scheme
            assert one.axe() == [], path
            assert one.overflow() <= 0, path
        assert [c for c in one.complaints if "404" not in c] == []


def test_a_busy_corner_fits_a_phone(browser: Browser, live_server: Any, cast: Cast) -> None:
    user = cast.operator
    Notice.objects.create(user=user, verb="x", subject_type="x", subject_id="1")
    Job.objects.create(kind="answer", key="x", user=user)
    session = cast.client("operator").cookies["sessionid"].value
    for language in ("zh-hans", "en"):
        with tab(browser, live_server.url, viewport=PHONE) as one:
            cookies = {"sessionid": session, "django_language": language}
            one.page.context.add_cookies(
                [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
            )
            one.page.goto("/")
            assert one.page.locator(".corner .count").count() == 2
            assert one.overflow() <= 0 and one.axe() == []


def test_the_first_tab_skips_to_the_content(browser: Browser, live_server: Any) -> None:
    with tab(browser, live_server.url) as one:
        one.page.goto("/")
        one.page.keyboard.press("Tab")
        assert one.page.evaluate("document.activeElement.className") == "skip"
        one.page.keyboard.press("Enter")
        assert one.page.evaluate("document.activeElement.id") == "main"


def test_a_sentence_leads_to_the_form_and_the_language_stays(browser: Browser, live_server: Any) -> None:
    with tab(browser, live_server.url, locale="en-US") as one:
        one.page.goto("/")
        assert one.page.evaluate("document.documentElement.lang") == "zh-CN"
        one.page.get_by_label("说出你要机器人做的事").fill("把纸箱码到托盘上")
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/scenarios/palletising/#numbers")
        one.page.get_by_role("button", name="English").click()
        one.page.wait_for_load_state()
        assert "/scenarios/palletising/" in one.page.url
        assert one.page.get_by_role("button", name="Answer", exact=True).is_visible()


def test_the_search_box_suggests_while_one_types(browser: Browser, live_server: Any, cast: Cast) -> None:
    call_command("reindex")  # the scenarios, at least
    with tab(browser, live_server.url) as one:
        one.page.goto("/")
        box = one.page.get_by_role("combobox", name="搜索", exact=True)
        box.press_sequentially("码垛")
        first = one.page.get_by_role("option").first
        expect(first).to_contain_text("码垛")
        assert box.get_attribute("aria-expanded") == "true" and one.axe() == []
        box.press("ArrowDown")
        assert first.get_attribute("aria-selected") == "true"
        assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
        box.press("Escape")
        expect(first).to_be_hidden()
        assert box.input_value() == "码垛" and box.get_attribute("aria-expanded") == "false"
        box.press("ArrowDown")
        box.press("Enter")
        one.page.wait_for_url("**/scenarios/palletising/")
        box.fill("码垛")
        box.press("Enter")  # nothing chosen: a search
        one.page.wait_for_url("**/search/?q=*")
        assert one.complaints == []


def test_light_and_dark_stay_as_chosen(browser: Browser, live_server: Any) -> None:
    with tab(browser, live_server.url) as one:
        one.page.goto("/")
        one.page.get_by_role("button", name="明暗切换").click()
        assert one.page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
        one.page.goto("/scenarios/")
        assert one.page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_the_list_filters_as_soon_as_a_field_is_chosen(browser: Browser, live_server: Any) -> None:
    with tab(browser, live_server.url) as one:
        one.page.goto("/scenarios/")
        one.page.get_by_label("领域").select_option("manufacturing")
        one.page.wait_for_url("**field=manufacturing**")
        assert one.page.get_by_label("领域").input_value() == "manufacturing"


def test_the_player_draws_plays_and_seeks(
    browser: Browser,
    live_server: Any,
    proven: Model,  # noqa: F811
    settings: Any,
) -> None:
    folder = Path(settings.MEDIA_ROOT) / "results" / ("cd" * 32)
    (folder / f"{'ab' * 32}.glb").write_bytes(triangle_glb())
    curves = {
        "t": [0, 1, 2],
        "clearance_mm": [50, 12, 50],
        "clearance_asked_mm": [10, 10, 10],
        "speed_used": [0, 0.95, 0],
    }
    (folder / f"{'ab' * 32}.profile.json").write_text(json.dumps(curves))
    with tab(browser, live_server.url) as one:
        one.page.goto("/scenarios/arc_welding/")
        assert one.page.locator(".player-controls").is_hidden() and one.axe() == []
        one.page.get_by_role("button", name="三维查看").click()
        one.page.locator("[data-player][data-state=ready]").wait_for()
        expect(one.page.locator(".player-clock")).not_to_have_text(re.compile(r"^0\.0 "))  # it runs
        one.page.get_by_role("button", name="播放或暂停").click()
        assert one.page.locator(".player-strip.is-known").count() == 2
        assert one.page.locator("[data-bar=torque]").inner_text() == "未给出"
        one.page.locator(".player-canvas").focus()
        one.page.keyboard.press("End")
        assert one.page.locator(".player-clock").inner_text() == "2.0 / 2.0 s"
        bar = one.page.locator("[data-bar=clearance]")
        box = bar.bounding_box()
        assert box is not None
        bar.click(position={"x": box["width"] / 2, "y": box["height"] / 2})  # where it is closest
        assert one.page.locator(".player-clock").inner_text() == "1.0 / 2.0 s"
        assert one.axe() == []
        assert one.complaints == []


def test_a_player_without_its_file_says_so(browser: Browser, live_server: Any, proven: Model) -> None:  # noqa: F811
    with tab(browser, live_server.url) as one:
        one.page.goto("/scenarios/arc_welding/")  # the file holds four bytes
        one.page.get_by_role("button", name="三维查看").click()
        one.page.locator(".player-failed").wait_for()
        assert one.page.locator(".player-stage").is_hidden()


def test_charts_come_only_where_one_is_asked_for(browser: Browser, live_server: Any) -> None:
    with tab(browser, live_server.url) as one:
        asked: list[str] = []
        one.page.on("request", lambda r: asked.append(r.url))
        one.page.goto("/scenarios/")
        one.page.wait_for_load_state("networkidle")
        assert not [u for u in asked if "charts.js" in u or "player.js" in u or "stage.js" in u]
        one.page.evaluate(
            """option => {
                const data = `<script type="application/json" id="c1">${option}</script>`;
                const main = document.querySelector("main");
                main.insertAdjacentHTML("beforeend", `${data}<div class="chart" data-chart="c1"></div>`);
                main.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: main } }));
            }""",
            json.dumps({"xAxis": {"type": "category", "data": ["甲", "乙"]}, "yAxis": {}, "series": [BARS]}),
        )
        one.page.locator(".chart svg").wait_for()
        assert "甲" in one.page.locator(".chart").inner_text() and one.complaints == []


def test_without_scripts_pages_read_and_forms_are_there(browser: Browser, live_server: Any) -> None:
    with tab(browser, live_server.url, java_script_enabled=False) as one:
        one.page.goto("/")
        one.page.get_by_label("说出你要机器人做的事").fill("点焊")
        one.page.get_by_role("button", name="查找").click()
        assert "/scenarios/" in one.page.url or "/say" in one.page.url
        one.page.goto("/scenarios/?field=manufacturing")
        assert one.page.get_by_role("button", name="筛选").is_visible()


def test_the_first_load_is_light() -> None:
    names = ["web/style.css", "web/app.js", "web/theme.js", "django_htmx/htmx-2.min.js"]
    found = [finders.find(name) for name in names]
    assert all(found)
    first = sum(len(gzip.compress(Path(str(f)).read_bytes())) for f in found)
    charts = len(gzip.compress((BUILT / "charts.js").read_bytes()))
    assert first < 200_000 and first + charts < 450_000
