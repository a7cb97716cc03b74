"""The report in a real browser, offline: the player draws and obeys, and nothing runs that must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from report_browser import CHROMIUM, Browser
from test_report_html import hostile

from robotplus.matching.answer import Answer
from robotplus.reporting.assets import player_script
from robotplus.reporting.report import write_report

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(
        player_script() is None, reason="the player is not built (robotplus.reporting.assets)"
    ),
]

CLOCK = "parseFloat(document.querySelector('.clock').textContent)"
OPEN = "[...document.querySelectorAll('article')].map(a => !a.hidden)"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def path(answer: Answer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(answer, tmp_path_factory.mktemp("report") / "report.html")


def test_the_player_reaches_a_frame_and_nothing_complains(browser: Browser, path: Path) -> None:
    browser.open(path)
    assert (
        browser.run("document.documentElement.dataset.player") == "ready"
    )  # a frame with triangles was drawn
    assert browser.run("document.querySelectorAll('tr.opens').length") == 3
    assert browser.run(OPEN) == [True, False, False]
    assert browser.run("document.querySelector('.clock').textContent") == "0.00 / 17.00 s"
    assert browser.complaints == []


def test_play_pause_keys_and_dips_move_the_clock(browser: Browser, path: Path) -> None:
    browser.open(path)
    browser.run("document.querySelector('.play').click()")
    browser.until(f"{CLOCK} > 0.2")
    browser.run("document.querySelector('.play').click()")
    dip = browser.run("[...document.querySelectorAll('[data-seek]')][1].dataset.seek")
    browser.run("[...document.querySelectorAll('[data-seek]')][1].click()")
    assert abs(browser.run(CLOCK) - float(dip)) < 0.01
    browser.run("document.querySelector('.canvas').focus()")
    browser.press("End", "End")
    assert browser.run(CLOCK) == 17.0
    browser.press("ArrowLeft", "ArrowLeft")
    assert 16.0 < browser.run(CLOCK) < 17.0
    assert "mm" in browser.run("document.querySelector('.readout').textContent")
    assert browser.complaints == []


def test_a_row_opens_its_solution(browser: Browser, path: Path) -> None:
    browser.open(path)
    browser.run("document.querySelector('tr[data-row=\"1\"] a').click()")
    browser.until("document.querySelector('.clock').textContent.endsWith('/ 19.04 s')")
    assert browser.run(OPEN) == [False, True, False]
    browser.open(path, "#solution-2")
    assert browser.run(OPEN) == [False, False, True]
    assert browser.complaints == []


def test_the_switch_shows_one_language_at_a_time(browser: Browser, path: Path) -> None:
    browser.open(path)
    seen = "document.querySelector('main').innerText"
    assert "不是风险评估" in browser.run(seen) and "Not a risk assessment" not in browser.run(seen)
    browser.run("document.getElementById('say-en').click()")
    assert "不是风险评估" not in browser.run(seen) and "Not a risk assessment" in browser.run(seen)
    assert browser.run("document.documentElement.lang") == "en"
    assert browser.run("document.querySelector('.play').getAttribute('aria-label')") == "Play"


def test_nothing_is_cut_off_on_a_phone(browser: Browser, path: Path) -> None:
    browser.resize(375)
    browser.open(path)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.run("document.documentElement.scrollWidth") <= 375
    browser.resize(1280)


def test_hostile_texts_do_not_run(browser: Browser, answer: Answer, tmp_path: Path) -> None:
    browser.open(write_report(hostile(answer), tmp_path / "report.html"))
    assert browser.run("document.documentElement.dataset.player") == "ready"
    assert browser.run("document.documentElement.dataset.owned === undefined")
    assert browser.complaints == []


def test_the_playback_stands_near_the_top_and_its_evidence_is_folded(browser: Browser, path: Path) -> None:
    browser.resize(375)
    browser.open(path)
    top = "document.querySelector('{}').getBoundingClientRect().top"
    assert browser.run(top.format(".canvas")) < 800 < browser.run(top.format("#ranking"))
    shown = "[...document.querySelectorAll('details.evidence')].map(d => d.open)"
    assert browser.run(shown) == [False, False, False]
    browser.run("document.querySelector('details.evidence summary').click()")
    browser.run("document.querySelector('tr[data-row=\"1\"] a').click()")
    assert browser.run(shown) == [True, True, True]
    browser.run("document.querySelectorAll('details.evidence summary')[1].click()")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run(shown) == [True, True, True]
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run(shown) == [False, False, False]
    browser.resize(1280)
    assert browser.complaints == []
