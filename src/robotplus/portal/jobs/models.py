"""A job row: accepted work that is done at least once, and whose result is kept once."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _

from robotplus.portal.core.fields import ExactJSONField


class Job(models.Model):
    """One piece of long work. Only the holder of an unexpired lease may write to a running job."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    UNFINISHED = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)  # names its handler, see jobs.handlers
    params = ExactJSONField(default=dict)  # emptied when it ends
    key = models.CharField(max_length=80)  # digest of everything the result depends on
    organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.CASCADE)
    user = models.ForeignKey("parties.User", null=True, on_delete=models.SET_NULL)
    visitor = models.CharField(max_length=64, blank=True)
    asker = models.CharField(max_length=70, default="")  # "o12", "u5", "v<key>"; "" for the portal itself
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    lease = models.UUIDField(null=True)  # of the worker that holds it
    leased_until = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict)  # {"stage", "done", "of", "found", …}
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True)  # one line for people
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "created_at"]),
            models.Index(fields=["key"]),
            models.Index(fields=["asker", "started_at"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asker", "key"],
                condition=models.Q(state__in=("queued", "running")),
                name="one_unfinished_job_an_asker_and_key",
            )
        ]

    @property
    def failure(self) -> str:
        """Why it failed, in the language of the page where the sentence is ours."""
        return _said(self.error) if self.error else ""

    @property
    def finished(self) -> bool:
        return self.state not in self.UNFINISHED


class Result(models.Model):
    """What a job's key leads to, committed once; the files lie in a folder named by the key."""

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=40)
    summary = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)
