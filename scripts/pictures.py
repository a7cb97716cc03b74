"""Take the pictures of docs/images in headless Chromium: ``python -m scripts.pictures REPORT``, or, of the portal that
runs at an address, ``python -m scripts.pictures --portal http://127.0.0.1:8000 /answers/…/``.

The report must hold both languages, as ``robotplus answer`` writes it. The answer is one that its link opens.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.reporting.report_browser import Browser

IMAGES = Path(__file__).parent.parent / "docs" / "images"
WIDTH = 1200
SHOTS = {  # name -> the element at the top, the element at the bottom
    "ranking": ("body", "tr.opens:nth-of-type(6)"),
    "playback": ("article:not([hidden])", "article:not([hidden]) [data-seek]"),
}
MOMENT = 0.45  # of the cycle, with the tool at work
EDGE = 12
PORTAL_WIDTH = 1280
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def take(browser: Browser, top: str, bottom: str) -> bytes:
    """A PNG of the page from one element to another."""
    box = f"""(() => {{
        const a = document.querySelector("{top}").getBoundingClientRect();
        const b = document.querySelector("{bottom}").getBoundingClientRect();
        return [a.top + scrollY, b.bottom + scrollY];
    }})()"""
    first, last = browser.run(box)
    start = max(0.0, first - EDGE)
    return browser.picture(top=start, width=WIDTH, height=last + EDGE - start)


def of_portal(base: str, answer: str) -> None:
    """A scenario's page and an answer's, the answer with its motion half done."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for ending, language in (("", "en"), (".zh", "zh-hans")):
            page = chromium.new_page(viewport={"width": PORTAL_WIDTH, "height": 820}, base_url=base)
            page.context.add_cookies([{"name": "django_language", "value": language, "url": base}])
            for name, path in (("portal-scenario", "/scenarios/arc_welding/"), ("portal-answer", answer)):
                page.goto(path)
                if path == answer:
                    page.locator("[data-player][data-state=ready]").wait_for()
                    bar = page.locator("[data-bar=speed]")
                    box = bar.bounding_box() or {"width": 0, "height": 0}
                    bar.click(position={"x": box["width"] * MOMENT, "y": box["height"] / 2})
                    page.wait_for_timeout(1000)  # the frame is drawn when the browser finds time
                page.screenshot(path=IMAGES / f"{name}{ending}.png")
            page.close()
        chromium.close()


def main() -> None:
    """All pictures in both languages, of a report or of the portal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", help="a report, or the path of an answer")
    parser.add_argument("--portal", metavar="ADDRESS", default="")
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    if options.portal:
        of_portal(options.portal, options.page)
    else:
        of_report(Path(options.page).resolve())


def of_report(report: Path) -> None:
    """The ranking, and the playback of the best."""
    for ending, fragment in (("", "#en"), (".zh", "")):
        with tempfile.TemporaryDirectory() as profile, Browser(Path(profile)) as browser:
            browser.resize(WIDTH, height=1000, mobile=False)
            browser.open(report, fragment)
            slide = f"""(() => {{
                const time = document.querySelector("article:not([hidden]) input[type=range]");
                time.value = time.max * {MOMENT};
                time.dispatchEvent(new Event("input", {{ bubbles: true }}));
            }})()"""
            browser.run(slide)
            time.sleep(1)  # the frame is drawn when the browser finds time
            for name, (top, bottom) in SHOTS.items():
                (IMAGES / f"{name}{ending}.png").write_bytes(take(browser, top, bottom))


if __name__ == "__main__":
    main()
