"""Hangs the files that a kind's values name on what names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.core.documents import do_attach_document
from robotplus.portal.core.errors import AbsentError, ConflictError, RefusedError
from robotplus.portal.core.models import Document
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import Kind


def attach_documents(reader: Reader, kind: Kind, values: Mapping[str, Any], subject: models.Model) -> None:
    """From then on whoever reads the subject reads the files.

    Raises:
        RefusedError: no such file of the reader's organisation, or it belongs to something else.
    """
    for field in kind.fields:
        if field.type == "document" and field.name in values:
            try:
                document = Document.objects.get(pk=values[field.name])
                do_attach_document(reader, document, subject=subject)
            except (Document.DoesNotExist, ValidationError, AbsentError, ConflictError) as e:
                raise RefusedError(_("there is no such document"), field=field.name) from e
