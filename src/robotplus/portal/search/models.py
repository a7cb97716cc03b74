"""One row for everything that can be found; the token index beside it is the database's own (see index.py)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """``noun``: model, offer, need or scenario. ``weight``: what the ranking knows beforehand, never who paid."""

    noun = models.CharField(max_length=10, db_index=True)
    subject_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=40, db_index=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    field = models.CharField(max_length=20, blank=True)
    scenario = models.CharField(max_length=60, blank=True)
    area = models.CharField(max_length=20, blank=True)
    organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.CASCADE)
    visibility = models.CharField(
        max_length=10, db_index=True
    )  # of a thing that is listed; else it has no row
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["noun", "subject_id"], name="one_entry_a_subject")
        ]


class Figure(models.Model):
    """A typed figure of an entry, filled from its kind's schema: filters such as payload >= 10 kg read it."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="figures")
    name = models.CharField(max_length=40)
    number = models.FloatField(null=True)
    text = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["name", "number", "entry"]),
            models.Index(fields=["name", "text", "entry"]),
        ]
