"""Programmes that anyone may follow, and what their organisers do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from robotplus.portal.core.errors import ForbiddenError, RefusedError
from robotplus.portal.core.events import events_of
from robotplus.portal.core.kinded import form_page, named_kind, reader_of, whole_number
from robotplus.portal.core.sheets import sheet_response
from robotplus.portal.kinds import kind, noun_kinds
from robotplus.portal.programmes import actions
from robotplus.portal.programmes.access import (
    access_programme,
    may_create,
    measurements_of,
    organisers_for,
    programme_sides,
    programmes_for,
)
from robotplus.portal.programmes.models import Programme, Target
from robotplus.portal.programmes.progress import followed, table
from robotplus.portal.web.fields import PLAN_FIELDS

PAGE = 25


@require_GET
def programme_list(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    chosen = {name: request.GET.get(name, "")[:40] for name in ("kind", "field")}
    found = programmes_for(reader).filter(**{k: v for k, v in chosen.items() if v})
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(one, kind(one.kind)) for one in page.object_list],
        "kinds": noun_kinds("programme"),
        "fields": PLAN_FIELDS,
        "chosen": chosen,
        "may_create": may_create(reader),
    }
    return render(request, "programmes/list.html", context)


@require_GET
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, access_programme(reader_of(request), pk))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a kind, then fill its form."""
    reader = reader_of(request)
    if not may_create(reader):
        raise ForbiddenError(_("the operator and officials create programmes"))
    named = request.POST.get("kind") or request.GET.get("kind", "")
    if not named:
        return render(request, "programmes/kinds.html", {"kinds": noun_kinds("programme")})
    of = named_kind(named, "programme")
    organiser = whole_number(request.POST.get("organisation")) or reader.organisation_id

    def save(title: str, values: dict[str, Any]) -> Programme:
        return actions.do_create_programme(
            reader, kind=of.id, title=title, values=values, organisation=organiser
        )

    organisers = organisers_for(reader) if reader.is_operator else ()
    return form_page(request, of, save, title="", values={}, organisers=organisers, organiser=organiser)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    found = access_programme(reader, pk, edit=True)

    def save(title: str, values: dict[str, Any]) -> Programme:
        return actions.do_revise_programme(reader, pk, title=title, values=values)

    of = kind(found.kind, "programme")
    return form_page(request, of, save, title=found.title, values=found.values, subject=found)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One move along the state table."""
    step, reason = request.POST.get("move", ""), request.POST.get("reason", "")
    return _doing(request, pk, lambda: actions.do_move_programme(reader_of(request), pk, step, reason=reason))


@require_POST
def add_target(request: HttpRequest, pk: int) -> HttpResponse:
    given = request.POST.dict()
    return _doing(request, pk, lambda: actions.do_add_target(reader_of(request), pk, given), form="target")


@require_POST
def drop_target(request: HttpRequest, pk: int, target: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _doing(request, pk, lambda: actions.do_drop_target(reader_of(request), pk, target, reason=reason))


@require_POST
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """What was seen of a target's indicator in a period."""
    given, target = request.POST.dict(), whole_number(request.POST.get("target"))
    return _doing(
        request, pk, lambda: actions.do_measure(reader_of(request), pk, target, given), form="measurement"
    )


@require_POST
def drop_measurement(request: HttpRequest, pk: int, measurement: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _doing(
        request, pk, lambda: actions.do_drop_measurement(reader_of(request), pk, measurement, reason=reason)
    )


@require_GET
def sheet(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """Targets and measurements as CSV or XLSX."""
    found = access_programme(reader_of(request), int(pk))
    rows = table(followed(found.targets.order_by("due", "pk"), measurements_of(found)))
    return sheet_response(rows, name=f"programme-{found.pk}", kind=kind)


def _doing(request: HttpRequest, pk: int, do: Callable[[], object], *, form: str = "") -> HttpResponse:
    """Do it and go back to the page; what is refused stands there, beside the field where there is one."""
    try:
        do()
    except RefusedError as e:
        found = access_programme(reader_of(request), pk)
        return _page(request, found, form=form, problems=e.problems or {"": e.message})
    return redirect("programme", pk)


def _page(
    request: HttpRequest, found: Programme, *, form: str = "", problems: Mapping[str, str] | None = None
) -> HttpResponse:
    reader = reader_of(request)
    of, sides = kind(found.kind, "programme"), programme_sides(reader, found)
    targets, measured = list(found.targets.order_by("due", "pk")), list(measurements_of(found))
    context = {
        "programme": found,
        "kind": of,
        "followed": followed(targets, measured),
        "struck_targets": [t for t in targets if t.struck_at],
        "measurements": measured,
        "moves": of.moves_from(found.state, sides),
        "manages": bool(sides) and not of.state(found.state).final,
        "initial": found.state == of.initial,
        "senses": Target.Sense.choices,
        "typed": request.POST if problems else {},
        "form": form,
        "problems": problems or {},
        "timeline": events_of(found).order_by("-id")[:30] if sides else (),
    }
    return render(request, "programmes/programme.html", context, status=422 if problems else 200)
