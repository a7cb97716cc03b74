"""Who may read a programme."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.programmes.models import Measurement, Programme


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


def access_programme(reader: Reader, pk: int) -> Programme:
    """One programme.

    Raises:
        AbsentError: there is none that the reader may know of.
    """
    found = programmes_for(reader).filter(pk=pk).first()
    if found is None:
        raise AbsentError(_("no such programme"))
    return found


def measurements_of(programme: Programme) -> models.QuerySet[Measurement]:
    """What was seen of a programme's indicators, latest first; whoever reads the programme reads them."""
    own = Measurement.objects.filter(subject_type="programmes.programme", subject_id=str(programme.pk))
    return own.select_related("declared_by").order_by("-end", "-pk")
