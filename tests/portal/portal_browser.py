"""A real browser for the portal's tests: pages that must not complain, and axe for who cannot see or point."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from robotplus.portal.web.assets import AXE, FRONTEND, is_built

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
UNUSABLE = "no Chromium" if CHROMIUM is None else "" if is_built() else "the front end is not built"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 720}


@dataclass
class Tab:
    """A page with what it complained of: console errors, refused resources, exceptions."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def axe(self) -> list[str]:
        """What axe finds wrong on the page as it is now; one line for each rule and place."""
        self.page.evaluate((FRONTEND / AXE).read_text(encoding="utf-8"))  # past the page's content policy
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{v['id']}: {n['target']} {n.get('failureSummary', '').splitlines()[-1:]}"
            for v in found
            for n in v["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return width


@contextmanager
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def tab(browser: Browser, base: str, **options: Any) -> Iterator[Tab]:
    """A fresh tab with its own cookies; ``options`` as of playwright's new_context."""
    context = browser.new_context(**{"base_url": base, "viewport": DESK, **options})
    opened = Tab(context.new_page())
    opened.page.on("pageerror", lambda e: opened.complaints.append(str(e)))
    opened.page.on(
        "console", lambda m: opened.complaints.append(m.text) if m.type in ("error", "warning") else None
    )
    yield opened
    context.close()
