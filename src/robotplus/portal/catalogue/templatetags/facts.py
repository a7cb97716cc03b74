"""``{% fact figure %}``: a rating of a model, its source and confidence on hover; one from memory is marked so."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.facts import Fact
from robotplus.portal.web.templatetags.ui import figure

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
    return format_html('<span title="{}">{}{}</span>', found.source, shown, doubt)
