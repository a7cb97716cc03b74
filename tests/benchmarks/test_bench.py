"""The bench runs whole, keeps what it measured, and asks for the peer's libraries only where it needs them."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from benchmarks.bench_commands import Run
from benchmarks.rows import Row
from benchmarks.watch import Watch
from rich.console import Console

from benchmarks import bench, bench_commands, thorough

EASY = str(bench_commands.NEEDS / "bench_seam.toml")


def quiet() -> Watch:
    return Watch(Console(file=StringIO(), width=200))


def called(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["bench", *words])
    bench.main()


def test_a_section_that_fails_leaves_what_was_measured_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> Any:
        yield Row("first", 1.0, "", "s", None)
        raise KeyboardInterrupt

    monkeypatch.setitem(bench.SECTIONS, "commands", stopped)
    out = tmp_path / "out.json"
    with pytest.raises(SystemExit, match="stopped"):
        called(monkeypatch, "commands", "answers", "--out", str(out))
    assert json.loads(out.read_text("utf-8"))[-1]["name"] == "first"


def test_single_sections_do_not_write_over_the_figures_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in bench.SECTIONS:
        monkeypatch.setitem(bench.SECTIONS, name, lambda *_: iter([Row("x", 1.0, "", "s", None)]))
    called(monkeypatch, "commands")
    assert [p.name for p in (tmp_path / "build").iterdir()] == ["bench-commands.json"]
    called(monkeypatch)
    rows = json.loads((tmp_path / "build" / "bench.json").read_text("utf-8"))
    assert sum(row["name"] == "x" for row in rows) == len(bench.SECTIONS)


def test_an_unknown_section_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        called(monkeypatch, "answrs")
    assert "no such section: answrs" in capsys.readouterr().err


def test_commands_are_run_timed_and_watched() -> None:
    listed = bench_commands.run("robots", watched=True)
    assert listed.code == 0 and "FANUC" in listed.output and 0.1 < listed.seconds < 60.0
    assert listed.peak_bytes > 2e7 and listed.processor_s > 0.1
    assert bench_commands.run("answer", "no-such-file.toml").code == 2


def told(**verdicts: list[str]) -> str:
    answers = [{"robot": r, "robot_id": r, "verdict": v} for v, robots in verdicts.items() for r in robots]
    split = [[a for a in answers if (a["verdict"] in bench_commands.FOUND) is yes] for yes in (True, False)]
    return json.dumps({"solutions": split[0], "refusals": split[1]})


def test_an_answer_that_misses_robots_is_not_called_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    written = Run(5.0, 8.0, 2_000_000_000, 0, "")
    output = told(proven=["ur_ur10e"] * 3, not_found=["abb_irb2400_12_155"], unknown=["kuka_x"])
    monkeypatch.setattr(bench_commands, "run", lambda *_, **__: Run(2.0, 3.0, 0, 0, output))
    rows = {r.name: r for r in bench_commands.answer(Path(EASY), written, quiet(), 1)}
    judged = {name: row.passed for name, row in rows.items() if row.passed is not None}
    assert list(judged.values()) == [
        True,
        False,
        False,
    ]  # in time, too much memory, the ABB is there to be found
    share = next(r for n, r in rows.items() if "share" in n)
    assert share.value == pytest.approx(3 / 4)


def test_more_work_surveys_so_many_times_the_places() -> None:
    usual, more = (thorough.look(EASY, "yaskawa_mpl80", factor)[0] for factor in (0.25, 1.0))
    assert not usual.found and not more.found
    assert 3.0 < more.places / usual.places < 5.0
    assert thorough.look(EASY, "abb_irb2400_12_155", 0.25)[0].found


def test_sections_without_the_peer_need_none_of_its_libraries() -> None:
    code = "import sys, benchmarks.bench; sys.exit('toppra' in sys.modules or 'eaik' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=bench_commands.NEEDS.parents[1]).returncode == 0
