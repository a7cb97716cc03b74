"""Django form fields in the portal's look: ``{% load forms %}{{ field|styled }}``."""

from __future__ import annotations

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.safestring import SafeString

register = template.Library()
PLAIN = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field's control with its class, and tied to its help and to what is wrong with it."""
    widget = field.field.widget
    css = "form-control"
    if isinstance(widget, (forms.CheckboxInput, *PLAIN)):
        css = "form-check-input"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    attrs: dict[str, str | bool] = {"class": f"{css} is-invalid" if field.errors else css}
    told = [f"{field.auto_id}_{part}" for part, there in _parts(field) if there]
    if told and not isinstance(widget, PLAIN):
        attrs["aria-describedby"] = " ".join(told)
    return field.as_widget(attrs=attrs)


def _parts(field: BoundField) -> tuple[tuple[str, bool], ...]:
    return (("helptext", bool(field.help_text)), ("error", bool(field.errors)))


@register.filter
def is_check(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Several boxes or radio buttons under one name."""
    return isinstance(field.field.widget, PLAIN)


@register.filter
def is_file(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.FileInput)


@register.filter
def boxes(field: BoundField) -> list[BoundWidget]:
    """The boxes or radio buttons of a group, each with its class."""
    found = list(field.subwidgets)
    for box in found:
        box.data["attrs"]["class"] = "form-check-input"
    return found
