"""Pages of needs: the list, one need with its chain, its form, its moves and its invitations."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from robotplus.portal.core.content import sides_of
from robotplus.portal.core.events import events_of
from robotplus.portal.core.kinded import Save, form_page, new_page, reader_of, whole_number
from robotplus.portal.core.models import Visibility
from robotplus.portal.kinds import Kind, kind, noun_kinds
from robotplus.portal.needs.access import access_need, listed, needs_for, owner_shown
from robotplus.portal.needs.actions import (
    do_create_need,
    do_invite,
    do_move_need,
    do_revise_need,
    do_uninvite,
)
from robotplus.portal.needs.chain import chain_of
from robotplus.portal.needs.models import Need
from robotplus.portal.parties.access import organisations_for
from robotplus.portal.parties.models import Organisation

PAGE = 24


@require_GET
def needs(request: HttpRequest) -> HttpResponse:
    """What is sought: the public needs and those the reader is invited to."""
    reader = reader_of(request)
    named, field = request.GET.get("kind", ""), request.GET.get("field", "")
    rows = (
        needs_for(reader)
        .filter(listed())
        .exclude(visibility=Visibility.PRIVATE)
        .order_by("-updated_at", "-pk")
    )
    if named:
        rows = rows.filter(kind=named)
    if field:
        rows = rows.filter(field=field)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    cards = [(need, kind(need.kind, "need"), owner_shown(reader, need)) for need in page]
    context = {"page": page, "cards": cards, "kinds": noun_kinds("need"), "chosen": named, "field": field}
    return render(request, "needs/needs.html", context)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The organisation's own needs, whatever their state."""
    reader = reader_of(request)
    if reader.organisation is None:
        return redirect("organisation_new")
    rows = Need.objects.filter(organisation=reader.organisation).select_related(
        "current", "organisation", "area"
    )
    page = Paginator(rows.order_by("-updated_at"), PAGE).get_page(request.GET.get("page"))
    cards = [(need, kind(need.kind, "need"), need.organisation) for need in page]
    return render(request, "needs/mine.html", {"page": page, "cards": cards})


@require_GET
def need(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    found = access_need(reader, pk)
    of = kind(found.kind, "need")
    sides = sides_of(reader, found.organisation_id, of)
    own = "owner" in sides
    context = {
        "need": found,
        "kind": of,
        "owner": owner_shown(reader, found),
        "values": found.current.values if found.current else {},
        "moves": of.moves_from(found.state, sides, found.visibility),
        "own": own,
        "chain": chain_of(reader, found, of),
        "invited": found.invitations.select_related("organisation") if own else (),
        "answers": found.current.answers.order_by("-pk")[:5] if own and found.current else (),
        "timeline": events_of(found).order_by("-id")[:30] if own or reader.is_operator else (),
    }
    return render(request, "needs/need.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a kind, then fill its form."""
    reader = reader_of(request)

    def save(of: Kind) -> Save:
        return lambda title, values: do_create_need(
            reader, kind=of.id, title=title, values=values, **_shown_to(request.POST)
        )

    return new_page(request, "need", save, **_choices(request, None))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The next revision of a need; its task document stays as it was."""
    reader = reader_of(request)
    found = access_need(reader, pk, edit=True)
    document = found.current.document if found.current else None
    return form_page(
        request,
        kind(found.kind, "need"),
        lambda title, values: do_revise_need(
            reader, pk, title=title, values=values, document=document, **_shown_to(request.POST)
        ),
        title=found.title,
        values=found.current.values if found.current else {},
        subject=found,
        **_choices(request, found),
    )


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One move along the state table."""
    reason = request.POST.get("reason", "")
    do_move_need(reader_of(request), pk, request.POST.get("move", ""), reason=reason)
    return redirect("need", pk)


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose suppliers to show the need to."""
    reader = reader_of(request)
    found = access_need(reader, pk, edit=True)
    if request.method == "POST":
        do_invite(reader, pk, whole_number(request.POST.get("organisation")))
        return redirect("need_invite", pk)
    text = request.GET.get("q", "").strip()[:80]
    rows = (
        organisations_for(reader).filter(state=Organisation.State.APPROVED).exclude(pk=found.organisation_id)
    )
    if text:
        rows = rows.filter(name_zh__icontains=text) | rows.filter(name_en__icontains=text)
    page = Paginator(rows.order_by("name_zh"), PAGE).get_page(request.GET.get("page"))
    invited = {i.organisation_id for i in found.invitations.all()}
    return render(
        request, "needs/invite.html", {"need": found, "page": page, "invited": invited, "said": text}
    )


@require_POST
def uninvite(request: HttpRequest, pk: int, organisation: int) -> HttpResponse:
    """Take an invitation back."""
    do_uninvite(reader_of(request), pk, organisation)
    return redirect("need", pk)


def _shown_to(post: QueryDict) -> dict[str, Any]:
    return {
        "visibility": post.get("visibility", Visibility.PRIVATE),
        "hide_organisation": "hide_organisation" in post,
    }


def _choices(request: HttpRequest, subject: Need | None) -> dict[str, object]:
    """Who a need is shown to, as posted or as it is."""
    if request.method == "POST":
        now = _shown_to(request.POST)
    elif subject is not None:
        now = {"visibility": subject.visibility, "hide_organisation": subject.hide_organisation}
    else:
        now = {"visibility": Visibility.PRIVATE, "hide_organisation": False}
    return {"visibilities": Visibility.choices, "now": now}
