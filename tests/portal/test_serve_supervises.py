"""``robotplus serve`` brings web and worker up, starts either again, and ends both."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from robotplus.cli import serve
from robotplus.errors import InputError, RobotPlusError

ROBOTPLUS = Path(sys.executable).parent / "robotplus"


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def children(pid: int) -> dict[str, int]:
    """Process ids of the web master and of the worker under a supervisor."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            words = stat.with_name("cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if parent == pid:
            found["web" if "gunicorn" in words else "worker"] = int(stat.parent.name)
    return found


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/answers/", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture
def port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    environment |= {"ROBOTPLUS_HOME": str(tmp_path), "ROBOTPLUS_DEBUG": "1"}
    words = [str(ROBOTPLUS), "serve", "--port", str(port), "--processes", "1"]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_comes_up_heals_and_ends(served: subprocess.Popen[bytes], port: int) -> None:
    until(lambda: answers(port), 120, "no page came")
    before = children(served.pid)
    assert set(before) == {"web", "worker"}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def healed() -> bool:
        now = children(served.pid)
        return (
            set(now) == {"web", "worker"} and not set(before.values()) & set(now.values()) and answers(port)
        )

    until(healed, 90, "it does not heal")
    after = children(served.pid)
    served.terminate()
    assert served.wait(30) == 143
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in after.values()), 10, "orphans stay")


def test_a_port_in_use_is_said_in_one_line(port: int) -> None:
    with socket.socket() as s:
        s.bind(("127.0.0.1", port))
        s.listen()
        with pytest.raises(InputError, match="cannot listen here"):
            serve._free("127.0.0.1", port)
    serve._free("127.0.0.1", port)


def test_what_does_not_stay_up_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alive = tmp_path / "pid"
    healthy = (
        f"import os, time, pathlib; pathlib.Path({str(alive)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    commands = {
        "web": [sys.executable, "-c", healthy],
        "worker": [sys.executable, "-c", "raise SystemExit(3)"],
    }
    with pytest.raises(RobotPlusError, match=r"worker does not stay up .*3"):
        serve.supervise(commands)
    assert not Path(f"/proc/{alive.read_text()}").exists()
