"""The search over 100,000 offers and 20,000 needs at 20 requests a second: page and API, alone and beside an answer."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.portal import load
from benchmarks.portal.calls import Caller
from benchmarks.portal.databases import NAMES, Databases
from benchmarks.portal.served import Portal
from benchmarks.rows import Row, at_least, at_most, shown

BAR_MS: Final = 200.0
PATHS: Final = {"page": "/search/", "API": "/api/search"}
MANY: Final = "1000000"
ANSWERS: Final = 40  # asked for at once; a member may have that many waiting


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
        portal = Portal(home, "" if filled else databases.new(vendor), **unlimited)
        if filled is None:
            portal.manage("prepare")
            portal.manage("load_many", "--offers", str(offers), "--needs", str(needs))
        with portal:
            people = portal.people()
            member = str(people["integrator"]["session"])
            asker = Caller(portal.port, str(people["plant"]["token"]))
            for busy in (False, True):
                beside = ", while an answer runs" if busy else ""
                with _answers(asker) if busy else contextlib.nullcontext() as waiting:
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
                    if waiting is not None:
                        left = waiting()
                        yield shown(f"answers finished meanwhile ({name})", ANSWERS - left, "")
                        yield at_least(f"answers not finished at the end of it ({name})", left, 1, "")
    if filled is None:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _answers(caller: Caller) -> Iterator[Callable[[], int]]:
    """One answer after the other is being computed; gives how many are not finished yet."""
    asked = []
    for number in range(ANSWERS):
        sent = {"scenario": "arc_welding", "numbers": {"takt_s": 20 + 0.1 * number}}
        asked.append(caller.post("/api/answers", sent).document["slug"])

    def waiting() -> int:
        states = [caller.get(f"/api/answers/{slug}").document["state"] for slug in asked]
        return sum(state in ("queued", "running") for state in states)

    yield waiting
    for slug in asked:
        caller.post(f"/api/answers/{slug}/cancel")
