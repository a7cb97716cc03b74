"""Test files whose outcome is a row: run in a process of their own, counted from their report."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.portal.served import QUIET, ROOT
from benchmarks.rows import Row, at_least, at_most, shown


@dataclass(frozen=True)
class Case:
    """One test: ``outcome`` is passed, failed or skipped; ``why`` the first line of what went wrong."""

    name: str
    outcome: str
    why: str
    said: str
    seconds: float


def run(*words: str, environment: Mapping[str, str]) -> list[Case]:
    """The cases of a run of pytest; a run that broke off before any test is one failed case."""
    kept = {k: v for k, v in os.environ.items() if k not in QUIET}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = [
            "-n",
            "0",
            "-q",
            "-p",
            "no:cacheprovider",
            "-o",
            "junit_logging=all",
            f"--junitxml={report}",
        ]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words, *options],
            cwd=ROOT,
            env={**kept, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        found = [_case(one) for one in ET.parse(report).iter("testcase")] if report.exists() else []
    if not found:
        lines = (done.stdout + done.stderr).strip().splitlines()
        found = [Case(" ".join(words), "failed", (lines or [f"exit code {done.returncode}"])[-1], "", 0.0)]
    return found


def _case(one: ET.Element) -> Case:
    wrong = next((e for e in one if e.tag in ("failure", "error", "skipped")), None)
    outcome = "passed" if wrong is None else "skipped" if wrong.tag == "skipped" else "failed"
    why = "" if wrong is None else (wrong.get("message") or wrong.text or "").strip().split("\n")[0]
    said = "".join(e.text or "" for e in one if e.tag in ("system-out", "system-err"))
    return Case(str(one.get("name")), outcome, why[:200], said, float(one.get("time", 0)))


def held(title: str, cases: list[Case]) -> Iterator[Row]:
    """That all of them passed, none skipped; then what failed, by name."""
    failed = [c for c in cases if c.outcome == "failed"]
    ran = sum(c.outcome != "skipped" for c in cases)
    yield at_most(f"{title}: tests failed", len(failed), 0, f"of {ran}")
    if ran < len(cases):
        yield at_most(f"{title}: tests skipped", len(cases) - ran, 0, "")
    for case in failed[:10]:
        yield shown(f"{title}: {case.name}", case.why, "")


def journeys(database: str, environment: Mapping[str, str]) -> Iterator[Row]:
    """Each journey is a row: whether it came to its end in the browser, against ``robotplus serve``."""
    files = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "tests/portal").glob("test_journeys_*.py"))
    for case in run(*files, environment={**environment, "ROBOTPLUS_JOURNEYS": "serve"}):
        name = case.name.removeprefix("test_").partition("[")[0].replace("_", " ")
        yield Row(
            f"journey: {name} ({database})",
            case.outcome if case.outcome != "failed" else f"failed: {case.why}",
            "passed",
            f"in {case.seconds:.0f} s",
            case.outcome == "passed",
        )


def quality(database: str, environment: Mapping[str, str]) -> Iterator[Row]:
    """Success@5 over the labelled queries, as the test prints it."""
    cases = run("tests/portal/test_search_quality.py", environment=environment)
    for case in cases:
        if found := re.search(r"success@5 = ([0-9.]+)", case.said):
            yield at_least(
                f"search quality, 40 labelled queries: success@5 ({database})", float(found[1]), 0.95, ""
            )
    yield from held(f"search quality ({database})", cases)
