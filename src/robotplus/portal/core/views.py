"""Downloads of documents (always an attachment, never rendered, never kept by a shared cache), and the health check."""

from __future__ import annotations

import uuid

from django.db import connection
from django.http import FileResponse, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from robotplus import __version__
from robotplus.portal.core.documents import access_document, open_document
from robotplus.portal.core.reader import ReaderRequest


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For load balancers: the web server is up and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True, "version": __version__})


@require_safe
def document(request: ReaderRequest, pk: uuid.UUID) -> FileResponse:
    found = access_document(request.reader, pk)
    response = FileResponse(
        open_document(found), as_attachment=True, filename=found.name, content_type=found.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
