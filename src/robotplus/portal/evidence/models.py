"""Certificates the portal holds, and evidence records: why a claim is to be believed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Certificate(models.Model):
    """A certificate file by its digest. ``check_only``: the portal checks it for anyone, the file stays here."""

    class Access(models.TextChoices):
        PUBLIC = "public", _("public")
        CHECK_ONLY = "check_only", _("check only: verdicts are given, the file is not")
        PRIVATE = "private", _("private")

    sha256 = models.CharField(max_length=80, unique=True)
    organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.CASCADE)
    result = models.ForeignKey(
        "jobs.Result", null=True, on_delete=models.CASCADE, related_name="certificates"
    )
    model = models.ForeignKey(
        "catalogue.Model", null=True, on_delete=models.SET_NULL, related_name="certificates"
    )
    model_sha256 = models.CharField(max_length=80)
    need_sha256 = models.CharField(max_length=80)
    scenario = models.CharField(max_length=60, blank=True, db_index=True)
    verdict = models.CharField(max_length=24)
    claims = models.JSONField(default=dict)
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.PRIVATE)
    checked_at = models.DateTimeField(null=True)
    at = models.DateTimeField(auto_now_add=True)


class Evidence(models.Model):
    """One claim's reason: the level belongs to the claim, not to a product."""

    class Status(models.TextChoices):
        VALID = "valid", _("valid")
        SUPERSEDED = "superseded", _("superseded")
        REVOKED = "revoked", _("revoked")

    subject_type = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=80)
    subject_sha256 = models.CharField(max_length=80)
    claim = models.CharField(max_length=60)
    value = models.JSONField()
    conditions = models.JSONField(default=dict)
    basis = models.CharField(max_length=12)  # declared, derived, simulated, measured, operated
    level = models.PositiveSmallIntegerField()  # 0 to 4
    issuer = models.ForeignKey("parties.Organisation", null=True, on_delete=models.SET_NULL)
    certificate = models.ForeignKey(Certificate, null=True, on_delete=models.CASCADE)
    document = models.ForeignKey("core.Document", null=True, on_delete=models.PROTECT)
    issued_at = models.DateTimeField(auto_now_add=True)
    valid_until = models.DateField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.VALID)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"])]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(level__lte=4), name="evidence_levels_are_0_to_4")
        ]
