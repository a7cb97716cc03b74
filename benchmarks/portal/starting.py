"""From nothing to the first page: an empty folder, the second start, and a fresh clone with its downloads."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.portal.databases import NAMES, Databases
from benchmarks.portal.served import ROOT, Portal, free_port
from benchmarks.rows import Row, at_most, shown

FRESH_S: Final = 180.0
AGAIN_S: Final = 5.0


def serve(vendor: str, databases: Databases) -> Iterator[Row]:
    """``robotplus serve`` with an empty folder and database, then with the same ones again."""
    with tempfile.TemporaryDirectory(prefix="robotplus-start-", ignore_cleanup_errors=True) as folder:
        portal = Portal(Path(folder), databases.new(vendor))
        for title, bar in (("the first start", FRESH_S), ("the second start", AGAIN_S)):
            seconds = portal.start()
            portal.stop()
            yield at_most(f"robotplus serve to its first page, {title} ({NAMES[vendor]})", seconds, bar, "s")


def make_serve() -> Iterator[Row]:
    """``git clone``, then what ``make serve`` does, on a free port, until the first page."""
    with tempfile.TemporaryDirectory(prefix="robotplus-clone-", ignore_cleanup_errors=True) as folder:
        clone = Path(folder) / "robotplus"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        port = free_port()
        environment = {**os.environ, "ROBOTPLUS_HOME": str(Path(folder) / "home")}
        begun = time.monotonic()
        subprocess.run(["make", "-s", "build"], cwd=clone, env=environment, check=True, capture_output=True)
        built = time.monotonic() - begun
        words = [str(clone / ".venv/bin/robotplus"), "serve", "--port", str(port)]
        server = subprocess.Popen(words, cwd=clone, env=environment, stdout=subprocess.DEVNULL)
        try:
            while server.poll() is None and time.monotonic() - begun < 4 * FRESH_S:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read()
                    break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.1)
            seconds = time.monotonic() - begun if server.poll() is None else float("inf")
        finally:
            server.terminate()
            server.wait()
        yield shown("make build on a fresh clone, with downloads", built, "s")
        yield at_most("make serve on a fresh clone, with downloads, to the first page", seconds, FRESH_S, "s")
