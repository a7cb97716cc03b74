"""Template tags for the fields of kinds, whatever their type; they are built in, no ``{% load %}`` is needed.

In a form: ``{% for field in kind.fields %}{% kind_field field values problems %}{% endfor %}``; the view reads it
back with ``web.posted.posted_values(kind, request.POST)``. On a page: ``{% kind_values kind values %}``.
``values`` are stored values, or those posted in vain, which keep standing in the controls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.safestring import SafeString

from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.models import Area, Document
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


def choices(field: Field, value: Any) -> list[Choice]:
    """What a field lets people choose from, marked with what is chosen."""
    chosen = {str(v) for v in (value if isinstance(value, list) else [value])}
    if field.type in ("choice", "choices"):
        known = [(o.value, said(o.label)) for o in field.options]
    elif field.type in ("area", "areas"):
        known = [(a.code, said(a)) for a in Area.objects.all()]
    elif field.type == "scenario":
        known = [(s.id, said(s)) for s in scenarios()]
    elif field.type == "model":
        public = Model.objects.filter(access=Model.Access.PUBLIC).order_by("maker", "name")
        known = [(m.id, f"{m.maker} {m.name}") for m in public]
        if value and value not in dict(known):  # one that only its owner sees
            known.append((str(value), str(value)))
    else:
        known = []
    return [Choice(v, label, v in chosen) for v, label in known]


@register.inclusion_tag("ui/field.html")
def kind_field(
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
    return {
        "field": field,
        "name": name,
        "id": f"id_{name}",
        "value": value,
        "problem": (problems or {}).get(field.name),
        "choices": choices(field, value),
        "long": field.type in ("areas", "choices") and len(field.options) != len(choices(field, value)),
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


@register.inclusion_tag("ui/values.html")
def kind_values(kind: Kind, values: Mapping[str, Any], only: str = "") -> dict[str, Any]:
    """The values that were given, labelled. ``only``: names of the fields to show, separated by spaces."""
    wanted = only.split()
    shown = [f for f in kind.fields if f.name in values and (not wanted or f.name in wanted)]
    return {"rows": [(f, values[f.name]) for f in shown]}


@register.simple_tag
def kind_value(field: Field, value: Any) -> SafeString | str:
    """One value as people read it."""
    if field.type == "price":
        return price(value)
    if field.type == "number":
        return figure(value, field.unit)
    if field.type in ("choice", "choices", "area", "areas", "scenario", "model"):
        labels = {c.value: c.label for c in choices(field, value)}
        parts = value if isinstance(value, list) else [value]
        return "、".join(labels.get(str(v), str(v)) for v in parts)
    if field.type == "document":
        return Document.objects.filter(pk=value).values_list("name", flat=True).first() or ""
    return str(value)
