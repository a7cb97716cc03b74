"""Programmes: what is announced is public, drafts are not, targets stand beside what was measured last."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from conftest import ROLES, Cast

from robotplus.portal.programmes.access import programmes_for
from robotplus.portal.programmes.models import Measurement, Programme, Target

pytestmark = pytest.mark.django_db


def make(cast: Cast, owner: str, state: str) -> Programme:
    return Programme.objects.create(
        kind="pilot",
        organisation=cast.reader(owner).organisation,
        title=f"试点 {owner} {state}",
        state=state,
        values={"goals": "一百台", "starts": "2026-01-01", "ends": "2027-12-31", "field": "manufacturing"},
    )


@pytest.mark.parametrize("role", ROLES)
def test_announced_programmes_are_public_and_drafts_are_their_owners(cast: Cast, role: str) -> None:
    draft, running = make(cast, "buyer", "draft"), make(cast, "buyer", "running")
    sees_drafts = role in ("buyer", "buyer_viewer", "operator")
    assert set(programmes_for(cast.reader(role))) == ({draft, running} if sees_drafts else {running})
    client = cast.client(role)
    assert client.get(f"/programmes/{running.pk}/").status_code == 200
    assert client.get(f"/programmes/{draft.pk}/").status_code == (200 if sees_drafts else 404)
    page = client.get("/programmes/").content.decode()
    assert running.title in page and (draft.title in page) == sees_drafts


def test_a_target_stands_beside_what_was_seen_last(cast: Cast) -> None:
    one = make(cast, "buyer", "running")
    Target.objects.create(programme=one, indicator="台数", unit="", value=100, due=dt.date(2027, 12, 31))
    Target.objects.create(programme=one, indicator="节拍", unit="s", value=30, due=dt.date(2027, 12, 31))
    for value, month in ((12, 3), (34, 6), (5, 1)):
        Measurement.objects.create(
            subject_type="programmes.programme",
            subject_id=str(one.pk),
            indicator="台数",
            start=dt.date(2026, month, 1),
            end=dt.date(2026, month, 28),
            value=value,
            source="区县统计",
        )
    page = cast.client("visitor").get(f"/programmes/{one.pk}/").content.decode()
    first, second = page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:2]
    assert ">34<" in first.replace('title="区县统计"', "") and "2026-06-28" in first
    assert "—" in second and "一百台" in page


def test_the_list_needs_few_queries_and_an_empty_one_offers_the_next_step(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    client = cast.client("visitor")
    assert "/scenarios/" in client.get("/programmes/?kind=pilot&page=99").content.decode()
    for _ in range(30):
        make(cast, "buyer", "running")
    with django_assert_max_num_queries(3):
        assert client.get("/programmes/").content.decode().count("试点 buyer") == 25
