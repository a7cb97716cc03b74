"""Tells organisations, with the daily digest, what is missing in what they offer."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from robotplus.hashing import digest
from robotplus.portal.offers.access import listed
from robotplus.portal.offers.gaps import counted, gaps_of
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.models import Notice, Organisation
from robotplus.portal.parties.notices import notify

VERB: Final = "offer.gaps"
AGAIN_DAYS: Final = 14  # until the same is said again


def do_note_gaps(today: dt.date | None = None) -> int:
    """One notice to each organisation whose gaps are new, or were last told of a while ago; how many were told."""
    today = today or timezone.localdate()
    told = 0
    offering = Offer.objects.filter(listed()).values("organisation")
    rows = Organisation.objects.filter(pk__in=offering, state=Organisation.State.APPROVED, is_example=False)
    for organisation in rows.order_by("pk"):
        with transaction.atomic():
            told += _note(organisation, today)
    return told


def _note(organisation: Organisation, today: dt.date) -> bool:
    found = gaps_of(organisation, today)
    if not found:
        return False
    which = digest(sorted((g.kind, g.href) for g in found))
    last = Notice.objects.filter(organisation=organisation, verb=VERB).order_by("-at").first()
    since = None if last is None else (today - timezone.localdate(last.at)).days
    if last is not None and last.data.get("which") == which and since is not None and since < AGAIN_DAYS:
        return False
    data: dict[str, Any] = {"which": which, **counted(found)}
    return bool(notify(organisation, VERB, organisation, digest=True, **data))
