"""The funnel with its exports, and the event log."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.models import Event
from robotplus.portal.core.reader import ReaderRequest
from robotplus.portal.core.sheets import sheet_response
from robotplus.portal.desk.access import events_for
from robotplus.portal.desk.forms import FunnelForm, field_choices
from robotplus.portal.desk.funnel import funnel
from robotplus.portal.desk.rows import OTHERS, Funnel, table
from robotplus.portal.parties.forms import area_choices

PAGE = 50


def labels() -> dict[str, str]:
    """What the keys and columns of the funnel are called."""
    return {
        "field": _("Field"),
        "area": _("District of use"),
        "month": _("Month"),
        "needs": _("Needs"),
        "answered": _("Answered"),
        "proven": _("Proven"),
        "inquiries": _("Inquiries"),
        "deals": _("Deals"),
        "declared": _("One side declared"),
        "confirmed": _("Both confirmed"),
        "contract": _("Contract seen"),
        "total": _("Total"),
        "": _("not stated"),
        OTHERS: _("others"),
        **dict(field_choices()),
        **dict(area_choices()),
    }


def _counted(request: ReaderRequest) -> tuple[FunnelForm, Funnel]:
    if not (request.reader.is_operator or request.reader.is_official):
        raise AbsentError(_("there is no such page"))
    form = FunnelForm(request.GET)
    return form, funnel(request.reader, form.wanted())


@login_required
def funnel_page(request: ReaderRequest) -> HttpResponse:
    form, found = _counted(request)
    rows = table(found, labels())
    context = {
        "form": form,
        "funnel": found,
        "head": rows[0],
        "rows": rows[1:],
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/funnel.html", context)


@login_required
def funnel_sheet(request: ReaderRequest, kind: str) -> HttpResponse:
    _form, found = _counted(request)
    return sheet_response(table(found, labels()), name="funnel", kind=kind)


@login_required
def event_log(request: ReaderRequest) -> HttpResponse:
    shown = events_for(request.reader)
    asked = {
        k: request.GET.get(k, "").strip()[:64] for k in ("verb", "subject_type", "subject_id", "organisation")
    }
    for name, value in asked.items():
        if not value:
            continue
        if name == "organisation":
            shown = (
                shown.filter(organisation=int(value)) if value.isascii() and value.isdigit() else shown.none()
            )
        elif name == "verb":
            shown = shown.filter(verb__startswith=value)
        else:
            shown = shown.filter(**{name: value})
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    columns = [f.name for f in Event._meta.fields]
    return render(request, "desk/events.html", {"page": page, "asked": asked, "columns": columns})
