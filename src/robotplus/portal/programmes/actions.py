"""Changes to programmes, their targets and what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.content import check_content
from robotplus.portal.core.errors import AbsentError, ForbiddenError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.models import Area
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.states import do_move, find_move
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.parties.models import Organisation
from robotplus.portal.programmes.access import (
    SUBJECT,
    access_programme,
    covers,
    may_create,
    measurements_of,
    organisers_for,
    programme_sides,
)
from robotplus.portal.programmes.checks import check_beside, check_measurement, check_reason, check_target
from robotplus.portal.programmes.models import Kept, Measurement, Programme, Target

Row = TypeVar("Row", bound=Kept)


@transaction.atomic
def do_create_programme(
    reader: Reader, *, kind: str, title: str, values: Mapping[str, Any], organisation: int | None = None
) -> Programme:
    """A new programme in its kind's first state.

    Args:
        organisation: of whom it is; the operator creates on behalf of others too. None: the reader's own.

    Raises:
        ForbiddenError, RefusedError: see the checks.
    """
    if not may_create(reader):
        raise ForbiddenError(_("the operator and officials create programmes"))
    of = kind_of(kind, "programme")
    title, clean = check_content(of, title, values, draft=True)
    organiser = organisers_for(reader).filter(pk=organisation or reader.organisation_id or 0).first()
    if organiser is None:
        raise RefusedError(_("not one of the choices"), field="organisation")
    made = Programme(kind=kind, organisation=organiser, title=title, values=clean, state=of.initial)
    _place(reader, made)
    made.save()
    log_event(reader, "programme.create", made, kind=kind)
    return made


@transaction.atomic
def do_revise_programme(reader: Reader, pk: int, *, title: str, values: Mapping[str, Any]) -> Programme:
    """Change title and values; the log keeps which of them changed.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    found = access_programme(reader, pk, edit=True, lock=True)
    of = kind_of(found.kind, "programme")
    before = found.values
    found.title, found.values = check_content(of, title, values, draft=not of.state(found.state).listed)
    _place(reader, found)
    found.save()
    changed = sorted(k for k in before.keys() | found.values.keys() if before.get(k) != found.values.get(k))
    log_event(reader, "programme.revise", found, changed=" ".join(changed))
    return found


@transaction.atomic
def do_move_programme(reader: Reader, pk: int, move: str, *, reason: str = "") -> Programme:
    """One move along the kind's state table; what leads to the public needs an approved organiser and all values.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    found = access_programme(reader, pk, lock=True)
    of = kind_of(found.kind, "programme")
    sides = programme_sides(reader, found)
    if find_move(found, of, move, sides).publishes:
        if found.organisation.state != Organisation.State.APPROVED:
            raise ForbiddenError(_("publishing and inviting wait for the approval of your organisation"))
        check_content(of, found.title, found.values, draft=False)
    do_move(reader, found, of, move, sides=sides, reason=reason)
    return found


@transaction.atomic
def do_add_target(reader: Reader, pk: int, given: Mapping[str, Any]) -> Target:
    """Promise a figure.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    found = _followed(reader, pk)
    clean = check_target(given)
    check_beside(clean, list(found.targets.filter(struck_at=None)))
    made: Target = found.targets.create(**clean)
    log_event(reader, "programme.target", found, target=made.pk)
    return made


@transaction.atomic
def do_drop_target(reader: Reader, pk: int, target_id: int, *, reason: str = "") -> None:
    """Take a target back: out of a draft without a trace, later struck out with a reason.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    found = _followed(reader, pk)
    target = _standing(found.targets.filter(pk=target_id).first())
    if found.state == kind_of(found.kind, "programme").initial:
        target.delete()
    else:
        _strike(target, reason)
    log_event(reader, "programme.target_drop", found, target=target_id)


@transaction.atomic
def do_measure(reader: Reader, pk: int, target_id: int, given: Mapping[str, Any]) -> Measurement:
    """Enter what was seen of a target's indicator in a period, with its source.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    found = _followed(reader, pk)
    target = _standing(found.targets.filter(pk=target_id).first())
    same = measurements_of(found).filter(indicator=target.indicator, unit=target.unit, struck_at=None)
    made = Measurement.objects.create(
        subject_type=SUBJECT,
        subject_id=str(found.pk),
        indicator=target.indicator,
        unit=target.unit,
        declared_by=reader.organisation,
        **check_measurement(target, given, list(same)),
    )
    log_event(reader, "programme.measure", found, measurement=made.pk)
    return made


@transaction.atomic
def do_drop_measurement(reader: Reader, pk: int, measurement_id: int, *, reason: str) -> None:
    """Strike a measurement out; it stays to be seen, with the reason, and counts no more.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    found = _followed(reader, pk)
    _strike(_standing(measurements_of(found).filter(pk=measurement_id).first()), reason)
    log_event(reader, "programme.measure_drop", found, measurement=measurement_id)


def _followed(reader: Reader, pk: int) -> Programme:
    """A programme whose figures the reader may change, held until the transaction ends."""
    found = access_programme(reader, pk, edit=True, lock=True)
    if kind_of(found.kind, "programme").state(found.state).final:
        raise RefusedError(_("this cannot be done now"))
    return found


def _standing(found: Row | None) -> Row:
    if found is None or found.struck_at is not None:
        raise AbsentError(_("there is no such thing"))
    return found


def _strike(found: Kept, reason: str) -> None:
    found.struck_at, found.struck_why = timezone.now(), check_reason(reason)
    found.save(update_fields=["struck_at", "struck_why"])


def _place(reader: Reader, programme: Programme) -> None:
    """Field and area from the values, which must lie in what an official's grants cover."""
    programme.field = programme.values.get("field", "")
    code = programme.values.get("area")
    programme.area = Area.objects.filter(code=code).first() if code else None
    if code and programme.area is None:
        raise RefusedError(_("no such area"), field="area")
    own = programme.pk is not None and reader.may_edit  # its organisation's editors keep what it has
    if not (reader.is_operator or own or covers(reader, programme)):
        raise RefusedError(_("your grant covers other fields or districts"), field="area")
