"""The inbox: what a person was told."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from robotplus.portal.core.reader import ReaderRequest
from robotplus.portal.core.subjects import subject_url
from robotplus.portal.parties.access import notices_for, unread_count
from robotplus.portal.parties.actions.notices import do_read_notices
from robotplus.portal.parties.notices import sentences

PAGE = 30


@login_required
def inbox(request: ReaderRequest) -> HttpResponse:
    shown = notices_for(request.reader).select_related("organisation").order_by("-pk")
    if only_unread := request.GET.get("unread") == "1":
        shown = shown.filter(read_at=None)
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    rows = list(zip(page.object_list, sentences(list(page.object_list)), strict=True))
    context = {
        "page": page,
        "rows": rows,
        "only_unread": only_unread,
        "unread": unread_count(request.reader),
    }
    return render(request, "parties/inbox.html", context)


@login_required
@require_POST
def notice(request: ReaderRequest, pk: int) -> HttpResponse:
    """Open one: it is read, and its subject shows."""
    found = get_object_or_404(notices_for(request.reader), pk=pk)
    do_read_notices(request.reader, pk=pk)
    return redirect(subject_url(found.subject_type, found.subject_id) or "inbox")


@login_required
@require_POST
def inbox_read(request: ReaderRequest) -> HttpResponse:
    do_read_notices(request.reader)
    return redirect("inbox")
