"""The commands as a user runs them: wall time, memory, and what the answers hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import ours
from benchmarks.cells import NEEDS
from benchmarks.rows import Row, at_least, at_most, shown
from robotplus.certificates.certificate import read_certificate
from robotplus.checking.check import check

COMMAND = Path(sys.executable).parent / "robotplus"
HARD = ("bench_clutter", "bench_tunnel", "bench_long_arc")
EASY = "bench_seam"
MORE_EFFORT = 20
FOUND = ("proven", "proven_if_confirmed", "candidate")


@dataclass(frozen=True)
class Run:
    """How a command went; ``peak_bytes``: process and children together, shared pages counted once."""

    seconds: float
    peak_bytes: int
    code: int
    output: str


def run(*arguments: str) -> Run:
    """Run robotplus and watch its memory."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([str(COMMAND), *arguments], stdout=output, stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(_proportional(pid) for pid in _tree(process.pid)))
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        output.seek(0)
        return Run(seconds, peak, process.returncode, output.read())


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(p for child in children for p in _tree(int(child)))]


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def needs(only: Sequence[str] | None) -> list[Path]:
    """The example needs, or those of them that are named."""
    return [p for p in sorted(NEEDS.glob("*.toml")) if not only or p.stem in only]


def commands() -> list[Row]:
    """What every call pays."""
    version = min(run("--version").seconds for _ in range(5))
    start = min(run("answer", "--help").seconds for _ in range(5))
    return [
        at_most("robotplus --version", version, 0.3, "s"),
        at_most("start-up of answer (its --help)", start, 1.5, "s"),
    ]


def answers(only: Sequence[str] | None) -> list[Row]:
    """Every example need against the whole catalogue, warm, and how complete the answers are."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for path in needs(only):
            rows += _answer(path, Path(folder))
        if not only or EASY in only:
            everything = run("answer", str(NEEDS / f"{EASY}.toml"), "-o", f"{folder}/all", "--all")
            rows.append(at_most(f"answer {EASY} --all", everything.seconds, 60, "s"))
    return rows


def _answer(path: Path, folder: Path) -> list[Row]:
    asked = ["answer", str(path), "-o"]
    run(*asked, str(folder / "cold"))
    warm = run(*asked, str(folder / path.stem))
    if warm.code != 0:
        return [Row(f"answer {path.stem}", f"exit code {warm.code}", "0", "", False)]
    bound = 15.0 if path.stem in HARD else 3.0
    rows = [
        at_most(
            f"answer {path.stem}: complete, best ten checked (start-up included)", warm.seconds, bound, "s"
        )
    ]
    rows.append(at_most(f"answer {path.stem}: peak memory", warm.peak_bytes / 1e9, 1.5, "GB"))
    found = _found(folder / path.stem)
    run(*asked, str(folder / "more"), "--effort", str(MORE_EFFORT))
    thorough = _found(folder / "more")
    rows.append(shown(f"answer {path.stem}: robots found", len(found), "robots"))
    if thorough:
        share = len(found & thorough) / len(thorough)
        rows.append(at_least(f"answer {path.stem}: share of what {MORE_EFFORT}x work finds", share, 0.97, ""))
    return rows


def _found(folder: Path) -> set[str]:
    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    return {s["robot"] for s in answer["solutions"] if s["verdict"] in FOUND}


def checks(only: Sequence[str] | None) -> list[Row]:
    """Checking the certificates of the example answers, in process."""
    times, refused = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for path in needs(only):
            run("answer", str(path), "-o", folder)
            for file in sorted(Path(folder).glob("cert-*.json")):
                certificate = read_certificate(file.read_text(encoding="utf-8"))
                start = time.perf_counter()
                refused += not check(certificate, ours.catalogue()).holds
                times.append(time.perf_counter() - start)
                os.unlink(file)
    rows = [at_most("check of one certificate, median", float(np.median(times)), 0.3, "s")] if times else []
    return [
        *rows,
        at_most(f"certificates shown that check refuses, of {len(times)}", refused, 0, "certificates"),
    ]
