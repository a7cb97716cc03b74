"""What commands write: JSON, tables, progress bars, and folders that are complete or not there."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from robotplus.errors import InputError, visible

PARTIAL = ".partial-"
_HIGH_CONTROL = re.compile(r"[\x7f-\x9f]")


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json_text(value))


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """UTF-8 JSON, keys in the order given."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return _HIGH_CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


class PlainConsole(Console):
    """A console on which text from files is text: no markup, no emoji codes, control characters as escapes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Before the layout, so that a table makes room for the escapes."""
        return super().render_str(_lines(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """After the layout, so that nothing passes by."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else _lines(text), style, control)


def _lines(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n"))


def console() -> Console:
    """The terminal; when it is none, wide enough that tables do not break."""
    return PlainConsole(width=None if sys.stdout.isatty() else 160)


def warn(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"robotplus: {visible(' '.join(line.split()))}\n")


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


def ready_for_file(path: Path) -> None:
    """Whether a file can be written here, asked before the work starts.

    Raises:
        InputError: a folder, device or pipe lies there, or its folder is missing or cannot be written to.
    """
    if path.exists() and not path.is_file():
        raise InputError("not a regular file, it is not replaced", "--output", value=path)
    _writable(path.parent)


def ready_for_folder(folder: Path) -> None:
    """Whether files can be written into a folder, which may have to be made.

    Raises:
        InputError: something else lies there, or it cannot be made or written to.
    """
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    _writable(folder)


def _writable(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError("no such folder", "--output", value=folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError("the folder cannot be written to", "--output", value=folder)


def write_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all.

    Raises:
        InputError: no regular file can be written there.
    """
    ready_for_file(path)
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

    Temporary folders that a killed command left are removed. Folders made here go again when all fails.
    """
    made = [f for f in (folder, *folder.parents) if not f.exists()]
    room: Path | None = None
    lock = -1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        room, lock = _room(folder)
        yield room
        new = sorted(room.iterdir())
        older = [old for pattern in owned for old in folder.glob(pattern)]
        for target in (*older, *(folder / path.name for path in new)):
            ready_for_file(target)
        for old in older:
            if not (room / old.name).exists():
                old.unlink()
        for path in new:
            path.replace(folder / path.name)
    finally:
        if room is not None:
            shutil.rmtree(room, ignore_errors=True)
            os.close(lock)
        with contextlib.suppress(OSError):
            for empty in made:  # the first that is not empty ends it
                empty.rmdir()


def _room(folder: Path) -> tuple[Path, int]:
    """A new temporary folder and the descriptor that locks it: the system drops the lock of a killed command."""
    gate = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)  # nobody sweeps between the making and the locking
        for old in folder.glob(f"{PARTIAL}*"):
            if old.is_dir() and not old.is_symlink():
                _sweep(old)
        room = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=folder))
        lock = os.open(room, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return room, lock
    finally:
        os.close(gate)


def _sweep(old: Path) -> None:
    with contextlib.suppress(OSError):
        lock = os.open(old, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old, ignore_errors=True)
        finally:
            os.close(lock)
