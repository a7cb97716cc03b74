"""Backup and restore of all the portal keeps, the same file for SQLite and PostgreSQL.

The file is a tar: ``rows.jsonl`` (one row a line, as Django serialises it, in an order that keys allow),
``manifest.json`` (counts by table, digest of every member) and ``files/…`` (uploads and results as they lie).
Caches, sessions and the secret key are left out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from robotplus import __version__
from robotplus.portal.core.errors import ConflictError, RefusedError

FORMAT = "robotplus.backup/1"
LEFT_OUT = ("sessions.session", "contenttypes.contenttype", "auth.permission")
CHUNK = 2**20


class _Exact(DjangoJSONEncoder):
    """Keeps microseconds, which Django's own encoder cuts."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, dt.datetime) else super().default(o)


@dataclass(frozen=True)
class Backup:
    """What a backup holds."""

    rows: dict[str, int]
    files: int


def kept_models() -> list[type[models.Model]]:
    """Every table that is kept, those that others point at first where keys allow."""
    found = [m for m in apps.get_models() if m._meta.label_lower not in LEFT_OUT and m._meta.managed]
    return serializers.sort_dependencies([(None, found)], allow_cycles=True)


def write_backup(path: Path) -> Backup:
    """Write everything into one file, complete or not at all; rows are of one moment.

    Raises:
        OSError: the file cannot be written.
    """
    counts: Counter[str] = Counter()
    digests: dict[str, str] = {}
    part = path.with_name(path.name + ".part")
    try:
        with tarfile.open(part, "w:gz", compresslevel=4) as tar, tempfile.TemporaryFile() as rows:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                for line in _lines(counts):
                    rows.write(line)
                files = list(_files())
            digests["rows.jsonl"] = _add(tar, "rows.jsonl", rows)
            for file in files:
                name = f"files/{file.relative_to(settings.MEDIA_ROOT).as_posix()}"
                with file.open("rb") as stream:
                    digests[name] = _add(tar, name, stream)
            manifest = {"format": FORMAT, "engine": __version__, "rows": counts, "sha256": digests}
            _add(tar, "manifest.json", io.BytesIO(json.dumps(manifest).encode()))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Backup(dict(counts), len(files))


def read_backup(path: Path) -> Backup:
    """Bring a backup into an empty, migrated database; with anything wrong, nothing stays.

    Raises:
        RefusedError: not a backup, or damaged.
        ConflictError: the database is not empty.
    """
    if any(m._default_manager.exists() for m in kept_models() if m._meta.label_lower == "parties.user"):
        raise ConflictError(
            "the database is not empty; restore into a fresh one", fix="run migrate on a new one"
        )
    with tempfile.TemporaryDirectory(dir=settings.HOME) as folder:
        manifest = _unpack(path, Path(folder))
        with transaction.atomic(), connection.constraint_checks_disabled():
            for model in kept_models():  # what migrations have put there
                model._base_manager.all()._raw_delete(using=connection.alias)
            with (Path(folder) / "rows.jsonl").open("rb") as rows:
                counts = _load(rows)
            if counts != manifest["rows"]:
                raise RefusedError("the backup is damaged: rows are missing")
            connection.check_constraints()
            with connection.cursor() as cursor:
                for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
                    cursor.execute(statement)
        kept = Path(folder) / "files"
        for file in (p for p in kept.rglob("*") if p.is_file()):
            target = Path(settings.MEDIA_ROOT) / file.relative_to(kept)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    return Backup(dict(counts), sum(name.startswith("files/") for name in manifest["sha256"]))


def _lines(counts: Counter[str]) -> Iterator[bytes]:
    for model in kept_models():
        for row in model._base_manager.order_by("pk").iterator(chunk_size=500):
            counts[model._meta.label_lower] += 1
            yield serializers.serialize("jsonl", [row], cls=_Exact).rstrip("\n").encode() + b"\n"


def _files() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT)
    return (p for p in sorted(root.rglob("*")) if p.is_file() and not p.is_symlink())


def _add(tar: tarfile.TarFile, name: str, stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    entry = tarfile.TarInfo(name)
    entry.size = stream.tell()
    stream.seek(0)
    tar.addfile(entry, stream)
    return f"sha256:{digest.hexdigest()}"


def _unpack(path: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(path, "r:*") as tar:
            tar.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, tarfile.TarError, ValueError, EOFError) as e:
        raise RefusedError(f"this is no backup: {e}") from e
    if manifest.get("format") != FORMAT:
        raise RefusedError(f"this is no backup of this version: {FORMAT} is read here")
    for name, said in manifest["sha256"].items():
        with (folder / name).open("rb") as stream:
            if f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}" != said:
                raise RefusedError(f"the backup is damaged: {name}")
    return manifest


def _load(rows: IO[bytes]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in rows:
        for row in serializers.deserialize("jsonl", line.decode()):
            row.save()
            counts[row.object._meta.label_lower] += 1
    return counts
