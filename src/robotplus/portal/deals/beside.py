"""Quotations beside each other: those of one deal, and for its buyer those that others gave for the same need."""

from __future__ import annotations

from dataclasses import dataclass

from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.actions.following import ended
from robotplus.portal.deals.models import Deal, Quotation
from robotplus.portal.offers.price import Compared, compare


@dataclass(frozen=True)
class Beside:
    """``here``: of the deal itself; else the last one of another deal of the buyer's."""

    quotation: Quotation
    here: bool
    compared: Compared


def quotations_beside(reader: Reader, deal: Deal) -> list[Beside]:
    """The deal's quotations, the newest first, then the others' last ones, with their prices compared.

    A seller sees its own alone.
    """
    rows = Quotation.objects.select_related("deal__seller").order_by("-number")
    own = list(rows.filter(deal=deal))
    others: dict[int, Quotation] = {}
    if reader.organisation_id == deal.buyer_id and deal.need_revision is not None:
        same = Deal.objects.filter(buyer_id=deal.buyer_id, need_revision__need=deal.need_revision.need_id)
        for one in rows.filter(deal__in=same.exclude(pk=deal.pk).exclude(ended())):
            others.setdefault(one.deal_id, one)
    found = [*own, *(others[pk] for pk in sorted(others))]
    prices = compare([q.values.get("price") for q in found])
    return [Beside(q, q.deal_id == deal.pk, c) for q, c in zip(found, prices, strict=True)]
