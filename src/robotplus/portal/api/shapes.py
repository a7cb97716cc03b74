"""Schemas that several nouns share."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.core.models import Event, Revision
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.kinds.kind import Label as KindLabel
from robotplus.portal.kinds.kind import Move as KindMove
from robotplus.portal.kinds.kind import Noun
from robotplus.portal.parties.models import Organisation

Visible = Literal["private", "invited", "public"]


class Label(Schema):
    zh: str
    en: str


class Party(Schema):
    """``is_example``: invented, to be shown as such."""

    id: int
    name_zh: str
    name_en: str
    is_example: bool


class RevisionNow(Schema):
    """The state of the content: its number and the hash that matches, certificates and deals name."""

    number: int
    sha256: str
    at: dt.datetime


class Move(Schema):
    """A move that the caller may make now. ``reason``: it must be said why."""

    name: str
    label: Label
    reason: bool


class Moving(Sent):
    move: str = Field(max_length=40)
    reason: str = Field("", max_length=2000)


class Happened(Schema):
    """One line of a timeline."""

    at: dt.datetime
    verb: str
    organisation: int | None
    data: dict[str, Any]


class Done(Schema):
    done: bool = True


def reader_of(request: HttpRequest) -> Reader:
    """The caller."""
    reader: Reader = request.auth  # type: ignore[attr-defined]
    return reader


def label(given: KindLabel) -> Label:
    return Label(zh=given.zh, en=given.en)


def party(organisation: Organisation | None) -> Party | None:
    if organisation is None:
        return None
    return Party(
        id=organisation.pk,
        name_zh=organisation.name_zh,
        name_en=organisation.name_en,
        is_example=organisation.is_example,
    )


def revision(current: Revision | None) -> RevisionNow | None:
    if current is None:
        return None
    return RevisionNow(number=current.number, sha256=current.sha256, at=current.at)


def moves(kind: str, noun: Noun, state: str, sides: frozenset[str], visibility: str | None) -> list[Move]:
    """What the caller may do next with something of a kind."""
    return [_move(m) for m in kind_of(kind, noun).moves_from(state, sides, visibility)]


def _move(given: KindMove) -> Move:
    return Move(name=given.name, label=label(given.label), reason=given.reason)


def timeline(events: list[Event]) -> list[Happened]:
    return [Happened(at=e.at, verb=e.verb, organisation=e.organisation, data=e.data) for e in events]
