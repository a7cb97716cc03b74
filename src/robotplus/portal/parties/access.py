"""Who the reader of a request is, and which organisations they may know of."""

from __future__ import annotations

from django.db import models
from django.http import HttpRequest

from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.reader import VISITOR_COOKIE, Reader, Scope
from robotplus.portal.parties.models import Grant, Organisation, Role, User

ACTING_FOR = "organisation"  # session key: the organisation the person acts for


def reader_of(request: HttpRequest) -> Reader:
    """The reader of a page request, from its session or its visitor cookie."""
    visitor = request.get_signed_cookie(VISITOR_COOKIE, default="") or ""
    if not request.user.is_authenticated:
        return Reader(visitor=visitor)
    return reader_for(request.user, organisation_id=request.session.get(ACTING_FOR), visitor=visitor)


def reader_for(user: User, *, organisation_id: int | None = None, visitor: str = "") -> Reader:
    """The reader that a person is today, acting for one of their organisations (the first when none is named)."""
    if not user.is_active:
        return Reader(visitor=visitor)
    grants = list(
        Grant.objects.today().filter(user=user).select_related("organisation", "area").order_by("pk")
    )
    own = [g for g in grants if g.organisation_id == organisation_id] or [
        g for g in grants if g.organisation_id == (grants[0].organisation_id if grants else None)
    ]
    live = [g for g in grants if g.organisation.state == Organisation.State.APPROVED]
    return Reader(
        user=user,
        organisation=own[0].organisation if own else None,
        roles=frozenset(g.role for g in own),
        is_operator=user.is_superuser or any(g.role == Role.OPERATOR for g in live),
        scopes=tuple(
            Scope(g.field, g.area.code if g.area else "", g.programme)
            for g in live
            if g.role == Role.OFFICIAL
        ),
        visitor=visitor,
    )


def organisations_for(reader: Reader) -> models.QuerySet[Organisation]:
    """Approved organisations are public; the operator sees all; a member sees their own."""
    if reader.is_operator:
        return Organisation.objects.all()
    shown = models.Q(state=Organisation.State.APPROVED)
    if reader.organisation_id:
        shown |= models.Q(pk=reader.organisation_id)
    return Organisation.objects.filter(shown)


def access_organisation(reader: Reader, pk: int, *, edit: bool = False) -> Organisation:
    """One organisation, to read or to act for.

    Raises:
        AbsentError: there is none that the reader may know of.
        ForbiddenError: it may be read but not changed.
    """
    found = organisations_for(reader).filter(pk=pk).first()
    if found is None:
        raise AbsentError("no such organisation", value=pk)
    if edit and not (reader.may_edit and reader.organisation_id == pk):
        raise ForbiddenError("only its owners and editors change an organisation")
    return found
