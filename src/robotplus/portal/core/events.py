"""Writes the event log, inside the transaction of the change that it tells of."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from robotplus.portal.core.models import Event
from robotplus.portal.core.reader import Reader


def log_event(reader: Reader, verb: str, subject: models.Model, **data: int | str | bool | None) -> Event:
    """Add one event. ``data`` holds ids, states and figures, never names, addresses or texts.

    Raises:
        RuntimeError: not in a transaction, so the change and its event could part.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its change")
    return Event.objects.create(
        actor=None if reader.user is None else reader.user.pk,
        organisation=reader.organisation_id,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        data=data,
    )


def events_of(subject: models.Model) -> models.QuerySet[Any]:
    """The timeline of something; whoever may read the subject may read it."""
    return Event.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
