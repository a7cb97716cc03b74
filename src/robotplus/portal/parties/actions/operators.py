"""The first operator, made at the machine by whoever runs the site; the others are granted at the desk."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import NOBODY
from robotplus.portal.parties.checks import check_code
from robotplus.portal.parties.models import Grant, Organisation, OrganisationKind, Role, User


@transaction.atomic
def do_make_operator(user: User, *, name: str, country: str, code: str) -> Grant:
    """Let a person work the desk for the operating body of that code, which is made when there is none.

    Raises:
        RefusedError: the code cannot be one.
    """
    body, made = Organisation.objects.get_or_create(
        country=country,
        code=check_code(country, code),
        state=Organisation.State.APPROVED,
        defaults={"name_zh": name, "kind": OrganisationKind.OPERATOR, "reviewed_at": timezone.now()},
    )
    if made:
        log_event(NOBODY, "organisation.register", body, state=body.state)
    grant = Grant.objects.create(user=user, organisation=body, role=Role.OPERATOR)
    log_event(NOBODY, "member.grant", body, grant=grant.pk, role=grant.role)
    return grant
