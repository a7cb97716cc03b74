"""Take the pictures of docs/images from a report in headless Chromium: ``python -m scripts.pictures REPORT``.

The report must hold both languages, as ``robotplus answer`` writes it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.reporting.report_browser import Browser

IMAGES = Path(__file__).parent.parent / "docs" / "images"
WIDTH = 1200
SHOTS = {  # name -> the element at the top, the element at the bottom
    "ranking": ("body", "tr.opens:nth-of-type(6)"),
    "playback": ("article:not([hidden])", "article:not([hidden]) [data-seek]"),
}
MOMENT = 0.45  # of the cycle, with the tool at work
EDGE = 12


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


def main() -> None:
    """Both pictures in both languages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    report = parser.parse_args().report.resolve()
    IMAGES.mkdir(exist_ok=True)
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
