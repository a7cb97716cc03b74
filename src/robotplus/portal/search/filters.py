"""Filters of a search: what they are, how they stand in an address, and what they demand in SQL."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.models import Area
from robotplus.portal.search.models import Noun
from robotplus.portal.search.parsing import Bound
from robotplus.portal.search.quantities import quantities

FACETS: Final = ("kind", "field", "scenario", "maker", "area")  # filters besides ``noun``


@dataclass(frozen=True)
class Filters:
    """Facets that entries must have; empty: any. ``area`` takes in what lies within it and what it lies within."""

    noun: str = ""
    kind: str = ""
    field: str = ""
    scenario: str = ""
    maker: str = ""
    area: str = ""
    bounds: tuple[Bound, ...] = ()
    kinds: tuple[str, ...] = ()  # any of these

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """From an address: facets by name, and figures such as ``payload=10..20``, ``reach=1.8..``, ``takt=..15``.

        Raises:
            RefusedError: no such noun, or not a span.
        """
        noun = given.get("noun", "")
        if noun and noun not in Noun.labels:
            raise RefusedError(_("unknown noun"), field="noun")
        bounds = [_span(q, given[q]) for q in quantities() if given.get(q)]
        facets = {f: given.get(f, "")[:80] for f in FACETS}
        return cls(noun, bounds=tuple(bounds), **facets)  # type: ignore[arg-type]


def _span(quantity: str, text: str) -> Bound:
    low, dots, high = text.partition("..")
    try:
        if not dots:
            return Bound(quantity, float(low), float(low))
        return Bound(
            quantity,
            float(low) if low else -math.inf,
            float(high) if high else math.inf,
        )
    except ValueError:
        raise RefusedError(_("a span such as 10..20"), field=quantity) from None


def conditions(
    filters: Filters,
    bounds: Sequence[Bound],
    entry: str,
    *,
    noun: str,
    row: str = "",
    listed: bool = False,
) -> tuple[str, list[Any]]:
    """What the filters demand, as SQL and its values.

    Args:
        entry: the column that holds an entry's id.
        noun: the column that holds its noun.
        row: the entry's own row, where the query walks along these.
        listed: whether what passes is listed once, which is quicker where very many are asked; else each is looked up.
    """
    sql = ""
    given: list[Any] = []
    if listed:
        of_entry = f" AND {entry} IN (SELECT x.id FROM search_entry x WHERE %s)"
        of_figure = f" AND {entry} IN (SELECT g.entry_id FROM search_figure g WHERE %s)"
    else:
        of_entry = f" AND EXISTS (SELECT 1 FROM search_entry x WHERE x.id = {entry} AND %s)"
        of_figure = f" AND EXISTS (SELECT 1 FROM search_figure g WHERE g.entry_id = {entry} AND %s)"
    if row:
        of_entry = " AND %s"
    x = row or "x"
    if filters.noun:
        sql += f" AND {noun} = {int(Noun[filters.noun.upper()])}"
    for name in ("kind", "field", "maker"):
        if value := getattr(filters, name):
            sql += of_entry % f"{x}.{name} = %s"
            given.append(value)
    if filters.kinds:
        marks = ", ".join(["%s"] * len(filters.kinds))
        sql += of_entry % f"{x}.kind IN ({marks})"
        given += filters.kinds
    if filters.scenario:
        named = "SELECT g.entry_id FROM search_figure g WHERE g.name = 'scenario' AND g.text = %s"
        sql += of_entry % f"({x}.scenario = %s OR {x}.id IN ({named}))"
        given += [filters.scenario, filters.scenario]
    if filters.area:
        codes = areas_around(filters.area)
        marks = ", ".join(["%s"] * len(codes))
        sql += of_figure % f"g.name = 'area' AND g.text IN ({marks})"
        given += codes
    for bound in bounds:
        span, values = within(bound, "g")
        sql += of_figure % span
        given += values
    return sql, given


def within(bound: Bound, table: str) -> tuple[str, list[Any]]:
    sql = f"{table}.name = %s"
    given: list[Any] = [bound.quantity]
    if math.isfinite(bound.low):
        sql += f" AND {table}.number >= %s"
        given.append(bound.low - abs(bound.low) * 1e-9)
    if math.isfinite(bound.high):
        sql += f" AND {table}.number <= %s"
        given.append(bound.high + abs(bound.high) * 1e-9)
    return sql, given


def areas_around(code: str) -> list[str]:
    """An area with those that it lies within and those within it."""
    parents = dict(Area.objects.values_list("code", "parent__code"))
    out, above = [code], parents.get(code)
    while above is not None:
        out.append(above)
        above = parents.get(above)
    below = [code]
    while below := [c for c, p in parents.items() if p in below]:
        out += below
    return out
