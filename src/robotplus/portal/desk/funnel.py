"""Counts the funnel from needs to deals, inside what the reader's grants cover."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.models import Deal, LedgerLine
from robotplus.portal.desk.rows import BASES, By, Funnel, Row, suppressed
from robotplus.portal.desk.scope import covered, parts_of
from robotplus.portal.jobs.models import Result
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.matches.models import Answer
from robotplus.portal.needs.models import Need

BATCH = 5000  # keys of one query


@dataclass(frozen=True)
class Wanted:
    """What to count: by what, and of which field, area (with its parts) and days (``end`` excluded)."""

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
    return suppressed(wanted.by, rows.values(), floor=settings.COUNT_FLOOR)


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
    agreed = {(k.id, s.name) for k in noun_kinds("deal") for s in k.states if s.agreed}
    facts = deals.values_list("pk", "buyer", "seller", "field", "area__code", "created_at", "kind", "state")
    for pk, buyer, seller, field_, area, at, kind, state in facts:
        row = place[pk] = _row(rows, _key(by, field_, area, at))
        row.inquiries += 1
        row.deals += (kind, state) in agreed
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


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
