"""A person's own page: who they are, how they are told, their keys, their data."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import ReaderRequest
from robotplus.portal.parties.access import ACTING_FOR, require_user
from robotplus.portal.parties.actions.members import do_end_membership
from robotplus.portal.parties.actions.notices import do_choose_channels
from robotplus.portal.parties.actions.people import do_describe_person
from robotplus.portal.parties.actions.privacy import do_consent, do_erase_person, personal_data
from robotplus.portal.parties.actions.tokens import do_create_token, do_revoke_token
from robotplus.portal.parties.forms import ChannelForm, EraseForm, PersonForm, TokenForm, show_problems
from robotplus.portal.parties.models import ApiToken, Grant


def _page(request: ReaderRequest, *, status: int = 200, **more: object) -> HttpResponse:
    user = require_user(request.reader)
    mine = Grant.objects.today().filter(user=user).select_related("organisation", "area")
    context = {
        "grants": mine.order_by("organisation__name_zh", "pk"),
        "person_form": PersonForm(initial={"name": user.name, "language": user.language}),
        "channel_form": ChannelForm(
            initial={"rhythm": user.rhythm, "channels": user.channels, "wecom": user.wecom}
        ),
        "token_form": TokenForm(),
        "tokens": ApiToken.objects.filter(user=user, revoked_at=None).select_related("organisation"),
        "logins": user.logins.order_by("-pk")[:10],
        "login_days": settings.LOGIN_LOG_DAYS,
    }
    return render(request, "parties/me.html", context | more, status=status)


@login_required
def me(request: ReaderRequest) -> HttpResponse:
    return _page(request)


@login_required
@require_POST
def me_person(request: ReaderRequest) -> HttpResponse:
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, person_form=form, status=422)
    do_describe_person(require_user(request.reader), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("me")


@login_required
@require_POST
def me_channels(request: ReaderRequest) -> HttpResponse:
    form = ChannelForm(request.POST)
    if form.is_valid():
        try:
            do_choose_channels(require_user(request.reader), **form.cleaned_data)
        except RefusedError as e:
            show_problems(form, e)
        else:
            messages.success(request, _("Saved."))
            return redirect("me")
    return _page(request, channel_form=form, status=422)


@login_required
@require_POST
def me_switch(request: ReaderRequest) -> HttpResponse:
    """Act for another of the reader's organisations; any other id changes nothing, because grants decide."""
    wanted = request.POST.get("organisation", "")
    if wanted.isascii() and wanted.isdigit():
        request.session[ACTING_FOR] = int(wanted)
    return redirect("me")


@login_required
@require_POST
def me_leave(request: ReaderRequest, pk: int) -> HttpResponse:
    grant = Grant.objects.today().filter(user=require_user(request.reader), pk=pk).first()
    if grant is not None:
        do_end_membership(request.reader, grant)
        messages.success(request, _("You have left."))
    return redirect("me")


@login_required
@require_POST
def me_token(request: ReaderRequest) -> HttpResponse:
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            _made, raw = do_create_token(request.reader, **form.cleaned_data)
        except RefusedError as e:
            show_problems(form, e)
        else:
            return _page(request, new_token=raw)
    return _page(request, token_form=form, status=422)


@login_required
@require_POST
def me_token_revoke(request: ReaderRequest, pk: int) -> HttpResponse:
    do_revoke_token(request.reader, pk)
    return redirect("me")


@login_required
def me_data(request: ReaderRequest) -> HttpResponse:
    options = {"ensure_ascii": False, "indent": 1}
    response = JsonResponse(personal_data(request.reader), json_dumps_params=options)
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def me_consent(request: ReaderRequest) -> HttpResponse:
    do_consent(request.reader)
    return redirect("me")


@login_required
def me_erase(request: ReaderRequest) -> HttpResponse:
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            do_erase_person(request.reader, password=form.cleaned_data["password"])
        except RefusedError as e:
            show_problems(form, e)
        else:
            logout(request)
            return render(request, "parties/erased.html")
    status = 422 if form.errors else 200
    return render(request, "parties/erase.html", {"form": form}, status=status)


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "parties/privacy.html", {"login_days": settings.LOGIN_LOG_DAYS})
