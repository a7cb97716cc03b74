"""Only the two parties see a deal; on which side of its table each of them stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.core.content import with_roles
from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.models import Deal, LedgerLine, Message, Quotation
from robotplus.portal.kinds import kind as kind_of


def deals_for(reader: Reader) -> models.QuerySet[Deal]:
    """What the reader's organisation buys or sells; neither the operator nor an official sees others' deals."""
    if reader.organisation_id is None:
        return Deal.objects.none()
    own = models.Q(buyer_id=reader.organisation_id) | models.Q(seller_id=reader.organisation_id)
    return Deal.objects.filter(own).select_related("buyer", "seller", "area")


def access_deal(reader: Reader, pk: int, *, edit: bool = False, lock: bool = False) -> Deal:
    """One deal, to read or (``edit``) to act in.

    Args:
        lock: hold its row until the transaction ends.

    Raises:
        AbsentError: there is none that the reader may know of.
        ForbiddenError: they may read it but not act in it.
    """
    found = deals_for(reader)
    if lock:
        found = found.select_for_update(of=("self",))
    deal = found.filter(pk=pk).first()
    if deal is None:
        raise AbsentError(_("no such deal"))
    if edit and not reader.may_edit:
        raise ForbiddenError(_("only owners and editors of the two parties act in a deal"))
    return deal


def deal_sides(reader: Reader, deal: Deal) -> frozenset[str]:
    """``owner`` is the buyer's side of the state table, ``counterpart`` the seller's; and roles of the deal's kind."""
    if not reader.may_edit:
        return frozenset()
    sides = frozenset(
        side
        for side, party in (("owner", deal.buyer_id), ("counterpart", deal.seller_id))
        if party == reader.organisation_id
    )
    return with_roles(reader, kind_of(deal.kind, "deal"), sides)


def access_message(reader: Reader, pk: int) -> Message:
    """A message by whoever may read its deal: its files hang on it.

    Raises:
        AbsentError: there is none that the reader may know of.
    """
    found = Message.objects.filter(pk=pk, deal__in=deals_for(reader)).first()
    if found is None:
        raise AbsentError(_("no such message"))
    return found


def access_quotation(reader: Reader, pk: int) -> Quotation:
    """A quotation by whoever may read its deal: its file hangs on it.

    Raises:
        AbsentError: there is none that the reader may know of.
    """
    found = Quotation.objects.filter(pk=pk, deal__in=deals_for(reader)).first()
    if found is None:
        raise AbsentError(_("no such quotation"))
    return found


def access_ledger_line(reader: Reader, pk: int) -> LedgerLine:
    """An amount: by the two parties, and by the operator where a contract was handed in to be seen.

    Raises:
        AbsentError: there is none that the reader may know of.
    """
    found = LedgerLine.objects.select_related("deal", "document").filter(pk=pk).first()
    theirs = found is not None and reader.organisation_id in (found.deal.buyer_id, found.deal.seller_id)
    seen = found is not None and reader.is_operator and found.document_id is not None
    if found is None or not (theirs or seen):
        raise AbsentError(_("no such amount"))
    return found
