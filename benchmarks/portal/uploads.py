"""Hostile uploads to a running portal: each refused with one line, the server up, its memory bounded."""

from __future__ import annotations

import io
import json
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.portal.calls import Caller, Reply
from benchmarks.portal.databases import NAMES, Databases
from benchmarks.portal.served import Portal
from benchmarks.rows import Row, at_least, at_most

MEMORY_MB: Final = 150.0  # that a process may hold more after all of it than before
PIECE: Final = 2**20
GIGABYTE: Final = 2**30
ENTITIES: Final = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">]><robot name="r">&a;</robot>'
SCRIPT: Final = b"<script>alert(1)</script>"


def _zip(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>", **entries}.items():
            archive.writestr(name, data)
    return out.getvalue()


def hostile() -> dict[str, bytes]:
    """Files by name that must not be taken."""
    return {
        "bomb.xlsx": _zip({"xl/sheet": bytes(200 * 2**20)}),
        "entities.urdf": ENTITIES.encode(),
        "entities16.urdf": ENTITIES.encode("utf-16"),
        "escape.xlsx": _zip({"../../etc/passwd": b"x"}),
        "absolute.xlsx": _zip({"/etc/passwd": b"x"}),
        "page.html": b"<!doctype html>" + SCRIPT,
        "page.csv": b"a,b\n" + SCRIPT,
        "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
        "picture.png": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
        "sheet.pdf": b"MZ" + bytes(200),
        "deep.json": b"[" * 100_000,
    }


def rows(vendor: str, databases: Databases, *, size: int = GIGABYTE) -> Iterator[Row]:
    """What a running portal makes of them.

    Args:
        size: bytes of the file that is far too long.
    """
    with (
        tempfile.TemporaryDirectory(prefix="robotplus-uploads-", ignore_cleanup_errors=True) as folder,
        Portal(Path(folder), databases.new(vendor)) as portal,
    ):
        people = portal.people()
        caller = Caller(portal.port, people["plant"]["token"])
        deal = caller.post(
            "/api/deals", {"kind": "purchase", "text": "?", "seller": people["maker"]["organisation"]}
        ).document["id"]
        path = f"/api/deals/{deal}/files"
        good = b"%PDF-1.7\n" + bytes(4000)
        taken = caller.upload(path, "a.pdf", [good], size=len(good)).status
        before = portal.web_peak_mb()
        files = hostile()
        refused = sum(
            _refused(caller.upload(path, name, [data], size=len(data))) for name, data in files.items()
        )
        piece = b"%PDF-1.7\n".ljust(PIECE, b"\0")
        begun = time.monotonic()
        long = caller.upload(path, "long.pdf", (piece for _ in range(size // PIECE)), size=size)
        took = time.monotonic() - begun
        with urllib.request.urlopen(f"{portal.base}/healthz", timeout=30) as page:
            healthy = page.status
        grown = portal.web_peak_mb() - before
        kept = sum(p.stat().st_size for p in (Path(folder) / "files").rglob("*") if p.is_file())
    title, of = f"uploads ({NAMES[vendor]})", f"of {len(files)}"
    yield at_least(f"{title}: a harmless file taken", int(taken == 201), 1, "")
    yield at_least(f"{title}: hostile files refused with one line", refused, len(files), of)
    yield at_least(
        f"{title}: a file of {size / GIGABYTE:g} GB refused with one line", int(_refused(long)), 1, ""
    )
    yield at_most(f"{title}: seconds that it took", took, 60, "s")
    yield at_most(f"{title}: memory that the web's largest process grew by", grown, MEMORY_MB, "MB")
    yield at_most(f"{title}: bytes kept beside the harmless file", kept - len(good), 0, "B")
    yield at_least(f"{title}: the server answers after", int(healthy == 200), 1, "")


def _refused(reply: Reply) -> bool:
    """A refusal that says why in one line."""
    if reply.status not in (400, 413, 415, 422):
        return False
    try:
        said = json.dumps(json.loads(reply.text), ensure_ascii=False)
    except ValueError:
        return False
    return bool(said.strip()) and "\\n" not in said
