"""Officials and operators: who they are, what they cover, until when."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.models import Area
from robotplus.portal.core.reader import ReaderRequest
from robotplus.portal.desk.forms import GrantForm
from robotplus.portal.parties.access import access_grant, find_user, require_operator
from robotplus.portal.parties.actions.members import do_end_membership, do_grant_official
from robotplus.portal.parties.forms import show_problems
from robotplus.portal.parties.models import Grant, Role


@login_required
def officials(request: ReaderRequest) -> HttpResponse:
    require_operator(request.reader)
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _grant(request, form)
        except RefusedError as e:
            show_problems(form, e)
        else:
            messages.success(request, _("Done; the person is told."))
            return redirect("officials")
    grants = Grant.objects.today().filter(role__in=(Role.OFFICIAL, Role.OPERATOR))
    context = {
        "form": form,
        "grants": grants.select_related("user", "organisation", "area").order_by("role", "pk"),
    }
    return render(request, "desk/officials.html", context, status=422 if form.errors else 200)


def _grant(request: ReaderRequest, form: GrantForm) -> None:
    given = form.cleaned_data
    until = given["until"]
    do_grant_official(
        request.reader,
        user=find_user(given["person"]),
        organisation=given["organisation"],
        role=given["role"],
        field=given["field"],
        area=Area.objects.filter(code=given["area"]).first(),
        until=None if until is None else timezone.make_aware(dt.datetime.combine(until, dt.time())),
    )


@login_required
@require_POST
def official_end(request: ReaderRequest, pk: int) -> HttpResponse:
    require_operator(request.reader)
    do_end_membership(request.reader, access_grant(request.reader, pk))
    return redirect("officials")
