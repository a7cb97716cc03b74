"""Pages of deals: the list, inquiring, one deal and what can be done in it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from robotplus.portal.core.content import check_may_edit
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.forms import form_values
from robotplus.portal.core.kinded import reader_of, whole_number
from robotplus.portal.core.sheets import sheet_response
from robotplus.portal.deals.access import access_deal, access_ledger_line, deal_sides, deals_for
from robotplus.portal.deals.actions.accepting import acceptance_list, do_record_acceptance
from robotplus.portal.deals.actions.following import OUTCOMES, access_outcome, do_answer_outcome
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.actions.moving import do_move_deal
from robotplus.portal.deals.actions.outside import RESULTS, do_record_outside
from robotplus.portal.deals.actions.quoting import do_quote, last_quotation
from robotplus.portal.deals.actions.reviewing import do_reply, do_review
from robotplus.portal.deals.actions.settling import do_confirm_amount, do_see_contract, do_show_contract
from robotplus.portal.deals.actions.talking import do_say
from robotplus.portal.deals.beside import quotations_beside
from robotplus.portal.deals.models import Deal, Review
from robotplus.portal.deals.parameters import parameter_sheet
from robotplus.portal.deals.timeline import timeline
from robotplus.portal.kinds import kind, noun_kinds
from robotplus.portal.matches.catalogue import built_in
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.access import access_offer
from robotplus.portal.parties.access import access_organisation

PAGE = 30
VALID_DAYS = 30  # proposed for a quotation


@require_GET
def deals(request: HttpRequest) -> HttpResponse:
    """The organisation's deals, by side and state."""
    reader = reader_of(request)
    rows = deals_for(reader).order_by("-updated_at")
    side = request.GET.get("side", "")
    if side in ("buyer", "seller"):
        rows = rows.filter(**{f"{side}_id": reader.organisation_id})
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    table = [(deal, kind(deal.kind, "deal"), deal.buyer_id == reader.organisation_id) for deal in page]
    return render(request, "deals/deals.html", {"page": page, "table": table, "side": side})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Inquire about an offer, or ask a supplier about one's own need."""
    reader = reader_of(request)
    check_may_edit(reader)
    given = request.POST if request.method == "POST" else request.GET
    offer = access_offer(reader, whole_number(given.get("offer"))) if given.get("offer") else None
    seller = offer.organisation if offer else access_organisation(reader, whole_number(given.get("seller")))
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = do_inquire(
                reader,
                kind=given.get("kind", "purchase"),
                text=given.get("text", ""),
                key=_key(given.get("key", "")),
                offer_id=offer.pk if offer else None,
                seller_id=seller.pk,
                need_id=whole_number(given["need"]) if given.get("need") else None,
                route=given.get("route", Deal.Route.OWN),
            )
            return redirect("deal", made.pk)
        except RefusedError as e:
            problems = e.problems or {"": str(e)}
    own = Need.objects.filter(organisation=reader.organisation).order_by("-updated_at")[:50]
    context = {
        "offer": offer,
        "seller": seller,
        "needs": own,
        "kinds": noun_kinds("deal"),
        "routes": Deal.Route.choices,
        "given": given,
        "problems": problems,
        "key": given.get("key") or uuid.uuid4(),
    }
    return render(request, "deals/new.html", context, status=422 if problems else 200)


@require_GET
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, access_deal(reader_of(request), pk))


@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """A message, with files."""
    files = request.FILES.getlist("files")
    text, key = request.POST.get("text", ""), _key(request.POST.get("key", ""))
    return _doing(request, pk, lambda reader: do_say(reader, pk, text=text, key=key, files=files))


@require_POST
def quote(request: HttpRequest, pk: int) -> HttpResponse:
    """The seller's next quotation."""
    reader = reader_of(request)
    found = access_deal(reader, pk)
    values: dict[str, Any] = {}
    try:
        values = form_values(request, reader, kind(found.kind, "deal"))
        do_quote(reader, pk, values=values, valid_until=_date(request.POST.get("valid_until", "")))
    except RefusedError as e:
        return _page(request, found, quoting=values, problems=e.problems or {"": str(e)})
    return redirect("deal", pk)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One move along the state table."""
    step, reason = request.POST.get("move", ""), request.POST.get("reason", "")
    return _doing(request, pk, lambda reader: do_move_deal(reader, pk, step, reason=reason))


@require_POST
def accept_claims(request: HttpRequest, pk: int) -> HttpResponse:
    """What was measured at acceptance, claim by claim."""
    lines = acceptance_list(access_deal(reader_of(request), pk))
    given = {
        line.claim: {part: request.POST.get(f"{line.claim}.{part}", "") for part in ("measured", "met")}
        for line in lines
    }
    return _doing(request, pk, lambda reader: do_record_acceptance(reader, pk, given))


@require_POST
def confirm_amount(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """The other side agrees with a declared amount."""
    return _doing(request, pk, lambda reader: do_confirm_amount(reader, pk, line))


@require_POST
def show_contract(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Hand in the contract behind an amount."""
    upload = request.FILES.get("file")
    if upload is None:
        raise RefusedError(_("choose a file"), field="file")
    return _doing(request, pk, lambda reader: do_show_contract(reader, pk, line, upload))


