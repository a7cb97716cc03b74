"""Tampering: the suite's ways of falsifying certificates and witnesses of *impossible*, counted.

The ways live beside the tests that demand each one's own reason (tests/checking); here these tests are run in a
process of their own and their results are read back.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.rows import Row, at_least, at_most

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "checking"
CERTIFICATES = "test_tampering_is_refused_for_its_own_reason"
HASH_NOT_REMADE = "altered, its digest not"  # in the names of ways that leave a hash as it was


def results() -> dict[str, bool]:
    """Names of the tests of falsified certificates and witnesses, True where the check refused as it should."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results.xml"
        files = [str(TESTS / "test_check.py"), str(TESTS / "test_refusal.py")]
        words = [sys.executable, "-m", "pytest", *files, f"--junitxml={out}", "-p", "no:cacheprovider"]
        subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if not out.exists():
            raise RuntimeError(f"the tests of tampering could not be run: {' '.join(words)}")
        cases = list(ElementTree.parse(out).iter("testcase"))
    return {f"{c.get('classname')}.{c.get('name')}": not len(c) for c in cases}


def rows(found: dict[str, bool]) -> list[Row]:
    """The counts, from the results of the tests by name."""
    altered = {name: ok for name, ok in found.items() if CERTIFICATES in name}
    remade = {name: ok for name, ok in altered.items() if HASH_NOT_REMADE not in name}
    witnesses = {name: ok for name, ok in found.items() if ".test_refusal." in name}
    passed = [sum(group.values()) for group in (altered, remade, witnesses)]
    return [
        at_least(
            "tampering: kinds of altered certificate refused, each for its reason", passed[0], 25, "kinds"
        ),
        at_least("tampering: of these with every hash recomputed", passed[1], 15, "kinds"),
        at_least("tampering: tests of false and true witnesses passed", passed[2], 1, "tests"),
        at_most(
            "tampering: kinds and witnesses not refused as they should be",
            sum(not ok for ok in (*altered.values(), *witnesses.values())),
            0,
            "",
        ),
    ]
