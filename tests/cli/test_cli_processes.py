"""The console script as a process: quick to say its version, and gone without a trace on Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import SEAM, Command

from robotplus import __version__

COMMAND = Path(sys.executable).parent / "robotplus"


def test_version_and_help_load_no_engine() -> None:
    script = (
        "import sys\n"
        "from robotplus.cli.main import main\n"
        "codes = [main([w]) for w in ('--version', '--help')] + [main(['answer', '--help'])]\n"
        "heavy = {'numpy', 'pinocchio', 'rich.console'} & set(sys.modules)\n"
        "assert codes == [0, 0, 0] and not heavy, (codes, heavy)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"robotplus {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [[], ["answer"], ["prove"], ["check"], ["robots"], ["scenarios"], ["schema"], ["robots", "import"]],
)
def test_help_shows_an_example(words: list[str], command: Command) -> None:
    said = command(*words, "--help")
    assert said.code == 0 and f"Example: robotplus {' '.join(words)}".strip() in " ".join(said.out.split())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_answer_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    """The signal goes to the whole group, as the terminal's Ctrl-C does."""
    arguments = ["answer", SEAM, "-o", tmp_path / "out", "--effort", "1000", "--all", "--workers", "2"]
    process = subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 20
    while len(workers := children(process.pid)) < 2:
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.01)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (code, "")
    assert err == ("robotplus: interrupted\n" if number == signal.SIGINT else "")
    assert list(tmp_path.iterdir()) == []
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
