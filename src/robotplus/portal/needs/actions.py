"""Changes to needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from robotplus.errors import NeedError
from robotplus.portal.core.attaching import attach_documents
from robotplus.portal.core.content import (
    add_revision,
    check_content,
    check_may_edit,
    check_may_publish,
    sides_of,
)
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.models import Area, Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.states import do_move, find_move
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.matches.reverse import do_match_opened
from robotplus.portal.needs.access import access_need
from robotplus.portal.needs.models import Need, NeedInvitation
from robotplus.portal.parties.access import access_organisation
from robotplus.portal.search.index import do_index
from robotplus.scenarios.library import get_scenario


@transaction.atomic
def do_create_need(
    reader: Reader,
    *,
    kind: str,
    title: str,
    values: Mapping[str, Any],
    document: Mapping[str, Any] | None = None,
    scenario: str = "",
    visibility: str = Visibility.PRIVATE,
    hide_organisation: bool = False,
) -> Need:
    """A new need in its kind's first state.

    Args:
        document: the engine's need file as parsed JSON, already read by `scenarios.files`.

    Raises:
        ForbiddenError, RefusedError: see the checks.
    """
    organisation = check_may_edit(reader)
    of = kind_of(kind, "need")
    title, clean = check_content(of, title, values, draft=True)
    need = Need(
        kind=kind,
        organisation=organisation,
        title=title,
        language=get_language() or "zh-hans",
        visibility=_visibility(visibility),
        hide_organisation=hide_organisation,
        state=of.initial,
    )
    _place(need, clean, scenario)
    need.save()
    attach_documents(reader, of, clean, need)
    revision = add_revision(reader, need, of, clean, document=document)
    log_event(reader, "need.create", need, revision=revision.number, kind=kind)
    do_index(need)
    return need


@transaction.atomic
def do_revise_need(
    reader: Reader,
    pk: int,
    *,
    title: str,
    values: Mapping[str, Any],
    document: Mapping[str, Any] | None = None,
    visibility: str | None = None,
    hide_organisation: bool | None = None,
) -> Need:
    """The next revision of a need.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    access_need(reader, pk, edit=True)
    need = Need.objects.select_for_update().get(pk=pk)
    of = kind_of(need.kind, "need")
    need.title, clean = check_content(of, title, values, draft=not of.state(need.state).listed)
    before = need.visibility
    if visibility is not None:
        need.visibility = _visibility(visibility)
    if need.visibility == Visibility.PUBLIC != before and of.state(need.state).listed:
        raise RefusedError(_("what becomes public is reviewed first: submit it"), field="visibility")
    if hide_organisation is not None:
        need.hide_organisation = hide_organisation
    _place(need, clean, need.scenario)
    need.save()
    attach_documents(reader, of, clean, need)
    revision = add_revision(reader, need, of, clean, document=document)
    log_event(reader, "need.revise", need, revision=revision.number)
    do_index(need)
    return need


@transaction.atomic
def do_move_need(reader: Reader, pk: int, move: str, *, reason: str = "") -> Need:
    """One move along the kind's state table. Opening to others needs approval; the public is reviewed first.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    need = access_need(reader, pk)
    of = kind_of(need.kind, "need")
    sides = sides_of(reader, need.organisation_id, of)
    step = find_move(need, of, move, sides)
    if step.publishes or (need.visibility == Visibility.INVITED and of.state(step.end).listed):
        check_may_publish(reader)
        check_content(of, need.title, need.current.values if need.current else {}, draft=False)
    do_move(reader, need, of, move, sides=sides, reason=reason)
    do_index(need)
    if of.state(need.state).listed and not of.state(step.start[0]).listed:
        do_match_opened(need)
    return need


@transaction.atomic
def do_invite(reader: Reader, pk: int, organisation_id: int) -> NeedInvitation:
    """Let a supplier read a need that is shown to invited organisations.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    need = access_need(reader, pk, edit=True)
    check_may_publish(reader)
    supplier = access_organisation(reader, organisation_id)
    if supplier.pk == need.organisation_id:
        raise RefusedError(_("this is your own organisation"), field="organisation")
    invitation, new = NeedInvitation.objects.get_or_create(
        need=need, organisation=supplier, defaults={"by": reader.user}
    )
    if new:
        log_event(reader, "need.invite", need, supplier=supplier.pk)
        do_index(need)
    return invitation


@transaction.atomic
def do_uninvite(reader: Reader, pk: int, organisation_id: int) -> None:
    """Take an invitation back.

    Raises:
        AbsentError, ForbiddenError: see the checks.
    """
    need = access_need(reader, pk, edit=True)
    gone, _rows = NeedInvitation.objects.filter(need=need, organisation_id=organisation_id).delete()
    if gone:
        log_event(reader, "need.uninvite", need, supplier=organisation_id)
        do_index(need)


def _place(need: Need, values: Mapping[str, Any], scenario: str) -> None:
    """Scenario, field and district of use, from the values."""
    need.scenario = scenario or values.get("scenario", "")
    if need.scenario:
        try:
            need.field = get_scenario(need.scenario).field
        except NeedError as e:
            raise RefusedError(_("no such scenario"), field="scenario") from e
    else:
        need.field = values.get("field", "")
    code = values.get("area")
    need.area = Area.objects.filter(code=code).first() if code else None
    if code and need.area is None:
        raise RefusedError(_("no such area"), field="area")


def _visibility(value: str) -> str:
    if value not in Visibility.values:
        raise RefusedError(_("unknown visibility"), field="visibility")
    return value
