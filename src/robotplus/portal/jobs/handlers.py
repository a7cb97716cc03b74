"""What each kind of job does: a function that computes, and one that records in the committing transaction.

A kind is one line in `HANDLERS`, naming a `Handler` that its app keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from robotplus.portal.core.errors import AbsentError
from robotplus.portal.jobs.models import Job, Result

HANDLERS: Mapping[str, str] = {
    "answer": "robotplus.portal.matches.answering.HANDLER",
    "changes": "robotplus.portal.matches.changing.HANDLER",
    "survey": "robotplus.portal.matches.answering.SURVEY",
    "import": "robotplus.portal.catalogue.owning.IMPORT",
    "card": "robotplus.portal.catalogue.carding.HANDLER",
    "check": "robotplus.portal.evidence.checking.HANDLER",
    "match": "robotplus.portal.matches.reverse.OPENED",
    "reverse": "robotplus.portal.matches.reverse.REVERSE",
}
HOURLY: tuple[str, ...] = (  # housekeeping, for a worker that has nothing else to do
    "robotplus.portal.matches.purging.do_purge",
    "robotplus.portal.matches.reference.do_survey",
    "robotplus.portal.catalogue.carding.do_renew_cards",
)


@dataclass(frozen=True)
class Work:
    """What a handler is given, in a process of its own.

    ``folder``: empty, for the result's files. ``tell``: takes the progress, as often as one likes.
    """

    key: str
    params: Mapping[str, Any]
    folder: Path
    organisation: int | None
    tell: Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Handler:
    """``run`` returns the result's summary (JSON), the same for the same key.

    ``commit`` runs in the transaction that commits the result, once a key. ``warm`` is called once in a new
    worker, so that its jobs find everything loaded.
    """

    run: Callable[[Work], dict[str, Any]]
    commit: Callable[[Job, Result], None] | None = None
    warm: Callable[[], None] | None = None


def handler(kind: str) -> Handler:
    """The handler of a kind of job.

    Raises:
        AbsentError: no such kind.
    """
    if kind not in HANDLERS:
        raise AbsentError("no such kind of job", value=kind, allowed=", ".join(HANDLERS))
    found: Handler = import_string(HANDLERS[kind])
    return found
