"""Deletes what visitors left behind, and results that nothing points to any more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from robotplus.portal.evidence.models import Certificate
from robotplus.portal.jobs import results
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.models import Answer

JOB_DAYS = 30  # finished jobs are kept this long
CHECK_DAYS = 2  # a check is asked anew every day


@dataclass(frozen=True)
class Purged:
    """How many of each were deleted."""

    answers: int
    jobs: int
    results: int


def do_purge() -> Purged:
    """Delete expired answers, old jobs, and results without an answer, a job, or a certificate that is shown."""
    now = timezone.now()
    expired, _ = Answer.objects.filter(expires_at__lte=now).delete()
    old = Job.objects.exclude(state__in=Job.UNFINISHED).filter(
        finished_at__lt=now - dt.timedelta(days=JOB_DAYS)
    )
    jobs, _ = old.delete()
    wanted = Answer.objects.filter(key=OuterRef("key"))
    shown = Certificate.objects.filter(result=OuterRef("pk")).exclude(
        access=Certificate.Access.PRIVATE, organisation=None
    )
    asked = Job.objects.filter(key=OuterRef("key")).exclude(kind="answer", asker__startswith="v")
    loose = Result.objects.exclude(kind="check").filter(~Exists(wanted), ~Exists(shown), ~Exists(asked))
    checks = Result.objects.filter(kind="check", at__lt=now - dt.timedelta(days=CHECK_DAYS))
    gone = 0
    for result in (*loose, *checks):
        with transaction.atomic():
            if result.kind != "check" and Answer.objects.filter(key=result.key).exists():
                continue  # asked again just now
            result.delete()
        results.drop(results.folder_of(result.key))
        gone += 1
    results.sweep()
    return Purged(expired, jobs, gone)
