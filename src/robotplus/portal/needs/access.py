"""Who may read and change a need."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.core.content import begun, seen_by_roles, sides_of
from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.models import Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.needs.models import Need, NeedInvitation
from robotplus.portal.parties.models import Organisation


def listed() -> models.Q:
    """Needs in a state that their kind calls listed."""
    found = models.Q(pk__in=())
    for kind in noun_kinds("need"):
        found |= models.Q(kind=kind.id, state__in=[s.name for s in kind.states if s.listed])
    return found


def needs_for(reader: Reader) -> models.QuerySet[Need]:
    """Public and listed; those that invited the reader's organisation; its own; handed-in ones for the operator
    or a role of their kind.

    A supplier that waits for approval or was suspended reads no invited need.
    """
    seen: models.Q = listed() & models.Q(visibility=Visibility.PUBLIC)
    if reader.organisation is not None:
        seen |= models.Q(organisation_id=reader.organisation_id)
        if reader.organisation.state == Organisation.State.APPROVED:
            invited = NeedInvitation.objects.filter(organisation=reader.organisation).values("need")
            seen |= listed() & models.Q(visibility=Visibility.INVITED, pk__in=invited)
    if reader.is_operator:
        seen |= ~begun("need") & models.Q(visibility=Visibility.PUBLIC)
    seen |= seen_by_roles(reader, "need")
    return Need.objects.filter(seen).select_related("organisation", "current", "area")


def access_need(reader: Reader, pk: int, *, edit: bool = False) -> Need:
    """One need, to read or (``edit``) to change.

    Raises:
        AbsentError: there is none that the reader may know of.
        ForbiddenError: it may be read but not changed.
    """
    found = needs_for(reader).filter(pk=pk).first()
    if found is None:
        raise AbsentError(_("no such need"))
    if edit and "owner" not in sides_of(reader, found.organisation_id):
        raise ForbiddenError(_("only its own organisation changes a need"))
    return found


def owner_shown(reader: Reader, need: Need) -> Organisation | None:
    """The organisation to name beside a need; None where it asked to stay hidden from this reader."""
    hidden = (
        need.hide_organisation and need.organisation_id != reader.organisation_id and not reader.is_operator
    )
    return None if hidden else need.organisation
