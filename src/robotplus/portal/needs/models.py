"""Needs with their revisions, and the suppliers invited to one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from robotplus.portal.core.fields import ExactJSONField
from robotplus.portal.core.models import Revision, Visibility


class Need(models.Model):
    """Anything demanded, of a kind. Content lies in revisions; an application need's holds a need file."""

    kind = models.CharField(max_length=40, db_index=True)
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.CASCADE, related_name="needs")
    title = models.CharField(max_length=160)
    language = models.CharField(max_length=10, default="zh-hans")
    scenario = models.CharField(max_length=60, blank=True, db_index=True)
    field = models.CharField(max_length=20, blank=True, db_index=True)  # one of the plan's five
    area = models.ForeignKey("core.Area", null=True, blank=True, on_delete=models.PROTECT)  # district of use
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE)
    hide_organisation = models.BooleanField(default=False)
    state = models.CharField(max_length=20, db_index=True)
    current = models.ForeignKey("NeedRevision", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.title


class NeedRevision(Revision):
    """``document``: the engine's need file as parsed JSON, null for needs that no engine answers (yet)."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="revisions")
    document = ExactJSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["need", "number"], name="one_need_revision_a_number")
        ]


class NeedInvitation(models.Model):
    """A supplier who may read a need shown to invited organisations."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey("parties.User", null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["need", "organisation"], name="one_invitation_a_need_and_organisation"
            )
        ]
