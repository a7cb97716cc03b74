"""HTML by construction: text is always escaped, because only what `tag` and `raw` return counts as markup."""

from __future__ import annotations

import html


class Html(str):
    """Text that is already markup."""

    __slots__ = ()


Child = str | int | float | None


def text(value: Child) -> Html:
    """``value`` as markup: escaped unless it is `Html` already; None is nothing."""
    if value is None:
        return Html("")
    return value if isinstance(value, Html) else Html(html.escape(str(value), quote=True))


def tag(name: str, /, *children: Child, **attributes: Child | bool) -> Html:
    """An element. ``class_`` becomes ``class``, other underscores become hyphens; True is a bare attribute,
    None and False leave it out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        shown = key.rstrip("_").replace("_", "-")
        parts.append(shown if value is True else f'{shown}="{text(value)}"')
    opening = f"<{' '.join(parts)}>"
    if name in ("meta", "input", "br", "img"):
        return Html(opening)
    return Html(f"{opening}{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """The children one after another."""
    return Html("".join(text(c) for c in children))


def raw(markup: str) -> Html:
    """Markup that we wrote ourselves, such as a style sheet. Never for anything read from outside."""
    return Html(markup)


def script_json(body: str) -> Html:
    """JSON text made safe inside a ``<script>`` element: no ``<`` can close the element or open a comment."""
    return Html(body.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
