"""Tells the other side of a deal what happened."""

from __future__ import annotations

from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.models import Deal
from robotplus.portal.parties.notices import notify


def tell_other_side(reader: Reader, deal: Deal, verb: str) -> None:
    """One notice to the members of the organisation on the other side."""
    other = deal.seller if reader.organisation_id == deal.buyer_id else deal.buyer
    notify(other, verb, deal, by=reader, state=deal.state)
