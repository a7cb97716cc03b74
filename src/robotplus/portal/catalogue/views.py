"""Pages of models: the list with its filters and export, the product page, claims and corrections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from robotplus.portal.catalogue.access import access_model, models_for
from robotplus.portal.catalogue.actions import do_ask_offer, do_claim_model, do_correct
from robotplus.portal.catalogue.facts import RATINGS, facts_of
from robotplus.portal.catalogue.models import Model
from robotplus.portal.catalogue.reachmap import reach_map
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.kinded import reader_of
from robotplus.portal.core.sheets import sheet_response
from robotplus.portal.kinds.values import read_number
from robotplus.portal.matches.offers import offers_by_model
from robotplus.reporting.drawing import robot_svg
from robotplus.robots.files import read_robot
from robotplus.scenarios.library import scenarios

PAGE = 50
FLOORS = {"payload_kg": "kg", "reach_m": "m"}  # filters "at least", each in its unit
SORTS = {
    "name": ("maker", "name"),
    "payload": ("current__values__ratings__payload_kg__value", "maker", "name"),
    "reach": ("current__values__ratings__reach_m__value", "maker", "name"),
}


@require_GET
def models(request: HttpRequest) -> HttpResponse:
    """The catalogue, filtered by what the address says."""
    rows, problems = _filtered(request)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    makers = models_for(reader_of(request)).order_by("maker").values_list("maker", flat=True).distinct()
    table = [(m, {f.name: f for f in facts_of(m.current.values)} if m.current else {}) for m in page]
    context = {"page": page, "table": table, "makers": makers, "problems": problems, "given": request.GET}
    return render(request, "catalogue/models.html", context)


@require_GET
def models_sheet(request: HttpRequest, kind: str) -> HttpResponse:
    """The filtered list as CSV or XLSX, each figure with its source."""
    rows, _problems = _filtered(request)
    head = [_("id"), _("maker"), _("model"), _("axes")]
    for label, unit in RATINGS.values():
        head += [f"{label} [{unit}]" if unit else str(label), f"{label}: {_('source')}"]
    out: list[list[Any]] = [head]
    for model in rows.iterator():
        document = model.current.values if model.current else {}
        line: list[Any] = [model.pk, model.maker, model.name, len(document.get("joints", ()))]
        for fact in facts_of(document):
            line += [fact.value if fact.is_number else "" if fact.value is None else fact.words, fact.source]
        out.append(line)
    return sheet_response(out, name="models", kind=kind)


def _filtered(request: HttpRequest) -> tuple[QuerySet[Model], dict[str, str]]:
    rows, problems = models_for(reader_of(request)), {}
    for name, unit in FLOORS.items():
        if said := request.GET.get(name, "").strip():
            try:
                rows = rows.filter(
                    **{f"current__values__ratings__{name}__value__gte": read_number(said, unit)}
                )
            except ValueError as e:
                problems[name] = str(e.args[0])
    if maker := request.GET.get("maker"):
        rows = rows.filter(maker=maker)
    if (axes := request.GET.get("axes", "")).isdecimal() and int(axes) > 0:
        joints = f"current__values__joints__{int(axes) - 1}__isnull"
        rows = rows.filter(**{joints: False, joints.replace(str(int(axes) - 1), str(int(axes))): True})
    if text := request.GET.get("q", "").strip()[:80]:
        for word in text.split():
            rows = rows.filter(Q(name__icontains=word) | Q(maker__icontains=word) | Q(pk__icontains=word))
    order = SORTS.get(request.GET.get("sort", ""), SORTS["name"])
    return rows.order_by(*order, "pk"), problems


@require_GET
def model(request: HttpRequest, pk: str) -> HttpResponse:
    """The product page."""
    reader = reader_of(request)
    found = access_model(reader, pk)
    document = found.current.values if found.current else {}
    robot = read_robot(document, found.pk) if document else None
    names = {s.id: s for s in scenarios()}
    proven = [
        (names[c.scenario], c)
        for c in found.capabilities.select_related("certificate").order_by("scenario")
        if c.scenario in names
    ]
    organisation = reader.organisation_id
    context = {
        "model": found,
        "robot": robot,
        "facts": facts_of(document),
        "drawing": robot_svg(robot, height_px=260) if robot else "",
        "reach": reach_map(robot) if robot else "",
        "proven": proven,
        "supplies": offers_by_model(reader, [found.pk]).get(found.pk, []),
        "corrections": found.corrections.select_related("organisation").order_by("-pk")[:20],
        "claim": found.claims.filter(organisation_id=organisation).order_by("-pk").first()
        if organisation
        else None,
        "speaker": found.claims.filter(state="approved").select_related("organisation").first(),
        "revisions": found.revisions.order_by("-number")[:10],
    }
    return render(request, "catalogue/model.html", context)


@require_POST
def claim(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask to speak for the model."""
    do_claim_model(reader_of(request), pk)
    messages.success(request, _("Your claim waits for the operator."))
    return redirect("model", pk)


@require_POST
def ask(request: HttpRequest, pk: str) -> HttpResponse:
    """Nobody offers it here yet: the operator looks for who does."""
    due = do_ask_offer(reader_of(request), pk).due.isoformat()
    messages.success(request, _("Asked: the operator looks for a supplier until %(due)s.") % {"due": due})
    return redirect("model", pk)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: str) -> HttpResponse:
    """Correct a figure: its new value and where it comes from."""
    reader = reader_of(request)
    found = access_model(reader, pk, file=True)
    problems: dict[str, str] = {}
    given = {
        name: request.POST.get(name, request.GET.get(name, ""))
        for name in ("figure", "new", "source", "note")
    }
    if request.method == "POST":
        try:
            made = do_correct(reader, pk, **given)
        except RefusedError as e:
            problems = e.problems or {"": str(e)}
        else:
            due = made.due.isoformat()
            messages.success(request, _("Thank you: it is decided by %(due)s.") % {"due": due})
            return redirect("model", pk)
    facts = facts_of(found.current.values) if found.current else ()
    context = {"model": found, "facts": facts, "given": given, "problems": problems}
    return render(request, "catalogue/correct.html", context, status=422 if problems else 200)
