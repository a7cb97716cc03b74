"""Pages of answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from robotplus.errors import NeedError
from robotplus.portal.core.errors import AbsentError, ForbiddenError, RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.sheets import sheet_response
from robotplus.portal.jobs import results
from robotplus.portal.jobs.actions import do_cancel
from robotplus.portal.matches import shown
from robotplus.portal.matches.access import access_answer, answers_for, is_own
from robotplus.portal.matches.actions import do_ask, do_ask_supplier, do_share
from robotplus.portal.matches.changed_views import card
from robotplus.portal.matches.documents import check_numbers, document_of_uploads, scenario_document
from robotplus.portal.matches.listing import table
from robotplus.portal.matches.models import Answer
from robotplus.portal.matches.visiting import who_asks
from robotplus.portal.needs.actions import do_create_need
from robotplus.portal.web.told import told
from robotplus.scenarios.library import Scenario, get_scenario

PAGE = 25
COMPARED = 4
DOWNLOADS = {"answer.json": "application/json", "need.json": "application/json", "report.html": "text/html"}
PARTS = {".glb": "model/gltf-binary", ".profile.json": "application/json"}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask: a scenario with numbers, or uploaded files; what is wrong is shown beside its field."""
    given = request.POST if request.method == "POST" else request.GET
    named = given.get("scenario", "")
    scenario = get_scenario(named) if named else None
    if scenario is not None and not scenario.family:
        return redirect("scenario", scenario.id)  # the page says that it cannot be proven yet
    if request.method == "GET":
        if scenario is None:
            return redirect("/scenarios/")
        return _form(request, scenario, {})
    asking = who_asks(request)
    files = request.FILES.getlist("files")
    numbers, problems = ({}, {}) if scenario is None else check_numbers(scenario, given)
    previous = access_answer(asking.reader, given["previous"]) if given.get("previous") else None
    if not problems:
        try:
            document = _document(asking.reader, scenario, numbers, files)
            answer = do_ask(asking.reader, document, origin=asking.origin, previous=previous)
            return asking.keep(redirect("answer", answer.slug))
        except RefusedError as e:
            problems = e.problems or {"": str(e)}
        except NeedError as e:
            problems = {"": told(e)}
    if scenario is None:
        raise RefusedError("; ".join(problems.values()))
    return _form(request, scenario, problems, status=422)


def _document(
    reader: Reader, scenario: Scenario | None, numbers: dict[str, float], files: list[Any]
) -> dict[str, Any]:
    if files:
        if reader.user is None:
            raise ForbiddenError(_("sign in to answer from your own files"))
        return document_of_uploads(files, scenario=scenario.id if scenario else "", numbers=numbers)
    if scenario is None:
        raise RefusedError(_("choose a scenario, or give a need file"), field="files")
    return scenario_document(scenario, numbers)


def _form(
    request: HttpRequest, scenario: Scenario, problems: dict[str, str], *, status: int = 200
) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    context = {
        "scenario": scenario,
        "numbers": shown.number_fields(scenario, given, problems),
        "problems": problems,
        "previous": given.get("previous", ""),
    }
    return render(request, "matches/new.html", context, status=status)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The reader's answers, newest first."""
    rows = answers_for(request.reader).order_by("-pk")  # type: ignore[attr-defined]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "matches/mine.html", {"page": page, "answers": shown.briefs(list(page))})


@require_GET
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """An answer: its progress, then all there is to show."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_answer(reader, slug)
    page = shown.page_of(found.key)
    if page is None:
        context = {"answer": found, **shown.heading(found), **_state(found, reader)}
        return render(request, "matches/running.html", context)
    context = shown.context(reader, found, page, query=request.GET.dict())
    return render(request, "matches/answer.html", {**context, **card(reader, found)})


@require_GET
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """What htmx polls: the stage and counts; the whole page once the answer is there."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_answer(reader, slug)
    state = _state(found, reader)
    response = render(request, "matches/_progress.html", {"answer": found, **state})
    if shown.page_of(found.key) is not None:
        response["HX-Redirect"] = reverse("answer", args=[slug])
    return response


def _state(found: Answer, reader: Reader) -> dict[str, Any]:
    return {
        "job": found.job,
        "ahead": shown.jobs_ahead(found.job),
        "first": shown.first_rows(found.job),
        "own": is_own(reader, found),
    }


