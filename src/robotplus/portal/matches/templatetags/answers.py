"""Template filters of the answer pages."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from robotplus.portal.web.templatetags.ui import language, said
from robotplus.scenarios.library import scenarios

register = template.Library()


@register.filter
def pick(pair: Sequence[str] | None) -> str:
    """The sentence of a (Chinese, English) pair in the language of the page."""
    return "" if not pair else pair[0] if language() == "zh" else pair[1]


@register.filter
def mm(metres: float | None) -> float | None:
    """[m] as [mm]."""
    return None if metres is None else metres * 1000


@register.filter
def percent(share: float | None) -> float | None:
    """A share as a percentage."""
    return None if share is None else share * 100


@register.simple_tag
def scenario_name(scenario: str) -> str:
    """The name of a built-in scenario in the language of the page; else its id."""
    return next((said(s) for s in scenarios() if s.id == scenario), scenario.replace("_", " "))
