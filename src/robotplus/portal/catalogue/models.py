"""Models: facts about robots and parts, versioned by hash; claims on them and corrections with sources."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from robotplus.portal.core.fields import ExactJSONField
from robotplus.portal.core.models import Revision


class Model(models.Model):
    """A robot or part as facts. Those of the built-in catalogue have no owner; an imported one may be private."""

    class Access(models.TextChoices):
        PUBLIC = "public", _("public")
        CHECK_ONLY = "check_only", _("check only: verdicts are given, the file is not")
        PRIVATE = "private", _("private")

    id = models.CharField(primary_key=True, max_length=80)  # the catalogue's id, such as fanuc_m20_25_18d
    maker = models.CharField(max_length=80, db_index=True)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=30, default="arm")
    owner = models.ForeignKey("parties.Organisation", null=True, blank=True, on_delete=models.CASCADE)
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.PUBLIC)
    current = models.ForeignKey("ModelRevision", null=True, on_delete=models.PROTECT, related_name="+")


class ModelRevisionQuerySet(models.QuerySet[Any]):
    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        made = list(objs)
        for one in made:
            one.file = one.values
        return super().bulk_create(made, *args, **kwargs)


class ModelRevision(Revision):
    """The file of a model as it was; ``sha256`` is the digest that certificates name.

    ``values`` are for searching. ``file`` is the same document to the last sign, as the digest needs it.
    """

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="revisions")
    file = ExactJSONField(null=True)

    objects = ModelRevisionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model", "number"], name="one_model_revision_a_number")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.file = self.values
        super().save(*args, **kwargs)


class ModelClaim(models.Model):
    """A maker's claim to speak for a model; a second one on the same model goes to review."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="claims")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.CASCADE)
    state = models.CharField(max_length=10, default="pending")  # pending, approved, rejected
    at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    decided_at = models.DateTimeField(null=True)


class Correction(models.Model):
    """ "Correct a figure": by anyone signed in, with a source and a due date; kept whatever becomes of it."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="corrections")
    organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.SET_NULL)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    figure = models.CharField(
        max_length=80
    )  # path in the model file, such as payload_kg or joints.2.velocity
    old = models.JSONField(null=True)
    new = models.JSONField()
    source = models.CharField(max_length=500)
    state = models.CharField(max_length=10, default="open")  # open, accepted, declined
    due = models.DateField()
    note = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)


class Capability(models.Model):
    """What a model was proven for: one row a model and scenario reference case, from the last catalogue run."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="capabilities")
    scenario = models.CharField(max_length=60, db_index=True)
    verdict = models.CharField(max_length=24)
    claims = models.JSONField(default=dict)
    certificate = models.ForeignKey("evidence.Certificate", null=True, on_delete=models.SET_NULL)
    catalogue_sha256 = models.CharField(max_length=80)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model", "scenario"], name="one_capability_a_model_and_scenario")
        ]
