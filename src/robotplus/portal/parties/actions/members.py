"""Inviting, changing and ending memberships. Each waits its turn on the organisation's row."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError, ConflictError, ForbiddenError, LimitError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.parties.access import (
    access_own_organisation,
    reader_for,
    require_operator,
    require_user,
    token_digest,
)
from robotplus.portal.parties.actions.organisations import require_approved
from robotplus.portal.parties.channels import sms
from robotplus.portal.parties.checks import ASSIGNABLE, check_address, check_role
from robotplus.portal.parties.models import ApiToken, Grant, Invitation, Organisation, Role, User
from robotplus.portal.parties.notices import notify

INVITATION_DAYS = 7
MAX_INVITATIONS = 50  # open ones of an organisation


@transaction.atomic
def do_invite(reader: Reader, *, address: str, role: str, link: Callable[[str], str]) -> Invitation:
    """Invite someone by e-mail or mobile number; the token goes out after commit and is stored hashed.

    Args:
        link: makes the address of the page that takes the token.

    Raises:
        ForbiddenError: not an owner, or the organisation is not approved yet.
        RefusedError: a wrong address or role.
        LimitError: too many are open.
    """
    organisation = access_own_organisation(reader, owner=True)
    require_approved(reader)
    address, role = check_address(address), check_role(role)
    still = Invitation.objects.filter(
        organisation=organisation, accepted_at=None, expires_at__gt=timezone.now()
    )
    if still.count() >= MAX_INVITATIONS:
        raise LimitError(_("too many open invitations"))
    raw = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        organisation=organisation,
        address=address,
        role=role,
        token_sha256=token_digest(raw),
        created_by=reader.user,
        expires_at=timezone.now() + dt.timedelta(days=INVITATION_DAYS),
    )
    log_event(reader, "member.invite", organisation, invitation=made.pk, role=role)
    text = _("%(who)s invites you to %(organisation)s on %(site)s: %(link)s (valid for %(days)d days)") % {
        "who": reader.user,
        "organisation": organisation,
        "site": settings.SITE["name"],
        "link": link(raw),
        "days": INVITATION_DAYS,
    }
    transaction.on_commit(lambda: _send(address, text), robust=True)
    return made


def _send(address: str, text: str) -> None:
    if address.startswith("+"):
        sms().send(address, text)
    else:
        subject = _("Invitation to %(site)s") % {"site": settings.SITE["name"]}
        send_mail(subject, text, None, [address])


def access_invitation(raw: str) -> Invitation:
    """An open invitation by its token.

    Raises:
        AbsentError: there is none, or it has expired or was used.
    """
    found = (
        Invitation.objects.select_related("organisation")
        .filter(token_sha256=token_digest(raw), accepted_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if found is None:
        raise AbsentError(_("this invitation has expired or was used; ask for a new one"))
    return found


@transaction.atomic
def do_accept_invitation(reader: Reader, raw: str) -> Grant:
    """Join the organisation of an invitation, once.

    Raises:
        AbsentError: there is no such open invitation.
        ConflictError: it was used in this moment, or the person is a member already.
    """
    user = require_user(reader)
    invitation = access_invitation(raw)
    organisation = _turn(invitation.organisation_id)
    if Grant.objects.today().filter(user=user, organisation=organisation, role__in=ASSIGNABLE).exists():
        raise ConflictError(_("you are a member already"))
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=timezone.now())
    if not taken:
        raise ConflictError(_("this invitation was used"))
    grant = Grant.objects.create(user=user, organisation=organisation, role=invitation.role)
    member = reader_for(user, organisation_id=organisation.pk)
    log_event(member, "member.join", organisation, grant=grant.pk, role=grant.role)
    notify(organisation, "member.join", organisation, by=member, roles=(Role.OWNER,), person=user.pk)
    return grant


@transaction.atomic
def do_revoke_invitation(reader: Reader, pk: int) -> None:
    """Take back an open invitation.

    Raises:
        AbsentError: there is none of this organisation.
    """
    organisation = access_own_organisation(reader, owner=True)
    if not Invitation.objects.filter(pk=pk, organisation=organisation, accepted_at=None).delete()[0]:
        raise AbsentError(_("there is no such invitation"))
    log_event(reader, "member.uninvite", organisation, invitation=pk)


@transaction.atomic
def do_change_role(reader: Reader, grant: Grant, role: str) -> Grant:
    """Give a member another role; the old grant ends and stays in the history.

    Raises:
        ForbiddenError: not an owner of that organisation.
        RefusedError: it would leave no owner.
    """
    _own(reader, grant)
    check_role(role)
    organisation = _turn(grant.organisation_id)
    if role == grant.role:
        return grant
    if grant.role not in ASSIGNABLE:
        raise ForbiddenError(_("this role is given by the operator"))
    _keep_an_owner(grant)
    _end(grant)
    made = Grant.objects.create(user=grant.user, organisation=organisation, role=role)
    log_event(reader, "member.change", organisation, grant=made.pk, before=grant.role, after=role)
    notify(grant.user, "member.change", organisation, by=reader, role=role)
    return made


@transaction.atomic
def do_end_membership(reader: Reader, grant: Grant) -> None:
    """End a membership, the reader's own or as an owner; access and tokens are gone with the commit.

    Raises:
        ForbiddenError: neither their own nor in their organisation.
        RefusedError: it would leave no owner.
    """
    leaving = reader.user is not None and grant.user_id == reader.user.pk
    if not leaving and not (reader.is_operator and grant.role in (Role.OFFICIAL, Role.OPERATOR)):
        _own(reader, grant)
    organisation = _turn(grant.organisation_id)
    _keep_an_owner(grant)
    _end(grant)
    if not Grant.objects.today().filter(user=grant.user, organisation=organisation).exists():
        mine = ApiToken.objects.filter(user=grant.user, organisation=organisation, revoked_at=None)
        mine.update(revoked_at=timezone.now())
    log_event(reader, "member.leave" if leaving else "member.end", organisation, grant=grant.pk)
    notify(grant.user, "member.end", organisation, by=reader)


@transaction.atomic
def do_grant_official(
    reader: Reader,
    *,
    user: User,
    organisation: Organisation,
    role: str = Role.OFFICIAL,
    until: dt.datetime | None = None,
    **scope: object,
) -> Grant:
    """Make a person an official (``field``, ``area``, ``programme`` narrow what they see) or an operator.

    Raises:
        RefusedError: the organisation is not approved, or another role was asked for.
    """
    require_operator(reader)
    if organisation.state != Organisation.State.APPROVED or role not in (Role.OFFICIAL, Role.OPERATOR):
        raise RefusedError(_("the organisation is not approved"), field="organisation")
    grant = Grant.objects.create(user=user, organisation=organisation, role=role, end=until, **scope)
    log_event(reader, "member.grant", organisation, grant=grant.pk, role=role)
    notify(user, "member.change", organisation, by=reader, role=role)
    return grant


def _own(reader: Reader, grant: Grant) -> None:
    if Role.OWNER not in reader.roles or grant.organisation_id != reader.organisation_id:
        raise ForbiddenError(_("only owners may do this"))


def _turn(organisation_id: int) -> Organisation:
    """The organisation's row, held until commit: two owners who leave at once do so one after the other."""
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def _keep_an_owner(grant: Grant) -> None:
    if grant.role != Role.OWNER:
        return
    others = Grant.objects.today().filter(organisation=grant.organisation_id, role=Role.OWNER, end=None)
    if not others.exclude(user=grant.user_id).filter(user__is_active=True).exists():
        raise RefusedError(_("the last owner cannot go; make another member an owner first"))


def _end(grant: Grant) -> None:
    if not Grant.objects.today().filter(pk=grant.pk).update(end=timezone.now()):
        raise ConflictError(_("this membership has ended already"))
