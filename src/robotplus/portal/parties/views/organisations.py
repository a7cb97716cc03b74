"""Organisations: the public list and page, registration, description, members and invitations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import ReaderRequest
from robotplus.portal.evidence.models import Evidence
from robotplus.portal.offers.access import offers_for
from robotplus.portal.parties.access import (
    ACTING_FOR,
    access_grant,
    access_organisation,
    access_own_organisation,
    members_of,
    organisations_for,
)
from robotplus.portal.parties.actions import members, organisations
from robotplus.portal.parties.checks import ASSIGNABLE
from robotplus.portal.parties.forms import DescriptionForm, InviteForm, OrganisationForm, show_problems
from robotplus.portal.parties.models import Invitation, Organisation, OrganisationKind
from robotplus.portal.parties.speed import answer_time

PAGE = 24


def organisation_list(request: ReaderRequest) -> HttpResponse:
    kind, words = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:80]
    shown = organisations_for(request.reader).filter(state=Organisation.State.APPROVED)
    if kind in OrganisationKind.values:
        shown = shown.filter(kind=kind)
    if words:
        shown = shown.filter(name_zh__icontains=words) | shown.filter(name_en__icontains=words)
    page = Paginator(shown.order_by("name_zh", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "kinds": OrganisationKind.choices, "kind": kind, "words_wanted": words}
    return render(request, "parties/organisations.html", context)


def organisation(request: ReaderRequest, pk: int) -> HttpResponse:
    found = access_organisation(request.reader, pk)
    own = request.reader.organisation_id == found.pk
    context = {
        "organisation": found,
        "areas": found.areas.all(),
        "offers": offers_for(request.reader).filter(organisation=found).order_by("-updated_at")[:12],
        "evidence": Evidence.objects.filter(issuer=found, status=Evidence.Status.VALID).count(),
        "answer_time": answer_time(found),
        "own": own,
        "may_see_papers": request.reader.is_operator or (own and request.reader.may_edit),
    }
    return render(request, "parties/organisation.html", context)


@login_required
def organisation_new(request: ReaderRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = organisations.do_register_organisation(request.reader, **_given(form))
        except RefusedError as e:
            show_problems(form, e)
        else:
            request.session[ACTING_FOR] = made.pk
            messages.success(request, _("Registered. The operator looks at it; you can work meanwhile."))
            return redirect("organisation", made.pk)
    status = 422 if form.errors else 200
    return render(request, "parties/organisation_new.html", {"form": form}, status=status)


@login_required
def organisation_edit(request: ReaderRequest, pk: int) -> HttpResponse:
    """Before approval everything can be corrected, after it only the description."""
    found = access_organisation(request.reader, pk, edit=True)
    approved = found.state in (Organisation.State.APPROVED, Organisation.State.SUSPENDED)
    form_class = DescriptionForm if approved else OrganisationForm
    initial = {n: getattr(found, n) for n in form_class.base_fields if n not in ("areas",)}
    initial["areas"] = list(found.areas.values_list("code", flat=True))
    form = form_class(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if approved:
                organisations.do_describe_organisation(request.reader, found, form.cleaned_data)
            else:
                organisations.do_correct_organisation(request.reader, found, **_given(form))
        except RefusedError as e:
            show_problems(form, e)
        else:
            messages.success(request, _("Saved."))
            return redirect("organisation", found.pk)
    context = {"form": form, "organisation": found}
    return render(request, "parties/organisation_edit.html", context, status=422 if form.errors else 200)


def _given(form: Any) -> dict[str, Any]:
    files = {k: form.cleaned_data.pop(k) or None for k in ("licence", "authorisation")}
    return {"given": form.cleaned_data, **files}


def _members(request: ReaderRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    own = access_own_organisation(request.reader)
    still = Invitation.objects.filter(organisation=own, accepted_at=None, expires_at__gt=timezone.now())
    context = {
        "organisation": own,
        "grants": members_of(own),
        "invitations": still.order_by("pk"),
        "form": form,
        "is_owner": "owner" in request.reader.roles,
        "roles": [(r.value, r.label) for r in ASSIGNABLE],
    }
    return render(request, "parties/members.html", context, status=status)


@login_required
def member_list(request: ReaderRequest) -> HttpResponse:
    return _members(request, InviteForm())


@login_required
@require_POST
def member_invite(request: ReaderRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            members.do_invite(
                request.reader,
                **form.cleaned_data,
                link=lambda raw: request.build_absolute_uri(reverse("invitation", args=[raw])),
            )
        except RefusedError as e:
            show_problems(form, e)
        else:
            messages.success(request, _("Invited."))
            return redirect("member_list")
    return _members(request, form, status=422)


@login_required
@require_POST
def member_uninvite(request: ReaderRequest, pk: int) -> HttpResponse:
    members.do_revoke_invitation(request.reader, pk)
    return redirect("member_list")


@login_required
@require_POST
def member_role(request: ReaderRequest, pk: int) -> HttpResponse:
    members.do_change_role(request.reader, access_grant(request.reader, pk), request.POST.get("role", ""))
    return redirect("member_list")


@login_required
@require_POST
def member_end(request: ReaderRequest, pk: int) -> HttpResponse:
    members.do_end_membership(request.reader, access_grant(request.reader, pk))
    return redirect("member_list")


@login_required
def invitation(request: ReaderRequest, token: str) -> HttpResponse:
    if request.method == "POST":
        grant = members.do_accept_invitation(request.reader, token)
        request.session[ACTING_FOR] = grant.organisation_id
        messages.success(request, _("Welcome."))
        return redirect("organisation", grant.organisation_id)
    return render(request, "parties/invitation.html", {"invitation": members.access_invitation(token)})
