"""``{% fact figure %}``: a rating of a model, its source on hover; one from memory is marked so.

``{{ text|sourced }}``: a source in the language of the page, where it is one of our own phrases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.facts import Fact
from robotplus.portal.web.templatetags.ui import figure, language
from robotplus.reporting.phrases import said

register = template.Library()


@register.simple_tag
def fact(found: Fact | None) -> SafeString:
    """The value with its unit, a "?" where it is to be confirmed; a dash where it is not known."""
    if found is None or found.value is None:
        return figure(None)
    shown = figure(found.value, found.unit) if found.is_number else found.words
    doubt = ""
    if found.confidence == "low" or ("from memory" in found.source and found.confidence != "high"):
        doubt = format_html(' <span class="text-secondary" title="{}">?</span>', _("to be confirmed"))
    return format_html('<span title="{}">{}{}</span>', sourced(found.source), shown, doubt)


@register.filter
def sourced(text: str) -> str:
    """A source as it is said in the language of the page."""
    return said(text)[language() == "en"]


@register.filter
def get(of: Mapping[str, Any] | None, name: str) -> Any:
    """What stands under a name, else nothing."""
    return (of or {}).get(name, "")


@register.filter
def short(value: Any) -> str:
    """A number as people read it."""
    return f"{value:.4g}" if isinstance(value, (int, float)) else str(value)
