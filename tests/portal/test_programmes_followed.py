"""Programmes: who may make and change them, targets and measurements, what the page shows, and takedown."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from conftest import Cast, make_member, make_organisation
from hypothesis import given
from hypothesis import strategies as st

from robotplus.portal.core.errors import AbsentError, ForbiddenError, RefusedError
from robotplus.portal.core.models import Area, Event
from robotplus.portal.desk.actions import do_decide_organisation, do_move_content, do_report
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.parties.access import reader_for
from robotplus.portal.parties.models import Grant, Organisation
from robotplus.portal.programmes.access import access_programme
from robotplus.portal.programmes.actions import (
    do_add_target,
    do_create_programme,
    do_drop_measurement,
    do_drop_target,
    do_measure,
    do_move_programme,
    do_revise_programme,
)
from robotplus.portal.programmes.models import Measurement, Programme, Target
from robotplus.portal.programmes.progress import followed

WEST = {
    "goals": "五十个单元",
    "starts": "2026-01-01",
    "ends": "2027-12-31",
    "field": "manufacturing",
    "area": "500106",
}
ROBOTS = {"indicator": "新增机器人", "unit": "台", "value": "100", "adds": "on", "due": "2027-12-31"}


def quarter(value: float, n: int = 1, source: str = "区县统计") -> dict[str, Any]:
    start = dt.date(2026, 3 * n - 2, 1)
    return {"start": start, "end": start + dt.timedelta(days=88), "value": value, "source": source}


def pilot(cast: Cast, who: str = "district_official", **values: str) -> Programme:
    return do_create_programme(
        cast.reader(who), kind="pilot", title="沙坪坝焊接试点", values={**WEST, **values}
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "who", ["buyer", "buyer_viewer", "seller", "rival", "newcomer", "ex_member", "visitor"]
)
def test_only_the_operator_and_officials_create_programmes(cast: Cast, who: str) -> None:
    with pytest.raises(ForbiddenError):
        pilot(cast, who)


@pytest.mark.django_db
def test_an_official_stays_inside_what_the_grant_covers(cast: Cast) -> None:
    official = cast.reader("district_official")
    made = pilot(cast)
    assert (made.field, made.area and made.area.code) == ("manufacturing", "500106")
    for values in ({**WEST, "area": "500113"}, {k: v for k, v in WEST.items() if k != "area"}):
        with pytest.raises(RefusedError) as refused:
            do_create_programme(official, kind="pilot", title="x", values=values)
        assert set(refused.value.problems) == {"area"}
        with pytest.raises(RefusedError):
            do_revise_programme(official, made.pk, title="x", values=values)
    elsewhere = pilot(cast, "city_official", area="500113")
    with pytest.raises(ForbiddenError):
        do_revise_programme(official, elsewhere.pk, title="x", values=WEST)


@pytest.mark.django_db
def test_a_grant_for_one_programme_follows_it_and_creates_none(cast: Cast) -> None:
    one, other = pilot(cast, "city_official"), pilot(cast, "city_official")
    person = make_member(one.organisation, "official", programme=str(one.pk))
    reader = reader_for(person)
    assert do_add_target(reader, one.pk, ROBOTS).value == 100
    with pytest.raises(ForbiddenError):
        do_add_target(reader, other.pk, ROBOTS)
    with pytest.raises(ForbiddenError):
        do_create_programme(reader, kind="pilot", title="x", values=WEST)
    Grant.objects.filter(user=person).update(end=one.created_at)
    with pytest.raises(AbsentError):
        do_add_target(reader_for(person), one.pk, ROBOTS)


@pytest.mark.django_db
def test_the_operator_creates_on_behalf_of_organisers_alone(cast: Cast) -> None:
    operator = cast.reader("operator")
    district = make_organisation("District", "district")
    made = do_create_programme(operator, kind="event", title="对接会", values={}, organisation=district.pk)
    assert made.organisation == district and made.state == "draft"
    plant = cast.reader("buyer").organisation_id
    with pytest.raises(RefusedError):
        do_create_programme(operator, kind="event", title="x", values={}, organisation=plant)
    editor = reader_for(make_member(district, "editor"))
    assert do_revise_programme(editor, made.pk, title="供需对接会", values={}).title == "供需对接会"


@pytest.mark.django_db
def test_what_is_announced_is_complete_and_what_is_taken_down_is_gone(cast: Cast) -> None:
    official, operator = cast.reader("district_official"), cast.reader("operator")
    made = do_create_programme(official, kind="pilot", title="试点", values={"area": "500106"})
    with pytest.raises(RefusedError) as refused:
        do_move_programme(official, made.pk, "announce")
    assert {"goals", "starts", "ends"} <= set(refused.value.problems)
    do_revise_programme(official, made.pk, title="试点", values=WEST)
    do_move_programme(official, made.pk, "announce")
    visitor = cast.client("visitor")
    assert "试点" in visitor.get("/programmes/?field=manufacturing&kind=pilot").content.decode()
    assert "/report/programmes.programme/" in visitor.get(f"/programmes/{made.pk}/").content.decode()
    report = do_report(cast.reader("visitor"), "programmes.programme", str(made.pk), text="夸大")
    with pytest.raises(AbsentError):
        do_move_content(official, "programme", made.pk, "take_down", reason=report.text)
    with pytest.raises(RefusedError):
        do_move_content(operator, "programme", made.pk, "take_down")
    do_move_content(operator, "programme", made.pk, "take_down", reason=report.text)
    assert visitor.get(f"/programmes/{made.pk}/").status_code == 404
    with pytest.raises(RefusedError):  # the organiser cannot bring it back alone
        do_move_programme(official, made.pk, "announce")
    do_move_content(operator, "programme", made.pk, "give_back")
    do_move_programme(official, made.pk, "announce")
    assert visitor.get(f"/programmes/{made.pk}/").status_code == 200


@pytest.mark.django_db
def test_a_suspended_organisation_loses_its_public_programmes(cast: Cast) -> None:
    made = pilot(cast)
    do_move_programme(cast.reader("district_official"), made.pk, "announce")
    city = Organisation.objects.get(pk=made.organisation_id)
    do_decide_organisation(cast.reader("operator"), city, move="suspend", note="x")
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_everything_shown_can_be_taken_down_and_drafts_show_nowhere() -> None:
    for kind in noun_kinds("programme"):
        for state in kind.states:
            downs = kind.moves_from(state.name, {"operator"})
            assert not state.listed or any(not kind.state(m.end).listed and m.reason for m in downs)
        assert not kind.state(kind.initial).listed
        shown = [m for m in kind.moves if kind.state(m.end).listed and kind.initial in m.start]
        assert all(m.publishes for m in shown)


@pytest.mark.django_db
def test_periods_add_up_until_the_target_is_met(cast: Cast) -> None:
    official, made = cast.reader("district_official"), pilot(cast)
    target = do_add_target(official, made.pk, ROBOTS)
    do_measure(official, made.pk, target.pk, quarter(60, 1))
    second = do_measure(official, made.pk, target.pk, quarter(55, 2))
    with pytest.raises(RefusedError) as refused:
        do_measure(official, made.pk, target.pk, quarter(1, 2))
    assert set(refused.value.problems) == {"start"}
    page = cast.client("operator").get(f"/programmes/{made.pk}/").content.decode()
    row = page.split("<tbody>")[1].split("</tr>")[0]
    assert ">115<" in row and "100 %" in row and "区县统计" in row
    do_drop_measurement(official, made.pk, second.pk, reason="重复统计")
    page = cast.client("operator").get(f"/programmes/{made.pk}/").content.decode()
    row = page.split("<tbody>")[1].split("</tr>")[0]
    assert ">60<" in row and "60 %" in row and "重复统计" in page
    with pytest.raises(AbsentError):
        do_drop_measurement(official, made.pk, second.pk, reason="again")
    do_measure(official, made.pk, target.pk, quarter(30, 2))  # in its place


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"source": " "}, "source"),
        ({"value": "viel"}, "value"),
        ({"value": "3 kg"}, "value"),
        ({"value": "1e999"}, "value"),
        ({"start": "2026-05-01", "end": "2026-04-01"}, "end"),
        ({"end": (dt.date.today() + dt.timedelta(days=3)).isoformat()}, "end"),
        ({"start": "yesterday"}, "start"),
        ({"source": "a\x01b"}, "source"),
    ],
)
def test_a_measurement_says_what_is_wrong_beside_the_field(
    cast: Cast, given: dict[str, str], field: str
) -> None:
    made = pilot(cast)
    target = do_add_target(cast.reader("district_official"), made.pk, ROBOTS)
    typed = {"start": "2026-01-01", "end": "2026-03-31", "value": "60", "source": "统计"}
    with pytest.raises(RefusedError) as refused:
        do_measure(cast.reader("district_official"), made.pk, target.pk, typed | given)
    assert set(refused.value.problems) == {field}
    page = cast.client("district_official").post(
        f"/programmes/{made.pk}/measurements/", {"target": target.pk, **typed, **given}
    )
    assert page.status_code == 422 and refused.value.problems[field] in page.content.decode()
    assert not Measurement.objects.exists()


@pytest.mark.django_db
def test_targets_do_not_contradict_each_other_and_stay_seen_once_announced(cast: Cast) -> None:
    official, made = cast.reader("district_official"), pilot(cast)
    target = do_add_target(official, made.pk, ROBOTS)
    for other, field in (
        (ROBOTS, "due"),
        (ROBOTS | {"due": "2026-12-31", "adds": ""}, "indicator"),
        (ROBOTS | {"due": "2026-12-31", "sense": "at_most"}, "indicator"),
        (ROBOTS | {"sense": "about"}, "sense"),
        (ROBOTS | {"indicator": ""}, "indicator"),
    ):
        with pytest.raises(RefusedError) as refused:
            do_add_target(official, made.pk, other)
        assert set(refused.value.problems) == {field}
    do_drop_target(official, made.pk, target.pk)  # of a draft: without a trace
    assert not Target.objects.exists()
    target = do_add_target(official, made.pk, ROBOTS)
    do_move_programme(official, made.pk, "announce")
    with pytest.raises(RefusedError):
        do_drop_target(official, made.pk, target.pk)
    do_drop_target(official, made.pk, target.pk, reason="口径调整")
    page = cast.client("visitor").get(f"/programmes/{made.pk}/").content.decode()
    assert "口径调整" in page and "新增机器人" in page
    verbs = set(Event.objects.filter(subject_id=str(made.pk)).values_list("verb", flat=True))
    assert {"programme.create", "programme.target", "programme.target_drop", "programme.announce"} <= verbs


figures = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60), st.integers(-50, 500)), max_size=8)


@given(figures, st.booleans(), st.sampled_from(["at_least", "at_most"]), st.integers(-100, 1000))
def test_what_stands_last_is_the_sum_or_the_latest(
    rows: list[tuple[int, int, int]], adds: bool, sense: str, value: int
) -> None:
    day, due = dt.date(2026, 1, 1), dt.date(2026, 12, 1)
    target = Target(indicator="x", unit="u", sense=sense, value=value, adds=adds, due=due)
    measured = [
        Measurement(
            pk=n, indicator="x", unit="u", start=day + dt.timedelta(s), end=day + dt.timedelta(s + w), value=v
        )
        for n, (s, w, v) in enumerate(rows)
    ]
    noise = Measurement(pk=99, indicator="x", unit="v", start=day, end=day, value=1e6)
    (found,) = followed([target], [*reversed(measured), noise])
    inside = [m for m in measured if m.end <= due]
    if not inside:
        assert found.latest is None and found.met is None and found.percent is None
        return
    last = max(inside, key=lambda m: (m.end, m.start, m.pk))
    expected = sum(m.value for m in inside) if adds else last.value
    assert found.latest is not None and found.latest.reached == pytest.approx(expected)
    assert found.met == (expected >= value if sense == "at_least" else expected <= value)
    if found.percent is not None:
        assert 0 <= found.percent <= 100 and (found.percent == 100) == bool(found.met)


@pytest.mark.django_db
def test_pages_carry_an_official_from_draft_to_figures(cast: Cast, areas: dict[str, Area]) -> None:
    client = cast.client("district_official")
    assert "/programmes/new/" in client.get("/programmes/").content.decode()
    assert "/programmes/new/" not in cast.client("seller").get("/programmes/").content.decode()
    assert client.get("/programmes/new/").content.decode().count("card-link") == 6
    bad = client.post("/programmes/new/", {"kind": "pilot", "title": "试点", **WEST, "area": "500113"})
    assert bad.status_code == 422 and "五十个单元" in bad.content.decode()
    made = client.post("/programmes/new/", {"kind": "pilot", "title": "试点", **WEST})
    at = made["Location"]
    assert client.post(f"{at}targets/", ROBOTS).status_code == 302
    target = Target.objects.get()
    measured = {"target": target.pk, "start": "2026-01-01", "end": "2026-03-31", "value": "12", "source": "s"}
    assert client.post(f"{at}measurements/", measured).status_code == 302
    assert client.post(f"{at}move/", {"move": "announce"}).status_code == 302
    sheet = cast.client("visitor").get(f"{at}figures.csv").content.decode("utf-8-sig").splitlines()
    assert sheet[1].startswith("新增机器人,台,") and ",12.0,12.0,s" in sheet[1]
    assert cast.client("visitor").get(f"{at}figures.xlsx").content[:2] == b"PK"


@pytest.mark.django_db
def test_the_api_does_the_same(cast: Cast) -> None:
    client = cast.client("district_official")

    def send(method: str, at: str, body: object = None) -> Any:
        found = client.generic(method, f"/api{at}", json.dumps(body), content_type="application/json")
        return found.status_code, found.json()

    status, made = send("POST", "/programmes", {"kind": "pilot", "title": "试点", "values": WEST})
    assert status == 201 and {m["name"] for m in made["moves"]} == {"announce", "discard"}
    at = f"/programmes/{made['id']}"
    status, target = send(
        "POST",
        f"{at}/targets",
        {"indicator": "x", "unit": "s", "sense": "at_most", "value": 30, "due": "2027-01-01"},
    )
    assert status == 201 and target["met"] is None
    body = {"start": "2026-01-01", "end": "2026-02-01", "value": 31, "source": "s"}
    assert send("POST", f"{at}/targets/{target['id']}/measurements", body)[0] == 201
    assert send("GET", at)[1]["targets"][0] | {"id": 0} == {
        "id": 0,
        "indicator": "x",
        "unit": "s",
        "sense": "at_most",
        "value": 30.0,
        "adds": False,
        "due": "2027-01-01",
        "reached": 31.0,
        "as_of": "2026-02-01",
        "met": False,
    }
    seen = send("GET", at)[1]["measurements"][0]["id"]
    status, after = send("DELETE", f"{at}/measurements/{seen}?reason=wrong")
    assert status == 200 and after["measurements"][0]["struck_why"] == "wrong"
    assert after["targets"][0]["reached"] is None
    assert send("POST", f"{at}/moves", {"move": "announce"})[1]["state"] == "announced"
    assert [p["id"] for p in send("GET", "/programmes?field=manufacturing")[1]["items"]] == [made["id"]]
    assert {e["verb"] for e in send("GET", f"{at}/events")[1]} >= {"programme.announce"}
    assert access_programme(cast.reader("visitor"), made["id"]).state == "announced"
