"""Where the journeys are walked: the test's own server with a handful of robots, or ``robotplus serve`` as it is.

``ROBOTPLUS_JOURNEYS=serve`` starts web and worker on a folder and database of their own; `make acceptance` does so.
Journeys know nothing of either: they see pages, letters, and somebody of every kind of organisation.
"""

from __future__ import annotations

import atexit
import functools
import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, Protocol

from answered import small_catalogue, use_small_catalogue, work_off
from benchmarks.portal import people
from benchmarks.portal.databases import Databases
from benchmarks.portal.served import Portal
from django.core import mail
from playwright.sync_api import Browser, Page, expect
from portal_browser import Tab, tab

from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.core.areas import do_load_areas
from robotplus.portal.search.index import do_index_scenarios

SERVED = os.environ.get("ROBOTPLUS_JOURNEYS") == "serve"


class Stage(Protocol):
    base: str
    people: dict[str, dict[str, Any]]
    patience_ms: int

    def settle(self) -> None:
        """Let the work that waits be done; where a worker runs, pages show when it is."""

    def letters(self) -> str:
        """All letters so far, the last one last."""

    def later(self) -> None:
        """Thirty days pass for inquiries."""


class Inside:
    """The test's own server: work is done when it is asked for."""

    patience_ms = 15_000

    def __init__(self, base: str, monkeypatch: Any) -> None:
        use_small_catalogue(monkeypatch)
        do_load_areas()
        do_load_catalogue(small_catalogue())
        do_index_scenarios()
        self.base = base
        self.people = people.make()

    def settle(self) -> None:
        work_off()

    def letters(self) -> str:
        return "\n".join(f"To: {', '.join(m.to)}\n{m.body}" for m in mail.outbox)

    def later(self) -> None:
        with redirect_stdout(io.StringIO()):
            people.later()


class Served:
    """``robotplus serve`` with the whole catalogue."""

    patience_ms = 300_000

    def __init__(self, portal: Portal) -> None:
        self._portal, self.base, self.people = portal, portal.base, portal.people()

    def settle(self) -> None:
        """Its worker does it."""

    def letters(self) -> str:
        return self._portal.said()

    def later(self) -> None:
        self._portal.later()


@functools.cache
def served() -> Served:
    """One for all journeys of this run."""
    ending = ExitStack()
    atexit.register(ending.close)
    folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="robotplus-journeys-"))
    databases = ending.enter_context(Databases())
    address = databases.new("postgresql") if os.environ.get("DATABASE_URL", "").startswith("postgres") else ""
    portal = Portal(Path(folder), address, VISITOR_ANSWERS_PER_HOUR="1000")
    return Served(ending.enter_context(portal))


@contextmanager
def somebody(browser: Browser, stage: Stage, role: str = "", **options: Any) -> Iterator[Page]:
    """A tab of somebody, without a role of a visitor; what its pages complain of fails the journey."""
    with tab(browser, stage.base, **options) as one:
        if role:
            cookie = {"name": "sessionid", "value": str(stage.people[role]["session"]), "url": stage.base}
            one.page.context.add_cookies([cookie])
        one.page.set_default_timeout(30_000)
        try:
            yield one.page
        except Exception as e:
            said = " ".join(one.page.locator("body").inner_text().split())
            e.add_note(f"{role or 'a visitor'} stood on {one.page.url}: {said[:600]}")
            raise
        assert serious(one) == []


def serious(one: Tab) -> list[str]:
    """Complaints, without those of pages that refuse on purpose."""
    return [c for c in one.complaints if "favicon" not in c and not re.search(r"status of 4\d\d", c)]


def press(page: Page, name: str, **options: Any) -> None:
    page.get_by_role("main").get_by_role("button", name=name, **options).first.click()


def decide(desk: Page, path: str, move: str) -> None:
    """The operator makes a move on a page."""
    desk.goto(path)
    press(desk, move, exact=True)


def number_in(page: Page) -> str:
    """The path of the page that one was led to, of a thing with a number."""
    page.wait_for_url(re.compile(r"/\d+/$"))
    return "/" + page.url.split("/", 3)[3]


def answer_scenario(page: Page, stage: Stage) -> None:
    """From the home page's box to a finished answer."""
    page.goto("/")
    box = page.get_by_role("main").locator("input[name=q]")
    box.fill("弧焊")
    box.press("Enter")
    page.wait_for_url(re.compile("/scenarios/arc_welding/"))
    press(page, "求解")
    page.wait_for_url(re.compile("/answers/"))
    stage.settle()
    ranked = page.locator(".ranking .verdict-proven, .ranking .verdict-proven_if_confirmed").first
    expect(ranked).to_be_visible(timeout=stage.patience_ms)
    expect(page.locator("[data-player]").first).to_be_visible(timeout=stage.patience_ms)
    page.wait_for_load_state()


def letter_code(stage: Stage, address: str) -> str:
    """The code in the last letter to an address."""
    last = stage.letters().rpartition(f"To: {address}")[2]
    found = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", last, re.M)
    assert found is not None, last[-500:]
    return found[1]


def sign_up(page: Page, stage: Stage, address: str, name: str) -> None:
    """On the page of the registration, up to the code by letter and beyond."""
    page.get_by_label("姓名").fill(name)
    page.get_by_label("电子邮件").fill(address)
    for label in ("密码", "密码（重复）"):
        page.get_by_label(label, exact=True).fill(people.PASSWORD)
    page.get_by_label("我同意隐私政策").check()
    press(page, "注册")
    page.locator("input[name=code]").wait_for()
    page.locator("input[name=code]").fill(letter_code(stage, address))
    page.get_by_role("main").locator("button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
