"""Reports by anyone, and the requests that wait at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from robotplus.portal.core.errors import AbsentError, RefusedError
from robotplus.portal.core.reader import ReaderRequest
from robotplus.portal.core.subjects import access_subject, model_of, subject_url
from robotplus.portal.deals.actions.quoting import last_quotation
from robotplus.portal.deals.models import Deal
from robotplus.portal.desk import actions
from robotplus.portal.desk.access import REPORTS, access_desk_request, in_scope, requests_for
from robotplus.portal.desk.forms import ReportForm
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.matches.models import DeskRequest
from robotplus.portal.parties.forms import show_problems

SUBJECTS = {
    "needs.need": gettext_lazy("Need"),
    "offers.offer": gettext_lazy("Offer"),
    "catalogue.model": gettext_lazy("Robot model"),
    "parties.organisation": gettext_lazy("Organisation"),
    "programmes.programme": gettext_lazy("Programme"),
    "evidence.certificate": gettext_lazy("Certificate"),
    "deals.deal": gettext_lazy("Deal"),
}


def report(request: ReaderRequest, kind: str, pk: str) -> HttpResponse:
    subject = access_subject(request.reader, kind, pk)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.do_report(request.reader, kind, pk, text=form.cleaned_data["text"])
        except RefusedError as e:
            show_problems(form, e)
        else:
            messages.success(request, _("Thank you. The operator looks at it within three days."))
            return redirect(subject_url(kind, pk) or "home")
    context = {"form": form, "subject": subject, "back": subject_url(kind, pk)}
    return render(request, "desk/report.html", context, status=422 if form.errors else 200)


@login_required
def request_list(request: ReaderRequest) -> HttpResponse:
    """Everything that was asked; an official sees what their scope covers."""
    if not (request.reader.is_operator or request.reader.is_official):
        raise AbsentError(_("there is no such page"))
    found = list(requests_for(request.reader).select_related("organisation")[:300])
    if not request.reader.is_operator:
        found = [r for r in found if in_scope(request.reader, r)]
    return render(request, "desk/requests.html", {"requests": found})


def _page(request: ReaderRequest, found: DeskRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    at_desk = request.reader.is_operator or in_scope(request.reader, found)
    context = {
        "request_": found,
        "at_desk": at_desk,
        "may_open": at_desk and found.kind in REPORTS and found.state == "open",
        "subject_url": subject_url(found.subject_type, found.subject_id),
        "subject_word": SUBJECTS.get(found.subject_type, found.subject_type),
        "subject_name": _name(found) if request.reader.is_operator else "",
    }
    return render(request, "desk/request.html", context | more, status=status)


def _name(found: DeskRequest) -> str:
    """The title of a model that somebody asks for; other titles may be private and show only when opened."""
    if found.subject_type != "catalogue.model":
        return ""
    return str(model_of(found.subject_type)._default_manager.filter(pk=found.subject_id).first() or "")


@login_required
def desk_request(request: ReaderRequest, pk: int) -> HttpResponse:
    found = access_desk_request(request.reader, pk)
    if request.method == "POST":
        try:
            actions.do_close_request(request.reader, found, outcome=request.POST.get("outcome", ""))
        except RefusedError as e:
            return _page(request, found, problem=e.message, status=422)
        return redirect("desk")
    return _page(request, found)


@login_required
@require_POST
def desk_open(request: ReaderRequest, pk: int) -> HttpResponse:
    """Show private content, this once; looking again is logged again."""
    found = access_desk_request(request.reader, pk)
    try:
        subject = actions.do_open_private(request.reader, found, reason=request.POST.get("reason", ""))
    except RefusedError as e:
        return _page(request, found, open_problem=e.message, status=422)
    current = getattr(subject, "current", None)
    content = {"opened": subject, "values": getattr(current, "values", getattr(subject, "values", None))}
    if kind := getattr(subject, "kind", ""):
        content["kind"] = kind_of(kind)
    if isinstance(subject, Deal):
        content |= {"said": subject.messages.select_related("organisation").order_by("pk")}
        content["values"] = (last := last_quotation(subject)) and last.values
    return _page(request, found, **content)
