"""The text of a file: TXT, DOCX, XLSX, or the text layer of a PDF. Everything is bounded before it is unpacked.

A row of a table becomes one line with ``|`` between its cells, which is how the reader knows a table.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from robotplus.errors import InputError

MAX_BYTES = 20_000_000
MAX_PART_BYTES = 40_000_000  # one unpacked part of a DOCX or XLSX
MAX_CHARACTERS = 100_000  # about a hundred pages of a tender
MAX_PAGES = 200
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def text_of_file(path: Path) -> str:
    """The text of a document on disk.

    Raises:
        InputError: missing, too large, of another kind, damaged, without text, or too long.
    """
    try:
        if not path.is_file():
            raise InputError("no such file", path.name, value=str(path))
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_large(path.name, size)
        with path.open("rb") as file:
            return text_of_bytes(file.read(MAX_BYTES + 1), path.name)
    except OSError as e:
        raise InputError(f"cannot be read ({e.strerror})", path.name) from None


def text_of_bytes(content: bytes, where: str) -> str:
    """The text of a document in memory; its kind is told by its first bytes, not by its name.

    Raises:
        InputError: as for ``text_of_file``.
    """
    if len(content) > MAX_BYTES:
        raise _too_large(where, len(content))
    if content.startswith(b"%PDF"):
        text = _pdf(content, where)
    elif content.startswith(b"PK"):
        text = _office(content, where)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("an old .doc or .xls file", where, fix="save it as .docx, .xlsx or .pdf")
    else:
        text = _plain(content, where)
    return bounded(text, where)


def bounded(text: str, where: str) -> str:
    """A text that has something in it and is no longer than we read.

    Raises:
        InputError: it has not, or it is.
    """
    if not text.strip():
        raise InputError("there is no text in it", where)
    if len(text) > MAX_CHARACTERS:
        fix = "give the part that states the requirement"
        raise InputError(
            "the text is too long",
            where,
            value=f"{len(text)} characters",
            allowed=f"<= {MAX_CHARACTERS}",
            fix=fix,
        )
    return text


def _too_large(where: str, size: int) -> InputError:
    return InputError("the file is too large", where, value=f"{size} bytes", allowed=f"<= {MAX_BYTES} bytes")


def _plain(content: bytes, where: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codings = ["utf-16"]
    elif b"\0" in content:
        raise InputError("not a text", where, allowed="TXT, DOCX, XLSX, PDF")
    else:
        codings = ["utf-8-sig", "gb18030"]
    for coding in codings:
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(coding)
    raise InputError("not a text", where, allowed="TXT, DOCX, XLSX, PDF")


def _office(content: bytes, where: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            if "word/document.xml" in names:
                return "\n".join(_docx_lines(_part(package, "word/document.xml", where)))
            if "xl/workbook.xml" in names:
                return "\n".join(_xlsx_lines(package, names, where))
    except (zipfile.BadZipFile, ElementTree.ParseError, RuntimeError, NotImplementedError, EOFError) as e:
        raise InputError("a damaged or encrypted file", where, value=e) from None
    except (ValueError, OverflowError, OSError) as e:
        raise InputError("a damaged file", where, value=e) from None
    raise InputError("a ZIP file that is no document", where, allowed="TXT, DOCX, XLSX, PDF")


def _part(package: zipfile.ZipFile, name: str, where: str) -> bytes:
    """One unpacked part; what claims to be small and is not stops at the bound."""
    with package.open(name) as part:
        content = part.read(MAX_PART_BYTES + 1)
    if len(content) > MAX_PART_BYTES:
        raise InputError("it unpacks to too much", where, value=name, allowed=f"<= {MAX_PART_BYTES} bytes")
    if _DOCTYPE.search(content):
        raise InputError("its XML defines entities", where, value=name)
    return content


def _docx_lines(content: bytes) -> Iterator[str]:
    """Paragraphs as lines, table rows as lines with bars."""
    body = ElementTree.fromstring(content).find(f"{_WORD}body")
    for block in body if body is not None else ():
        if block.tag == f"{_WORD}tbl":
            for row in block.iter(f"{_WORD}tr"):
                cells = [_docx_text(cell) for cell in row.iter(f"{_WORD}tc")]
                yield " | ".join(" ".join(cell.split()) for cell in cells)
        else:
            yield _docx_text(block)


def _docx_text(element: ElementTree.Element) -> str:
    out: list[str] = []
    for part in element.iter():
        if part.tag == f"{_WORD}t":
            out.append(part.text or "")
        elif part.tag == f"{_WORD}tab":
            out.append(" ")
        elif part.tag in (f"{_WORD}br", f"{_WORD}cr"):
            out.append("\n")
    return "".join(out)


def _xlsx_lines(package: zipfile.ZipFile, names: set[str], where: str) -> Iterator[str]:
    """Rows of every sheet as lines with bars; a formula counts by its kept result."""
    shared: list[str] = []
    if "xl/sharedStrings.xml" in names:
        strings = ElementTree.fromstring(_part(package, "xl/sharedStrings.xml", where))
        shared = [
            "".join(t.text or "" for t in item.iter(f"{_SHEET}t")) for item in strings.iter(f"{_SHEET}si")
        ]
    sheets = sorted(name for name in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
    for sheet in sheets:
        for row in ElementTree.fromstring(_part(package, sheet, where)).iter(f"{_SHEET}row"):
            cells = [_xlsx_cell(cell, shared) for cell in row.iter(f"{_SHEET}c")]
            if any(cells):
                yield " | ".join(" ".join(cell.split()) for cell in cells)


def _xlsx_cell(cell: ElementTree.Element, shared: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(f"{_SHEET}t"))
    value = cell.find(f"{_SHEET}v")
    text = (value.text or "") if value is not None else ""
    if kind == "s":
        place = int(text) if text.isdecimal() else -1
        return shared[place] if 0 <= place < len(shared) else ""
    return text


def _pdf(content: bytes, where: str) -> str:
    try:
        import pypdf
    except ImportError:
        raise InputError("reading PDF needs pypdf", where, fix="pip install 'robotplus[read]'") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it repairs concerns nobody
    stream: IO[bytes] = io.BytesIO(content)
    try:
        document = pypdf.PdfReader(stream)
        if document.is_encrypted and not document.decrypt(""):
            raise InputError("a PDF with a password", where)
        if len(document.pages) > MAX_PAGES:
            raise InputError(
                "the PDF is too long", where, value=f"{len(document.pages)} pages", allowed=f"<= {MAX_PAGES}"
            )
        text = "\n".join(page.extract_text() for page in document.pages)
    except InputError:
        raise
    except Exception as e:  # a hostile PDF raises whatever it likes in its reader
        raise InputError("a damaged PDF", where, value=f"{type(e).__name__}: {e}") from None
    if not text.strip():
        fix = "type the requirement, or run text recognition first"
        raise InputError("a scanned PDF: pictures without a text layer", where, fix=fix)
    return text
