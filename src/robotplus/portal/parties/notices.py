"""Tells people what happened: into their inbox at once, and after commit by the channels they chose.

The words of a verb are a template of its app, ``templates/notices/<verb>.txt``: one line, with ``subject`` (the thing
itself) and ``data`` (ids, states, figures).
"""

from __future__ import annotations

import html
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.subjects import model_of, subject_type
from robotplus.portal.parties.channels import sms, wecom
from robotplus.portal.parties.models import Grant, Notice, Organisation, Rhythm, Role, User

logger = logging.getLogger(__name__)
CHANNELS = ("email", "sms", "wecom")
MEMBERS = (Role.OWNER, Role.EDITOR)


def notify(
    recipient: User | Organisation | Iterable[User],
    verb: str,
    subject: models.Model,
    *,
    digest: bool = False,
    by: Reader | None = None,
    roles: Sequence[str] = MEMBERS,
    **data: int | str | bool | None,
) -> list[Notice]:
    """Tell a person, or an organisation's members with these roles; in the transaction of what happened.

    Args:
        digest: goes out with the daily digest, not at once.
        by: whoever did it needs no notice.
        data: ids, states and figures, as in an event.
    """
    organisation: Organisation | None = None
    people: Iterable[User]
    if isinstance(recipient, Organisation):
        organisation = recipient
        members = Grant.objects.today().filter(organisation=organisation, role__in=roles)
        people = User.objects.filter(grants__in=members, is_active=True).distinct()
    else:
        people = [recipient] if isinstance(recipient, User) else recipient
    doer = None if by is None or by.user is None else by.user.pk
    made = Notice.objects.bulk_create(
        Notice(
            user=person,
            organisation=organisation,
            verb=verb,
            subject_type=subject_type(subject),
            subject_id=str(subject.pk),
            data=data,
            digest=digest,
        )
        for person in people
        if person.pk != doer
    )
    if not digest:
        for notice in made:
            transaction.on_commit(partial(_send_now, notice), robust=True)
    return made


def operators() -> list[User]:
    """Everyone who works the desk today."""
    at_desk = Grant.objects.today().filter(
        role=Role.OPERATOR, organisation__state=Organisation.State.APPROVED
    )
    return list(
        User.objects.filter(is_active=True)
        .filter(models.Q(is_superuser=True) | models.Q(grants__in=at_desk))
        .distinct()
    )


def sentences(notices: Sequence[Notice]) -> list[str]:
    """What each notice says, in the language in use; the things are fetched together, one query a type."""
    things: dict[tuple[str, str], Any] = {}
    for kind in {n.subject_type for n in notices}:
        try:
            table = model_of(kind)._default_manager
        except AbsentError:
            continue
        wanted = {n.subject_id for n in notices if n.subject_type == kind}
        things |= {(kind, str(found.pk)): found for found in table.filter(pk__in=wanted)}
    return [_sentence(n.verb, n.data, things.get((n.subject_type, n.subject_id))) for n in notices]


def _sentence(verb: str, data: Mapping[str, Any], subject: Any) -> str:
    if subject is None:
        return _("Something you were told of is no longer there.")
    found = [f"notices/{verb}.txt", "notices/other.txt"]
    text = render_to_string(found, {"subject": subject, "data": data, "verb": verb})
    return " ".join(html.unescape(text).split())  # the template escaped it; a sentence is plain text


def _send_now(notice: Notice) -> None:
    if notice.user.rhythm == Rhythm.AT_ONCE:
        deliver(notice.user, [notice])


def deliver(user: User, notices: Sequence[Notice]) -> bool:
    """Send notices by the person's channels, as one message, and note it; whether any channel took it.

    A channel that fails is logged, and the daily digest tries again what none has taken.
    """
    with translation.override(user.language):
        lines = sentences(notices)
        subject = lines[0] if len(lines) == 1 else _("%(count)d notices") % {"count": len(lines)}
        subject = f"{settings.SITE['name']}: {subject}"[:180]
    sent = False
    for channel in user.channels:
        try:
            sent |= _send(user, channel, subject, "\n".join(lines))
        except Exception:  # whatever an adapter of the deployer's raises must not undo what happened
            logger.exception("a notice could not be sent by %s", channel)
    if sent:
        Notice.objects.filter(pk__in=[n.pk for n in notices]).update(sent_at=timezone.now())
    return sent


def _send(user: User, channel: str, subject: str, text: str) -> bool:
    match channel:
        case "email" if user.email:
            return send_mail(subject, text, None, [user.email]) > 0
        case "sms" if user.phone and user.phone_verified:
            sms().send(user.phone, subject)
            return True
        case "wecom" if user.wecom:
            wecom().send(user.wecom, text)
            return True
    return False
