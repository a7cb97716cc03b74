"""The random key by which a browser without an account finds again what it asked."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

from robotplus.portal.core.reader import VISITOR_COOKIE, Reader

COOKIE_DAYS = 30


@dataclass(frozen=True)
class Asking:
    """Somebody who asks: a reader with a visitor's key where there is no account.

    ``origin``: keyed hash of the address, for the hourly limits; the address itself is not kept.
    """

    reader: Reader
    origin: str

    def keep(self, response: HttpResponse) -> HttpResponse:
        """The response, with the key in a signed cookie for a browser without an account."""
        if self.reader.user is None:
            response.set_signed_cookie(
                VISITOR_COOKIE,
                self.reader.visitor,
                max_age=COOKIE_DAYS * 86_400,
                httponly=True,
                samesite="Lax",
                secure=settings.SECURE,
            )
        return response


def who_asks(request: HttpRequest) -> Asking:
    """Who asks; a browser without an account gets its key with the first thing it asks."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    if reader.user is None and not reader.visitor:
        reader = Reader(visitor=get_random_string(32))
    return Asking(reader, _origin(request))


def _origin(request: HttpRequest) -> str:
    address = request.META.get("REMOTE_ADDR", "")
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-proxies].strip() or address
    return salted_hmac("answers.origin", address).hexdigest()[:16]
