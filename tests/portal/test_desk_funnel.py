"""The funnel counts what is there, inside the reader's scope, and tells of no organisation that stands alone."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from conftest import Cast, make_organisation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from robotplus.portal.core.models import Area
from robotplus.portal.core.reader import Reader, Scope
from robotplus.portal.core.sheets import csv_bytes, plain, xlsx_bytes
from robotplus.portal.deals.models import Deal, LedgerLine
from robotplus.portal.desk.forms import FunnelForm
from robotplus.portal.desk.funnel import Wanted, funnel
from robotplus.portal.desk.rows import OTHERS, Row, suppressed
from robotplus.portal.jobs.models import Result
from robotplus.portal.matches.models import Answer
from robotplus.portal.needs.models import Need, NeedRevision
from robotplus.portal.parties.models import Organisation

CITY = Reader(scopes=(Scope(),))


def _need(owner: Organisation, field: str, area: Area, **more: Any) -> Need:
    return Need.objects.create(
        kind="application", organisation=owner, title="t", field=field, area=area, state="open", **more
    )


def _answered(need: Need, proven: int) -> None:
    revision = NeedRevision.objects.create(need=need, number=1, values={}, kind_version=1, sha256="sha256:0")
    key = f"sha256:{need.pk}"
    Answer.objects.create(need_revision=revision, document={}, need_sha256="sha256:0", key=key)
    Result.objects.create(key=key, kind="answer", summary={"counts": {"proven": proven, "impossible": 3}})


@pytest.fixture
def plants(db: None) -> list[Organisation]:
    return [make_organisation(f"Plant {i}") for i in range(6)]


@pytest.mark.django_db
def test_counts_are_what_is_there(plants: list[Organisation], areas: dict[str, Area]) -> None:
    needs = [_need(p, "manufacturing", areas["west"]) for p in plants[:4]]
    _need(plants[0], "manufacturing", areas["west"])
    Need.objects.filter(pk=needs[3].pk).update(state="draft")
    for need, proven in zip(needs[:2], (2, 0), strict=True):
        _answered(need, proven)
    example = make_organisation("Example")
    Organisation.objects.filter(pk=example.pk).update(is_example=True)
    _need(Organisation.objects.get(pk=example.pk), "manufacturing", areas["west"])
    deals = [
        Deal.objects.create(
            kind="purchase",
            buyer=plants[0],
            seller=plants[5],
            title="d",
            field="manufacturing",
            area=areas["west"],
            state=s,
        )
        for s in ("inquiry", "accepted", "done")
    ]
    for basis, amount in (("declared", 100), ("confirmed", 90), ("declared", 95)):
        LedgerLine.objects.create(
            deal=deals[1], kind="contract", amount=amount, currency="CNY", basis=basis, declared_by=plants[0]
        )
    LedgerLine.objects.create(
        deal=deals[2], kind="payment", amount=7, currency="CNY", basis="contract", declared_by=plants[0]
    )
    found = funnel(CITY, Wanted("field"))
    (row,) = found.rows
    assert (row.key, row.needs, row.answered, row.proven) == ("manufacturing", 4, 2, 1)
    assert (row.inquiries, row.deals) == (3, 2)
    assert row.amounts == {("confirmed", "CNY"): Decimal(90)}  # the best known line of a deal, once
    assert found.total == Row("total", 4, 2, 1, 3, 2, row.amounts, row.organisations)


@pytest.mark.django_db
def test_an_official_counts_inside_their_scope(
    plants: list[Organisation], areas: dict[str, Area], cast: Cast
) -> None:
    for plant in plants:
        _need(plant, "manufacturing", areas["west"])
        _need(plant, "agriculture", areas["east"])

    def total(reader: Reader, **wanted: Any) -> int:
        found = funnel(reader, Wanted(**wanted)).total
        return 0 if found is None else found.needs

    assert total(cast.reader("operator")) == total(cast.reader("city_official")) == 12
    assert total(cast.reader("district_official")) == 6
    assert total(cast.reader("district_official"), area="500113") == 0
    assert total(Reader(scopes=(Scope(area="500000"),))) == 12  # a city holds its districts
    assert total(Reader(scopes=(Scope("agriculture", "500106"),))) == 0
    assert total(Reader(scopes=(Scope("agriculture"), Scope(area="500106")))) == 12
    assert total(Reader(scopes=(Scope(programme="p1"),))) == 0
    assert total(CITY, field="agriculture") == total(CITY, area="500113") == 6
    for name in ("buyer", "seller", "visitor", "ex_member"):
        assert total(cast.reader(name)) == 0
        assert cast.client(name).get("/desk/funnel/").status_code in (302, 404)
        assert cast.client(name).get("/desk/funnel.csv").status_code in (302, 404)


@pytest.mark.django_db
def test_months_are_those_of_the_sites_clock(plants: list[Organisation], areas: dict[str, Area]) -> None:
    for plant in plants[:3]:
        need = _need(plant, "agriculture", areas["west"])
        Need.objects.filter(pk=need.pk).update(created_at="2026-03-31T17:00:00Z")  # 1 April in Shanghai
    assert [r.key for r in funnel(CITY, Wanted("month")).rows] == ["2026-04"]
    for start, end, count in (
        ("2026-04", "2026-04", 3),
        ("2026-03", "2026-05", 3),
        ("2026-05", "", 0),
        ("", "2026-03", 0),
        ("2026-04-02", "", 3),  # no month, so not asked
    ):
        total = funnel(CITY, FunnelForm({"start": start, "end": end}).wanted()).total
        assert (0 if total is None else total.needs) == count


ROWS = st.lists(st.sets(st.integers(0, 12), min_size=1, max_size=6), max_size=8)


@given(ROWS, st.integers(2, 4))
def test_no_shown_row_and_no_difference_tells_of_fewer_than_the_floor(
    sets: list[set[int]], floor: int
) -> None:
    made = [Row(str(i), needs=10**i, organisations=s) for i, s in enumerate(sets)]
    found = suppressed("field", made, floor=floor)
    everyone = set().union(*sets) if sets else set()
    if len(everyone) < floor:
        assert found.total is None and found.rows == ()
        return
    assert found.total is not None and found.total.needs == sum(r.needs for r in made)
    assert sum(r.needs for r in found.rows) == found.total.needs
    for row in found.rows:
        assert len(row.organisations) >= floor
    kept = {r.key: r.needs for r in found.rows if r.key != OTHERS}
    assert all(made[int(k)].needs == n for k, n in kept.items())


def test_rows_that_are_big_enough_stay(db: None) -> None:
    made = [
        Row("a", 1, organisations={1, 2, 3}),
        Row("b", 10, organisations={4}),
        Row("c", 100, organisations={5, 6, 7}),
    ]
    found = suppressed("field", made, floor=3)
    assert len(found.rows) == 2 and {r.needs for r in found.rows} in ({1, 110}, {11, 100})


@given(st.text(max_size=40))
def test_no_text_is_a_formula(text: str) -> None:
    cell = plain(text)
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\n"))
    assert cell in (text, f"'{text}") or any(c < " " for c in text)


@pytest.mark.parametrize(
    "value", ["=1+1", '=HYPERLINK("http://x")', "+86138", "-1", "@a", "\t=1", " =1", "＝1"]
)
def test_exports_open_as_data(value: str) -> None:
    table = [["名称", "数"], [value, 3.5], ["普通", Decimal("-2.50")]]
    sheet = load_workbook(io.BytesIO(xlsx_bytes(table))).active
    assert sheet.cell(2, 1).data_type == "s" and sheet.cell(2, 1).value.startswith("'")
    assert sheet.cell(2, 2).value == 3.5 and sheet.cell(3, 2).value == -2.5
    read = list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"))))
    assert read[1][0].startswith("'") and read[2] == ["普通", "-2.50"]


@pytest.mark.django_db
def test_the_page_and_its_exports_say_the_same(
    cast: Cast, plants: list[Organisation], areas: dict[str, Area]
) -> None:
    for plant in plants:
        _need(plant, "manufacturing", areas["west"])
    client = cast.client("city_official")
    page = client.get("/desk/funnel/?by=area")
    assert [r[:2] for r in page.context["rows"]] == [["沙坪坝区", 6], ["合计", 6]]
    sheet = client.get("/desk/funnel.xlsx?by=area")
    cells = [[c.value for c in row][:2] for row in load_workbook(io.BytesIO(sheet.content)).active]
    assert cells[1:] == [r[:2] for r in page.context["rows"]]
    text = client.get("/desk/funnel.csv?by=area").content.decode("utf-8-sig")
    assert [r[:2] for r in csv.reader(io.StringIO(text))][1] == ["沙坪坝区", "6"]
    for odd in ("by=x", "area=nowhere", "start=x&end=0", "field=x"):
        assert client.get(f"/desk/funnel/?{odd}").status_code == 200
