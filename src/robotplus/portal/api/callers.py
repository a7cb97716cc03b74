"""Who calls: the member behind a token, the person of a browser's session, or a visitor.

A token speaks for itself. A browser sends its cookies with any request that another site makes it send, so a call
that changes something by cookies alone must carry the page's CSRF token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from robotplus.portal.api.bodies import check_text
from robotplus.portal.core.reader import VISITOR_COOKIE, Reader
from robotplus.portal.parties.access import reader_of, reader_of_token

SAFE: Final = ("GET", "HEAD")


class Token(AuthBase):
    """``Authorization: Bearer rp_…``, made on the page "me"."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Reader | None:
        prepare(request)
        given = request.headers.get("Authorization")
        if given is None:
            return None
        scheme, _space, raw = given.partition(" ")
        reader = reader_of_token(raw.strip()) if scheme.lower() == "bearer" else None
        if reader is None:
            raise AuthenticationError
        return _known(request, reader)


class Session(AuthBase):
    """A signed-in browser, with the header ``X-CSRFToken`` where something changes."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "sessionid"
    csrf = True  # the pages of the documentation send the token

    def __call__(self, request: HttpRequest) -> Reader | None:
        reader = reader_of(request)
        if reader.user is None:
            return None
        _check_csrf(request)
        return _known(request, reader)


class Visitor:
    """Anyone. What a browser asked before is found again by its cookie."""

    def __call__(self, request: HttpRequest) -> Reader:
        if VISITOR_COOKIE in request.COOKIES:
            _check_csrf(request)
        return _known(request, reader_of(request))


Caller = Callable[[HttpRequest], Reader | None]
MEMBERS: Final[list[Caller]] = [Token(), Session()]
ANYONE: Final[list[Caller]] = [*MEMBERS, Visitor()]


def _known(request: HttpRequest, reader: Reader) -> Reader:
    request.reader = reader  # type: ignore[attr-defined]
    return reader


def _check_csrf(request: HttpRequest) -> None:
    if request.method not in SAFE and check_csrf(request) is not None:
        raise AuthorizationError


def prepare(request: HttpRequest) -> None:
    """Refuse text that nothing can keep, and speak the language that the caller accepts."""
    for text in (request.path, *(t for _name, several in request.GET.lists() for t in several)):
        check_text(text)
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if code.startswith(("zh", "en")):
            translation.activate("en" if code.startswith("en") else "zh-hans")
            return
