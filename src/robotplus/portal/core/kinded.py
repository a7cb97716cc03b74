"""What the pages of offers and needs share: the reader, the kind named by a request, and the form with its problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import ForbiddenError, RefusedError
from robotplus.portal.core.forms import form_values
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import Kind, kind, noun_kinds
from robotplus.portal.kinds.kind import KindError, Noun

Save = Callable[[str, dict[str, Any]], Any]  # title and values -> the saved subject


def reader_of(request: HttpRequest) -> Reader:
    """The request's reader, typed."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    return reader


def whole_number(said: str | None) -> int:
    """An id as posted; what is none is 0, which names nothing."""
    return int(said) if said and said.isascii() and said.isdecimal() and len(said) < 16 else 0


def named_kind(named: str, noun: Noun) -> Kind:
    """
    Raises:
        RefusedError: no such kind.
    """
    try:
        return kind(named, noun)
    except KindError as e:
        raise RefusedError(_("there is no such kind"), field="kind") from e


def new_page(request: HttpRequest, noun: Noun, save: Callable[[Kind], Save], **context: Any) -> HttpResponse:
    """Choose a kind, then fill its form; saved, go to the new thing's page.

    Args:
        save: given the kind, what creates the subject.
    """
    if not reader_of(request).may_edit:
        raise ForbiddenError(_("join or register an organisation first"))
    named = request.POST.get("kind") or request.GET.get("kind", "")
    if not named:
        return render(request, f"{noun}s/kinds.html", {"kinds": noun_kinds(noun)})
    of = named_kind(named, noun)
    known = {f.name for f in of.fields}
    first = {k: v for k, v in request.GET.items() if k in known}
    return form_page(request, of, save(of), title=request.GET.get("title", ""), values=first, **context)


def form_page(
    request: HttpRequest,
    of: Kind,
    save: Save,
    *,
    title: str,
    values: Mapping[str, Any],
    subject: Any = None,
    **context: Any,
) -> HttpResponse:
    """The form of a kind; posted in vain it keeps what was typed and says what is wrong beside each field."""
    problems: Mapping[str, Any] = {}
    if request.method == "POST":
        title, values = request.POST.get("title", ""), {}
        try:
            values = form_values(request, reader_of(request), of)
            return redirect(of.noun, save(title, values).pk)
        except RefusedError as e:
            problems = e.problems or {"": str(e)}
    shown = {
        "kind": of,
        "title": title,
        "values": values,
        "problems": problems,
        "subject": subject,
        **context,
    }
    return render(request, f"{of.noun}s/form.html", shown, status=422 if problems else 200)
