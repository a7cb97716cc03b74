"""A deal's timeline: events, messages, quotations and files in the order they happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from robotplus.portal.core.events import events_of
from robotplus.portal.core.models import Document
from robotplus.portal.core.subjects import subject_type
from robotplus.portal.deals.models import Deal, Message
from robotplus.portal.kinds import Kind
from robotplus.portal.kinds.kind import Label


@dataclass(frozen=True)
class Entry:
    """One line. ``what``: move, message, quotation, note; ``buyer``: on which side it happened."""

    at: dt.datetime
    what: str
    buyer: bool
    label: Label | None = None
    verb: str = ""
    message: Message | None = None
    quotation: Any = None
    files: tuple[Document, ...] = ()


def timeline(deal: Deal, kind: Kind) -> list[Entry]:
    """Everything, oldest first, in a fixed number of queries."""
    moves = {f"deal.{m.name}": m.label for m in kind.moves}
    entries = [
        Entry(
            e.at,
            "move" if e.verb in moves else "note",
            e.organisation == deal.buyer_id,
            moves.get(e.verb),
            e.verb,
        )
        for e in events_of(deal)
        if e.verb not in ("deal.say", "deal.quotation")
    ]
    messages = list(deal.messages.all())
    files: dict[str, list[Document]] = {}
    for document in Document.objects.filter(
        subject_type=subject_type(Message), subject_id__in=[str(m.pk) for m in messages]
    ):
        files.setdefault(document.subject_id, []).append(document)
    entries += [
        Entry(
            m.at,
            "message",
            m.organisation_id == deal.buyer_id,
            message=m,
            files=tuple(files.get(str(m.pk), ())),
        )
        for m in messages
    ]
    entries += [Entry(q.at, "quotation", False, quotation=q) for q in deal.quotations.all()]
    return sorted(entries, key=lambda e: e.at)
