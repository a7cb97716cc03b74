"""The event log, readers and reservations keep their rules, whoever asks and on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from conftest import Cast
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from robotplus.portal.core.events import events_of, log_event
from robotplus.portal.core.models import AppendOnlyError, Event
from robotplus.portal.offers.models import Reservation

pytestmark = pytest.mark.django_db


def test_the_event_log_is_only_added_to(cast: Cast) -> None:
    reader = cast.reader("buyer")
    event = log_event(reader, "organisation.look", reader.organisation, figure=3)
    assert list(events_of(reader.organisation)) == [event]
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()
    with pytest.raises(AppendOnlyError):
        Event.objects.update(verb="x")
    for statement in ("UPDATE core_event SET verb = 'x'", "DELETE FROM core_event"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Event.objects.get(pk=event.pk).verb == "organisation.look"


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_its_change(cast: Cast) -> None:
    reader = cast.reader("buyer")
    with pytest.raises(RuntimeError):
        log_event(reader, "organisation.look", reader.organisation)
    with transaction.atomic():
        log_event(reader, "organisation.look", reader.organisation)


@pytest.mark.parametrize(
    ("start", "end", "clashes"), [(0, 2, True), (1, 2, True), (2, 4, False), (-1, 0, False), (-1, 9, True)]
)
def test_reservations_of_one_unit_never_overlap(start: int, end: int, clashes: bool) -> None:
    now = timezone.now()

    def span(a: int, b: int, resource: str = "unit:1") -> Any:
        return Reservation.objects.create(
            resource=resource, start=now + dt.timedelta(hours=a), end=now + dt.timedelta(hours=b)
        )

    first = span(0, 2)
    span(start, end, "unit:2")
    if clashes:
        with pytest.raises(DatabaseError), transaction.atomic():
            span(start, end)
        first.released = True
        first.save()
    span(start, end)


def test_grants_end_and_officials_have_scopes(cast: Cast) -> None:
    assert cast.reader("ex_member").organisation is None
    assert cast.reader("buyer").may_publish and not cast.reader("buyer_viewer").may_edit
    assert cast.reader("newcomer").may_edit and not cast.reader("newcomer").may_publish
    assert [s.area for s in cast.reader("district_official").scopes] == ["500106"]
    assert cast.reader("operator").is_operator and not cast.reader("city_official").is_operator
