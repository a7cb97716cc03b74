"""Pages of an organisation's own models: upload and its progress, the list, figures, who may read, the card."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from robotplus.portal.catalogue.access import access_own_model, own_models_of
from robotplus.portal.catalogue.carding import blocks, card_key, card_of, do_make_card
from robotplus.portal.catalogue.facts import FIGURES
from robotplus.portal.catalogue.missing import missing_of
from robotplus.portal.catalogue.owning import do_set_model_access, do_upload_model
from robotplus.portal.catalogue.supplying import do_supply
from robotplus.portal.core.content import check_may_edit
from robotplus.portal.core.errors import LimitError, RefusedError
from robotplus.portal.core.kinded import reader_of
from robotplus.portal.jobs.access import access_job, jobs_for
from robotplus.portal.jobs.models import Result

KIND_LABELS = {
    "industrial": gettext_lazy("industrial robot"),
    "collaborative": gettext_lazy("collaborative robot"),
    "scara": gettext_lazy("SCARA robot"),
    "palletizer": gettext_lazy("palletising robot"),
    "education": gettext_lazy("robot for education"),
    "other": gettext_lazy("another kind"),
}
TEXTS = ("name", "maker", "kind", "tip", "entry", "model")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Upload a description; ``?model=`` is the own model that it revises."""
    reader = reader_of(request)
    check_may_edit(reader)
    given = {name: request.POST.get(name, request.GET.get(name, "")) for name in TEXTS}
    revised = access_own_model(reader, given["model"], edit=True) if given["model"] else None
    if revised is not None and request.method == "GET":
        given |= {"name": revised.name[:80], "maker": revised.maker, "kind": revised.category}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            job = do_upload_model(reader, request.FILES.get("file"), **given)
        except (RefusedError, LimitError) as e:
            problems = getattr(e, "problems", None) or {"": str(e)}
        else:
            return redirect("model_importing", job.pk)
    context = {"given": given, "problems": problems, "kinds": KIND_LABELS.items(), "revised": revised}
    return render(request, "catalogue/new.html", context, status=422 if problems else 200)


@require_GET
def importing(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the reading is; read, on to the model."""
    job = access_job(reader_of(request), pk)
    done = Result.objects.filter(key=job.key, kind="import").first()
    htmx = bool(getattr(request, "htmx", False))
    if done is not None and not htmx:
        return redirect("model", done.summary["model"])
    part = "catalogue/_importing.html" if htmx else "catalogue/importing.html"
    return render(request, part, {"job": job, "model": done and done.summary["model"]})


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The organisation's own models."""
    reader = reader_of(request)
    check_may_edit(reader)
    rows = own_models_of(reader).prefetch_related("capabilities")
    table = [
        (m, sum(x.blocks for x in missing_of(m.current.values)) if m.current else 0, m.capabilities.all())
        for m in rows
    ]
    return render(request, "catalogue/mine.html", {"table": table})


@require_http_methods(["GET", "POST"])
def figures(request: HttpRequest, pk: str) -> HttpResponse:
    """Supply what the model's file lacks, with its source."""
    reader = reader_of(request)
    found = access_own_model(reader, pk, edit=True)
    given = {name: request.POST.get(name, "") for name in (*FIGURES, "source")}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            do_supply(reader, pk, {name: given[name] for name in FIGURES}, source=given["source"])
        except RefusedError as e:
            problems = e.problems or {"": str(e)}
        else:
            messages.success(request, _("Kept. What the model can do is worked out anew."))
            return redirect("model", pk)
    missing = missing_of(found.current.values) if found.current else ()
    context = {"model": found, "missing": missing, "given": given, "problems": problems}
    return render(request, "catalogue/figures.html", context, status=422 if problems else 200)


@require_POST
def access(request: HttpRequest, pk: str) -> HttpResponse:
    """Say who may read it."""
    do_set_model_access(reader_of(request), pk, request.POST.get("access", ""))
    messages.success(request, _("Saved."))
    return redirect("model", pk)


@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, pk: str) -> HttpResponse:
    """What htmx polls while the scenarios are tried; posted, they are tried once more where they have not been."""
    reader = reader_of(request)
    found = access_own_model(reader, pk, edit=request.method == "POST")
    if request.method == "POST":
        do_make_card(reader, found)
        return redirect("model", pk)
    job = jobs_for(reader).filter(key=card_key(found)).order_by("-created_at").first()
    context = {"model": found, "card": card_of(found), "job": job, "blocked": blocks(found)}
    return render(request, "catalogue/_card.html", context)
