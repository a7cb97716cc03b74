"""The next revision of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from robotplus.hashing import digest
from robotplus.portal.catalogue.carding import do_make_card
from robotplus.portal.catalogue.models import Model, ModelRevision
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.parties.models import User
from robotplus.portal.search.index import do_index

FILE_VERSION = 1  # of the robot file's format, kept beside each revision


def check_source(source: str) -> None:
    """
    Raises:
        RefusedError: a source nobody could look up.
    """
    if not 3 <= len(source.strip()) <= 500:
        raise RefusedError(_("name the source: document, page, address"), field="source")


def revise(
    reader: Reader, model: Model, document: Mapping[str, Any], *, author: User | None = None
) -> ModelRevision:
    """Append the next revision of a locked or new model, and find out anew what an own one can do."""
    revision: ModelRevision = model.revisions.create(
        number=model.revisions.count() + 1,
        values=document,
        kind_version=FILE_VERSION,
        sha256=digest(document),
        author=author,
    )
    model.current = revision
    model.save(update_fields=["current"])
    do_index(model)
    do_make_card(reader, model)
    return revision
