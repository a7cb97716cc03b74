"""Says what a file is from its content; the name's ending only has to agree."""

from __future__ import annotations

import codecs
import json
import os
import struct
import tomllib
from typing import IO

from django.utils.translation import gettext as _

from robotplus.portal.core.archives import HostileFileError, first_element, office_type

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "toml": "application/toml",
    "stl": "model/stl",
    "urdf": "application/xml",
    "zip": "application/zip",
}
ALLOWED = frozenset(MEDIA_TYPES) - {"zip"}
ENDINGS = {"jpeg": "jpg", "xml": "urdf", "xacro": "urdf", "mjcf": "urdf"}
ROBOT_ROOTS = ("robot", "mujoco")  # first element of a URDF or xacro, and of an MJCF file
MAX_PARSED = 20 * 2**20  # bytes of a JSON or TOML file
HEAD = 4096
MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<iframe")


def sniff(stream: IO[bytes], name: str) -> str:
    """The type of a seekable file, one of ``MEDIA_TYPES``.

    Raises:
        HostileFileError: it is none of them, is dangerous, or is not what its name says.
    """
    size = stream.seek(0, os.SEEK_END)
    if not size:
        raise HostileFileError(_("the file is empty"))
    stream.seek(0)
    head = stream.read(HEAD)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    ending = ENDINGS.get(ending, ending)
    if ending not in MEDIA_TYPES:
        raise HostileFileError(
            f"files named .{ending} are not taken" if ending else "a file without an ending"
        )
    found = _by_signature(stream, head, size) or _by_text(stream, head, size, ending)
    if found != ending:
        raise HostileFileError(_("its content is not what its ending says: .%(ending)s") % {"ending": ending})
    return found


def _by_signature(stream: IO[bytes], head: bytes, size: int) -> str:
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"PK"):
        stream.seek(0)
        return office_type(stream, size=size)
    if len(head) >= 84 and size == 84 + 50 * struct.unpack_from("<I", head, 80)[0]:
        return "stl"
    return ""


def _by_text(stream: IO[bytes], head: bytes, size: int, ending: str) -> str:
    """Text has no signature: the type that its name says is tried."""
    low = head.lower().lstrip(b"\xef\xbb\xbf \t\r\n")
    if ending == "urdf":
        stream.seek(0)
        return "urdf" if first_element(stream) in ROBOT_ROOTS else ""
    if low.startswith(b"<") or any(m in low for m in MARKUP):
        raise HostileFileError(_("web pages, SVG and other markup are refused"))
    if b"\0" in head:
        return ""
    stream.seek(0)
    match ending:
        case "stl":
            return "stl" if low.startswith(b"solid") and b"facet" in low else ""
        case "csv":
            return "csv" if _is_text(stream) else ""
        case "json" | "toml":
            return ending if _parses(stream, ending, size) else ""
    return ""


def _is_text(stream: IO[bytes]) -> bool:
    """UTF-8 or GB 18030 without control characters, read as a stream."""
    for encoding in ("utf-8", "gb18030"):
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := stream.read(2**20):
                if any(c < " " and c not in "\t\r\n\f" for c in set(decoder.decode(chunk))):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _parses(stream: IO[bytes], ending: str, size: int) -> bool:
    if size > MAX_PARSED:
        raise HostileFileError(_("a text of more than %(limit)d MiB") % {"limit": MAX_PARSED // 2**20})
    try:
        text = stream.read().decode("utf-8-sig")
        json.loads(text) if ending == "json" else tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
