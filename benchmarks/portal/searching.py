"""The search over 100,000 offers and 20,000 needs at 20 requests a second: page and API, alone and beside an answer."""

from __future__ import annotations

import contextlib
import http.cookiejar
import shutil
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.portal import load
from benchmarks.portal.databases import NAMES, Databases
from benchmarks.portal.served import Portal
from benchmarks.rows import Row, at_least, at_most, shown

BAR_MS: Final = 200.0
PATHS: Final = {"page": "/search/", "API": "/api/search"}
MANY: Final = "1000000"


def rows(
    vendor: str,
    databases: Databases,
    *,
    offers: int,
    needs: int,
    rate: float,
    seconds: float,
    filled: Path | None = None,
) -> Iterator[Row]:
    """
    Args:
        vendor: of the database.
        databases: where new ones come from.
        offers: how many are loaded.
        needs: how many are loaded.
        rate: requests a second.
        seconds: of each of the four loads.
        filled: a portal's folder with SQLite that was loaded before; it is used instead of a new one.
    """
    name = NAMES[vendor]
    with tempfile.TemporaryDirectory(prefix="robotplus-search-", ignore_cleanup_errors=True) as folder:
        home = filled or Path(folder)
        unlimited = {"API_VISITOR_CALLS_PER_MINUTE": MANY, "API_CALLS_PER_MINUTE": MANY}
        unlimited |= {"VISITOR_ANSWERS_PER_HOUR": MANY}
        portal = Portal(home, "" if filled else databases.new(vendor), **unlimited)
        if filled is None:
            portal.manage("prepare")
            portal.manage("load_many", "--offers", str(offers), "--needs", str(needs))
        with portal:
            member = str(portal.people()["integrator"]["session"])
            for busy in (False, True):
                beside = ", while an answer runs" if busy else ""
                with _answers(portal) if busy else contextlib.nullcontext(iter([0])) as finished:
                    for what, path in PATHS.items():
                        used = portal.web_processor_s()
                        times = load.put(portal.port, path, rate=rate, seconds=seconds, cookies=("", member))
                        used = portal.web_processor_s() - used
                        title = f"search {what}, {rate:g} requests a second{beside} ({name})"
                        yield at_most(f"{title}, 95 %", 1e3 * times.share(95), BAR_MS, "ms")
                        yield shown(f"{title}, half", 1e3 * times.share(50), "ms")
                        yield at_most(f"{title}, not answered", times.failures, 0, "")
                        each = 1e3 * used / (len(times.seconds) + load.WARM)
                        yield shown(f"{title}, the web's processor time", each, "ms a request")
                    if busy:
                        waiting = next(finished)
                        yield at_least(f"answers still waiting at the end of it ({name})", waiting, 1, "")
    if filled is None:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _answers(portal: Portal) -> Iterator[Iterator[int]]:
    """One answer after the other is being computed; gives how many have not been finished yet."""
    asked: list[str] = []
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(f"{portal.base}/answers/new/?scenario=arc_welding", timeout=60).read()
    token = next(c.value for c in jar if c.name == "csrftoken")
    for number in range(60):
        form = {"scenario": "arc_welding", "takt_s": f"{20 + 0.1 * number:.1f}", "csrfmiddlewaretoken": token}
        data = urllib.parse.urlencode(form).encode()
        with opener.open(f"{portal.base}/answers/new/", data, timeout=60) as page:
            asked.append(page.geturl())

    def waiting() -> Iterator[int]:
        while True:
            left = 0
            for address in asked:
                with opener.open(f"{address.rstrip('/')}/progress/", timeout=60) as page:
                    left += "HX-Redirect" not in page.headers
            yield left

    yield waiting()
    for address in asked:
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token}).encode()
        with contextlib.suppress(OSError):  # those that are done cannot be given up
            opener.open(f"{address.rstrip('/')}/cancel/", data, timeout=60).close()
