"""What waits at the desk, and the operator's decisions on it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import events_of
from robotplus.portal.core.reader import ReaderRequest
from robotplus.portal.desk import access, actions
from robotplus.portal.desk.forms import FeatureForm
from robotplus.portal.offers.access import access_offer
from robotplus.portal.offers.models import Featuring
from robotplus.portal.parties.access import access_organisation, require_operator
from robotplus.portal.parties.actions.organisations import MOVES
from robotplus.portal.parties.models import Organisation


@login_required
def desk(request: ReaderRequest) -> HttpResponse:
    if request.reader.is_official and not request.reader.is_operator:
        return redirect("funnel")
    require_operator(request.reader)
    open_requests = access.requests_for(request.reader).filter(state="open").select_related("organisation")
    context = {
        "organisations": access.waiting_organisations(request.reader)[: access.LIST],
        "content": access.waiting_content(request.reader),
        "claims": access.waiting_claims(request.reader)[: access.LIST],
        "corrections": access.waiting_corrections(request.reader)[: access.LIST],
        "requests": open_requests[: access.LIST],
        "featured": Featuring.objects.filter(end__gt=timezone.now()).select_related("offer", "by"),
        "today": timezone.localdate(),
    }
    return render(request, "desk/desk.html", context)


@login_required
def desk_organisation(request: ReaderRequest, pk: int) -> HttpResponse:
    require_operator(request.reader)
    found = access_organisation(request.reader, pk)
    problem = ""
    if request.method == "POST":
        try:
            actions.do_decide_organisation(
                request.reader, found, move=request.POST.get("move", ""), note=request.POST.get("note", "")
            )
        except RefusedError as e:
            problem = e.message
        else:
            messages.success(request, _("Done; its members are told."))
            return redirect("desk")
    context = {
        "organisation": found,
        "problem": problem,
        "moves": [m for m, (starts, _end) in MOVES.items() if found.state in starts],
        "others": Organisation.objects.filter(country=found.country, code=found.code).exclude(pk=found.pk),
        "events": events_of(found).order_by("-pk")[:20],
    }
    return render(request, "desk/organisation.html", context, status=422 if problem else 200)


@login_required
@require_POST
def desk_content(request: ReaderRequest, noun: str, pk: int) -> HttpResponse:
    """One move of content; the buttons come from its kind's state table."""
    move, reason = request.POST.get("move", ""), request.POST.get("reason", "")
    try:
        actions.do_move_content(request.reader, noun, pk, move, reason=reason)
    except RefusedError as e:
        messages.error(request, e.message)
    else:
        messages.success(request, _("Done; its members are told."))
    return redirect("desk")


@login_required
@require_POST
def desk_claim(request: ReaderRequest, pk: int) -> HttpResponse:
    actions.do_decide_claim(request.reader, pk, approve=request.POST.get("approve") == "1")
    return redirect("desk")


@login_required
@require_POST
def desk_correction(request: ReaderRequest, pk: int) -> HttpResponse:
    accept, note = request.POST.get("accept") == "1", request.POST.get("note", "")
    try:
        actions.do_decide_correction(request.reader, pk, accept=accept, note=note)
    except RefusedError as e:
        messages.error(request, e.message)
    return redirect("desk")


@login_required
def desk_feature(request: ReaderRequest, pk: int) -> HttpResponse:
    require_operator(request.reader)
    offer = access_offer(request.reader, pk)
    form = FeatureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.do_feature(request.reader, pk, **form.cleaned_data)
        messages.success(request, _("Shown on the home page; its members are told."))
        return redirect("desk")
    status = 422 if form.errors else 200
    context = {"form": form, "title": offer.title, "back": reverse("desk")}
    return render(request, "desk/feature.html", context, status=status)


@login_required
@require_POST
def desk_unfeature(request: ReaderRequest, pk: int) -> HttpResponse:
    actions.do_unfeature(request.reader, pk)
    return redirect("desk")
