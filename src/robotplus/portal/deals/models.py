"""Deals: quotations, messages, reviews, outcomes and the ledger."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from robotplus.portal.core.models import Revision


class Deal(models.Model):
    """What two parties do about a need or an offer, from inquiry to review, along its kind's state table."""

    class Route(models.TextChoices):
        OWN = "own", _("own purchase")
        GOVERNMENT = "government", _("government procurement")
        TENDER = "tender", _("tender")

    kind = models.CharField(max_length=40)
    buyer = models.ForeignKey("parties.Organisation", on_delete=models.CASCADE, related_name="purchases")
    seller = models.ForeignKey("parties.Organisation", on_delete=models.CASCADE, related_name="sales")
    need_revision = models.ForeignKey("needs.NeedRevision", null=True, blank=True, on_delete=models.PROTECT)
    offer_revision = models.ForeignKey(
        "offers.OfferRevision", null=True, blank=True, on_delete=models.PROTECT
    )
    answer = models.ForeignKey("matches.Answer", null=True, blank=True, on_delete=models.SET_NULL)
    certificate = models.ForeignKey("evidence.Certificate", null=True, blank=True, on_delete=models.SET_NULL)
    title = models.CharField(max_length=160)
    field = models.CharField(max_length=20, blank=True)
    area = models.ForeignKey("core.Area", null=True, blank=True, on_delete=models.PROTECT)  # district of use
    route = models.CharField(max_length=12, choices=Route.choices, default=Route.OWN)
    state = models.CharField(max_length=20, db_index=True)
    acceptance = models.JSONField(default=dict)  # claim: {"met", "measured"}, see actions.accepting
    outside_result = models.JSONField(default=dict)  # of a procurement or tender held elsewhere
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(buyer=models.F("seller")), name="a_deal_has_two_parties"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Quotation(Revision):
    """One numbered, immutable quotation: price, lead time, validity, files. The last one counts."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="quotations")
    valid_until = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deal", "number"], name="one_quotation_a_number")
        ]


class Message(models.Model):
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="messages")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.CASCADE)
    author = models.ForeignKey("parties.User", null=True, on_delete=models.SET_NULL)
    text = models.TextField()
    key = models.UUIDField(
        unique=True, default=uuid.uuid4
    )  # of the form it was sent from: sent twice, kept once
    at = models.DateTimeField(auto_now_add=True)


class Review(models.Model):
    """What the buyer says after acceptance; the seller may answer once."""

    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="review")
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(stars__gte=1, stars__lte=5), name="one_to_five_stars")
        ]


class OutcomeQuestion(models.Model):
    """ "What became of it?", asked 30 and 90 days after an inquiry, answered in one click."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="outcome_questions")
    days = models.PositiveSmallIntegerField()
    due = models.DateField(db_index=True)
    asked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=20, blank=True)  # signed, signed_elsewhere, still_talking, given_up
    reason = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deal", "days"], name="one_outcome_question_a_day")
        ]

    def __str__(self) -> str:
        return self.deal.title


class LedgerLine(models.Model):
    """Money of a deal as it is known: declared by one side, confirmed by both, or the contract was seen."""

    class Basis(models.TextChoices):
        DECLARED = "declared", _("one side declared")
        CONFIRMED = "confirmed", _("both confirmed")
        CONTRACT = "contract", _("contract seen")

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=20)  # contract, payment, deposit, refund
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    declared_by = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT)
    document = models.ForeignKey("core.Document", null=True, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
