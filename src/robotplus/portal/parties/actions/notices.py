"""Reading notices, choosing how they come, and the daily digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.parties.access import notices_for, notices_of
from robotplus.portal.parties.models import Notice, Rhythm, User
from robotplus.portal.parties.notices import CHANNELS, deliver

DIGEST_DAYS = 7  # older ones stay in the inbox alone


def do_read_notices(reader: Reader, *, pk: int | None = None) -> int:
    """Mark one of the reader's notices as read, or all; how many were unread."""
    unread = notices_for(reader).filter(read_at=None)
    return (unread if pk is None else unread.filter(pk=pk)).update(read_at=timezone.now())


def do_choose_channels(user: User, *, rhythm: str, channels: Sequence[str], wecom: str = "") -> None:
    """How and how often a person is told.

    Raises:
        RefusedError: no such rhythm or channel, or a channel that does not reach them.
    """
    if rhythm not in Rhythm.values or set(channels) - set(CHANNELS):
        raise RefusedError(_("not one of the choices"), field="rhythm")
    if "sms" in channels and not user.phone_verified:
        raise RefusedError(_("add your mobile number first"), field="channels")
    if "wecom" in channels and not wecom.strip():
        raise RefusedError(_("your id in WeCom"), field="wecom")
    user.rhythm, user.channels, user.wecom = rhythm, sorted(set(channels)), wecom.strip()[:64]
    user.save(update_fields=["rhythm", "channels", "wecom"])


def do_send_digests() -> int:
    """One message for everyone with notices that wait for the digest or could not be sent; how many went out."""
    since = timezone.now() - dt.timedelta(days=DIGEST_DAYS)
    waiting = Notice.objects.filter(sent_at=None, read_at=None, at__gte=since)
    people = User.objects.filter(is_active=True, notices__in=waiting).exclude(rhythm=Rhythm.NEVER).distinct()
    sent = 0
    for user in people:
        with transaction.atomic():  # two runs at once take turns, and the second finds nothing
            User.objects.select_for_update().get(pk=user.pk)
            sent += deliver(user, list(notices_of(user).filter(pk__in=waiting).order_by("pk")))
    return sent
