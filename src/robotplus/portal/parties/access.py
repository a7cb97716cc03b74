"""Who the reader of a request is, and which organisations they may know of."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError, ForbiddenError, RefusedError
from robotplus.portal.core.reader import VISITOR_COOKIE, Reader, Scope
from robotplus.portal.parties.checks import check_address
from robotplus.portal.parties.models import ApiToken, Grant, Notice, Organisation, Role, User

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
        raise AbsentError(_("there is no such organisation"))
    if edit and not (reader.may_edit and reader.organisation_id == pk):
        raise ForbiddenError(_("only its owners and editors may do this"))
    return found


def access_organisation_documents(reader: Reader, pk: int) -> Organisation:
    """An organisation whose papers (licence, letter) the reader may see: its owners and editors, and the operator.

    Raises:
        AbsentError: it is not theirs to see.
    """
    found = access_organisation(reader, pk)
    if not (reader.is_operator or (reader.may_edit and reader.organisation_id == pk)):
        raise AbsentError(_("there is no such document"))
    return found


def access_own_organisation(reader: Reader, *, owner: bool = False) -> Organisation:
    """The organisation that the reader acts for.

    Raises:
        ForbiddenError: there is none, or owners alone may do this.
    """
    if reader.organisation is None:
        raise ForbiddenError(_("join or register an organisation first"))
    if owner and Role.OWNER not in reader.roles:
        raise ForbiddenError(_("only owners may do this"))
    return reader.organisation


def require_user(reader: Reader) -> User:
    """The person who reads.

    Raises:
        ForbiddenError: a visitor.
    """
    if reader.user is None:
        raise ForbiddenError(_("sign in first"))
    return reader.user


def find_user(address: str) -> User:
    """The account with an e-mail address or mobile number; for the operator alone, whom it tells who has one.

    Raises:
        RefusedError: there is none.
    """
    plain = check_address(address)
    found = (
        User.objects.filter(is_active=True)
        .filter(models.Q(email__iexact=plain) | models.Q(phone=plain))
        .first()
    )
    if found is None:
        raise RefusedError(_("nobody has an account with it"), field="person")
    return found


def require_operator(reader: Reader) -> User:
    """The operator who reads.

    Raises:
        AbsentError: anyone else; the desk is not there for them.
    """
    if not reader.is_operator or reader.user is None:
        raise AbsentError(_("there is no such page"))
    return reader.user


def members_of(organisation: Organisation) -> models.QuerySet[Grant]:
    """The grants in force; shown to its members and the operator."""
    return (
        Grant.objects.today().filter(organisation=organisation).select_related("user", "area").order_by("pk")
    )


def access_grant(reader: Reader, pk: int) -> Grant:
    """A membership of the reader's organisation.

    Raises:
        AbsentError: there is none in force there.
    """
    found = Grant.objects.today().filter(pk=pk).select_related("organisation", "user").first()
    if found is None or not (reader.is_operator or found.organisation_id == reader.organisation_id):
        raise AbsentError(_("there is no such member"))
    return found


def notices_of(user: User) -> models.QuerySet[Notice]:
    """A person's notices, without those of organisations that they have left."""
    mine = Grant.objects.today().filter(user=user).values("organisation")
    return Notice.objects.filter(user=user).filter(
        models.Q(organisation=None) | models.Q(organisation__in=mine)
    )


def notices_for(reader: Reader) -> models.QuerySet[Notice]:
    return Notice.objects.none() if reader.user is None else notices_of(reader.user)


def unread_count(reader: Reader) -> int:
    return notices_for(reader).filter(read_at=None).count()


def token_digest(raw: str) -> str:
    """What is stored of a token or an invitation; they are random and long, so one round is enough."""
    return "sha256:" + hashlib.sha256(raw.encode()).hexdigest()


def reader_of_token(raw: str) -> Reader | None:
    """Whoever holds an API token: its member, in its organisation alone, with no more than its scopes.

    ``write`` acts as the member may; without it the token reads. ``desk`` opens the operator's and officials' part.
    None: unknown, expired or revoked, or its member has left.
    """
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(token_sha256=token_digest(raw), revoked_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if token is None:
        return None
    reader = reader_for(token.user, organisation_id=token.organisation_id)
    if reader.organisation_id != token.organisation_id:
        return None
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    desk = "desk" in token.scopes
    return replace(
        reader,
        roles=reader.roles if "write" in token.scopes else frozenset({str(Role.VIEWER)}),
        is_operator=reader.is_operator and desk,
        scopes=reader.scopes if desk else (),
    )
