"""Calls that named an idempotency key, with what they were answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class KeyedCall(models.Model):
    """One call that changed something. Written in the transaction of its change: both are there, or neither."""

    asker = models.CharField(max_length=70)  # as of a job: "o12", "u5", "v<key>"
    key = models.CharField(max_length=80)
    call_sha256 = models.CharField(max_length=80)  # of operation, address and body
    answer = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asker", "key"], name="one_call_an_asker_and_key")
        ]
