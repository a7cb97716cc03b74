"""Template tags that every page may use; they are built in, no ``{% load %}`` is needed.

Badges: ``{% verdict "proven" %}``, ``{% level 1 %}``, ``{% state_badge kind state %}``.
Figures: ``{% figure 3.5 "kg" source="data sheet" %}``, ``{% span 5 15 "mm/s" %}``, ``{% price value %}``.
Words: ``{{ thing|said }}`` is a label, or a ``name_zh``/``name_en`` pair, in the language of the page;
``{{ "month"|unit }}`` a unit as people read it; ``{{ error|told }}`` an error of the engine.
Pieces: ``{% icon "play" %}``, ``{% pages page %}``, ``{% empty text href label %}``, ``{% player glb_url %}``.
Fields of kinds are in templatetags/fields.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import template
from django.core.paginator import Page
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from robotplus.portal.kinds import Kind
from robotplus.portal.kinds.kind import Label
from robotplus.portal.web.icons import ICONS
from robotplus.portal.web.told import told
from robotplus.reporting.strings import STRINGS

register = template.Library()
register.filter("told", told)

# Verdict: the icon beside its word; style.css has the colour of each.
VERDICTS: Final[dict[str, str]] = {
    "proven": "check",
    "proven_if_confirmed": "question",
    "proven_with_a_change": "change",
    "candidate": "dots",
    "impossible": "cross",
    "not_found": "search",
    "unknown": "minus",
}
LEVELS: Final = (
    (_("declared"), _("a maker's statement")),
    (
        _("calculated"),
        _("a calculation under the stated premises, independently checked; no official approval"),
    ),
    (_("simulated"), _("physics and seeded trials")),
    (_("tested"), _("measured by a test centre that holds the records")),
    (_("in operation"), _("operating data of deployed units")),
)
CURRENCY_SIGNS: Final = {"CNY": "¥", "EUR": "€", "USD": "US$", "JPY": "JP¥", "HKD": "HK$"}
PRICE_BASES: Final = {
    "unit": _("a unit"),
    "month": _("a month"),
    "hour": _("an hour"),
    "piece": _("a piece"),
    "m2": _("a square metre"),
}
UNITS: Final = {  # units, and parts of units such as case/min, whose sign in files is not what people read
    "deg": "°",
    "um": "µm",
    "m2": "m²",
    "m3": "m³",
    "C": "°C",
    "RMB": "CNY",
    "-": "",
    "count": "",
    "d": _("days"),
    "day": _("day"),
    "week": _("week"),
    "month": _("months"),
    "year": _("years"),
    "person": _("people"),
    "case": _("cases"),
    "part": _("part"),
    "piece": _("piece"),
    "tile": _("tile"),
    "fruit": _("fruits"),
    "carcass": _("carcasses"),
    "line": _("line"),
    "mu": _("mu"),
    "points": _("points"),
}
PRICE_SCOPE: Final = {
    "body": _("robot body"),
    "cabinet": _("controller cabinet"),
    "tool": pgettext_lazy("of a robot", "tool"),
    "integration": _("integration"),
    "transport": _("transport"),
    "training": _("training"),
}


def language() -> str:
    """``zh`` or ``en``: the language of the page."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


@register.filter
def said(thing: Any) -> str:
    """A label, an option, a scenario, an area or an organisation, in the language of the page."""
    if thing is None or isinstance(thing, str):
        return thing or ""
    if isinstance(thing, Label):
        return thing[language()]
    if isinstance(label := getattr(thing, "label", None), Label):
        return label[language()]
    for stem in ("name", "label", "title"):
        here, there = getattr(thing, f"{stem}_{language()}", ""), getattr(thing, f"{stem}_zh", "")
        if here or there:
            return str(here or there)
    return str(thing)


@register.filter
def unit(sign: str) -> str:
    """A unit as people read it."""
    return "/".join(str(UNITS.get(part, part)) for part in sign.split("/"))


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon; screen readers pass over it, because a word stands beside it."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', css, ICONS[name]
    )


@register.simple_tag
def verdict(name: str, count: int | None = None) -> SafeString:
    """A verdict as colour, icon and word; with a count, "3 proven"."""
    key = name if name in VERDICTS else "unknown"
    word = STRINGS[key][language() == "en"]
    shown = word if count is None else f"{count} {word}"
    return format_html('<span class="verdict verdict-{}">{}{}</span>', key, icon(VERDICTS[key]), shown)


@register.simple_tag
def level(number: int) -> SafeString:
    """An evidence level, E0 to E4, with its word and what it means on hover."""
    word, meaning = LEVELS[number]
    return format_html('<span class="level level-{}" title="{}">E{} {}</span>', number, meaning, number, word)


