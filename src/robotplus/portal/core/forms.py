"""Reads the form of something of a kind, its uploaded files included."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from robotplus.portal.core.documents import do_store_document
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import Kind
from robotplus.portal.web.posted import posted_values


def form_values(request: HttpRequest, reader: Reader, kind: Kind) -> dict[str, Any]:
    """What was posted for the kind's fields; new files are stored and stand by their ids.

    Raises:
        RefusedError: a file is refused; its problem names the field.
    """
    values = posted_values(kind, request.POST)
    for field in kind.fields:
        if field.type == "document" and (upload := request.FILES.get(field.name)) is not None:
            try:
                values[field.name] = str(do_store_document(reader, upload).pk)
            except RefusedError as e:
                raise RefusedError(e.message, problems={field.name: e.message}) from e
    return values
