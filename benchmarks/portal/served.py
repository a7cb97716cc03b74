"""A portal as people run it: ``robotplus serve`` with a folder and a database of its own, web and worker together."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0  # until the first page; the catalogue is brought in before it
QUIET = {"ROBOTPLUS_HOME", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "ROBOTPLUS_DEBUG"}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Portal:
    """Started by ``with``; ``home`` and ``database`` stay as they are when it ends."""

    def __init__(self, home: Path, database: str = "", **environment: str) -> None:
        """
        Args:
            home: its folder.
            database: the address of its database; empty: SQLite in the folder.
            environment: further settings.
        """
        self.home = home
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = home / "serve.log"
        kept = {k: v for k, v in os.environ.items() if k not in QUIET}
        self.environment = {
            **kept,
            "ROBOTPLUS_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "robotplus.portal.settings",
            **({"DATABASE_URL": database} if database else {}),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, path: str = "/") -> float:
        """
        Returns:
            seconds until the first page came.

        Raises:
            RuntimeError: none came.
        """
        begun = time.monotonic()
        self.home.mkdir(parents=True, exist_ok=True)
        words = [str(Path(sys.executable).with_name("robotplus")), "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words, env=self.environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )
        while time.monotonic() - begun < PATIENCE_S and self._process.poll() is None:
            try:
                with urllib.request.urlopen(self.base + path, timeout=30) as page:
                    page.read()
                return time.monotonic() - begun
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"the portal did not come up: {self.said()[-500:]}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def said(self) -> str:
        """What its processes printed: also the letters it would have sent."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def manage(self, *words: str) -> str:
        """The output of one of the portal's commands."""
        command = [sys.executable, "-m", "robotplus.portal", *words]
        return _output(command, self.environment)

    def people(self) -> dict[str, Any]:
        """Somebody of every kind of organisation, signed in: see `benchmarks.portal.people`."""
        said = _output([sys.executable, "-m", "benchmarks.portal.people"], self.environment)
        made: dict[str, Any] = json.loads(said.splitlines()[-1])
        return made

    def later(self) -> None:
        """As if thirty days had passed since the inquiries."""
        _output([sys.executable, "-m", "benchmarks.portal.people", "later"], self.environment)

    def processes(self) -> list[int]:
        """Ids of all its processes."""
        pids = [] if self._process is None else [self._process.pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            pids += [int(p) for p in children.read_text().split()] if children.exists() else []
        return pids

    def web(self) -> list[Path]:
        """Where the system tells of each process of the web."""
        found = []
        for pid in self.processes():
            with contextlib.suppress(OSError):
                told = Path(f"/proc/{pid}")
                if b"gunicorn" in (told / "cmdline").read_bytes():
                    found.append(told)
        return found

    def web_processor_s(self) -> float:
        """Processor time of the web's processes so far."""
        stats = [(told / "stat").read_text(encoding="utf-8") for told in self.web()]
        ticks = sum(int(f) for stat in stats for f in stat.rpartition(")")[2].split()[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")

    def web_peak_mb(self) -> float:
        """The most memory that one of the web's processes ever held, in MB."""
        lines = [line for told in self.web() for line in (told / "status").read_text().splitlines()]
        return max(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _output(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])}: {done.stderr[-800:]}")
    return done.stdout
