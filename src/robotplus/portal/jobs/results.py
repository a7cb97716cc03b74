"""Where results lie: ``MEDIA_ROOT/results/<hex of the key>/``, complete or not there.

A job writes into a temporary folder on the same disk. It is synced and renamed inside the transaction that
writes the ``Result`` row: a folder without a row is what a kill left between the two, and is replaced.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError

PARTIAL = ".partial-"
STALE_S = 86_400.0  # no job runs this long: an older temporary folder was left by a kill


def root() -> Path:
    path: Path = Path(settings.MEDIA_ROOT) / "results"
    path.mkdir(parents=True, exist_ok=True)
    return path


def folder_of(key: str) -> Path:
    """The folder of a key such as ``sha256:<hex>``.

    Raises:
        AbsentError: not a key.
    """
    name = key.removeprefix("sha256:")
    if not (name.isascii() and name.isalnum()):
        raise AbsentError(_("no such result"))
    return root() / name


def file_of(key: str, name: str) -> Path:
    """A file of a result, by its plain name.

    Raises:
        AbsentError: there is none, or the name is no plain name.
    """
    path = folder_of(key) / name
    if "/" in name or name.startswith(".") or "\0" in name or not path.is_file():
        raise AbsentError(_("no such file"))
    return path


def make_room() -> Path:
    """A new temporary folder for a job's files."""
    return Path(tempfile.mkdtemp(prefix=PARTIAL, dir=root()))


def drop(room: Path) -> None:
    shutil.rmtree(room, ignore_errors=True)


def sync(room: Path) -> None:
    """Files and folder reach the disk before a row can name them."""
    for path in (*room.iterdir(), room):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def publish(room: Path, key: str) -> None:
    """Give the synced temporary folder its name; for the transaction that writes the key's first row."""
    target = folder_of(key)
    if target.exists():  # its row was never committed
        drop(target)
    room.chmod(0o755)
    room.rename(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep() -> int:
    """Remove temporary folders that kills left; returns how many."""
    old = [p for p in root().glob(f"{PARTIAL}*") if time.time() - p.stat().st_mtime > STALE_S]
    for path in old:
        drop(path)
    return len(old)
