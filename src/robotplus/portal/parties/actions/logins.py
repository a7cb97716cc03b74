"""The log of sign-ins: as little as tells a person that it was them, and only for a while."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.utils import timezone

from robotplus.portal.parties.models import LoginRecord, User


def prefix_digest(address: str) -> str:
    """A keyed hash of the address's network (/24 of IPv4, /48 of IPv6): alike for one place, of no other use."""
    ip = ipaddress.ip_address(address)
    network = ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False)
    key = settings.SECRET_KEY.encode()
    return "sha256:" + hmac.new(key, str(network).encode(), hashlib.sha256).hexdigest()


def do_log_login(user: User, *, address: str) -> None:
    """Note a sign-in, and forget the old ones."""
    LoginRecord.objects.create(user=user, prefix_sha256=prefix_digest(address))
    do_purge_logins()


def do_purge_logins() -> int:
    """Delete what is older than ``LOGIN_LOG_DAYS``; how many went."""
    oldest = timezone.now() - dt.timedelta(days=settings.LOGIN_LOG_DAYS)
    return LoginRecord.objects.filter(at__lt=oldest).delete()[0]
