"""One row for everything that can be found, its figures, and the postings by which words find it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Noun(models.IntegerChoices):
    """What an entry is; stands in each posting, so that one noun is searched without looking at the entries."""

    SCENARIO = 1, "scenario"
    MODEL = 2, "model"
    OFFER = 3, "offer"
    NEED = 4, "need"


class Entry(models.Model):
    """What can be found, by somebody: see ``Posting.audience``. Nothing here is raised by who paid or where they are.

    ``hidden``: its organisation asked not to be named to others. Facets that hold several values (areas, choices)
    are ``Figure`` rows.
    """

    noun = models.PositiveSmallIntegerField(choices=Noun.choices)
    subject_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=40, db_index=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    field = models.CharField(max_length=20, blank=True, db_index=True)
    scenario = models.CharField(max_length=60, blank=True, db_index=True)
    area = models.CharField(max_length=20, blank=True)
    maker = models.CharField(max_length=80, blank=True, db_index=True)
    organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.CASCADE)
    hidden = models.BooleanField(default=False)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["noun", "subject_id"], name="one_entry_a_subject")
        ]


class Figure(models.Model):
    """A typed figure of an entry, filled from its kind's schema: filters such as payload >= 10 kg read it."""

    entry = models.ForeignKey(  # found by the index with the name
        Entry, on_delete=models.CASCADE, related_name="figures", db_index=False
    )
    name = models.CharField(max_length=40)
    number = models.FloatField(null=True)
    text = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["entry", "name", "number"]),
            models.Index(fields=["name", "number", "entry"]),
            models.Index(fields=["name", "text", "entry"]),
            models.Index("name", models.F("number").desc(), "entry", name="figure_from_the_highest_down"),
        ]


class Posting(models.Model):
    """That an entry holds a term, for an audience; its primary key is the covering index that all searches read.

    Attributes:
        term: the token's digest (tokens.py).
        audience: 0 for everybody, an organisation's id for what is its own, minus the id for what it is invited to.
        weight: how much the term says of the entry (documents.py); read from the highest down.
        noun: of the entry.
    """

    pk = models.CompositePrimaryKey("term", "audience", "weight", "entry_id", "noun")
    term = models.BigIntegerField()
    audience = models.BigIntegerField()
    weight = models.PositiveSmallIntegerField()
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, db_constraint=False, related_name="postings")
    noun = models.PositiveSmallIntegerField(choices=Noun.choices)
