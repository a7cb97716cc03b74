"""How heavy the main pages are on a first load, and how soon the largest thing on them is drawn (LCP)."""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright

from benchmarks.portal.databases import Databases
from benchmarks.portal.served import Portal
from benchmarks.rows import Row, at_most

WEIGHT_KB: Final = 500.0
LCP_S: Final = 1.5
LOADS: Final = 3
SETTLES_MS: Final = 800
FLAGS: Final = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
PLAYER: Final = re.compile(r"(player|stage)[^/]*\.js|\.glb|profile\.json")
LARGEST: Final = """() => new Promise(done => {
    new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
        .observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => done(null), 3000);
})"""
PUBLIC: Final = (
    "/", "/scenarios/", "/scenarios/arc_welding/", "/search/?q=焊接", "/models/", "/models/kuka_kr10_r1100_3/",
    "/offers/", "/needs/", "/evidence/", "/programmes/", "/accounts/login/",
)  # fmt: skip
OWN: Final = {"plant": ("/needs/new/?kind=application", "/deals/"), "operator": ("/desk/", "/desk/funnel/")}


def rows(databases: Databases) -> Iterator[Row]:
    """Each page in a browser that has seen none of it before."""
    with (
        tempfile.TemporaryDirectory(prefix="robotplus-pages-", ignore_cleanup_errors=True) as folder,
        Portal(Path(folder), databases.new("sqlite")) as portal,
        sync_playwright() as playwright,
    ):
        people = portal.people()
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        visits = [(path, "") for path in PUBLIC]
        visits += [(p, str(people[role]["session"])) for role, paths in OWN.items() for p in paths]
        visits.append((_answered(chromium, portal), ""))
        for path, session in visits:
            loads = [_load(chromium, portal, path, session) for _ in range(LOADS)]
            name = "an answer" if path.startswith("/answers/") else path
            yield at_most(f"first load of {name}", max(w for w, _ in loads), WEIGHT_KB, "kB")
            yield at_most(f"largest paint of {name}", statistics.median(t for _, t in loads), LCP_S, "s")
        chromium.close()


def _answered(browser: Browser, portal: Portal) -> str:
    """The address of a visitor's answer, once it is there."""
    context = browser.new_context(base_url=portal.base)
    page = context.new_page()
    page.goto("/scenarios/arc_welding/")
    page.get_by_role("main").get_by_role("button", name="求解").first.click()
    page.wait_for_url(re.compile("/answers/"))
    page.locator(".verdict").first.wait_for(timeout=300_000)
    path = page.url.removeprefix(portal.base).partition("?")[0]
    context.close()
    for _ in range(3000):  # the worker may still be writing: pages are timed on a quiet machine
        with urllib.request.urlopen(f"{portal.base}{path}progress/", timeout=30) as answer:
            if "HX-Redirect" in answer.headers:
                return path
        time.sleep(0.1)
    raise RuntimeError("the answer did not come")


def _load(browser: Browser, portal: Portal, path: str, session: str) -> tuple[float, float]:
    """Kilobytes over the wire without the 3D player, and the seconds to the largest paint."""
    context = browser.new_context(base_url=portal.base, viewport={"width": 1280, "height": 800})
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": portal.base}])
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    addresses: dict[str, str] = {}
    weights: dict[str, float] = {}

    def began(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def ended(event: dict[str, Any]) -> None:
        weights[event["requestId"]] = event["encodedDataLength"]

    wire.on("Network.requestWillBeSent", began)
    wire.on("Network.loadingFinished", ended)
    page.goto(path, wait_until="load")
    page.wait_for_timeout(SETTLES_MS)
    largest = page.evaluate(LARGEST)
    context.close()
    weight = sum(w for r, w in weights.items() if not PLAYER.search(addresses.get(r, "")))
    return weight / 1000, float("inf") if largest is None else largest / 1000
