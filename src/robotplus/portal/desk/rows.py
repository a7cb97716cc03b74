"""Rows of the funnel, put together so that none tells of fewer organisations than the floor.

Rows that fewer than ``COUNT_FLOOR`` organisations stand behind are put together as "others". While those too are
below the floor, the next smallest row joins them, so that the total less the rows shown tells nothing either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from robotplus.portal.deals.models import LedgerLine

By = Literal["field", "area", "month"]
BASES = tuple(LedgerLine.Basis.values)
OTHERS = "others"


@dataclass
class Row:
    """Counts of one field, area or month. ``amounts``: (basis, currency) to the sum of the contracts."""

    key: str
    needs: int = 0
    answered: int = 0
    proven: int = 0
    inquiries: int = 0
    deals: int = 0
    amounts: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    organisations: set[int] = field(default_factory=set)

    def add(self, other: Row) -> None:
        for name in ("needs", "answered", "proven", "inquiries", "deals"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for key, amount in other.amounts.items():
            self.amounts[key] += amount
        self.organisations |= other.organisations


@dataclass(frozen=True)
class Funnel:
    """``total`` is None when too few organisations stand behind all of it."""

    by: By
    rows: tuple[Row, ...]
    total: Row | None
    currencies: tuple[str, ...]


def suppressed(by: By, rows: Iterable[Row], *, floor: int) -> Funnel:
    found = sorted(rows, key=lambda r: r.key)
    total = Row("total")
    for row in found:
        total.add(row)
    if len(total.organisations) < floor:
        return Funnel(by, (), None, ())
    shown, others = _merged(found, floor)
    rest = [others] if others.organisations else []
    currencies = sorted({c for _basis, c in total.amounts})
    return Funnel(by, (*shown, *rest), total, tuple(currencies))


def _merged(rows: Sequence[Row], floor: int) -> tuple[list[Row], Row]:
    shown = [r for r in rows if len(r.organisations) >= floor]
    others = Row(OTHERS)
    for row in rows:
        if len(row.organisations) < floor:
            others.add(row)
    while shown and 0 < len(others.organisations) < floor:
        least = min(shown, key=lambda r: len(r.organisations))
        shown.remove(least)
        others.add(least)
    return shown, others


def table(found: Funnel, labels: dict[str, str]) -> list[list[Any]]:
    """The funnel as rows for a page or a spreadsheet, the head first. ``labels`` names keys and columns."""
    money = [(b, c) for c in found.currencies for b in BASES]
    counts = ("needs", "answered", "proven", "inquiries", "deals")
    head = [labels[found.by], *(labels[c] for c in counts), *(f"{labels[b]} [{c}]" for b, c in money)]
    rows = [*found.rows, *([found.total] if found.total else [])]
    return [
        head,
        *(
            [
                labels.get(r.key, r.key),
                *(getattr(r, c) for c in counts),
                *(r.amounts.get(m, Decimal()) for m in money),
            ]
            for r in rows
        ),
    ]
