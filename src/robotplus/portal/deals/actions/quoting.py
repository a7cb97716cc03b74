"""Quotations: immutable, numbered, each with its validity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.hashing import digest
from robotplus.portal.core.attaching import attach_documents
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.states import do_move
from robotplus.portal.deals.access import access_deal, deal_sides
from robotplus.portal.deals.models import Deal, Quotation
from robotplus.portal.deals.notices import tell_other_side
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.kinds.values import check_values


@transaction.atomic
def do_quote(reader: Reader, pk: int, *, values: Mapping[str, Any], valid_until: dt.date) -> Quotation:
    """The seller's next quotation; it moves the deal to where the move of its table that quotes leads.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    deal = access_deal(reader, pk, edit=True, lock=True)
    kind = kind_of(deal.kind, "deal")
    clean, problems = check_values(kind, values)
    if valid_until < timezone.localdate():
        problems["valid_until"] = _("lies in the past")
    if problems:
        raise RefusedError(_("please look at the marked fields"), problems=problems)
    sides = deal_sides(reader, deal)
    quoting = [m.name for m in kind.moves_from(deal.state, sides) if m.does == "quote"]
    if not quoting:
        raise RefusedError(_("no quotation can be sent now"))
    do_move(reader, deal, kind, quoting[0], sides=sides)
    number = (deal.quotations.aggregate(last=Max("number"))["last"] or 0) + 1
    named = {"deal": deal.pk, "number": number, "values": clean, "valid_until": valid_until.isoformat()}
    quotation = Quotation.objects.create(
        deal=deal,
        number=number,
        values=clean,
        kind_version=kind.version,
        sha256=digest(named),
        author=reader.user,
        valid_until=valid_until,
    )
    attach_documents(reader, kind, clean, quotation)
    tell_other_side(reader, deal, "deal.quotation")
    log_event(reader, "deal.quotation", deal, quotation=quotation.pk, number=number)
    return quotation


def last_quotation(deal: Deal) -> Quotation | None:
    """The one that counts."""
    return deal.quotations.order_by("-number").first()
