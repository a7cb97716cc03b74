"""Programmes with targets that are followed by measurements."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Programme(models.Model):
    """Something public of a kind. ``field`` and ``area`` repeat its values: scopes and lists ask for them."""

    kind = models.CharField(max_length=40)
    organisation = models.ForeignKey(
        "parties.Organisation", on_delete=models.CASCADE, related_name="programmes"
    )
    field = models.CharField(max_length=20, blank=True, db_index=True)
    area = models.ForeignKey("core.Area", null=True, blank=True, on_delete=models.PROTECT)
    title = models.CharField(max_length=160)
    values = models.JSONField(default=dict)
    state = models.CharField(max_length=20, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title


class Kept(models.Model):
    """What is struck out with a reason instead of being deleted, once others have seen it."""

    struck_at = models.DateTimeField(null=True, blank=True)
    struck_why = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class Target(Kept):
    """A promised figure: indicator, value and by when. ``adds``: the measured periods add up to it."""

    class Sense(models.TextChoices):
        AT_LEAST = "at_least", _("at least")
        AT_MOST = "at_most", _("at most")

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="targets")
    indicator = models.CharField(max_length=60)
    unit = models.CharField(max_length=20, blank=True)
    sense = models.CharField(max_length=8, choices=Sense.choices, default=Sense.AT_LEAST)
    value = models.FloatField()
    adds = models.BooleanField(default=False)
    due = models.DateField()


class Measurement(Kept):
    """A figure that was seen: subject, indicator, period, value, source."""

    subject_type = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=80)
    indicator = models.CharField(max_length=60)
    start = models.DateField()
    end = models.DateField()
    value = models.FloatField()
    unit = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=300)
    declared_by = models.ForeignKey("parties.Organisation", null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id", "indicator"])]
