"""The ranking sorted, filtered and taken away as a table; what a "what if" changed."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from answered import answered, use_small_catalogue
from conftest import Cast
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from robotplus.portal.matches.changed import changes
from robotplus.portal.matches.listing import ONLY, SORTS, Wanted
from robotplus.portal.matches.models import Answer
from robotplus.portal.matches.offers import Supply
from robotplus.portal.matches.shown import page_of

MAKERS = ("ABB", "KUKA", "埃斯顿")


def supply(amount: int, *, currency: str = "CNY", basis: str = "unit", lead: float | None = None) -> Supply:
    price = {"amount": str(amount), "currency": currency, "tax_included": True, "tax_rate": "0.13"}
    return Supply(1, "x", "Maker", 1, {**price, "basis": basis, "scope": ["body"]}, lead)


@st.composite
def rankings(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for place in range(1, draw(st.integers(0, 12)) + 1):
        checked = draw(st.booleans())
        rows.append(
            {
                "place": place,
                "robot": f"r{place}",
                "maker": draw(st.sampled_from(MAKERS)),
                "verdict": draw(st.sampled_from(("proven", "proven_if_confirmed")))
                if checked
                else "candidate",
                "certificate": f"sha256:{place:064x}" if checked else None,
                "high": draw(st.floats(1, 99)),
                "clearance_m": draw(st.none() | st.floats(0, 1)),
                "mass_kg": draw(st.none() | st.floats(1, 999)),
                "offers": [supply(n, lead=n) for n in draw(st.lists(st.integers(1, 9), max_size=2))],
            }
        )
    return rows


@given(
    rankings(), st.sampled_from(sorted(SORTS)), st.sampled_from(sorted(ONLY)), st.sampled_from(("", *MAKERS))
)
def test_filters_keep_what_fits_and_sorting_loses_nothing(
    rows: list[dict[str, Any]], sort: str, only: str, maker: str
) -> None:
    wanted = Wanted.read({"sort": sort, "only": only, "maker": maker})
    shown = wanted.of(rows)
    fits = {r["robot"] for r in rows if maker in ("", r["maker"]) and ONLY[only][1](r)}
    assert len(shown) == len(fits) and {r["robot"] for r in shown} == fits
    if sort == "cycle":
        assert [r["high"] for r in shown] == sorted(r["high"] for r in shown)
    if sort in ("mass", "lead", "price"):  # what is not known stands behind what is
        of = {"mass": lambda r: r["mass_kg"] is not None, "lead": lambda r: bool(r["offers"])}
        known = [of.get(sort, lambda r: bool(r["offers"]))(r) for r in shown]
        assert known == sorted(known, reverse=True)


def test_prices_that_do_not_compare_stand_behind() -> None:
    base = {"maker": "ABB", "verdict": "proven"}
    prices = [supply(9), supply(1, basis="month"), supply(7), supply(2, currency="USD"), supply(8)]
    rows = [{**base, "place": i, "offers": [p]} for i, p in enumerate(prices, start=1)]
    assert [r["place"] for r in Wanted(sort="price").of(rows)] == [3, 5, 1, 2, 4]


def test_an_address_that_names_nonsense_is_as_without() -> None:
    assert Wanted.read({"sort": "'; drop", "only": "x", "maker": ""}) == Wanted() and Wanted().query == ""
    assert Wanted.read({"sort": "mass", "maker": "a&b"}).query == "sort=mass&maker=a%26b"


@pytest.mark.django_db
def test_the_table_taken_away_is_the_one_shown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_catalogue(monkeypatch)
    answer = answered(cast.reader("buyer"))
    page = page_of(answer.key)
    assert page is not None
    client, at = cast.client("buyer"), reverse("answer", args=[answer.slug])
    maker = page["rows"][0]["maker"]
    shown = client.get(at, {"sort": "cycle", "maker": maker}).text
    text = client.get(f"{at}ranking.csv", {"sort": "cycle", "maker": maker}).content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    rows = sorted((r for r in page["rows"] if r["maker"] == maker), key=lambda r: r["high"])
    assert [line[2] for line in table[1:]] == [r["model"] for r in rows]
    assert all(len(line) == len(table[0]) for line in table)
    places = [shown.index(f'id="robot-{r["robot"]}"') for r in rows]
    assert places == sorted(places)
    assert all(
        r["model"] not in shown.split('class="ranking"')[1].split("</ol>")[0]
        for r in page["rows"]
        if r["maker"] != maker
    )
    book = load_workbook(io.BytesIO(client.get(f"{at}ranking.xlsx").content))
    cells = list(book.active.iter_rows(values_only=True))
    assert len(cells) == len(page["rows"]) + 1 and cells[1][5] == round(page["rows"][0]["high"], 3)


def row(robot: str, high: float, verdict: str = "proven") -> dict[str, Any]:
    return {"robot": robot, "maker": "M", "model": robot, "high": high, "verdict": verdict}


def test_changes_count_what_was_won_and_lost() -> None:
    why = {"verdict": "not_found", "reason": ["够不着", "out of reach"]}
    before = {"rows": [row("a", 9.0), row("b", 8.0), row("gone", 7.0)], "refused": {"new": why}}
    after = {"rows": [row("b", 7.5), row("new", 6.0), row("a", 9.01, "candidate")], "refused": {"gone": why}}
    found = changes(before, after)
    assert (found.won, found.faster, found.slower) == (1, 1, 0)
    assert [one["model"] for one in found.lost] == ["gone"] and found.lost[0]["reason"] == why["reason"]
    assert found.of["b"] == {"up": 1, "down": 0, "verdict": "", "seconds": -0.5}
    assert found.of["new"] == {"new": True, "was": why["reason"]}
    assert (
        found.of["a"]["down"] == 2
        and found.of["a"]["seconds"] is None
        and found.of["a"]["verdict"] == "proven"
    )
    assert changes(None, after).of == {} and changes(after, after).of == {}


@pytest.mark.django_db
def test_a_what_if_says_the_number_that_changed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_catalogue(monkeypatch)
    before = answered(cast.reader("buyer"))
    after = answered(cast.reader("buyer"), seam_length_mm=300.0)
    Answer.objects.filter(pk=after.pk).update(previous=before)
    shown = cast.client("buyer").get(reverse("answer", args=[after.slug])).text
    numbers = shown.split('id="what-if"')[1]
    assert numbers.count('class="was"') == 1 and "800" in numbers.split('class="was"')[1].split("</b>")[0]
    assert (
        "个变快" in shown
        and 'class="was"' not in cast.client("buyer").get(reverse("answer", args=[before.slug])).text
    )


@pytest.mark.django_db
def test_up_to_four_stand_side_by_side(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_catalogue(monkeypatch)
    answer = answered(cast.reader("buyer"))
    page = page_of(answer.key)
    assert page is not None
    checked = [r for r in page["rows"] if r["certificate"]]
    client, at = cast.client("buyer"), reverse("answer_compare", args=[answer.slug])
    one = client.get(at, {"robot": [checked[0]["robot"]]}).text
    assert f">{checked[0]['model']}</a>" in one and f'<option value="{checked[1]["robot"]}">' in one
    both = client.get(at, {"robot": [r["robot"] for r in checked]}).text
    fastest = min(checked, key=lambda r: r["high"])
    assert both.count("最短") == 1 and f"{fastest['high']:.2f} s" in both.split("最短")[0][-200:]
