"""Jobs that a reader may see: those of their organisation, of their person, or of their browser."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs.models import Job


def asker_of(reader: Reader) -> str:
    """Who asks, for the queue: the organisation, else the person, else the browser; empty for the portal."""
    if reader.organisation_id is not None:
        return f"o{reader.organisation_id}"
    if reader.user is not None:
        return f"u{reader.user.pk}"
    return f"v{reader.visitor}" if reader.visitor else ""


def jobs_for(reader: Reader) -> models.QuerySet[Job]:
    asker = asker_of(reader)
    return Job.objects.filter(asker=asker) if asker else Job.objects.none()


def access_job(reader: Reader, pk: uuid.UUID) -> Job:
    """One of the reader's jobs.

    Raises:
        AbsentError: there is none that the reader may know of.
    """
    found = jobs_for(reader).filter(pk=pk).first()
    if found is None:
        raise AbsentError(_("no such job"))
    return found
