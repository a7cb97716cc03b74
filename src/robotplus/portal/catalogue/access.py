"""Who may read a model's facts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.reader import Reader


def models_for(reader: Reader) -> models.QuerySet[Model]:
    """Public models and the reader's organisation's own; check-only ones are named but their file is not given."""
    seen = ~models.Q(access=Model.Access.PRIVATE)
    if reader.organisation_id:
        seen |= models.Q(owner_id=reader.organisation_id)
    return Model.objects.filter(seen).select_related("current")


def access_model(reader: Reader, pk: str, *, file: bool = False) -> Model:
    """One model; with ``file`` only where its file may be read.

    Raises:
        AbsentError: there is none that the reader may know of, or its file stays closed.
    """
    found = models_for(reader).filter(pk=pk).first()
    closed = (
        found is not None and found.access != Model.Access.PUBLIC and found.owner_id != reader.organisation_id
    )
    if found is None or (file and closed):
        raise AbsentError(_("no such model"))
    return found
