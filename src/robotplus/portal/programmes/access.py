"""Who may read a programme, and who may change it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.core.content import sides_of
from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.reader import Reader
from robotplus.portal.desk.scope import parts_of
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.parties.models import Organisation, OrganisationKind
from robotplus.portal.programmes.models import Measurement, Programme

SUBJECT = "programmes.programme"
ORGANISERS = tuple(  # who a programme may be of; the others supply and demand
    kind
    for kind in OrganisationKind
    if kind not in (OrganisationKind.USER, OrganisationKind.LESSOR, OrganisationKind.FINANCE)
)


def listed() -> models.Q:
    """Programmes in a state that their kind calls listed: announced ones are public."""
    found = models.Q(pk__in=())
    for kind in noun_kinds("programme"):
        found |= models.Q(kind=kind.id, state__in=[s.name for s in kind.states if s.listed])
    return found


def programmes_for(reader: Reader) -> models.QuerySet[Programme]:
    """Announced ones; those of the reader's organisation; all of them for the operator."""
    every = Programme.objects.select_related("organisation", "area").order_by("-created_at", "-pk")
    if reader.is_operator:
        return every
    seen = listed()
    if reader.organisation_id:
        seen |= models.Q(organisation_id=reader.organisation_id)
    return every.filter(seen)


def access_programme(reader: Reader, pk: int, *, edit: bool = False, lock: bool = False) -> Programme:
    """One programme, to read or (``edit``) to change.

    Args:
        lock: hold its row until the transaction ends.

    Raises:
        AbsentError: there is none that the reader may know of.
        ForbiddenError: it may be read but not changed.
    """
    rows = programmes_for(reader)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise AbsentError(_("no such programme"))
    if edit and not programme_sides(reader, found):
        raise ForbiddenError(_("its organisers and the operator change a programme"))
    return found


def programme_sides(reader: Reader, programme: Programme) -> frozenset[str]:
    """The sides of the state table: its organisation's editors and the officials whose grants cover it own it."""
    sides = sides_of(reader, programme.organisation_id)
    if reader.organisation_id == programme.organisation_id and covers(reader, programme):
        sides |= {"owner"}
    return sides


def covers(reader: Reader, programme: Programme) -> bool:
    """Whether one of an official's grants covers a programme (new ones have no key) by field, area and itself."""
    return any(
        scope.programme in ("", str(programme.pk))
        and scope.field in ("", programme.field)
        and (not scope.area or programme.area_id in parts_of(scope.area))
        for scope in reader.scopes
    )


def may_create(reader: Reader) -> bool:
    """The operator, and officials whose grant is not for one programme alone."""
    return reader.organisation is not None and (
        reader.is_operator or any(not scope.programme for scope in reader.scopes)
    )


def organisers_for(reader: Reader) -> models.QuerySet[Organisation]:
    """On whose behalf the reader may create a programme: the operator for any organiser, an official for their own."""
    if not reader.is_operator:
        return Organisation.objects.filter(pk=reader.organisation_id or 0)
    return Organisation.objects.filter(state=Organisation.State.APPROVED, kind__in=ORGANISERS).order_by(
        "name_zh"
    )


def measurements_of(programme: Programme) -> models.QuerySet[Measurement]:
    """What was seen of a programme's indicators, latest first; whoever reads the programme reads them."""
    own = Measurement.objects.filter(subject_type=SUBJECT, subject_id=str(programme.pk))
    return own.select_related("declared_by").order_by("-end", "-pk")
