"""The commands as a user runs them: wall time, memory, and what the answers hold."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ours, pieces, thorough
from benchmarks.pieces import Piece
from benchmarks.rows import Row, at_least, at_most, shown
from benchmarks.watch import Watch
from robotplus.certificates.certificate import read_certificate
from robotplus.checking.check import check

NEEDS = Path(__file__).parent.parent / "examples" / "needs"
COMMAND = Path(sys.executable).parent / "robotplus"
HARD = ("bench_clutter", "bench_tunnel", "bench_long_arc")
EASY = "bench_seam"
MORE_WORK = 20
FOUND = ("proven", "proven_if_confirmed", "candidate")
LOOK_S = 0.1  # between two looks at the memory


@dataclass(frozen=True)
class Run:
    """How a command went; ``seconds`` by the clock, ``processor_s`` over all cores and processes.

    ``peak_bytes``: process and children together, shared pages counted once.
    """

    seconds: float
    processor_s: float
    peak_bytes: int
    code: int
    output: str


def run(*arguments: str, watched: bool = False) -> Run:
    """Run robotplus; its memory is only looked at when asked, for looking takes time from it."""
    start, before = time.perf_counter(), _processor()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([str(COMMAND), *arguments], stdout=output, stderr=subprocess.DEVNULL)
        peak = 0
        try:
            while watched and process.poll() is None:
                peak = max(peak, sum(_proportional(pid) for pid in _tree(process.pid)))
                time.sleep(LOOK_S)
            process.wait()
        finally:  # stopped by the user: nothing is left running
            process.terminate()
        seconds = time.perf_counter() - start
        output.seek(0)
        return Run(seconds, _processor() - before, peak, process.returncode, output.read())


def _processor() -> float:
    """Processor seconds of all processes started here that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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


def commands() -> Iterator[Row]:
    """What every call pays."""
    yield at_most("robotplus --version", min(run("--version").seconds for _ in range(5)), 0.3, "s")
    start = min(run("answer", "--help").seconds for _ in range(5))
    yield at_most("start-up of answer (its --help)", start, 1.5, "s")


def answers(watch: Watch, only: Sequence[str] | None, workers: int) -> Iterator[Row]:
    """Every example need against the whole catalogue, warm; how complete and how true the answers are."""
    checked: list[float] = []
    refused = 0
    paths = needs(only)
    for path in watch.track(paths, "example needs", total=len(paths)):
        with tempfile.TemporaryDirectory() as folder:
            written = run("answer", str(path), "-o", folder, watched=True)
            if written.code != 0:
                yield Row(f"answer {path.stem}", f"exit code {written.code}", "0", "", False)
                continue
            seconds, bad = check_all(Path(folder))
        yield from answer(path, written, watch, workers)
        checked, refused = checked + seconds, refused + bad
        if seconds:
            median = float(np.median(seconds))
            yield shown(
                f"answer {path.stem}: check of one of {len(seconds)} certificates, median", median, "s"
            )
    if checked:
        yield at_most("check of one certificate, median of all needs", float(np.median(checked)), 0.3, "s")
        yield at_most(f"certificates shown that check refuses, of {len(checked)}", refused, 0, "certificates")
    if not only or EASY in only:
        everything = run("answer", str(NEEDS / f"{EASY}.toml"), "--json", "--all")
        yield at_most(f"answer {EASY} --all", everything.seconds, 60, "s")


def answer(path: Path, written: Run, watch: Watch, workers: int) -> Iterator[Row]:
    """One need: time to the complete table, memory, and the share of the robots found.

    Args:
        path: the need.
        written: an earlier run of it that wrote its reports, so that this one is warm.
        watch: shows the progress.
        workers: processes of the search that does more work.
    """
    name, bound = f"answer {path.stem}", 15.0 if path.stem in HARD else 3.0
    table = run("answer", str(path), "--json")
    yield at_most(f"{name}: complete, best ten checked (start-up included)", table.seconds, bound, "s")
    yield shown(f"{name}: processor time of that", table.processor_s, "s")
    yield shown(f"{name}: the same with report and animations written", written.seconds, "s")
    yield at_most(f"{name}: peak memory", written.peak_bytes / 1e9, 1.5, "GB")
    told = json.loads(table.output)
    found = [s["robot"] for s in told["solutions"] if s["verdict"] in FOUND]
    more = sum(o.found for o in missing(path, told, watch, workers))
    yield shown(f"{name}: robots found", len(found), "robots")
    if found or more:
        share = len(found) / (len(found) + more)
        yield at_least(f"{name}: share found of what {MORE_WORK}x work proves", share, 0.97, "")


def missing(
    path: Path, told: dict[str, Any], watch: Watch, workers: int, factor: float = MORE_WORK
) -> list[thorough.Outcome]:
    """The robots an answer calls not found, looked for with more work."""
    robots = [r["robot_id"] for r in told["refusals"] if r["verdict"] == "not_found"]
    work = [Piece(thorough.look, (str(path), robot, factor), thorough.Outcome) for robot in robots]
    return pieces.run(work, workers=workers, watch=watch, what=f"{path.stem}, {factor:g}x work")


def check_all(folder: Path) -> tuple[list[float], int]:
    """Seconds that checking each certificate of a folder takes, in process, and how many are refused."""
    times, refused = [], 0
    for file in sorted(folder.glob("cert-*.json")):
        certificate = read_certificate(file.read_text(encoding="utf-8"))
        start = time.perf_counter()
        refused += not check(certificate, ours.catalogue()).holds
        times.append(time.perf_counter() - start)
    return times, refused
