"""Event log, documents, areas, and the bases that records of every noun share."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    PRIVATE = "private", _("private")
    INVITED = "invited", _("shown to invited organisations")
    PUBLIC = "public", _("public")


class Area(models.Model):
    """A district or zone. Areas may overlap: a new area lies over districts; ``parent`` is only its city or county."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name_zh


class AppendOnlyError(TypeError):
    """Something tried to change or delete what is only ever added to."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError("this log is only added to")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("this log is only added to")


class Event(models.Model):
    """What happened: ids only, no personal data, seen by whoever sees its subject. Written with each change.

    The database refuses changes too (a trigger on both databases).
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.BigIntegerField(null=True)  # id of the person; they may be erased, the log stays
    organisation = models.BigIntegerField(null=True, db_index=True)  # the one acted for
    verb = models.CharField(max_length=60, db_index=True)  # such as "need.publish"
    subject_type = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=64)
    data = models.JSONField(default=dict)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("this log is only added to")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("this log is only added to")


class Document(models.Model):
    """An uploaded file, kept under its digest; served as an attachment, never rendered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.CASCADE)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=80)  # "sha256:" and 64 hex digits
    at = models.DateTimeField(auto_now_add=True)
    subject_type = models.CharField(
        max_length=30, blank=True
    )  # what it is attached to decides who may read it
    subject_id = models.CharField(max_length=64, blank=True)


class Revision(models.Model):
    """An immutable numbered state of something's content, named by hash wherever it was used."""

    number = models.PositiveIntegerField()
    values = models.JSONField()
    kind_version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=80)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("a revision never changes; make the next one")
        super().save(*args, **kwargs)
