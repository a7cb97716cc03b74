"""The funnel from needs to deals, in counts that tell of no single organisation.

Rows that fewer than ``COUNT_FLOOR`` organisations stand behind are put together as "others". While those too are
below the floor, the next smallest row joins them, so that the total less the rows shown tells nothing either.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.models import Deal, LedgerLine
from robotplus.portal.desk.scope import covered, parts_of
from robotplus.portal.jobs.models import Result
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.matches.models import Answer
from robotplus.portal.needs.models import Need

By = Literal["field", "area", "month"]
AGREED = frozenset({"accepted", "delivering", "delivered", "done"})
BASES = tuple(LedgerLine.Basis.values)
OTHERS = "others"
BATCH = 5000  # keys of one query


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


@dataclass(frozen=True)
class Wanted:
    """What to count: by what, and of which field, area (with its parts) and months."""

    by: By = "field"
    field: str = ""
    area: str = ""
    start: dt.date | None = None
    end: dt.date | None = None

    def filter(self) -> Q:
        chosen = Q(field=self.field) if self.field else Q()
        if self.area:
            chosen &= Q(area__in=parts_of(self.area))
        if self.start:
            chosen &= Q(created_at__gte=_midnight(self.start))
        if self.end:
            chosen &= Q(created_at__lt=_midnight(self.end))
        return chosen


def funnel(reader: Reader, wanted: Wanted) -> Funnel:
    """The funnel inside what the reader's grants cover; empty for anyone else. Examples do not count."""
    scope = covered(reader)
    rows: dict[str, Row] = {}
    if scope is not None:
        chosen = scope & wanted.filter()
        _count_needs(rows, chosen, wanted.by)
        _count_deals(rows, chosen, wanted.by)
    return _suppressed(wanted.by, rows.values(), floor=settings.COUNT_FLOOR)


def _count_needs(rows: dict[str, Row], chosen: Q, by: By) -> None:
    needs = list(
        Need.objects.filter(chosen, organisation__is_example=False)
        .exclude(state__in=_drafts("need"))
        .values_list("pk", "organisation", "field", "area__code", "created_at")
    )
    proven = _answered({n[0] for n in needs})
    for pk, organisation, field_, area, at in needs:
        row = _row(rows, _key(by, field_, area, at))
        row.needs += 1
        row.answered += pk in proven
        row.proven += proven.get(pk, False)
        row.organisations.add(organisation)


def _drafts(noun: Literal["need"]) -> list[str]:
    return sorted({k.initial for k in noun_kinds(noun)})


def _answered(needs: set[int]) -> dict[int, bool]:
    """Needs with a finished answer, and whether it proves a robot."""
    keys: dict[int, set[str]] = defaultdict(set)
    answers = Answer.objects.filter(need_revision__isnull=False).values_list("need_revision__need", "key")
    for need, key in answers:
        if need in needs:
            keys[need].add(key)
    wanted = sorted({k for found in keys.values() for k in found})
    counts: dict[str, dict[str, int]] = {}
    for start in range(0, len(wanted), BATCH):
        some = Result.objects.filter(key__in=wanted[start : start + BATCH])
        counts |= {k: summary.get("counts", {}) for k, summary in some.values_list("key", "summary")}
    return {
        need: any(counts[k].get("proven", 0) > 0 for k in found if k in counts)
        for need, found in keys.items()
        if found & counts.keys()
    }


def _count_deals(rows: dict[str, Row], chosen: Q, by: By) -> None:
    deals = Deal.objects.filter(chosen, buyer__is_example=False, seller__is_example=False)
    place: dict[int, Row] = {}
    facts = deals.values_list("pk", "buyer", "seller", "field", "area__code", "created_at", "state")
    for pk, buyer, seller, field_, area, at, state in facts:
        row = place[pk] = _row(rows, _key(by, field_, area, at))
        row.inquiries += 1
        row.deals += state in AGREED
        row.organisations |= {buyer, seller}
    for deal, amount, currency, basis in _contracts(deals):
        if deal in place:
            place[deal].amounts[basis, currency] += amount


def _contracts(deals: QuerySet[Deal]) -> Iterable[tuple[int, Decimal, str, str]]:
    """The contract sum of each deal as it is best known: seen before confirmed before declared, the last one."""
    best: dict[int, tuple[int, int, tuple[int, Decimal, str, str]]] = {}
    lines = LedgerLine.objects.filter(deal__in=deals.values("pk"), kind="contract")
    for pk, deal, amount, currency, basis in lines.values_list("pk", "deal", "amount", "currency", "basis"):
        ranked = (BASES.index(basis), pk, (deal, amount, currency, basis))
        best[deal] = max(best.get(deal, ranked), ranked)
    return [line for _basis, _pk, line in best.values()]


def _row(rows: dict[str, Row], key: str) -> Row:
    return rows.setdefault(key, Row(key))


def _key(by: By, field_: str, area: str | None, at: dt.datetime) -> str:
    match by:
        case "field":
            return field_
        case "area":
            return area or ""
    return timezone.localtime(at).strftime("%Y-%m")


def _suppressed(by: By, rows: Iterable[Row], *, floor: int) -> Funnel:
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


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


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
