"""The queue as workers see it: claim, hold, finish. Every step is one compare-and-set on the job's row.

A worker that was killed lets its lease run out; `requeue_expired` puts the job back, a bounded number of
times. Whoever lost the lease can no longer write: each update names it. All of it works alike on SQLite and
PostgreSQL; two workers that choose the same job differ in one updated row.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_noop

from robotplus.portal.jobs import results
from robotplus.portal.jobs.handlers import handler
from robotplus.portal.jobs.models import Job, Result

MAX_ATTEMPTS = 3
GAVE_UP = gettext_noop(
    "the work was interrupted three times; please ask again"
)  # said in the page's language


class LostLeaseError(RuntimeError):
    """The job is no longer this worker's: it was re-queued, and what was computed here is dropped."""


def next_in_line() -> models.QuerySet[Job]:
    """Waiting jobs, the next one first.

    Members before visitors, visitors before the portal's own work, of which surveys of the whole catalogue come
    last; within these, whoever was served longest ago comes first, so that an organisation's second job waits for
    the first of everybody else. A key that is being computed is left out: its result will serve this job too.
    """
    served = Job.objects.filter(asker=OuterRef("asker"), started_at__isnull=False).order_by("-started_at")
    running = Job.objects.filter(state=Job.State.RUNNING)
    return (
        Job.objects.filter(state=Job.State.QUEUED)
        .exclude(key__in=running.values("key"))
        .annotate(
            turn=Case(
                When(kind="survey", then=Value(3)),
                When(asker="", then=Value(2)),
                When(asker__startswith="v", then=Value(1)),
                default=0,
            ),
            served=Subquery(served.values("started_at")[:1]),
        )
        .order_by("turn", F("served").asc(nulls_first=True), "created_at", "pk")
    )


def somebody_waits() -> bool:
    """Whether a job of a person or a browser is waiting; the portal's own work then gives way."""
    return Job.objects.filter(state=Job.State.QUEUED).exclude(asker="").exists()


def claim() -> Job | None:
    """Take the next waiting job under a new lease; None when none waits."""
    for pk in next_in_line().values_list("pk", flat=True)[:5]:
        now, lease = timezone.now(), uuid.uuid4()
        if Job.objects.filter(pk=pk, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING,
            lease=lease,
            leased_until=now + _span(),
            started_at=now,
            attempt=F("attempt") + 1,
            progress={},
        ):
            return Job.objects.get(pk=pk)
    return None


def hold(job: Job, progress: dict[str, Any] | None = None) -> bool:
    """Prolong the lease and tell the progress; returns whether cancelling was asked.

    Raises:
        LostLeaseError: it ran out and the job went to somebody else.
    """
    told: dict[str, Any] = {} if progress is None else {"progress": progress}
    if not _held(job).update(leased_until=timezone.now() + _span(), **told):
        raise LostLeaseError(str(job.pk))
    return bool(Job.objects.filter(pk=job.pk, cancel_requested=True).exists())


def finish(job: Job, room: Any, summary: dict[str, Any]) -> None:
    """Commit the result and the job's end together; the first result of a key stays.

    Args:
        room: the folder with the result's files, taken over; None when the key has its result already.

    Raises:
        LostLeaseError: nothing was committed.
    """
    with transaction.atomic():
        _end(job, Job.State.DONE)
        if room is None or Result.objects.filter(key=job.key).exists():
            return
        result = Result.objects.create(key=job.key, kind=job.kind, summary=summary)
        commit = handler(job.kind).commit
        if commit is not None:
            commit(job, result)
        results.publish(room, job.key)


def fail(job: Job, line: str) -> None:
    """End the job with one line for people."""
    _end(job, Job.State.FAILED, error=line)


def cancelled(job: Job) -> None:
    _end(job, Job.State.CANCELLED)


def interrupted(job: Job) -> None:
    """The work broke off without a word: back into the queue, or failed after the last attempt."""
    if job.attempt >= MAX_ATTEMPTS:
        fail(job, GAVE_UP)
    else:
        put_back(job, attempt=job.attempt)


def put_back(job: Job, *, attempt: int | None = None) -> None:
    """Back into the queue; a worker that ends in good order takes its attempt back."""
    left = job.attempt - 1 if attempt is None else attempt
    _held(job).update(state=Job.State.QUEUED, lease=None, leased_until=None, attempt=left)


def requeue_expired() -> int:
    """Put jobs whose lease ran out back into the queue, or give them up; returns how many."""
    now = timezone.now()
    late = Job.objects.filter(Q(leased_until__lt=now) | Q(leased_until=None), state=Job.State.RUNNING)
    n = late.filter(cancel_requested=True).update(
        state=Job.State.CANCELLED, lease=None, leased_until=None, finished_at=now, params={}
    )
    n += late.filter(attempt__gte=MAX_ATTEMPTS).update(
        state=Job.State.FAILED, lease=None, leased_until=None, finished_at=now, error=GAVE_UP, params={}
    )
    return n + late.update(state=Job.State.QUEUED, lease=None, leased_until=None)


def _span() -> dt.timedelta:
    return dt.timedelta(seconds=settings.JOB_LEASE_S)


def _held(job: Job) -> models.QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, lease=job.lease, state=Job.State.RUNNING)


def _end(job: Job, state: str, **values: Any) -> None:
    """The job's last state; what it was given is not kept, it may be somebody's file."""
    ended = _held(job).update(
        state=state, lease=None, leased_until=None, finished_at=timezone.now(), params={}, **values
    )
    if not ended:
        raise LostLeaseError(str(job.pk))
