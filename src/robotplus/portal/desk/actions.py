"""What the operator and the officials do, and what anyone reports to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.actions import apply_correction
from robotplus.portal.catalogue.models import Correction, ModelClaim
from robotplus.portal.core.errors import AbsentError, ConflictError, LimitError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.models import Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.states import do_move
from robotplus.portal.core.subjects import access_subject, subject_type
from robotplus.portal.deals.models import Deal
from robotplus.portal.desk.access import CONTENT, OPERATOR, REPORTS, access_reported, owners_of
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.matches.models import DeskRequest
from robotplus.portal.needs.actions import do_move_need
from robotplus.portal.offers.access import listed as listed_offers
from robotplus.portal.offers.actions import do_move_offer
from robotplus.portal.offers.models import Featuring, Offer
from robotplus.portal.parties.access import require_operator
from robotplus.portal.parties.actions.organisations import do_review_organisation
from robotplus.portal.parties.models import Organisation
from robotplus.portal.parties.notices import notify, operators
from robotplus.portal.programmes.actions import do_move_programme
from robotplus.portal.search.index import do_index

REPORT_DAYS = 3
REPORTS_A_DAY = 20  # of one person, or of all visitors together
MAX_FEATURED_DAYS = 92
MAX_TEXT = 4000
MOVERS: dict[str, Callable[..., Any]] = {
    "offer": do_move_offer,
    "need": do_move_need,
    "programme": do_move_programme,
}


@transaction.atomic
def do_move_content(reader: Reader, noun: str, pk: int, move: str, *, reason: str = "") -> None:
    """Approve, return or take down, along the kind's own state table; the owner is told, with the reason.

    Raises:
        AbsentError: not the operator, or no such content.
        RefusedError: no such move from here, or a reason is missing.
    """
    require_operator(reader)
    if noun not in CONTENT:
        raise AbsentError(_("there is no such thing"))
    subject: Any = CONTENT[noun]._default_manager.filter(pk=pk).first()
    if subject is None:
        raise AbsentError(_("there is no such thing"))
    if getattr(subject, "visibility", Visibility.PUBLIC) == Visibility.PUBLIC:
        subject = MOVERS[noun](reader, pk, move, reason=reason)
    else:
        do_move(reader, subject, kind_of(subject.kind), move, sides=OPERATOR, reason=reason)
        do_index(subject)
    notify(
        subject.organisation, "content.moved", subject, by=reader, state=subject.state, reason=reason[:300]
    )


@transaction.atomic
def do_decide_organisation(reader: Reader, organisation: Organisation, *, move: str, note: str = "") -> None:
    """Approve, reject, suspend or reinstate an organisation. What a suspended one shows is taken down with it.

    Raises:
        AbsentError, RefusedError, ConflictError: see ``do_review_organisation``.
    """
    do_review_organisation(reader, organisation, move=move, note=note)
    if organisation.state != Organisation.State.SUSPENDED:
        return
    for noun, table in CONTENT.items():
        for subject in table._default_manager.filter(organisation=organisation).order_by("pk"):
            content: Any = subject
            of = kind_of(content.kind)
            downs = [m for m in of.moves_from(content.state, OPERATOR) if not of.state(m.end).listed]
            if of.state(content.state).listed and downs:
                do_move_content(reader, noun, content.pk, downs[0].name, reason=note)


@transaction.atomic
def do_decide_claim(reader: Reader, pk: int, *, approve: bool) -> None:
    """Let a maker speak for a model, or not; one approved claim a model.

    Raises:
        ConflictError: it is decided already, or another maker speaks for the model.
    """
    user = require_operator(reader)
    claim = ModelClaim.objects.select_related("organisation", "model").filter(pk=pk).first()
    if claim is None:
        raise AbsentError(_("there is no such claim"))
    model = type(claim.model).objects.select_for_update().get(pk=claim.model_id)
    if approve and model.claims.filter(state="approved").exclude(organisation=claim.organisation).exists():
        raise ConflictError(_("another maker speaks for this model"))
    state = "approved" if approve else "rejected"
    facts = {"state": state, "decided_by": user, "decided_at": timezone.now()}
    if not ModelClaim.objects.filter(pk=pk, state="pending").update(**facts):
        raise ConflictError(_("it is decided already"))
    log_event(reader, "claim.decide", claim, after=state)
    notify(claim.organisation, "claim.decide", claim.model, by=reader, state=state)


@transaction.atomic
def do_decide_correction(reader: Reader, pk: int, *, accept: bool, note: str = "") -> Correction:
    """Accept or decline the correction of a figure; both stay in its history.

    Raises:
        RefusedError: declined without a note.
        ConflictError: it is decided already.
    """
    user = require_operator(reader)
    found = Correction.objects.select_related("model", "author").filter(pk=pk).first()
    if found is None:
        raise AbsentError(_("there is no such correction"))
    if not accept and not note.strip():
        raise RefusedError(_("say why"), field="note")
    state = "accepted" if accept else "declined"
    facts = {
        "state": state,
        "decided_by": user,
        "decided_at": timezone.now(),
        "note": note.strip()[:MAX_TEXT],
    }
    if not Correction.objects.filter(pk=pk, state="open").update(**facts):
        raise ConflictError(_("it is decided already"))
    found.refresh_from_db()
    if accept:
        apply_correction(reader, found)
    log_event(reader, "correction.decide", found, after=state)
    if found.author is not None:
        notify(found.author, "correction.decide", found.model, by=reader, state=state)
    return found


@transaction.atomic
def do_report(reader: Reader, kind: str, pk: str, *, text: str) -> DeskRequest:
    """Report something that the reader can see, or complain of a deal of theirs; it waits at the desk.

    Raises:
        AbsentError: they see no such thing.
        RefusedError: no words.
        LimitError: too many in a day.
    """
    subject = access_subject(reader, kind, pk)
    if not text.strip() or len(text) > MAX_TEXT:
        raise RefusedError(
            _("say what is wrong with it, in at most %(limit)d characters") % {"limit": MAX_TEXT},
            field="text",
        )
    today = DeskRequest.objects.filter(
        kind__in=REPORTS, created_at__gte=timezone.now() - dt.timedelta(days=1)
    )
    if today.filter(user=reader.user).count() >= REPORTS_A_DAY:
        raise LimitError(_("that is enough reports for one day"))
    made = DeskRequest.objects.create(
        kind="complaint" if isinstance(subject, Deal) else "report_content",
        organisation=reader.organisation,
        user=reader.user,
        subject_type=subject_type(subject),
        subject_id=str(subject.pk),
        text=text.strip(),
        due=timezone.localdate() + dt.timedelta(days=REPORT_DAYS),
    )
    log_event(reader, "content.report", subject, request=made.pk)
    notify(operators(), "content.report", made)
    return made


@transaction.atomic
def do_close_request(reader: Reader, request: DeskRequest, *, outcome: str) -> None:
    """Say what became of a request; whoever asked is told.

    Raises:
        RefusedError: no words.
        ConflictError: it is closed already.
    """
    require_operator(reader)
    if not outcome.strip():
        raise RefusedError(_("say what became of it"), field="outcome")
    facts = {"state": "done", "outcome": outcome.strip()[:MAX_TEXT], "closed_at": timezone.now()}
    if not DeskRequest.objects.filter(pk=request.pk, state="open").update(**facts):
        raise ConflictError(_("it is closed already"))
    log_event(reader, "request.close", request)
    if request.user is not None:
        notify(request.user, "request.close", request, by=reader)


@transaction.atomic
def do_open_private(reader: Reader, request: DeskRequest, *, reason: str) -> Any:
    """Look into what a report or complaint is about; the log and the owner learn of it, with the reason.

    Raises:
        AbsentError: not theirs to look into.
        RefusedError: no reason.
    """
    subject = access_reported(reader, request)
    if not reason.strip():
        raise RefusedError(_("say why"), field="reason")
    log_event(reader, "content.open", subject, request=request.pk)
    for owner in owners_of(subject):
        notify(owner, "content.open", subject, by=reader, request=request.pk, reason=reason.strip()[:300])
    return subject


@transaction.atomic
def do_feature(reader: Reader, offer_id: int, *, reason: str, days: int) -> Featuring:
    """Show a published offer on the home page for a while; who and why are shown with it. No ranking reads this.

    Raises:
        AbsentError: no such offer, or it is not public.
        RefusedError: no reason, or too long.
    """
    user = require_operator(reader)
    offer = Offer.objects.filter(listed_offers(), pk=offer_id, visibility="public").first()
    if offer is None:
        raise AbsentError(_("there is no such published offer"))
    if not reason.strip() or len(reason) > 300:
        raise RefusedError(_("say why"), field="reason")
    if not 1 <= days <= MAX_FEATURED_DAYS:
        raise RefusedError(_("between 1 and %(days)d days") % {"days": MAX_FEATURED_DAYS}, field="days")
    end = timezone.now() + dt.timedelta(days=days)
    made = Featuring.objects.create(offer=offer, by=user, reason=reason.strip(), end=end)
    log_event(reader, "offer.feature", offer, featuring=made.pk, days=days)
    notify(offer.organisation, "offer.feature", offer, by=reader, days=days)
    return made


@transaction.atomic
def do_unfeature(reader: Reader, pk: int) -> None:
    """End a featuring now.

    Raises:
        AbsentError: there is none in force.
    """
    require_operator(reader)
    found = Featuring.objects.filter(pk=pk, end__gt=timezone.now()).select_related("offer").first()
    if found is None:
        raise AbsentError(_("there is no such thing"))
    Featuring.objects.filter(pk=pk).update(end=timezone.now())
    log_event(reader, "offer.unfeature", found.offer, featuring=pk)