@register.simple_tag
def state_badge(kind: Kind, state: str) -> SafeString:
    """The state of something of a kind, in the words of its kind file."""
    found = kind.state(state)
    tone = "final" if found.final else "listed" if found.listed else "open"
    return format_html('<span class="state state-{}">{}</span>', tone, said(found.label))


def plain_number(value: float, digits: int | None = None) -> str:
    """A number with four significant digits (or ``digits`` after the point), thousands apart, no idle zeros."""
    if digits is not None:
        return number_format(round(value, digits), decimal_pos=digits, use_l10n=True, force_grouping=True)
    if value == int(value) and abs(value) < 1e15:
        return number_format(int(value), use_l10n=True, force_grouping=abs(value) >= 10_000)
    return f"{value:.4g}" if abs(value) < 1e4 else number_format(round(value), force_grouping=True)


@register.simple_tag
def figure(value: Any, sign: str = "", *, source: str = "", digits: int | None = None) -> SafeString:
    """A figure with its unit, and its source on hover; a missing one is a dash."""
    if value is None or value == "":
        return format_html('<span class="figure text-secondary" title="{}">—</span>', _("not stated"))
    number = plain_number(float(value), digits)
    return _figure(number, sign, source)


@register.simple_tag
def span(low: Any, high: Any, sign: str = "", *, source: str = "") -> SafeString:
    """An interval of figures; one figure where both ends are the same, a dash where they are missing."""
    if low in (None, "") or high in (None, ""):
        return figure(None)
    ends = [plain_number(float(v)) for v in ((low,) if low == high else (low, high))]
    return _figure("–".join(ends), sign, source)


def _figure(number: str, sign: str, source: str) -> SafeString:
    shown = format_html('{}<span class="unit"> {}</span>', number, unit(sign)) if sign else number
    return format_html('<span class="figure"{}>{}</span>', _title(source), shown)


def _title(source: str) -> SafeString | str:
    return format_html(' title="{}"', source) if source else ""


@register.simple_tag
def price(value: Mapping[str, Any] | None) -> SafeString:
    """A stored price: amount, basis, tax, what is included on hover; without one, "ask"."""
    if not value:
        return format_html('<span class="price price-ask">{}</span>', _("price on request"))
    amount = Decimal(value["amount"])
    shown = number_format(amount, decimal_pos=0 if amount == amount.to_integral() else 2, force_grouping=True)
    rate = Decimal(value.get("tax_rate") or 0) * 100
    tax = _("tax included") if value.get("tax_included") else _("before tax")
    scope = "、".join(str(PRICE_SCOPE[s]) for s in value.get("scope", ()))
    return format_html(
        '<span class="price"{}>{} <span class="figure">{}</span> / {} <small>{}{}</small></span>',
        _title(scope),
        CURRENCY_SIGNS[value["currency"]],
        shown,
        PRICE_BASES[value["basis"]],
        tax,
        f" {rate.normalize():f} %" if rate else "",
    )


@register.inclusion_tag("ui/pages.html", takes_context=True)
def pages(context: template.RequestContext, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Links to the other pages of a list; the rest of the address stays as it is. ``name``: the query key."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"request": context["request"], "page": page, "numbers": list(numbers), "name": name}


@register.inclusion_tag("ui/empty.html")
def empty(text: str, href: str = "", label: str = "", symbol: str = "search") -> dict[str, Any]:
    """What stands in place of an empty list, with the next step."""
    return {"text": text, "href": href, "label": label, "symbol": symbol}


@register.inclusion_tag("ui/player.html")
def player(
    glb: str,
    profile: str = "",
    poster: str = "",
    title: str = "",
    height: int = 360,
    autoload: bool = False,
) -> dict[str, Any]:
    """The 3D playback of a solution.

    Args:
        glb: address of the animated GLB.
        profile: address of its curves as JSON: ``t`` [s] and any of ``clearance_mm``, ``clearance_asked_mm``,
            ``speed_used``, ``torque_used`` (fractions of the limit), each a list as long as ``t``.
        poster: address of a still picture, shown until someone presses play.
        autoload: shown at once, standing still; for pages that are about this one motion.
    """
    return {
        "glb": glb,
        "profile": profile,
        "poster": poster,
        "title": title,
        "height": height,
        "autoload": autoload,
    }


@register.simple_tag(takes_context=True)
def turned(context: template.RequestContext, name: str, value: Any) -> str:
    """The address of this page with one query key set to another value; empty takes the key away."""
    query = context["request"].GET.copy()
    if value in (None, ""):
        query.pop(name, None)
    else:
        query[name] = str(value)
    return f"?{query.urlencode()}"
