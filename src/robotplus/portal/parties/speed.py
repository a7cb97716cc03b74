"""How fast an organisation answers what it is asked."""

from __future__ import annotations

import datetime as dt
from statistics import median

from django.db.models import F, Min, Q

from robotplus.portal.deals.models import Deal
from robotplus.portal.parties.models import Organisation

RECENT = 50  # inquiries looked at
LEAST = 3  # fewer would tell about single ones


def answer_time(organisation: Organisation) -> dt.timedelta | None:
    """The median time from an inquiry to the seller's first message or quotation; None with too few to tell."""
    theirs = Q(messages__organisation=organisation)
    deals = (
        Deal.objects.filter(seller=organisation)
        .annotate(said=Min("messages__at", filter=theirs), quoted=Min("quotations__at"))
        .filter(Q(said__isnull=False) | Q(quoted__isnull=False))
        .order_by("-pk")
        .values_list(F("created_at"), "said", "quoted")[:RECENT]
    )
    times = [min(t for t in (said, quoted) if t is not None) - asked for asked, said, quoted in deals]
    return median(times) if len(times) >= LEAST else None