@require_http_methods(["GET", "POST"])
def ledger_line(request: HttpRequest, pk: int) -> HttpResponse:
    """An amount with its contract, as the operator sees it."""
    reader = reader_of(request)
    line = access_ledger_line(reader, pk)
    if request.method == "POST":
        do_see_contract(reader, pk)
        return redirect("desk")
    return render(request, "deals/ledger_line.html", {"line": line})


@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The buyer's review, or the seller's reply to it."""
    text, stars = request.POST.get("text", ""), whole_number(request.POST.get("stars"))
    if "stars" in request.POST:
        return _doing(request, pk, lambda reader: do_review(reader, pk, stars=stars, text=text))
    return _doing(request, pk, lambda reader: do_reply(reader, pk, text=text))


@require_POST
def outside(request: HttpRequest, pk: int) -> HttpResponse:
    """The result of a procurement or tender that was held elsewhere."""
    given = {name: request.POST.get(name, "") for name in ("result", "reference", "amount", "currency")}
    return _doing(request, pk, lambda reader: do_record_outside(reader, pk, given))


@require_GET
def parameters(request: HttpRequest, pk: int) -> HttpResponse:
    """The brand-neutral parameter sheet of the deal's need, as a page to print."""
    found = access_deal(reader_of(request), pk)
    return render(request, "deals/parameters.html", {"deal": found, "lines": _sheet(found)})


@require_GET
def parameters_sheet(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The same as CSV or XLSX."""
    head = [
        _("parameter"),
        _("asked"),
        _("makers that meet it"),
        _("models that meet it"),
        _("figure not known"),
    ]
    lines = _sheet(access_deal(reader_of(request), pk))
    rows = [head, *([x.name, x.asked, x.makers, x.models, x.unknown] for x in lines)]
    return sheet_response(rows, name=f"parameters-{pk}", kind=kind)


@require_http_methods(["GET", "POST"])
def outcome(request: HttpRequest, token: str) -> HttpResponse:
    """What became of an inquiry: opened from a link, answered by one click (scanners of links change nothing)."""
    question = access_outcome(token)
    problem = ""
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in ("answer", "reason")}
        try:
            question = do_answer_outcome(token, **given, reader=reader_of(request))
        except RefusedError as e:
            problem = e.message
    context = {"question": question, "outcomes": OUTCOMES, "problem": problem, "token": token}
    return render(request, "deals/outcome.html", context, status=422 if problem else 200)


def _page(
    request: HttpRequest,
    found: Deal,
    *,
    quoting: dict[str, Any] | None = None,
    problems: dict[str, str] | None = None,
) -> HttpResponse:
    reader = reader_of(request)
    of = kind(found.kind, "deal")
    sides = deal_sides(reader, found)
    moves = of.moves_from(found.state, sides)
    revision = found.need_revision
    context = {
        "deal": found,
        "kind": of,
        "state": of.state(found.state),
        "buying": found.buyer_id == reader.organisation_id,
        "moves": [m for m in moves if m.does != "quote"],
        "may_quote": any(m.does == "quote" for m in moves),
        "may_say": bool(sides),
        "timeline": timeline(found, of),
        "quotations": quotations_beside(reader, found),
        "last": last_quotation(found),
        "ledger": found.ledger.select_related("declared_by", "document"),
        "acceptance": acceptance_list(found),
        "review": Review.objects.filter(deal=found).first(),
        "outside": {**found.outside_result, "word": RESULTS.get(found.outside_result.get("result", ""), "")},
        "results": RESULTS.items(),
        "has_sheet": revision is not None and revision.document is not None,
        "quoting": quoting or {},
        "problems": problems or {},
        "valid_until": request.POST.get("valid_until")
        or (timezone.localdate() + dt.timedelta(days=VALID_DAYS)).isoformat(),
        "key": uuid.uuid4(),
    }
    return render(request, "deals/deal.html", context, status=422 if problems else 200)


def _doing(request: HttpRequest, pk: int, do: Callable[[Any], object]) -> HttpResponse:
    """Do it and go back to the deal; what is refused is said at its head."""
    try:
        do(reader_of(request))
    except RefusedError as e:
        messages.error(request, e.message)
        return _page(request, access_deal(reader_of(request), pk), problems=e.problems or {"": e.message})
    return redirect("deal", pk)


def _sheet(found: Deal) -> list[Any]:
    if found.need_revision is None or found.need_revision.document is None:
        raise RefusedError(_("the need of this deal holds no task to take parameters from"))
    return parameter_sheet(found.need_revision.document, built_in())


def _key(said: str) -> uuid.UUID:
    try:
        return uuid.UUID(said)
    except ValueError:
        raise RefusedError(_("the form is incomplete; open it again"), field="key") from None


def _date(said: str) -> dt.date:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        raise RefusedError(_("a date such as 2026-03-31"), field="valid_until") from None
