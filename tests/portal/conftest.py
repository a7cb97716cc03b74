"""The cast of the portal's tests: one organisation for every role, and readers for each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from scripts.messages import compile_stale

from robotplus.portal.core.models import Area
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.parties.access import reader_for
from robotplus.portal.parties.models import Grant, Organisation, User

PASSWORD = "long enough for a test 1"
_serial = itertools.count(1)


def make_user(name: str) -> User:
    return User.objects.create_user(f"{name}-{next(_serial)}@example.org", PASSWORD, name=name)


def make_organisation(
    name: str, kind: str = "user", *, state: str = "approved", area: Area | None = None
) -> Organisation:
    code = f"TEST{next(_serial):08d}"
    made = Organisation.objects.create(
        name_zh=name, name_en=name, country="XX", code=code, kind=kind, state=state
    )
    if area is not None:
        made.areas.add(area)
    return made


def make_member(organisation: Organisation, role: str = "owner", **scope: object) -> User:
    user = make_user(f"{organisation.name_en}-{role}")
    Grant.objects.create(user=user, organisation=organisation, role=role, **scope)
    return user


@dataclass(frozen=True)
class Cast:
    """People by role. ``buyer`` and ``seller`` deal with each other, ``rival`` competes with the seller."""

    buyer: User
    buyer_viewer: User
    seller: User
    rival: User
    newcomer: User  # owner of an organisation that waits for approval
    ex_member: User  # of the buyer
    district_official: User
    city_official: User
    operator: User

    def reader(self, name: str) -> Reader:
        return NOBODY if name == "visitor" else reader_for(getattr(self, name))

    def client(self, name: str) -> Client:
        """A browser signed in as that role; ``visitor`` is not signed in."""
        client = Client()
        if name != "visitor":
            client.force_login(getattr(self, name))
        return client


ROLES = (*Cast.__dataclass_fields__, "visitor")


@pytest.fixture
def areas(db: None) -> dict[str, Area]:
    city = Area.objects.create(code="500000", name_zh="重庆市", name_en="Chongqing")
    west = Area.objects.create(code="500106", name_zh="沙坪坝区", name_en="Shapingba", parent=city)
    east = Area.objects.create(code="500113", name_zh="巴南区", name_en="Banan", parent=city)
    return {"city": city, "west": west, "east": east}


@pytest.fixture
def cast(areas: dict[str, Area]) -> Cast:
    plant = make_organisation("Seat Works", "user", area=areas["west"])
    maker = make_organisation("Arm Maker", "maker", area=areas["west"])
    other = make_organisation("Other Maker", "maker", area=areas["east"])
    fresh = make_organisation("New Plant", "user", state="pending")
    city = make_organisation("City Commission", "commission", area=areas["city"])
    desk = make_organisation("Operator", "operator")
    gone = make_member(plant)
    Grant.objects.filter(user=gone).update(end=plant.created_at)
    return Cast(
        buyer=make_member(plant),
        buyer_viewer=make_member(plant, "viewer"),
        seller=make_member(maker),
        rival=make_member(other),
        newcomer=make_member(fresh),
        ex_member=gone,
        district_official=make_member(city, "official", area=areas["west"]),
        city_official=make_member(city, "official"),
        operator=make_member(desk, "operator"),
    )


def _flush_may_empty_logs() -> None:
    """Transactional tests end by emptying every table, which SQLite's append-only triggers would refuse."""
    if connection.vendor != "sqlite":
        return
    operations = type(connection.ops)
    plain = operations.sql_flush

    def sql_flush(self: object, *args: object, **kwargs: object) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_%'"
            )
            triggers = cursor.fetchall()
        drops = [f"DROP TRIGGER {name}" for name, _ in triggers]
        return [*drops, *plain(self, *args, **kwargs), *(sql for _, sql in triggers)]

    operations.sql_flush = sql_flush


_flush_may_empty_logs()
compile_stale()  # pages speak Chinese only from compiled catalogues
