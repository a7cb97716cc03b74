"""Pages of offers: the list, one offer, its form and its moves."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from robotplus.portal.core.content import check_may_edit, sides_of
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import events_of
from robotplus.portal.core.kinded import Save, form_page, named_kind, new_page, reader_of
from robotplus.portal.core.sheets import sheet_response
from robotplus.portal.kinds import Kind, kind, noun_kinds
from robotplus.portal.offers.access import access_offer, listed, offers_for
from robotplus.portal.offers.actions import do_create_offer, do_move_offer, do_revise_offer
from robotplus.portal.offers.gaps import gaps_of
from robotplus.portal.offers.importing import CellProblem, TableError, do_import_offers
from robotplus.portal.offers.models import Offer
from robotplus.portal.offers.tables import columns, read_table

PAGE = 24
LISTED = 200  # problems of a table, or gaps, shown at once


@require_GET
def offers(request: HttpRequest) -> HttpResponse:
    """What is offered to everyone, by kind."""
    named = request.GET.get("kind", "")
    rows = offers_for(reader_of(request)).filter(listed(), visibility="public").order_by("-updated_at", "-pk")
    if named:
        rows = rows.filter(kind=named)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    cards = [(offer, kind(offer.kind, "offer")) for offer in page]
    context = {"page": page, "cards": cards, "kinds": noun_kinds("offer"), "chosen": named}
    return render(request, "offers/offers.html", context)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The organisation's own offers, whatever their state."""
    reader = reader_of(request)
    if reader.organisation is None:
        return redirect("organisation_new")
    rows = (
        Offer.objects.filter(organisation=reader.organisation)
        .select_related("current")
        .order_by("-updated_at")
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    cards = [(offer, kind(offer.kind, "offer")) for offer in page]
    context = {
        "page": page,
        "cards": cards,
        "kinds": noun_kinds("offer"),
        "gaps": gaps_of(reader.organisation)[:LISTED],
    }
    return render(request, "offers/mine.html", context)


@require_GET
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    found = access_offer(reader, pk)
    of = kind(found.kind, "offer")
    sides = sides_of(reader, found.organisation_id, of)
    context = {
        "offer": found,
        "kind": of,
        "values": found.current.values if found.current else {},
        "moves": of.moves_from(found.state, sides, found.visibility),
        "own": "owner" in sides,
        "timeline": events_of(found).order_by("-id")[:30] if sides & {"owner", "operator"} else (),
    }
    return render(request, "offers/offer.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a kind, then fill its form."""

    def save(of: Kind) -> Save:
        return lambda title, values: do_create_offer(
            reader_of(request), kind=of.id, title=title, values=values
        )

    return new_page(request, "offer", save)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The next revision of an offer."""
    reader = reader_of(request)
    found = access_offer(reader, pk, edit=True)
    return form_page(
        request,
        kind(found.kind, "offer"),
        lambda title, values: do_revise_offer(reader, pk, title=title, values=values),
        title=found.title,
        values=found.current.values if found.current else {},
        subject=found,
    )


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One move along the state table."""
    reason = request.POST.get("reason", "")
    do_move_offer(reader_of(request), pk, request.POST.get("move", ""), reason=reason)
    return redirect("offer", pk)


@require_http_methods(["GET", "POST"])
def import_table(request: HttpRequest) -> HttpResponse:
    """Many offers at once: choose a kind, take its empty table, upload it filled in."""
    reader = reader_of(request)
    check_may_edit(reader)
    named = request.POST.get("kind") or request.GET.get("kind", "")
    of = named_kind(named, "offer") if named else None
    problems: Sequence[CellProblem] = ()
    error = ""
    if request.method == "POST" and of is not None:
        try:
            if (upload := request.FILES.get("file")) is None:
                raise RefusedError(_("choose a file"), field="file")
            made = do_import_offers(reader, of.id, read_table(upload, of))
        except TableError as e:
            problems, error = e.cells, e.message
        except RefusedError as e:
            error = e.message
        else:
            messages.success(request, _("%(n)d offers were imported as drafts.") % {"n": len(made)})
            return redirect("offers_mine")
    context = {"kinds": noun_kinds("offer"), "kind": of, "problems": problems[:LISTED], "error": error}
    return render(request, "offers/import.html", context, status=422 if error else 200)


@require_GET
def empty_table(request: HttpRequest, named: str, kind: str) -> HttpResponse:
    """The empty table of a kind of offer."""
    return sheet_response([columns(named_kind(named, "offer"))], name=f"offers-{named}", kind=kind)
