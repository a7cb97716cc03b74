"""The same need and robot give the same bytes: again, in another process, and whatever was proven before."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from proving_cases import CATALOGUE, OF_CLASS, handling_need, seam_need

from robotplus.errors import BuildError
from robotplus.proving import kernels, prove

ROBOTS = ("yaskawa_ar2010", "kuka_lbr_iiwa14_r820", "ufactory_xarm5")
CHILD = """
import hashlib, json, sys
from robotplus.proving import prove
from robotplus.robots.catalogue import load_catalogue
from robotplus.scenarios.files import need_from_document
needs, robots = json.load(sys.stdin)
catalogue = load_catalogue()
for document in needs:
    for robot_id in robots:
        result = prove(need_from_document(document), catalogue[robot_id])
        print(hashlib.sha256(json.dumps(result.to_document()).encode()).hexdigest())
"""
SCREEN = {"name": "screen", "position_mm": [0.0, 0.0, 250.0], "size_mm": [300.0, 40.0, 500.0]}


def digests(needs: list[object], robots: list[str]) -> list[str]:
    return [
        hashlib.sha256(json.dumps(prove(need, CATALOGUE[r]).to_document()).encode()).hexdigest()  # type: ignore[arg-type]
        for need in needs
        for r in robots
    ]


def test_bytes_repeat_here_and_in_another_process() -> None:
    """The handling has a screen between its places, so that travel is planned at random too."""
    boxes = [*handling_need().document["cell"]["box"], SCREEN]
    needs: list[object] = [seam_need(), handling_need(cell__box=boxes)]
    robots = list(ROBOTS)
    first = digests(needs, robots)
    assert len(set(first)) == len(first)
    backwards = digests(needs[::-1], robots[::-1])[::-1]
    assert backwards == first
    sent = json.dumps([[n.document for n in needs], robots])  # type: ignore[attr-defined]
    child = subprocess.run(
        [sys.executable, "-c", CHILD], input=sent, capture_output=True, text=True, check=True
    )
    assert child.stdout.split() == first


def test_the_seed_of_a_need_is_part_of_it() -> None:
    one, other = seam_need(), seam_need(seed=5)
    assert one.sha256 != other.sha256
    assert {OF_CLASS["opw"]} <= set(CATALOGUE)


def test_another_source_is_another_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed kernel or header never meets the library of the old one."""
    for path in kernels.FOLDER.glob("*.[ch]"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(kernels, "FOLDER", tmp_path)
    before = kernels.library_path()
    assert before.parent == tmp_path and kernels.library_path() == before
    seen = {before.name}
    for name in ("clear.c", "rp.h"):
        with (tmp_path / name).open("a") as f:
            f.write("\n")
        seen.add(kernels.library_path().name)
    (tmp_path / "more.c").write_text("int more;\n")
    seen.add(kernels.library_path().name)
    monkeypatch.setattr(kernels, "FLAGS", [*kernels.FLAGS, "-g"])
    seen.add(kernels.library_path().name)
    assert len(seen) == 5


def test_a_kernel_that_does_not_compile_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.c").write_text("int wrong = ;\n")
    old = tmp_path / "rp-0123456789abcdef.so"
    old.write_bytes(b"")
    monkeypatch.setattr(kernels, "FOLDER", tmp_path)
    with pytest.raises(BuildError, match="expected expression"):
        kernels.build()
    assert old.exists() and not list(tmp_path.glob("*.tmp"))
    (tmp_path / "wrong.c").write_text("int wrong = 1;\n")
    built = kernels.build()
    assert built.exists() and not old.exists()  # what is stale is cleared away
