"""Offers with their revisions, and units with the time that is reserved of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from robotplus.portal.core.models import Revision, Visibility


class Offer(models.Model):
    """A party's terms on something of a kind. ``state`` is one of its kind's; content lies in revisions."""

    kind = models.CharField(max_length=40, db_index=True)
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.CASCADE, related_name="offers")
    title = models.CharField(max_length=160)
    language = models.CharField(max_length=10, default="zh-hans")
    model = models.ForeignKey(
        "catalogue.Model", null=True, blank=True, on_delete=models.PROTECT, related_name="offers"
    )
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC)
    state = models.CharField(max_length=20, db_index=True)
    current = models.ForeignKey("OfferRevision", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.title


class OfferRevision(Revision):
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="revisions")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offer", "number"], name="one_offer_revision_a_number")
        ]


class Unit(models.Model):
    """A serial number with its place; its calendar is its reservations."""

    model = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="units")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.CASCADE, related_name="units")
    serial = models.CharField(max_length=80)
    area = models.ForeignKey("core.Area", null=True, blank=True, on_delete=models.PROTECT)
    state = models.CharField(max_length=20, default="available")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["model", "organisation", "serial"], name="one_unit_a_serial_number"
            )
        ]


class Reservation(models.Model):
    """A span of time of a unit or a slot; no two live ones overlap (a trigger on both databases says so)."""

    resource = models.CharField(max_length=80, db_index=True)  # "unit:12" or "slot:7"
    start = models.DateTimeField()
    end = models.DateTimeField()
    deal = models.ForeignKey("deals.Deal", null=True, blank=True, on_delete=models.CASCADE)
    released = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="a_reservation_ends_after_it_starts")
        ]


class Featuring(models.Model):
    """An offer shown on the home page: who and why, until when. It never changes a ranking."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="featurings")
    by = models.ForeignKey("parties.User", null=True, on_delete=models.SET_NULL)
    reason = models.CharField(max_length=300)
    start = models.DateTimeField(auto_now_add=True)
    end = models.DateTimeField()
