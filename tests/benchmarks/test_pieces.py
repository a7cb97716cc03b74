"""Pieces of long work: in order, over processes or not, and gone on with after a kill."""

import json
import os
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from benchmarks.pieces import Journal, Piece, run
from benchmarks.watch import Watch
from rich.console import Console

from benchmarks import pieces, watch


@dataclass(frozen=True)
class Square:
    of: int
    value: int
    notes: tuple[str, ...] | None


def squares(first: int, count: int, folder: str) -> list[Square]:
    (Path(folder) / f"ran-{first}").touch()
    if (Path(folder) / "stop").exists() and first >= 4:
        raise KeyboardInterrupt
    return [Square(n, n * n, ("even",) if n % 2 == 0 else None) for n in range(first, first + count)]


def work(folder: Path) -> list[Piece[Square]]:
    return [Piece(squares, (first, 2, str(folder)), Square) for first in range(0, 8, 2)]


def asked(folder: Path, *, workers: int = 1, journal: Journal | None = None) -> list[Square]:
    return run(work(folder), workers=workers, watch=Watch(quiet()), what="squares", journal=journal)


def quiet() -> Console:
    return Console(file=StringIO(), width=200)


@pytest.fixture
def steady_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "stamp", lambda: "today")


@pytest.mark.parametrize("workers", [1, 2])
def test_outcomes_come_in_the_order_of_the_pieces(workers: int, tmp_path: Path) -> None:
    assert [s.value for s in asked(tmp_path, workers=workers)] == [n * n for n in range(8)]


@pytest.mark.usefixtures("steady_stamp")
def test_a_stopped_run_is_gone_on_with(tmp_path: Path) -> None:
    book = tmp_path / "book.jsonl"
    (tmp_path / "stop").touch()
    with pytest.raises(KeyboardInterrupt):
        asked(tmp_path, journal=Journal(book))
    os.unlink(tmp_path / "stop")
    with book.open("a", encoding="utf-8") as file:
        file.write('{"a line cut sh')
    for name in ("ran-0", "ran-2", "ran-4"):
        os.unlink(tmp_path / name)
    outcomes = asked(tmp_path, journal=Journal(book))
    assert outcomes == [s for first in range(0, 8, 2) for s in squares(first, 2, str(tmp_path))]
    assert len(Journal(book).kept) == 4


@pytest.mark.usefixtures("steady_stamp")
def test_finished_pieces_are_not_run_again(tmp_path: Path) -> None:
    book = tmp_path / "book.jsonl"
    first = asked(tmp_path, journal=Journal(book))
    for path in tmp_path.glob("ran-*"):
        path.unlink()
    assert asked(tmp_path, journal=Journal(book)) == first
    assert not list(tmp_path.glob("ran-*"))


def test_a_journal_of_other_sources_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = tmp_path / "book.jsonl"
    monkeypatch.setattr(pieces, "stamp", lambda: "yesterday")
    Journal(book).keep("a", [Square(1, 1, None)])
    assert Journal(book).kept
    monkeypatch.setattr(pieces, "stamp", lambda: "today")
    assert not Journal(book).kept
    assert json.loads(book.read_text().splitlines()[0]) == {"stamp": "today"}


def test_the_stamp_follows_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "ROOT", tmp_path)
    source = tmp_path / "benchmarks" / "a.py"
    source.parent.mkdir()
    source.write_text("x = 1\n")
    before = pieces.stamp()
    assert pieces.stamp() == before
    source.write_text("x = 2\n")
    assert pieces.stamp() != before


def test_a_log_is_told_how_far_things_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY_S", 0.0)
    console = quiet()
    with Watch(console) as shown:
        assert list(shown.track(iter("abc"), "letters", total=5, done=2)) == ["a", "b", "c"]
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "letters: 3 of 5" in told and "letters: 5 of 5" in told and "left" in told
