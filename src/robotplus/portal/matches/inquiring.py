"""Ask several suppliers from an answer: one deal for each offer chosen."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from robotplus.portal.core.content import check_may_edit
from robotplus.portal.core.errors import AbsentError, RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.models import Deal
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.matches import shown
from robotplus.portal.matches.access import access_answer
from robotplus.portal.matches.models import Answer
from robotplus.portal.matches.offers import offers_by_model

AT_ONCE = 8  # suppliers asked by one form
MAX_TEXT = 5000


@transaction.atomic
def do_inquire_about(
    reader: Reader, answer: Answer, *, offers: list[int], kind: str, text: str, key: uuid.UUID
) -> list[Deal]:
    """One inquiry for each offer; sent again with the same key, it makes none anew.

    Raises:
        RefusedError: no offer is chosen, or too many.
        AbsentError, ForbiddenError: see `do_inquire`.
    """
    if not 0 < len(set(offers)) <= AT_ONCE:
        raise RefusedError(_("choose one to %(n)d offers") % {"n": AT_ONCE}, field="offer")
    revision = answer.need_revision
    return [
        do_inquire(
            reader,
            kind=kind,
            text=text[:MAX_TEXT],
            key=uuid.uuid5(key, str(offer)),
            offer_id=offer,
            need_id=None if revision is None else revision.need_id,
            answer=answer,
        )
        for offer in sorted(set(offers))
    ]


@require_http_methods(["GET", "POST"])
def inquire(request: HttpRequest, slug: str) -> HttpResponse:
    """The offers of the ranked robots, to be chosen; a message; one deal each."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    check_may_edit(reader)
    found = access_answer(reader, slug, edit=True)
    page = shown.page_of(found.key)
    if page is None:
        raise AbsentError(_("the answer is not there yet"))
    given = request.POST
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = do_inquire_about(
                reader,
                found,
                offers=[int(o) for o in given.getlist("offer") if o.isdecimal()],
                kind=given.get("kind", "purchase"),
                text=given.get("text", ""),
                key=_key(given.get("key", "")),
            )
            said = ngettext("%(n)d supplier is asked.", "%(n)d suppliers are asked.", len(made))
            messages.success(request, said % {"n": len(made)})
            return redirect("deals")
        except RefusedError as e:
            problems = e.problems or {"": str(e)}
    context = _context(reader, found, page, given=given, problems=problems)
    return render(request, "matches/inquire.html", context, status=422 if problems else 200)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise RefusedError(_("load the page again before you send")) from None


def _context(
    reader: Reader, answer: Answer, page: dict[str, Any], *, given: Any, problems: dict[str, str]
) -> dict[str, Any]:
    offers = offers_by_model(reader, [row["robot"] for row in page["rows"]])
    rows = [{**row, "offers": offers[row["robot"]]} for row in page["rows"] if row["robot"] in offers]
    return {
        "answer": answer,
        "title": shown.title_of(answer),
        "rows": rows,
        "kinds": noun_kinds("deal"),
        "chosen": [int(o) for o in given.getlist("offer") if o.isdecimal()],
        "kind": given.get("kind", "purchase"),
        "text": given.get("text", ""),
        "key": given.get("key") or uuid.uuid4(),
        "problems": problems,
    }
