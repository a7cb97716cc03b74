"""Accepting and cancelling work."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import ConflictError, LimitError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs.access import asker_of
from robotplus.portal.jobs.handlers import handler
from robotplus.portal.jobs.models import Job

QUEUE_LIMIT = 50  # waiting jobs of one asker
VISITOR_QUEUE_LIMIT = 100  # waiting jobs of all visitors together


@transaction.atomic
def do_enqueue(reader: Reader, kind: str, params: dict[str, Any], *, key: str) -> Job:
    """Accept a job; while the same asker's job of that key is unfinished, that one is returned.

    Raises:
        AbsentError: no such kind of job.
        LimitError: too many are waiting.
    """
    handler(kind)
    asker = asker_of(reader)
    same = Job.objects.filter(asker=asker, key=key, state__in=Job.UNFINISHED)
    if (found := same.first()) is not None:
        return found
    waiting = Job.objects.filter(state=Job.State.QUEUED)
    if asker and waiting.filter(asker=asker).count() >= QUEUE_LIMIT:
        raise LimitError(_("too many of your jobs are waiting; let some finish first"))
    if asker.startswith("v") and waiting.filter(asker__startswith="v").count() >= VISITOR_QUEUE_LIMIT:
        raise LimitError(_("too many visitors are waiting; try again in some minutes, or sign in"))
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                params=params,
                key=key,
                organisation=reader.organisation,
                user=reader.user,
                visitor="" if reader.user else reader.visitor,
                asker=asker,
            )
    except IntegrityError:  # a second request of the same asker was faster
        if (found := same.first()) is None:
            raise ConflictError(_("it was just finished; look again")) from None
        return found
    log_event(reader, "job.enqueue", job, kind=kind)
    return job


@transaction.atomic
def do_cancel(reader: Reader, job: Job) -> None:
    """Give up a job: at once when it waits, within a second when it runs; a finished one stays as it is."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
    if not waiting.update(state=Job.State.CANCELLED, finished_at=timezone.now(), params={}):
        running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
        if not running.update(cancel_requested=True):
            return
    job.refresh_from_db()
    log_event(reader, "job.cancel", job)
