"""Answers to needs, matches of needs with offers, and what was asked of the operator."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

from robotplus.portal.core.fields import ExactJSONField


def _slug() -> str:
    return secrets.token_urlsafe(24)


class Answer(models.Model):
    """An answer that somebody asked for: a need document, its job and, once there, its result (by key).

    A visitor's lives under its unguessable ``slug`` for seven days and moves to their organisation on sign-up.
    """

    slug = models.CharField(max_length=40, unique=True, default=_slug)
    organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.CASCADE)
    user = models.ForeignKey("parties.User", null=True, on_delete=models.SET_NULL)
    visitor = models.CharField(max_length=64, blank=True, db_index=True)
    origin = models.CharField(max_length=16, blank=True, db_index=True)  # keyed hash of a visitor's address
    need_revision = models.ForeignKey(
        "needs.NeedRevision", null=True, on_delete=models.CASCADE, related_name="answers"
    )
    scenario = models.CharField(max_length=60, blank=True)
    document = ExactJSONField()  # the need file as parsed JSON
    need_sha256 = models.CharField(max_length=80)
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="answers")
    key = models.CharField(max_length=80, db_index=True)
    shared = models.BooleanField(default=False)  # whoever has the link may read it
    previous = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL
    )  # the one a "what if" started from
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)


class Match(models.Model):
    """A need revision joined to an offer revision, or to a model nobody offers, with the reasons."""

    need_revision = models.ForeignKey("needs.NeedRevision", on_delete=models.CASCADE, related_name="matches")
    offer_revision = models.ForeignKey(
        "offers.OfferRevision", null=True, on_delete=models.CASCADE, related_name="matches"
    )
    model = models.ForeignKey("catalogue.Model", null=True, on_delete=models.CASCADE)
    score = models.FloatField()
    reasons = models.JSONField(default=list)  # [{"rule", "points", "of", "why": {"zh", "en"}}]
    verdict = models.CharField(max_length=24, blank=True)  # of a proof, where one was asked
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["need_revision", "offer_revision"], name="one_match_a_need_and_offer"
            )
        ]


class DeskRequest(models.Model):
    """Work for the operator with a due date: nobody offers a proven model yet, a report, a complaint."""

    kind = models.CharField(max_length=30)  # ask_offer, report_content, complaint
    organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.CASCADE)
    user = models.ForeignKey("parties.User", null=True, on_delete=models.SET_NULL)
    subject_type = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    due = models.DateField()
    state = models.CharField(max_length=10, default="open")  # open, done
    outcome = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
