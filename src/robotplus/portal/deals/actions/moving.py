"""Moves of a deal along its kind's table, with what each of them needs."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.content import check_may_edit
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.states import do_move, find_move
from robotplus.portal.deals.access import access_deal, deal_sides
from robotplus.portal.deals.actions.quoting import last_quotation
from robotplus.portal.deals.models import Deal, LedgerLine
from robotplus.portal.deals.notices import tell_other_side
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.parties.models import Organisation


@transaction.atomic
def do_move_deal(reader: Reader, pk: int, move: str, *, reason: str = "") -> Deal:
    """One move. What ``accept``s takes the last quotation while it is valid and declares its amount.

    Quotations come by `do_quote`, not by a bare move.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    organisation = check_may_edit(reader)
    deal = access_deal(reader, pk, edit=True, lock=True)
    of, sides = kind_of(deal.kind, "deal"), deal_sides(reader, deal)
    step = find_move(deal, of, move, sides)
    if step.does == "quote":
        raise RefusedError(_("send a quotation with its price"))
    do_move(reader, deal, of, move, sides=sides, reason=reason)
    if reason.strip():
        deal.messages.create(organisation=organisation, author=reader.user, text=reason.strip())
    tell_other_side(reader, deal, "deal.move")
    if step.does == "accept":
        _accept_quotation(reader, deal, organisation)
    return deal


def _accept_quotation(reader: Reader, deal: Deal, buyer: Organisation) -> None:
    quotation = last_quotation(deal)
    if quotation is None or quotation.valid_until < timezone.localdate():
        raise RefusedError(_("the quotation has expired; ask for a new one"))
    log_event(reader, "deal.accept_quotation", deal, quotation=quotation.pk, number=quotation.number)
    if price := quotation.values.get("price"):
        LedgerLine.objects.create(
            deal=deal,
            kind="contract",
            amount=price["amount"],
            currency=price["currency"],
            basis=LedgerLine.Basis.DECLARED,
            declared_by=buyer,
        )