def _finished(request: HttpRequest, slug: str) -> tuple[Reader, Answer, shown.Page]:
    """An answer that is there, with its reader.

    Raises:
        AbsentError: it is still worked on, or the reader may not know of it.
    """
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_answer(reader, slug)
    page = shown.page_of(found.key)
    if page is None:
        raise AbsentError(_("the answer is not there yet"))
    return reader, found, page


@require_GET
def solution(request: HttpRequest, slug: str, robot: str) -> HttpResponse:
    """The evidence of one solution: the part that htmx puts into the page, or the page with it open."""
    if not getattr(request, "htmx", False):
        return redirect(f"{reverse('answer', args=[slug])}?robot={robot}#solution")
    reader, found, page = _finished(request, slug)
    return render(request, "matches/_solution.html", shown.opened(reader, found, page, robot))


@require_GET
def more(request: HttpRequest, slug: str) -> HttpResponse:
    """The rest of the ranking, for htmx."""
    reader, found, page = _finished(request, slug)
    rows = shown.listed(reader, found, page, request.GET.dict())[shown.FIRST_ROWS :]
    return render(request, "matches/_more.html", {"answer": found, "page": page, "rows": rows})


@require_GET
def ranking_sheet(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The ranking as it is shown, as a table to take away."""
    reader, found, page = _finished(request, slug)
    rows = shown.listed(reader, found, page, request.GET.dict())
    return sheet_response(table(rows, page["takt"]), name=f"{found.scenario or 'answer'}-ranking", kind=kind)


@require_GET
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Up to four of the ranked robots side by side."""
    reader, found, page = _finished(request, slug)
    chosen = request.GET.getlist("robot")[:COMPARED]
    context = shown.compared(reader, found, page, chosen)
    return render(request, "matches/compare.html", context)


@require_GET
def download(request: HttpRequest, slug: str, name: str) -> FileResponse:
    """A file of the whole answer, as an attachment; certificates are downloaded from their own pages."""
    found = access_answer(request.reader, slug)  # type: ignore[attr-defined]
    if name not in DOWNLOADS:
        raise AbsentError(_("no such file"))
    path = results.file_of(found.key, name)
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{found.scenario or 'answer'}-{name}",
        content_type=DOWNLOADS[name],
    )


@require_GET
def part(request: HttpRequest, slug: str, robot: str, kind: str) -> FileResponse:
    """What the player loads: the animation or the curves of one solution."""
    found = access_answer(request.reader, slug)  # type: ignore[attr-defined]
    suffix = f".{kind}"
    row = shown.row_of(shown.page_of(found.key), robot)
    if suffix not in PARTS or row is None or not row["certificate"]:
        raise AbsentError(_("no such file"))
    path = results.file_of(found.key, row["certificate"].removeprefix("sha256:") + suffix)
    save = suffix == ".glb" and "save" in request.GET
    response = FileResponse(
        path.open("rb"), as_attachment=save, filename=f"motion-{robot}{suffix}", content_type=PARTS[suffix]
    )
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_POST
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the waiting or running answer up."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_answer(reader, slug, edit=True)
    if found.job is not None:
        do_cancel(reader, found.job)
    return redirect("answer", slug)


@require_POST
def again(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask once more what failed or was given up."""
    asking = who_asks(request)
    found = access_answer(asking.reader, slug, edit=True)
    made = do_ask(asking.reader, found.document, origin=asking.origin, previous=found.previous)
    return redirect("answer", made.slug)


@require_POST
def share(request: HttpRequest, slug: str) -> HttpResponse:
    """Open or close the answer to whoever has its link."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_answer(reader, slug, edit=True)
    do_share(reader, found, shared=request.POST.get("shared") == "1")
    return redirect("answer", slug)


@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the answer's need as a private need of the organisation."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_answer(reader, slug)
    title = request.POST.get("title", "").strip() or shown.title_of(found)
    need = do_create_need(
        reader,
        kind="application",
        title=title,
        values={"scenario": found.scenario} if found.scenario else {},
        document=found.document,
        scenario=found.scenario,
    )
    messages.success(request, _("Saved as a private need of your organisation."))
    return redirect("need", need.pk)


@require_POST
def ask(request: HttpRequest, slug: str, robot: str) -> HttpResponse:
    """Nobody offers this model here yet: the operator looks for who does."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_answer(reader, slug)
    if shown.row_of(shown.page_of(found.key), robot) is None:
        raise AbsentError(_("no such robot in this answer"))
    made = do_ask_supplier(reader, found, robot)
    due = made.due.isoformat()
    messages.success(request, _("Asked: the operator looks for a supplier until %(due)s.") % {"due": due})
    return redirect("answer", slug)
