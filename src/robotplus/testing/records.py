"""Tables and JSON of test records, read strictly: bounded sizes, known columns, unique ids, finite numbers."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from robotplus.errors import InputError

MAX_BYTES = 64_000_000
MAX_ROWS = 50_000
MAX_TEXT = 10_000  # characters of one field
MAX_NUMBER = 1e9
DIGITS = (
    9  # differences of decimals are rounded to so many: an error of 0.1 is not one of 0.10000000000000009
)

Row = TypeVar("Row")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text, its name for messages, and the SHA-256 of its bytes."""

    name: str
    text: str
    sha256: str


def read_source(path: Path) -> Source:
    """Read a file of records.

    Raises:
        InputError: it is missing, no regular file, too large, or no UTF-8.
    """
    if not path.is_file():
        raise InputError("no such file", str(path))
    if path.stat().st_size > MAX_BYTES:
        raise InputError("the file is too large", path.name, allowed=f"up to {MAX_BYTES // 1_000_000} MB")
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise InputError(f"not UTF-8 at byte {e.start}", path.name) from None
    return Source(path.name, text, hashlib.sha256(content).hexdigest())


def read_table(
    source: Source, required: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, dict[str, str]]:
    """Rows of a CSV table with a header, by their ``id``.

    Raises:
        InputError: columns missing, unknown or twice, rows of another length, ids empty or twice, too many rows.
    """
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    rows: dict[str, dict[str, str]] = {}
    try:
        columns = [name.strip() for name in next(reader, [])]
        _columns(columns, ("id", *required), optional, source.name)
        for cells in reader:
            if not cells:
                continue
            where = f"{source.name}: line {reader.line_num}"
            if len(cells) != len(columns):
                raise InputError(f"{len(cells)} fields for {len(columns)} columns", where)
            row = dict(zip(columns, cells, strict=True))
            add(rows, row.pop("id").strip(), row, where)
    except csv.Error as e:
        raise InputError(f"no CSV: {e}", f"{source.name}: line {reader.line_num}") from None
    if not rows:
        raise InputError("no rows", source.name)
    return rows


def _columns(columns: Sequence[str], required: Sequence[str], optional: Sequence[str], where: str) -> None:
    for name in required:
        if name not in columns:
            raise InputError(
                "a column is missing", where, value=name, allowed=", ".join([*required, *optional])
            )
    for i, name in enumerate(columns):
        if name in columns[:i]:
            raise InputError("a column stands twice", where, value=name)
        if name not in required and name not in optional:
            raise InputError("unknown column", where, value=name, allowed=", ".join([*required, *optional]))


def add(rows: dict[str, Row], key: str, row: Row, where: str) -> None:
    """Put a row under its id, which must be new; the number of rows is bounded."""
    if not key or len(key) > 200:
        raise InputError("an id has 1 to 200 characters", where, value=key)
    if key in rows:
        raise InputError("the id stands twice", where, value=key)
    if len(rows) >= MAX_ROWS:
        raise InputError(f"more than {MAX_ROWS} rows", where)
    rows[key] = row


def number(value: object, where: str, *, low: float = -MAX_NUMBER, high: float = MAX_NUMBER) -> float:
    """A finite number in a range, as JSON has it."""
    found = math.nan
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):
            found = float(value)
    if not low <= found <= high:
        raise InputError("not a number in range", where, value=value, allowed=f"{low:g} <= value <= {high:g}")
    return found


def cell(text: str, where: str, *, low: float = -MAX_NUMBER, high: float = MAX_NUMBER) -> float:
    """A finite number in a range, as a table has it."""
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        raise InputError("not a number", where, value=plain)
    return number(float(plain), where, low=low, high=high)


def read_json(text: str, where: str) -> Any:
    """A JSON document without NaN or infinity."""

    def refuse(constant: str) -> NoReturn:
        raise InputError("not a finite number", where, value=constant)

    try:
        return json.loads(text, parse_constant=refuse)
    except ValueError as e:
        raise InputError(f"no JSON: {e}", where) from None


def known(rows: dict[str, Any], truth: dict[str, Any], where: str) -> None:
    """Every record is of a case of the truth."""
    for key in rows:
        if key not in truth:
            raise InputError("no such id in the truth", where, value=key)
