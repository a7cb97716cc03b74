"""The result of a procurement or tender that was held elsewhere, as its buyer records it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from robotplus.portal.core.errors import ForbiddenError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.access import access_deal, deal_sides
from robotplus.portal.deals.models import Deal, LedgerLine
from robotplus.portal.deals.notices import tell_other_side
from robotplus.portal.kinds.price import CURRENCIES
from robotplus.portal.kinds.values import read_number

RESULTS: Final[dict[str, Promise]] = {
    "this": gettext_lazy("this supplier won"),
    "other": gettext_lazy("another supplier won"),
    "void": gettext_lazy("it ended without an award"),
}
LIMIT: Final = 1e12


@transaction.atomic
def do_record_outside(reader: Reader, pk: int, given: Mapping[str, Any]) -> Deal:
    """Record how it ended.

    It may be corrected; the log keeps each. What this supplier won counts as an amount that the buyer declared.

    Args:
        given: ``result`` (of ``RESULTS``), ``reference`` of the notice, and maybe ``amount`` and ``currency``.

    Raises:
        AbsentError, ForbiddenError: see the checks.
        RefusedError: an own purchase, or what is wrong field by field.
    """
    deal = access_deal(reader, pk, edit=True, lock=True)
    if "owner" not in deal_sides(reader, deal):
        raise ForbiddenError(_("the buyer records the result"))
    if deal.route == Deal.Route.OWN:
        raise RefusedError(_("an own purchase is not awarded elsewhere"))
    clean = _check(given)
    deal.outside_result = clean
    deal.save(update_fields=["outside_result", "updated_at"])
    _declare(reader, deal, clean)
    tell_other_side(reader, deal, "deal.outside_result")
    log_event(reader, "deal.outside_result", deal, result=clean["result"])
    return deal


def _declare(reader: Reader, deal: Deal, result: Mapping[str, Any]) -> None:
    """Keep the buyer's declared amount in step with the result; what was confirmed or seen stays."""
    lines = deal.ledger.filter(kind="contract")
    own = lines.filter(basis=LedgerLine.Basis.DECLARED, document=None, declared_by_id=deal.buyer_id)
    if result["result"] != "this":
        own.delete()
    elif "amount" in result:
        facts = {"amount": result["amount"], "currency": result["currency"]}
        if not own.update(**facts) and not lines.exists():
            deal.ledger.create(
                kind="contract",
                basis=LedgerLine.Basis.DECLARED,
                declared_by_id=deal.buyer_id,
                **facts,
            )


def _check(given: Mapping[str, Any]) -> dict[str, Any]:
    problems: dict[str, str] = {}
    clean: dict[str, Any] = {"result": str(given.get("result") or "")}
    clean["reference"] = " ".join(str(given.get("reference") or "").split())
    if clean["result"] not in RESULTS:
        problems["result"] = _("not one of the choices")
    if not 0 < len(clean["reference"]) <= 200:
        problems["reference"] = _("the number or address of the notice, at most 200 characters")
    if given.get("amount") not in (None, ""):
        try:
            amount = read_number(given["amount"], "CNY")
        except ValueError as e:
            problems["amount"] = str(e.args[0])
        else:
            if not 0 < amount < LIMIT:
                problems["amount"] = _("the amount must be more than nothing")
            clean["amount"] = f"{amount:.2f}"
        clean["currency"] = str(given.get("currency") or "CNY")
        if clean["currency"] not in CURRENCIES:
            problems["currency"] = _("unknown currency")
    if problems:
        raise RefusedError(_("please look at the marked fields"), problems=problems)
    return clean
