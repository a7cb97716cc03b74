"""Districts and zones, read from a data file: the built-in one, or the deployer's own of the same shape."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction

from robotplus.errors import InputError
from robotplus.portal.core.models import Area

BUILT_IN = Path(__file__).parent / "data" / "areas.toml"


@transaction.atomic
def do_load_areas(path: Path = BUILT_IN) -> int:
    """Add or update the areas of a file, parents before their parts; how many it holds.

    Areas that are in use are never deleted: give them ``valid_until``.

    Raises:
        InputError: what is wrong with the file.
    """
    try:
        rows: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["area"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as e:
        raise InputError(f"no list of areas: {e!r}", str(path)) from e
    for number, row in enumerate(rows, 1):
        _load(row, f"{path}: area {number}")
    return len(rows)


def _load(row: dict[str, Any], where: str) -> None:
    allowed = {"code", "zh", "en", "parent", "valid_from", "valid_until"}
    if row.keys() - allowed or not {"code", "zh", "en"} <= row.keys():
        raise InputError("an area has code, zh, en, and maybe parent and valid_*", where, value=sorted(row))
    parent = None
    if "parent" in row:
        parent = Area.objects.filter(code=row["parent"]).first()
        if parent is None:
            raise InputError("its parent stands nowhere above it", where, value=row["parent"])
    dates = {k: row.get(k) for k in ("valid_from", "valid_until")}
    if any(not isinstance(d, dt.date | None) for d in dates.values()):
        raise InputError("a date such as 2026-03-31 without quotes", where)
    Area.objects.update_or_create(
        code=row["code"], defaults={"name_zh": row["zh"], "name_en": row["en"], "parent": parent, **dates}
    )
