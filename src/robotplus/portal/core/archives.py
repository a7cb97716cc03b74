"""Looks into zip-based files (xlsx, docx) without unpacking them: bombs, escapes, macros and entities are refused."""

from __future__ import annotations

import zipfile
import zlib
from typing import IO
from xml.parsers import expat

from django.utils.translation import gettext as _

MAX_ENTRIES = 2_000
MAX_TOTAL = 300 * 2**20  # bytes unpacked
MAX_RATIO = 200  # unpacked to packed, of the whole
CHUNK = 2**16
MAX_PROLOG = 2**20  # bytes before the first element of an XML part
XML_ENDINGS = (".xml", ".rels", ".vml")


class HostileFileError(ValueError):
    """A file that is refused; the message says why in one line."""


class _RootSeenError(Exception):
    pass


def first_element(stream: IO[bytes]) -> str:
    """The name of an XML document's first element, whatever its encoding; reads no further.

    Raises:
        HostileFileError: it declares a document type (which is where entities come from) or is no XML.
    """
    parser = expat.ParserCreate()
    name = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal name
        name = tag
        raise _RootSeenError

    def doctype(*ignored: object) -> None:
        raise HostileFileError(_("XML with a document type or entities is refused"))

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    seen = 0
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
            seen += len(chunk)
            if seen > MAX_PROLOG:
                raise HostileFileError(_("XML without an element near its start"))
        parser.Parse(b"", True)
    except _RootSeenError:
        return name
    except expat.ExpatError:
        raise HostileFileError(_("XML that cannot be read")) from None
    raise HostileFileError(_("XML without an element"))


def office_type(stream: IO[bytes], *, size: int) -> str:
    """``xlsx``, ``docx`` or ``zip`` for a zip file that is safe to open.

    Args:
        size: bytes of the file.

    Raises:
        HostileFileError: it is not.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            _check_entries(entries, size)
            names = {e.filename for e in entries}
            if any(n.lower().endswith("vbaproject.bin") for n in names):
                raise HostileFileError(_("office files with macros are refused"))
            if "[Content_Types].xml" not in names:
                return "zip"
            for entry in entries:
                if entry.filename.lower().endswith(XML_ENDINGS) and entry.file_size:
                    with archive.open(entry) as part:
                        first_element(part)
    except HostileFileError:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise HostileFileError(_("a damaged archive")) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "docx" if "word/document.xml" in names else "zip"


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise HostileFileError(_("an archive of more than %(count)d entries") % {"count": MAX_ENTRIES})
    total = sum(e.file_size for e in entries)
    if total > MAX_TOTAL or total > MAX_RATIO * max(size, 1):
        raise HostileFileError(_("an archive that unpacks to far more than its size"))
    if sum(e.compress_size for e in entries) > size:
        raise HostileFileError(_("an archive whose entries overlap"))
    if len({e.filename for e in entries}) < len(entries):
        raise HostileFileError(_("an archive with the same name twice"))
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if entry.flag_bits & 1:
            raise HostileFileError(_("an encrypted archive"))
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise HostileFileError(_("an archive whose entries leave it"))
