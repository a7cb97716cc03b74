"""Who reads: the person of a request, the organisation they act for, and what their grants open to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

if TYPE_CHECKING:
    from robotplus.portal.parties.models import Organisation, User

VISITOR_COOKIE = "visitor"


@dataclass(frozen=True)
class Scope:
    """What an official may see counts of: a field, an area (code), a programme; empty text is all."""

    field: str = ""
    area: str = ""
    programme: str = ""


@dataclass(frozen=True)
class Reader:
    """Every query is scoped to one of these; ``NOBODY`` is a visitor without an account.

    ``roles``: the person's roles today in ``organisation``. ``scopes``: of an official, else empty.
    ``visitor``: the random key of a browser without an account, for what it made itself.
    """

    user: User | None = None
    organisation: Organisation | None = None
    roles: frozenset[str] = frozenset()
    is_operator: bool = False
    scopes: tuple[Scope, ...] = ()
    visitor: str = ""

    @property
    def organisation_id(self) -> int | None:
        return None if self.organisation is None else self.organisation.pk

    @property
    def may_edit(self) -> bool:
        """May act for the organisation: everything except publishing and inviting, for which it must be approved."""
        return self.organisation is not None and bool(self.roles & {"owner", "editor"})

    @property
    def may_publish(self) -> bool:
        return self.may_edit and self.organisation is not None and self.organisation.state == "approved"

    @property
    def is_official(self) -> bool:
        return bool(self.scopes)


NOBODY = Reader()


class ReaderRequest(HttpRequest):
    """A request as views get it, behind ``ReaderMiddleware``."""

    reader: Reader


class ReaderMiddleware:
    """Puts ``request.reader`` there, worked out when first used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from robotplus.portal.parties.access import reader_of

        request.reader = SimpleLazyObject(lambda: reader_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)
