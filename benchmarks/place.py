"""Where and on what a measurement was made."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.rows import Row, shown

ROOT = Path(__file__).parent.parent


def place() -> Iterator[Row]:
    """Day, commit and machine."""
    yield shown("measured on", f"{datetime.now(UTC):%Y-%m-%d}, commit {commit()}", "")
    cores = len(os.sched_getaffinity(0))
    yield shown("machine", f"{cores} cores of {processor()}, Python {platform.python_version()}", "")


def commit() -> str:
    """The short name of the commit, with a plus where tracked files differ from it; "unknown" without git."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()


def processor() -> str:
    """The processor's name."""
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    except OSError:
        found = None
    return found[1] if found else platform.machine()
