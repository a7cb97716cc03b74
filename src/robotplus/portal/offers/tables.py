"""Reads a table of offers (CSV, XLSX, JSON) and writes the empty one to fill in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from robotplus.portal.core.archives import HostileFileError
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.sniffing import sniff
from robotplus.portal.core.uploads import is_too_large
from robotplus.portal.kinds import Field, Kind

MAX_ROWS: Final = 5000
MAX_COLUMNS: Final = 100
PRICE_PARTS: Final = ("amount", "currency", "basis", "tax_included", "tax_rate", "scope")
SEVERAL: Final = ("choices", "areas")


@dataclass(frozen=True)
class Row:
    """One line of the table: its number as a spreadsheet counts (the head is 1), title and raw values."""

    number: int
    title: str
    values: Mapping[str, Any]


def columns(kind: Kind) -> list[str]:
    """The head of the table: ``title``, each field, and a price as its parts."""
    names = ["title"]
    for field in kind.fields:
        names += [f"{field.name}.{p}" for p in PRICE_PARTS] if field.type == "price" else [field.name]
    return [n for n in names if not _is_document(kind, n)]


def read_table(upload: UploadedFile[Any], kind: Kind) -> list[Row]:
    """The rows of an uploaded table, whose head names the columns of `columns` in any order.

    Raises:
        RefusedError: it is no such table; the problem names the place.
    """
    if is_too_large(upload):
        raise RefusedError(_("the file is too large"), field="file")
    stream: IO[bytes] = upload.file  # type: ignore[assignment]
    try:
        found = sniff(stream, upload.name or "")
        stream.seek(0)
        lines = list(READERS[found](stream))
    except HostileFileError as e:
        raise RefusedError(str(e), field="file") from e
    except KeyError:
        raise RefusedError(_("a table is CSV, XLSX or JSON"), field="file") from None
    except (ValueError, csv.Error) as e:
        raise RefusedError(_("the table cannot be read: %(why)s") % {"why": e}, field="file") from e
    if not lines:
        raise RefusedError(_("the table has no rows"), field="file")
    return [_row(number, cells, kind) for number, cells in lines]


def _row(number: int, cells: Mapping[str, Any], kind: Kind) -> Row:
    values: dict[str, Any] = {}
    for field in kind.fields:
        value = _price(field, cells) if field.type == "price" else _cell(field, cells.get(field.name))
        if value not in (None, "", []):
            values[field.name] = value
    known = {*columns(kind), *(f.name for f in kind.fields if f.type == "price")}
    values |= {name: cells[name] for name in cells.keys() - known}  # unknown columns are refused by name
    return Row(number, str(cells.get("title") or ""), values)


def _cell(field: Field, raw: Any) -> Any:
    if field.type in SEVERAL and isinstance(raw, str):
        return [p.strip() for p in raw.replace("；", ";").replace("、", ";").split(";") if p.strip()]
    if field.type in ("number", "flag") or isinstance(raw, (list, dict)) or raw is None:
        return raw
    if isinstance(raw, float) and raw == int(raw):  # spreadsheets keep codes as numbers
        raw = int(raw)
    return str(raw)[:10] if field.type == "date" else str(raw)


def _price(field: Field, cells: Mapping[str, Any]) -> Any:
    if isinstance(whole := cells.get(field.name), dict):
        return whole
    parts = {p: cells.get(f"{field.name}.{p}") for p in PRICE_PARTS}
    given = {p: v for p, v in parts.items() if v not in (None, "")}
    if not given:
        return None
    if isinstance(scope := given.get("scope"), str):
        given["scope"] = [s.strip() for s in scope.replace("；", ";").split(";") if s.strip()]
    if "tax_included" in given:
        given["tax_included"] = str(given["tax_included"]).strip().lower() in (
            "1",
            "1.0",
            "true",
            "yes",
            "是",
        )
    return given


def _csv(stream: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    data = stream.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")  # what a Chinese spreadsheet writes
    rows = csv.reader(io.StringIO(text, newline=""))
    yield from _headed(iter(rows))


def _xlsx(stream: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        yield from _headed(sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True))
    finally:
        book.close()


def _headed(rows: Iterator[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    head = [str(c).strip() if c is not None else "" for c in next(rows, ())]
    while head and not head[-1]:
        head.pop()  # spreadsheets pad their rows
    named = [h for h in head if h]
    if not named or len(head) > MAX_COLUMNS:
        raise ValueError(_("the first row names the columns"))
    if len(set(named)) < len(named):
        raise ValueError(_("two columns have one name"))
    for number, cells in enumerate(rows, start=2):
        if number > MAX_ROWS + 1:
            raise ValueError(_("at most %(limit)d rows") % {"limit": MAX_ROWS})
        if len([c for c in cells[len(head) :] if c not in (None, "")]):
            raise ValueError(_("row %(row)d has more cells than the head") % {"row": number})
        found = {h: c for h, c in zip(head, cells, strict=False) if h and c not in (None, "")}
        if found:
            yield number, found


def _json(stream: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = json.load(stream)
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise ValueError(_("a list of objects"))
    if len(rows) > MAX_ROWS:
        raise ValueError(_("at most %(limit)d rows") % {"limit": MAX_ROWS})
    yield from enumerate(rows, start=1)


READERS: Final = {"csv": _csv, "xlsx": _xlsx, "json": _json}


def _is_document(kind: Kind, name: str) -> bool:
    return any(f.name == name and f.type == "document" for f in kind.fields)
