"""Keys to the API: made once, shown once, stored hashed."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.parties.access import access_own_organisation, require_user, token_digest
from robotplus.portal.parties.models import ApiToken

SCOPES = ("read", "write", "desk")
MAX_DAYS = 366


@transaction.atomic
def do_create_token(reader: Reader, *, label: str, scopes: Sequence[str], days: int) -> tuple[ApiToken, str]:
    """A token of the reader's in the organisation they act for, and its text, which is kept nowhere.

    Raises:
        RefusedError: unknown scopes, no label, or too long a life.
    """
    user, organisation = require_user(reader), access_own_organisation(reader)
    if not label.strip() or len(label) > 80:
        raise RefusedError(_("say what it is for, in at most 80 characters"), field="label")
    if not scopes or set(scopes) - set(SCOPES):
        raise RefusedError(_("not one of the choices"), field="scopes")
    if not 1 <= days <= MAX_DAYS:
        raise RefusedError(_("between 1 and %(days)d days") % {"days": MAX_DAYS}, field="days")
    raw = f"rp_{secrets.token_urlsafe(32)}"
    made = ApiToken.objects.create(
        user=user,
        organisation=organisation,
        label=label.strip(),
        scopes=sorted(set(scopes)),
        token_sha256=token_digest(raw),
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    log_event(reader, "token.create", organisation, token=made.pk)
    return made, raw


@transaction.atomic
def do_revoke_token(reader: Reader, pk: int) -> None:
    """End one of the reader's own tokens.

    Raises:
        AbsentError: there is none in force.
    """
    user = require_user(reader)
    mine = ApiToken.objects.filter(pk=pk, user=user, revoked_at=None).select_related("organisation").first()
    if mine is None:
        raise AbsentError(_("there is no such token"))
    ApiToken.objects.filter(pk=pk).update(revoked_at=timezone.now())
    log_event(reader, "token.revoke", mine.organisation, token=pk)
