"""Moves something along its kind's state table, one mover at a time."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import ConflictError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import Kind
from robotplus.portal.kinds.kind import KindError, Move


def find_move(subject: Any, kind: Kind, move: str, sides: frozenset[str]) -> Move:
    """The move of the state table that these sides may make now.

    Raises:
        RefusedError: there is none.
    """
    try:
        return kind.move(move, subject.state, sides, getattr(subject, "visibility", None))
    except KindError as e:
        raise RefusedError(str(e)) from e


@transaction.atomic
def do_move(
    reader: Reader, subject: Any, kind: Kind, move: str, *, sides: frozenset[str], reason: str = ""
) -> None:
    """Make a move of the state table and log it.

    Args:
        subject: a saved record with a ``state``.
        sides: on which sides of the table the reader stands for this subject.

    Raises:
        RefusedError: no such move from here for these sides, or a reason is missing.
        ConflictError: somebody moved it in the meantime.
    """
    before = subject.state
    step = find_move(subject, kind, move, sides)
    if step.reason and not reason.strip():
        raise RefusedError(_("say why"), field="reason")
    table: models.QuerySet[Any] = type(subject)._default_manager.filter(pk=subject.pk, state=before)
    if not table.update(state=step.end):
        raise ConflictError(_("it was changed in the meantime; look again"))
    subject.state = step.end
    log_event(reader, f"{kind.noun}.{move}", subject, before=before, after=step.end)
