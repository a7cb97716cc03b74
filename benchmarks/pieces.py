"""Long work cut into pieces that are run over processes and kept, so that a stopped run can be gone on with.

A piece is a call that returns outcomes (small dataclasses of plain values) and depends on its arguments only. What
it returned is written as one line of a journal as soon as it is there. The journal is begun anew when the
sources or the libraries are no longer those it was written with.
"""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, TypeVar

from benchmarks.watch import Watch

T = TypeVar("T")
ROOT = Path(__file__).parent.parent
ENGINE = ("robots", "scenarios", "certificates", "proving", "checking")
SOURCES = (*(f"src/robotplus/{room}" for room in ENGINE), "benchmarks")
KINDS = (".py", ".c", ".h", ".json", ".toml")
LIBRARIES = ("numpy", "pin", "coal")


@dataclass(frozen=True)
class Piece(Generic[T]):
    """One call; ``kind`` is the dataclass of the outcomes it lists."""

    run: Callable[..., list[T]]
    arguments: tuple[Any, ...]
    kind: type[T]

    @property
    def key(self) -> str:
        """What the journal knows the piece by."""
        return json.dumps([self.run.__module__, self.run.__qualname__, *self.arguments])


def stamp() -> str:
    """Digest of all that outcomes depend on besides their arguments."""
    h = hashlib.sha256(" ".join(version(name) for name in LIBRARIES).encode())
    for folder in SOURCES:
        for path in sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in KINDS):
            h.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return h.hexdigest()


class Journal:
    """Outcomes of finished pieces on disk: a first line with the stamp, then one line a piece."""

    def __init__(self, path: Path) -> None:
        """Read what is there when its stamp is today's, begin anew otherwise."""
        self.kept: dict[str, list[dict[str, Any]]] = {}
        self._path, today = path, stamp()
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if lines and _read(lines[0]).get("stamp") == today:
            for line in lines[1:]:
                self.kept |= _read(line)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"stamp": today}) + "\n", encoding="utf-8")
        for key, outcomes in self.kept.items():
            self._append(key, outcomes)

    def keep(self, key: str, outcomes: Sequence[Any]) -> None:
        """Write what a piece returned."""
        self.kept[key] = [asdict(o) for o in outcomes]
        self._append(key, self.kept[key])

    def _append(self, key: str, outcomes: list[dict[str, Any]]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({key: outcomes}, ensure_ascii=False) + "\n")


def _read(line: str) -> dict[str, Any]:
    """A line of a journal; one that a kill cut short says nothing."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def run(
    pieces: Sequence[Piece[T]], *, workers: int, watch: Watch, what: str, journal: Journal | None = None
) -> list[T]:
    """The outcomes of all pieces, in the order of the pieces whatever the number of workers.

    Args:
        pieces: what is to be done.
        workers: processes; 1 runs everything in this one.
        watch: shows the progress.
        what: words for it.
        journal: pieces found there are not run again.
    """
    done: dict[str, list[T]] = {}
    for piece in pieces:
        if journal is not None and piece.key in journal.kept:
            done[piece.key] = [_outcome(piece.kind, o) for o in journal.kept[piece.key]]
    left = [piece for piece in pieces if piece.key not in done]
    for piece, outcomes in watch.track(_finished(left, workers), what, total=len(pieces), done=len(done)):
        done[piece.key] = outcomes
        if journal is not None:
            journal.keep(piece.key, outcomes)
    return [outcome for piece in pieces for outcome in done[piece.key]]


def _outcome(kind: type[T], document: dict[str, Any]) -> T:
    return kind(**{name: tuple(v) if isinstance(v, list) else v for name, v in document.items()})


def _finished(pieces: Sequence[Piece[T]], workers: int) -> Iterator[tuple[Piece[T], list[T]]]:
    """Pieces as they get ready."""
    if workers == 1:
        yield from ((piece, piece.run(*piece.arguments)) for piece in pieces)
        return
    quiet = (signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; what runs is let end
    pool = ProcessPoolExecutor(workers, initializer=signal.signal, initargs=quiet)
    try:
        waiting = {pool.submit(piece.run, *piece.arguments): piece for piece in pieces}
        while waiting:
            ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                yield waiting.pop(future), future.result()
    finally:  # also when stopped by the user: what was not begun is dropped
        pool.shutdown(cancel_futures=True)
