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

from robotplus.portal.catalogue.access import access_model, may_read_file, models_for
from robotplus.portal.catalogue.actions import do_ask_offer, do_claim_model, do_correct
from robotplus.portal.catalogue.carding import blocks, card_key, card_of
from robotplus.portal.catalogue.facts import RATINGS, facts_of, joint_facts_of
from robotplus.portal.catalogue.missing import missing_of
from robotplus.portal.catalogue.models import Model
from robotplus.portal.catalogue.payload import payload_curve, payload_svg
from robotplus.portal.catalogue.product import changes_of, ladder, proofs_of, similar, supplies_of
from robotplus.portal.catalogue.reachmap import reach_map
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.kinded import reader_of
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.sheets import sheet_response
from robotplus.portal.jobs.access import jobs_for
from robotplus.portal.kinds.values import read_number
from robotplus.portal.matches.offers import offers_by_model
from robotplus.reporting.drawing import robot_svg
from robotplus.robots.files import read_robot

PAGE = 50
COMPARED = 4  # models side by side
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
    """The product page; the geometry of a closed file is its owner's to see."""
    reader = reader_of(request)
    found = access_model(reader, pk)
    document = found.current.values if found.current else {}
    open_file = may_read_file(reader, found)
    robot = read_robot(document, found.pk) if document and open_file else None
    organisation = reader.organisation_id
    own = found.owner_id is not None and found.owner_id == organisation
    curve = payload_curve(robot) if robot else None
    rows = list(found.corrections.select_related("organisation").order_by("-pk")[:20])
    context = {
        "model": found,
        "robot": robot,
        "own": own,
        "facts": facts_of(document),
        "joints": joint_facts_of(document) if robot else (),
        "joint_names": [joint.name for joint in robot.joints] if robot else (),
        "drawing": robot_svg(robot, height_px=260) if robot else "",
        "reach": reach_map(robot) if robot else "",
        "payload": curve and payload_svg(curve, f"{found.maker} {found.name}"),
        "payload_by_torque": curve is not None and curve.by_torque,
        "ladder": ladder(found),
        "proven": proofs_of(reader, found),
        "ways": supplies_of(reader, found),
        "similar": similar(reader, found),
        "changes": changes_of(rows, document),
        "claim": found.claims.filter(organisation_id=organisation).order_by("-pk").first()
        if organisation
        else None,
        "speaker": found.claims.filter(state="approved").select_related("organisation").first(),
        "revisions": found.revisions.order_by("-number")[:10],
        **(_own_part(reader, found) if own else {}),
    }
    return render(request, "catalogue/model.html", context)


def _own_part(reader: Reader, found: Model) -> dict[str, Any]:
    """What the owner alone sees of it: what is missing, the card and its progress, who may read it."""
    return {
        "missing": missing_of(found.current.values) if found.current else (),
        "given": {},
        "card": card_of(found),
        "blocked": blocks(found),
        "job": jobs_for(reader).filter(key=card_key(found)).order_by("-created_at").first(),
        "accesses": Model.Access.choices,
    }


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four models side by side; those that the reader may not know of are left out."""
    reader = reader_of(request)
    wanted = list(dict.fromkeys(request.GET.getlist("model")))[:COMPARED]
    found = models_for(reader).in_bulk(wanted)
    shown = [found[pk] for pk in wanted if pk in found]
    facts = [facts_of(m.current.values if m.current else {}) for m in shown]
    offers = offers_by_model(reader, [m.pk for m in shown])
    context = {
        "models": shown,
        "rows": [(of[0].label, of) for of in zip(*facts, strict=True)],
        "drawings": [
            robot_svg(read_robot(m.current.values, m.pk), height_px=140)
            if m.current and may_read_file(reader, m)
            else ""
            for m in shown
        ],
        "proven": [proofs_of(reader, m) for m in shown],
        "offers": [offers.get(m.pk, []) for m in shown],
    }
    return render(request, "catalogue/compare.html", context)


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
            said = _("Thank you: it is decided by %(due)s.") % {"due": due}
            messages.success(request, said if made.state == "open" else _("Kept."))
            return redirect("model", pk)
    document = found.current.values if found.current else {}
    facts = (*facts_of(document), *joint_facts_of(document))
    context = {"model": found, "facts": facts, "given": given, "problems": problems}
    return render(request, "catalogue/correct.html", context, status=422 if problems else 200)
