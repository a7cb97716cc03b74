"""Programmes with targets that are followed by measurements."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Programme(models.Model):
    kind = models.CharField(max_length=40)
    organisation = models.ForeignKey(
        "parties.Organisation", on_delete=models.CASCADE, related_name="programmes"
    )
    area = models.ForeignKey("core.Area", null=True, blank=True, on_delete=models.PROTECT)
    title = models.CharField(max_length=160)
    values = models.JSONField(default=dict)
    state = models.CharField(max_length=20, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Target(models.Model):
    """A promised figure: indicator, value and by when."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="targets")
    indicator = models.CharField(max_length=60)
    unit = models.CharField(max_length=20, blank=True)
    value = models.FloatField()
    due = models.DateField()


class Measurement(models.Model):
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
