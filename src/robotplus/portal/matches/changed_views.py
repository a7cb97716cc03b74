"""The card of the nearest changes on an answer's page."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs import results
from robotplus.portal.matches.access import access_answer, is_own
from robotplus.portal.matches.changing import (
    changes_key,
    changes_of,
    do_ask_changed,
    do_ask_changes,
    failed,
    unfinished,
)
from robotplus.portal.matches.models import Answer
from robotplus.portal.matches.visiting import who_asks


def card(reader: Reader, answer: Answer) -> dict[str, object]:
    """What the card shows: what was found, or the search that runs."""
    found = changes_of(answer)
    return {
        "answer": answer,
        "own": is_own(reader, answer),
        "changes": found,
        "change_job": None if found is not None else unfinished(reader, answer),
        "change_failed": None if found is not None else failed(reader, answer),
    }


@require_http_methods(["GET", "POST"])
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """GET: the card, which polls itself while the search runs. POST: start the search."""
    if request.method == "POST":
        asking = who_asks(request)
        do_ask_changes(asking, access_answer(asking.reader, slug, edit=True))
        return asking.keep(redirect(reverse("answer", args=[slug]) + "#changes"))
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_answer(reader, slug)
    if not getattr(request, "htmx", False):
        return redirect(reverse("answer", args=[slug]) + "#changes")
    return render(request, "matches/_changes.html", card(reader, found))


@require_POST
def changed(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the answer to a changed need."""
    asking = who_asks(request)
    found = access_answer(asking.reader, slug)
    made = do_ask_changed(asking, found, request.POST.get("need", ""))
    return asking.keep(redirect("answer", made.slug))


@require_GET
def change_file(request: HttpRequest, slug: str, robot: str) -> FileResponse:
    """The certificate of one robot for the changed need."""
    found = access_answer(request.reader, slug)  # type: ignore[attr-defined]
    rows = (changes_of(found) or {"rows": []})["rows"]
    if not any(row["robot"] == robot for row in rows):
        raise AbsentError(_("no such robot in this answer"))
    path = results.file_of(changes_key(found), f"change-{robot}.json")
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=path.name, content_type="application/json"
    )
