"""The validation runs whole, keeps what it measured, and its rows tell good from bad."""

import json
from pathlib import Path

import pytest
from benchmarks.planted import CLASSES, cut
from benchmarks.rows import Sheet, at_least, at_most, from_document, shown
from rich.console import Console

from benchmarks import tampering, validate

KEYS = {"name", "value", "bar", "unit", "pass"}


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> list[dict[str, object]]:
    out = folder / "validate.json"
    words = ["validate", "--each", "1", "--pairs", "4", "--replays", "1", "--workers", "1", "--out", str(out)]
    monkeypatch.setattr("sys.argv", [*words, "--no-tampering", *more])
    monkeypatch.setattr(validate, "cycles", lambda: [shown("published cycles", 1, "")])  # slow, tested apart
    validate.main()
    rows: list[dict[str, object]] = json.loads(out.read_text("utf-8"))
    return rows


def test_a_small_validation_runs_whole_and_a_second_one_takes_over_what_the_first_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(tmp_path, monkeypatch)
    assert all(set(row) == KEYS for row in first)
    for part in ("published cycles", "planted, OPW", "honesty: certificates that check refuses"):
        assert any(part in str(row["name"]) for row in first), part
    assert not [row for row in first if row["pass"] is False and "certificates among" not in str(row["name"])]

    def never(*_: object) -> None:
        raise AssertionError("proven again")

    monkeypatch.setattr("benchmarks.ours.prove", never)
    second = run(tmp_path, monkeypatch)
    assert [r for r in first if "time" not in str(r["name"])] == [
        r for r in second if "time" not in str(r["name"])
    ]


def test_planted_pieces_hold_every_task_once() -> None:
    arguments = [p.arguments for p in cut(25, 3)]
    assert len(set(arguments)) == len(arguments)
    for kind in CLASSES:
        assert sum(count for k, count, _ in arguments if k == kind) == 25


def test_a_stopped_validation_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(validate, "validate", stop)
    with pytest.raises(SystemExit, match=r"validate\.jsonl"):
        run(tmp_path, monkeypatch)


def test_a_sheet_keeps_what_was_measured_before_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "rows.json"
    rows = [at_least("a", 2.0, 1.0, "x"), at_most("b", 2.0, 1.0, "s"), shown("c", "two [cores]", "")]

    def measured():  # type: ignore[no-untyped-def]
        yield from rows
        raise KeyboardInterrupt

    console = Console(record=True, width=60)
    sheet = Sheet("bench", path, console)
    with pytest.raises(KeyboardInterrupt):
        sheet.add(measured())
    assert [from_document(d) for d in json.loads(path.read_text("utf-8"))] == rows
    sheet.finish()
    told = console.export_text()
    assert "1 of 2 bars met" in told and "two [cores]" in told and "NOT MET" in told


def test_tampering_is_counted_from_the_results_of_its_tests() -> None:
    kinds = {f"t.test_check.{tampering.CERTIFICATES}[kind {n}]": True for n in range(30)}
    kinds[f"t.test_check.{tampering.CERTIFICATES}[need {tampering.HASH_NOT_REMADE}]"] = True
    found = kinds | {"t.test_refusal.test_false_reach_witnesses[a]": True, "t.test_check.test_other": False}
    rows = tampering.rows(found)
    assert [r.value for r in rows] == [31, 30, 1, 0]
    assert all(r.passed for r in rows)
    for name in list(found)[:1] + list(found)[-2:-1]:
        assert tampering.rows(found | {name: False})[-1].passed is False


def test_the_suite_marks_ways_that_leave_a_hash_as_they_were() -> None:
    text = (tampering.TESTS / "tampering.py").read_text("utf-8")
    assert text.count(tampering.HASH_NOT_REMADE) == text.count('"need_hash"') == 1
    assert f"def {tampering.CERTIFICATES}(" in (tampering.TESTS / "test_check.py").read_text("utf-8")
