"""Changes to offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.access import access_model
from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.attaching import attach_documents
from robotplus.portal.core.content import (
    add_revision,
    check_content,
    check_may_edit,
    check_may_publish,
    sides_of,
)
from robotplus.portal.core.errors import AbsentError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.models import Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.states import do_move, find_move
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.matches.reverse import do_match_offer
from robotplus.portal.offers.access import access_offer
from robotplus.portal.offers.models import Offer
from robotplus.portal.search.index import do_index


@transaction.atomic
def do_create_offer(
    reader: Reader, *, kind: str, title: str, values: Mapping[str, Any], visibility: str = Visibility.PUBLIC
) -> Offer:
    """A new offer in its kind's first state.

    Raises:
        ForbiddenError, RefusedError: see the checks.
    """
    organisation = check_may_edit(reader)
    of = kind_of(kind, "offer")
    title, clean = check_content(of, title, values, draft=True)
    offer = Offer.objects.create(
        kind=kind,
        organisation=organisation,
        title=title,
        language=get_language() or "zh-hans",
        model=_model(reader, clean),
        visibility=_visibility(visibility),
        state=of.initial,
    )
    attach_documents(reader, of, clean, offer)
    revision = add_revision(reader, offer, of, clean)
    log_event(reader, "offer.create", offer, revision=revision.number, kind=kind)
    do_index(offer)
    return offer


@transaction.atomic
def do_revise_offer(
    reader: Reader, pk: int, *, title: str, values: Mapping[str, Any], visibility: str | None = None
) -> Offer:
    """The next revision; what is public goes back to review by its state table, not by this.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    access_offer(reader, pk, edit=True)
    offer = Offer.objects.select_for_update().get(pk=pk)
    of = kind_of(offer.kind, "offer")
    offer.title, clean = check_content(of, title, values, draft=not of.state(offer.state).listed)
    offer.model = _model(reader, clean)
    offer.visibility = offer.visibility if visibility is None else _visibility(visibility)
    offer.save(update_fields=["model", "visibility"])
    attach_documents(reader, of, clean, offer)
    revision = add_revision(reader, offer, of, clean)
    log_event(reader, "offer.revise", offer, revision=revision.number)
    do_index(offer)
    return offer


@transaction.atomic
def do_move_offer(reader: Reader, pk: int, move: str, *, reason: str = "") -> Offer:
    """One move along the kind's state table; what leads to the public needs an approved organisation.

    Raises:
        AbsentError, ForbiddenError, RefusedError, ConflictError: see the checks.
    """
    offer = access_offer(reader, pk)
    of = kind_of(offer.kind, "offer")
    sides = sides_of(reader, offer.organisation_id, of)
    if find_move(offer, of, move, sides).publishes:
        check_may_publish(reader)
        check_content(of, offer.title, offer.current.values if offer.current else {}, draft=False)
    do_move(reader, offer, of, move, sides=sides, reason=reason)
    do_index(offer)
    do_match_offer(offer)
    return offer


def _model(reader: Reader, values: Mapping[str, Any]) -> Model | None:
    if "model" not in values:
        return None
    try:
        return access_model(reader, values["model"])
    except AbsentError as e:
        raise RefusedError(_("no such model in the catalogue"), field="model") from e


def _visibility(value: str) -> str:
    if value not in Visibility.values:
        raise RefusedError(_("unknown visibility"), field="visibility")
    return value
