"""What commands write: JSON, tables, progress bars, and folders that are complete or not there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json_text(value))


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """UTF-8 JSON, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False) + "\n"


def console() -> Console:
    """The terminal; when it is none, wide enough that tables do not break."""
    wide = None if sys.stdout.isatty() else 160
    return Console(width=wide, highlight=False)


def warn(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"robotplus: {' '.join(line.split())}\n")


@contextlib.contextmanager
def bar(*, quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on stderr, told ``(what, done, of)``; nothing is shown off a terminal or when quiet."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, done, of: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as progress:
        task = progress.add_task("", total=None)
        shown = [0.0]

        def show(what: str, done: int, of: int) -> None:
            progress.update(task, description=what, completed=done, total=of)
            now = progress.get_time()
            if now - shown[0] > 0.05 or done == of:
                progress.refresh()
                shown[0] = now

        yield show


def write_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def staged(folder: Path, *, owned: Sequence[str] = ()) -> Iterator[Path]:
    """A temporary folder whose files are moved into ``folder`` when all went well.

    Args:
        folder: made when missing, its parents too.
        owned: patterns of file names that belong to the command; older ones are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    try:
        yield room
        new = sorted(room.iterdir())
        for pattern in owned:
            for old in folder.glob(pattern):
                if not (room / old.name).exists():
                    old.unlink()
        for path in new:
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(room, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.rmdir()  # leaves nothing behind when nothing was written
