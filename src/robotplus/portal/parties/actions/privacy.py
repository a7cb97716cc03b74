"""A person's own data: all of it in one file, and its erasure. Events keep ids, which then lead to nobody."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.models import Document, Event
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.models import Message
from robotplus.portal.matches.models import Answer, DeskRequest
from robotplus.portal.parties.access import require_user
from robotplus.portal.parties.models import (
    ApiToken,
    Grant,
    Invitation,
    LoginRecord,
    Notice,
    Organisation,
    Role,
    User,
)
from robotplus.portal.parties.notices import notify, operators

PERSONAL = ("email", "phone", "name", "language", "wecom", "rhythm", "channels", "consent_version")


def personal_data(reader: Reader) -> dict[str, Any]:
    """Everything that is kept of the person who reads, as plain values for JSON."""
    user = require_user(reader)
    grants = Grant.objects.filter(user=user)
    return {
        "made_at": timezone.now(),
        "person": {k: getattr(user, k) for k in (*PERSONAL, "id", "date_joined", "consent_at", "last_login")},
        "email_addresses": list(
            EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
        ),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at")),
        "memberships": list(
            grants.values(
                "organisation_id", "organisation__name_zh", "role", "field", "area__code", "start", "end"
            )
        ),
        "sign_ins": list(LoginRecord.objects.filter(user=user).values("at", "prefix_sha256")),
        "tokens": list(
            ApiToken.objects.filter(user=user).values("label", "scopes", "created_at", "expires_at")
        ),
        "notices": list(Notice.objects.filter(user=user).values("verb", "subject_type", "subject_id", "at")),
        "documents": list(
            Document.objects.filter(uploaded_by=user).values("id", "name", "size", "sha256", "at")
        ),
        "answers": list(Answer.objects.filter(user=user).values("slug", "scenario", "created_at")),
        "messages": list(Message.objects.filter(author=user).values("deal_id", "text", "at")),
        "requests": list(
            DeskRequest.objects.filter(user=user).values("kind", "text", "created_at", "outcome")
        ),
        "events": list(
            Event.objects.filter(actor=user.pk).values(
                "at", "verb", "subject_type", "subject_id", "organisation"
            )
        ),
    }


@transaction.atomic
def do_consent(reader: Reader) -> None:
    """Agree to the privacy notice as it stands now."""
    user = require_user(reader)
    user.consent_version, user.consent_at = settings.SITE["privacy_version"], timezone.now()
    user.save(update_fields=["consent_version", "consent_at"])


@transaction.atomic
def do_erase_person(reader: Reader, *, password: str) -> None:
    """Erase the person who reads: they can never sign in again, and nothing tells who they were.

    What they wrote for their organisation stays the organisation's. Where nobody is left in it, the operator is told.

    Raises:
        RefusedError: a wrong password, or they are the last owner of an organisation with other members.
    """
    user = User.objects.select_for_update().get(pk=require_user(reader).pk)
    if not user.check_password(password):
        raise RefusedError(_("the password is not correct"), field="password")
    grants = Grant.objects.today().filter(user=user)
    organisations = Organisation.objects.select_for_update().filter(grants__in=grants)
    for organisation in organisations:
        _leave(reader, organisation, user)
    grants.update(end=timezone.now())
    log_event(reader, "person.erase", user)
    addresses = [a for a in (user.email, user.phone) if a]
    Invitation.objects.filter(Q(address__in=addresses)).delete()
    _end_sessions(user)
    for table in (EmailAddress, Authenticator, LoginRecord, Notice, ApiToken):
        table.objects.filter(user=user).delete()
    Answer.objects.filter(user=user, organisation=None).delete()
    DeskRequest.objects.filter(user=user, organisation=None).update(text="")
    User.objects.filter(pk=user.pk).update(
        email=None,
        phone=None,
        phone_verified=False,
        name="",
        wecom="",
        channels=[],
        last_login=None,
        is_active=False,
        is_staff=False,
        is_superuser=False,
        password="!",
        erased_at=timezone.now(),
    )


def _end_sessions(user: User) -> None:
    """Delete the person's sessions, on every machine; a session may hold their address."""
    theirs = [s.pk for s in Session.objects.iterator() if s.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=theirs).delete()


def _leave(reader: Reader, organisation: Organisation, user: User) -> None:
    others = Grant.objects.today().filter(organisation=organisation, user__is_active=True).exclude(user=user)
    if not others.exists():
        log_event(reader, "organisation.deserted", organisation)
        notify(operators(), "organisation.deserted", organisation, by=reader)
        return
    owns = Grant.objects.today().filter(organisation=organisation, user=user, role=Role.OWNER).exists()
    if owns and not others.filter(role=Role.OWNER).exists():
        raise RefusedError(
            _("you are the last owner of %(organisation)s; make another member an owner first")
            % {"organisation": organisation}
        )
