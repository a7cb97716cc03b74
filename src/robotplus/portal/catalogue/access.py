"""Who may read a model's facts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.models import Model, ModelClaim
from robotplus.portal.core.errors import AbsentError, ForbiddenError
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
    if found is None or (file and not may_read_file(reader, found)):
        raise AbsentError(_("no such model"))
    return found


def in_answers() -> models.Q:
    """The models that everybody's answers look at.

    Public ones, of an organisation's own those alone for which the operator approved that it speaks for them.
    """
    vouched = ModelClaim.objects.filter(
        model=models.OuterRef("pk"), organisation=models.OuterRef("owner"), state="approved"
    )
    return models.Q(models.Q(owner=None) | models.Exists(vouched), access=Model.Access.PUBLIC)


def own_models_of(reader: Reader) -> models.QuerySet[Model]:
    """The models that the reader's organisation brought, whoever else may read them."""
    found = models_for(reader).filter(owner_id=reader.organisation_id or 0, owner__isnull=False)
    return found.order_by("maker", "name", "pk")


def access_own_model(reader: Reader, pk: str, *, edit: bool = False) -> Model:
    """A model of the reader's own organisation.

    Raises:
        AbsentError: there is none that the reader may know of.
        ForbiddenError: it is another's, or (``edit``) the reader may only look.
    """
    found = access_model(reader, pk)
    if found.owner_id is None or found.owner_id != reader.organisation_id:
        raise ForbiddenError(_("only the organisation that brought the model does this"))
    if edit and not reader.may_edit:
        raise ForbiddenError(_("only owners and editors of your organisation do this"))
    return found


def may_read_file(reader: Reader, model: Model) -> bool:
    """Whether the model's file, and so its geometry, may be read."""
    return model.access == Model.Access.PUBLIC or (
        model.owner_id is not None and model.owner_id == reader.organisation_id
    )
