"""What the operations of offers and needs share: brief, list, moves and timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from django.db import models
from ninja import Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.paging import Cursor
from robotplus.portal.api.shapes import Happened, Move, Party, RevisionNow, moves, party, revision, timeline
from robotplus.portal.core.content import sides_of
from robotplus.portal.core.events import events_of
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import kind
from robotplus.portal.parties.models import Organisation

TIMELINE = 100  # events of one thing


class ContentBrief(Schema):
    id: int
    kind: str
    title: str
    language: str
    organisation: Party | None
    visibility: str
    state: str
    updated_at: dt.datetime
    revision: RevisionNow | None
    values: dict[str, Any]


class ContentWanted(Cursor):
    kind: str = Field("", max_length=40)
    mine: bool = Field(False, description="the caller's own, whatever their state")


class NewContent(Sent):
    kind: str = Field(max_length=40)
    title: str = Field(max_length=200)
    values: dict[str, Any]


class RevisedContent(Sent):
    title: str = Field(max_length=200)
    values: dict[str, Any]


def brief(subject: Any, owner: Organisation | None) -> dict[str, Any]:
    """What a list says of an offer or need. ``owner``: whom it names."""
    return {
        "id": subject.pk,
        "kind": subject.kind,
        "title": subject.title,
        "language": subject.language,
        "organisation": party(owner),
        "visibility": subject.visibility,
        "state": subject.state,
        "updated_at": subject.updated_at,
        "revision": revision(subject.current),
        "values": subject.current.values if subject.current else {},
    }


def wanted_rows(
    rows: models.QuerySet[Any], reader: Reader, wanted: ContentWanted, public: models.Q, names: Sequence[str]
) -> models.QuerySet[Any]:
    """One's own, or what is ``public``; of these what fits the query keys of those names."""
    rows = rows.filter(organisation_id=reader.organisation_id or 0) if wanted.mine else rows.filter(public)
    return rows.filter(**{name: value for name in ("kind", *names) if (value := getattr(wanted, name))})


def moves_now(reader: Reader, subject: Any, noun: Literal["offer", "need"]) -> list[Move]:
    """What the caller may do with it now."""
    sides = sides_of(reader, subject.organisation_id, kind(subject.kind, noun))
    return moves(subject.kind, noun, subject.state, sides, subject.visibility)


def own_timeline(reader: Reader, subject: Any) -> list[Happened]:
    """Its timeline, for its own organisation and the operator; empty for others."""
    seen = bool(sides_of(reader, subject.organisation_id))
    return timeline(list(events_of(subject).order_by("-id")[:TIMELINE])) if seen else []
