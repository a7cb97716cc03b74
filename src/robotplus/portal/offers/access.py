"""Who may read and change an offer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.core.content import begun, seen_by_roles, sides_of
from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.models import Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.offers.models import Offer


def listed() -> models.Q:
    """Offers in a state that their kind calls listed."""
    found = models.Q(pk__in=())
    for kind in noun_kinds("offer"):
        found |= models.Q(kind=kind.id, state__in=[s.name for s in kind.states if s.listed])
    return found


def offers_for(reader: Reader) -> models.QuerySet[Offer]:
    """What is public and listed, the reader's organisation's own, and what was handed in for who moves it on."""
    seen = listed() & models.Q(visibility=Visibility.PUBLIC)
    if reader.organisation_id:
        seen |= models.Q(organisation_id=reader.organisation_id)
    if reader.is_operator:
        seen |= ~begun("offer") & models.Q(visibility=Visibility.PUBLIC)
    seen |= seen_by_roles(reader, "offer")
    return Offer.objects.filter(seen).select_related("organisation", "current", "model")


def access_offer(reader: Reader, pk: int, *, edit: bool = False) -> Offer:
    """One offer, to read or (``edit``) to change.

    Raises:
        AbsentError: there is none that the reader may know of.
        ForbiddenError: it may be read but not changed.
    """
    found = offers_for(reader).filter(pk=pk).first()
    if found is None:
        raise AbsentError(_("no such offer"))
    if edit and "owner" not in sides_of(reader, found.organisation_id):
        raise ForbiddenError(_("only its own organisation changes an offer"))
    return found
