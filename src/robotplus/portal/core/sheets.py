"""Tables as CSV and XLSX for other programs. No text in them is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plain(value: Any) -> Any:
    """A cell's value: figures stay figures, and a text that could start a formula gets an apostrophe before it."""
    if value is None or isinstance(value, (bool, int, float, Decimal)):
        return value
    text = "".join(c for c in str(value) if c >= " " or c in "\t\n")
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte-order mark, by which spreadsheets know Chinese text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([plain(v) for v in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(rows: Iterable[Sequence[Any]], *, title: str = "1") -> bytes:
    """One sheet with a fixed first row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([plain(v) for v in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_response(rows: Iterable[Sequence[Any]], *, name: str, kind: str) -> HttpResponse:
    """A download. ``kind``: ``csv`` or ``xlsx``."""
    if kind == "csv":
        response = HttpResponse(csv_bytes(rows), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(xlsx_bytes(rows, title=name), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response
