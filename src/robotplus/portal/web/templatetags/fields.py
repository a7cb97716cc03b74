"""Template tags for the fields of kinds, whatever their type; they are built in, no ``{% load %}`` is needed.

In a form: ``{% for field in kind.fields %}{% kind_field field values problems %}{% endfor %}``; the view reads it
back with ``web.posted.posted_values(kind, request.POST)``. On a page: ``{% kind_values kind values %}``.
``values`` are stored values, or those posted in vain, which keep standing in the controls.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.safestring import SafeString

from robotplus.portal.catalogue.access import models_for
from robotplus.portal.core.models import Area, Document
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.kinds import Field, Kind
from robotplus.portal.kinds.price import BASES, CURRENCIES, SCOPE
from robotplus.portal.web.templatetags.ui import PRICE_BASES, PRICE_SCOPE, figure, price, said
from robotplus.scenarios.library import scenarios

register = template.Library()


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool = False


def known(field: Field, reader: Reader, only: Collection[str] | None = None) -> list[tuple[str, str]]:
    """(value, label) of what a field may hold, as far as the reader may know of it; ``only``: of these values."""
    found: list[tuple[str, str]] = []
    if field.type in ("choice", "choices"):
        found = [(o.value, said(o.label)) for o in field.options]
    elif field.type in ("area", "areas"):
        areas = Area.objects.all() if only is None else Area.objects.filter(code__in=only)
        found = [(a.code, said(a)) for a in areas]
    elif field.type == "scenario":
        found = [(s.id, said(s)) for s in scenarios()]
    elif field.type == "model":
        seen = models_for(reader) if only is None else models_for(reader).filter(pk__in=only)
        rows = seen.order_by("maker", "name").values_list("pk", "maker", "name")
        found = [(pk, f"{maker} {name}") for pk, maker, name in rows]
    return found if only is None else [(v, label) for v, label in found if v in only]


def _several(value: Any) -> list[str]:
    return [str(v) for v in (value if isinstance(value, list) else [value]) if v not in (None, "")]


@register.inclusion_tag("ui/field.html", takes_context=True)
def kind_field(
    context: template.Context,
    field: Field,
    values: Mapping[str, Any] | None = None,
    problems: Mapping[str, Any] | None = None,
    prefix: str = "",
) -> dict[str, Any]:
    """One field of a kind as an accessible form control, with its help and what is wrong with it.

    Args:
        prefix: stands before the control's name, when a page has several forms.
    """
    value = (values or {}).get(field.name)
    name = f"{prefix}{field.name}"
    reader: Reader = context.get("reader") or NOBODY
    chosen = _several(value)
    choices = [Choice(v, label, v in chosen) for v, label in known(field, reader)]
    if field.type in ("area", "model", "scenario") and chosen and not any(c.chosen for c in choices):
        choices.append(
            Choice(chosen[0], chosen[0], True)
        )  # it stays, though the reader no longer knows of it
    return {
        "reader": reader,
        "field": field,
        "name": name,
        "id": f"id_{name}",
        "value": value,
        "problem": (problems or {}).get(field.name),
        "choices": choices,
        "price": _price_parts(value) if field.type == "price" else None,
    }


def _price_parts(value: Any) -> dict[str, Any]:
    given = value if isinstance(value, Mapping) else {}
    scope = given.get("scope") or ()
    return {
        "amount": given.get("amount", ""),
        "tax_included": given.get("tax_included", True),
        "tax_rate": given.get("tax_rate", "0.13"),
        "currencies": [Choice(c, c, c == given.get("currency", "CNY")) for c in CURRENCIES],
        "bases": [Choice(b, str(PRICE_BASES[b]), b == given.get("basis", "unit")) for b in BASES],
        "scope": [Choice(s, str(PRICE_SCOPE[s]), s in scope) for s in SCOPE],
    }


@register.inclusion_tag("ui/values.html", takes_context=True)
def kind_values(
    context: template.Context, kind: Kind, values: Mapping[str, Any], only: str = ""
) -> dict[str, Any]:
    """The values that were given, labelled. ``only``: names of the fields to show, separated by spaces."""
    wanted = only.split()
    shown = [f for f in kind.fields if f.name in values and (not wanted or f.name in wanted)]
    return {"rows": [(f, values[f.name]) for f in shown], "reader": context.get("reader") or NOBODY}


@register.simple_tag(takes_context=True)
def kind_value(context: template.Context, field: Field, value: Any) -> SafeString | str:
    """One value as people read it."""
    if field.type == "price":
        return price(value)
    if field.type == "number":
        return figure(value, field.unit)
    if field.type in ("choice", "choices", "area", "areas", "scenario", "model"):
        parts = _several(value)
        labels = dict(known(field, context.get("reader") or NOBODY, parts))
        return "、".join(labels.get(part, part) for part in parts)
    if field.type == "document":
        return Document.objects.filter(pk=value).values_list("name", flat=True).first() or ""
    return str(value)
