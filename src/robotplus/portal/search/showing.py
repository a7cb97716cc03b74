"""What the page of the search shows: hits with their links and figures, how the question was read, and the facets."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from robotplus.errors import NeedError
from robotplus.portal.core.models import Area
from robotplus.portal.kinds import kinds
from robotplus.portal.kinds.kind import Label
from robotplus.portal.search.filters import FACETS
from robotplus.portal.search.finding import Hit, SearchPage
from robotplus.portal.search.parsing import Bound
from robotplus.portal.search.quantities import quantities
from robotplus.portal.web.fields import PLAN_FIELDS
from robotplus.portal.web.templatetags.ui import language
from robotplus.scenarios.library import get_scenario, scenarios

NOUN_LABELS: Final = {
    "scenario": Label("场景", "Scenarios"),
    "model": Label("机器人型号", "Robot models"),
    "offer": Label("供给", "Offers"),
    "need": Label("需求", "Needs"),
}
ONE_OF: Final = {
    "scenario": Label("场景", "scenario"),
    "model": Label("机器人型号", "robot model"),
}
FACET_LABELS: Final = {
    "kind": Label("类别", "Kind"),
    "field": Label("领域", "Field"),
    "scenario": Label("应用场景", "Scenario"),
    "maker": Label("厂商", "Maker"),
}
SHOWN_FIGURES: Final = ("payload", "reach", "takt", "lead_time", "amount", "repeatability")
CHOSEN: Final = mark_safe(" selected")
UNIT_SIGNS: Final = {"axis": "", "CNY": "CNY"}


@dataclass(frozen=True)
class Shown:
    """A hit as its card shows it. ``figures``: label, value and unit."""

    hit: Hit
    title: str
    text: str
    url: str
    label: Label
    figures: tuple[tuple[Label, float, str], ...]


@dataclass(frozen=True)
class Choice:
    """One value of a facet: its address adds it, or takes it off when it is ``chosen``."""

    label: Label | str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True)
class Chip:
    """How a figure was read. ``low`` or ``high`` is None where there is no such bound."""

    label: Label
    low: float | None
    high: float | None
    unit: str


def shown(page: SearchPage) -> list[Shown]:
    return [_shown(hit) for hit in page.hits]


def _shown(hit: Hit) -> Shown:
    known = quantities()
    figures = tuple(
        (known[name].label, hit.figures[name], UNIT_SIGNS.get(known[name].unit, known[name].unit))
        for name in SHOWN_FIGURES
        if name in hit.figures
    )
    title, text, url = (
        in_one_language(hit.title),
        in_one_language(hit.text),
        reverse(hit.noun, args=[hit.subject_id]),
    )
    return Shown(hit, title, text, url, _kind_label(hit.kind), figures)


def in_one_language(text: str) -> str:
    """An indexed text in the language of the page: scenarios stand in it by name and description in both."""
    for both, label in _in_both():
        text = text.replace(both, label[language()])
    return text


@functools.cache
def _in_both() -> tuple[tuple[str, Label], ...]:
    found = []
    for s in scenarios():
        found.append((f"{s.name_zh} {s.name_en}", Label(s.name_zh, s.name_en)))
        found.append((f"{s.about_zh}\n{s.about_en}", Label(s.about_zh, s.about_en)))
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def _kind_label(kind_id: str) -> Label:
    found = kinds().get(kind_id)
    return found.label if found is not None else ONE_OF.get(kind_id, Label(kind_id, kind_id))


def chips(bounds: tuple[Bound, ...]) -> list[Chip]:
    return [
        Chip(
            quantities()[b.quantity].label,
            b.low if math.isfinite(b.low) else None,
            b.high if math.isfinite(b.high) else None,
            UNIT_SIGNS.get(quantities()[b.quantity].unit, quantities()[b.quantity].unit),
        )
        for b in bounds
    ]


def noun_choices(page: SearchPage, given: QueryDict) -> list[Choice]:
    """The nouns with what was found of each; all of them, so that one can go from one to the other."""
    chosen = given.get("noun", "")
    return [
        Choice(label, page.facets["noun"].get(noun, 0), noun == chosen, _address(given, "noun", noun))
        for noun, label in NOUN_LABELS.items()
    ]


def facet_choices(page: SearchPage, given: QueryDict) -> list[tuple[Label, list[Choice]]]:
    """The facets that still tell something apart, or that are chosen."""
    out = []
    for name in FACETS:
        if name not in FACET_LABELS:
            continue
        counts = page.facets[name]
        chosen = given.get(name, "")
        if len(counts) > 1 or chosen:
            options = [
                Choice(_value_label(name, v), n, v == chosen, _address(given, name, v))
                for v, n in counts.items()
            ]
            if chosen and chosen not in counts:
                options.append(Choice(_value_label(name, chosen), 0, True, _address(given, name, chosen)))
            out.append((FACET_LABELS[name], options))
    return out


def areas(chosen: str) -> SafeString:
    """The options of the areas, in the language of the page."""
    name = f"name_{language()}"
    rows = Area.objects.values_list("code", name)
    return format_html_join(
        "", '<option value="{}"{}>{}</option>', ((c, CHOSEN if c == chosen else "", n) for c, n in rows)
    )


def _value_label(facet: str, value: str) -> Label | str:
    if facet == "kind":
        return _kind_label(value)
    if facet == "field":
        return next((f.label for f in PLAN_FIELDS if f.id == value), value)
    if facet == "scenario":
        try:
            found = get_scenario(value)
        except NeedError:
            return value
        return Label(found.name_zh, found.name_en)
    return value


def _address(given: QueryDict, name: str, value: str) -> str:
    """The same search with a facet set, or without it where it is set already; from its first page."""
    query = given.copy()
    query.pop("cursor", None)
    if query.get(name) == value:
        query.pop(name)
    else:
        query[name] = value
    return "?" + query.urlencode()
