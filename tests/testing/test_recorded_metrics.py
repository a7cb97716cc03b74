"""Error rates, gauges, positions and dialogue: against plain computations, hand cases and planted records."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.errors import InputError
from robotplus.testing.dialogue import dialogue
from robotplus.testing.measurement import Metric
from robotplus.testing.perception import classification, gauge
from robotplus.testing.positioning import positioning
from robotplus.testing.records import Source, cell, read_table
from robotplus.testing.speech import distance, folded, split, text

letters = st.text(alphabet="abc", max_size=70)


def table(columns: str, *rows: object) -> Source:
    return Source("table", "\n".join([columns, *map(str, rows)]), "")


def estimates(found: tuple[list[Metric], int]) -> dict[str, float | None]:
    return {m.name: m.estimate for m in found[0]}


def plain_distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


@given(letters, letters)
@settings(max_examples=150, deadline=None)
def test_distance_is_the_plain_one(a: str, b: str) -> None:
    found = distance(a, b)
    assert found == plain_distance(a, b) == distance(b, a) == distance(a[::-1], b[::-1])
    assert abs(len(a) - len(b)) <= found <= max(len(a), len(b))


@given(letters, letters, letters)
@settings(max_examples=50, deadline=None)
def test_distance_keeps_the_triangle(a: str, b: str, c: str) -> None:
    assert distance(a, c) <= distance(a, b) + distance(b, c)


def test_folding_keeps_what_tells_numbers_apart() -> None:
    assert folded("Pump 3, reads: 4.5 bar!") == "pump 3 reads 4.5 bar"
    assert folded("４．５度。") == "4.5度"
    assert folded("-5 °C") != folded("5 °C")
    assert folded("don't  STOP") == "dont stop"
    assert split(folded("三号 pump 正常")) == ["三", "号", "pump", "正", "常"]
    assert folded(folded("Ⅷ. A_b – ﬁne")) == folded("Ⅷ. A_b – ﬁne")


def test_error_rates_by_hand() -> None:
    truth = table("id,text", "1,the cat sat", "2,三号泵", "3,stop")
    told = table("id,text", "1,the bat sat down", "2,三号帮")
    found = text(truth, told)
    # words: 2 of 3, 1 of 3, and the missing one of 1; letters: 1 + 4 of 9, 1 of 3, 4 of 4
    assert estimates(found) == {"cer": pytest.approx(10 / 16), "wer": pytest.approx(4 / 7), "exact": 0.0}
    assert found[1] == 1
    with pytest.raises(InputError, match="nothing is left"):
        text(table("id,text", "1,。"), table("id,text", "1,a"))


@given(st.lists(st.tuples(letters.filter(bool), letters), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_error_rates_are_bounded(rows: list[tuple[str, str]]) -> None:
    truth = table("id,text", *(f"{i},{a}" for i, (a, _) in enumerate(rows)))
    told = table("id,text", *(f"{i},{b}" for i, (_, b) in enumerate(rows)))
    rate = estimates(text(truth, told))["cer"]
    length = sum(len(a) for a, _ in rows)
    assert rate is not None
    assert 0.0 <= rate <= sum(max(len(a), len(b)) for a, b in rows) / length
    assert estimates(text(truth, truth)) == {"cer": 0.0, "wer": 0.0, "exact": 1.0}


def test_a_case_without_a_record_is_wrong_whatever_the_truth() -> None:
    truth = table("id,label", *(f"p{i},ng" for i in range(10)), *(f"n{i},ok" for i in range(20)))
    told = table("id,label", *(f"p{i},ng" for i in range(8)), *(f"n{i},ok" for i in range(18)), "n18,ng")
    found = classification(truth, told, "ng")
    assert estimates(found) == {
        "accuracy": 26 / 30,
        "sensitivity": 0.8,
        "specificity": 0.9,
        "precision": 8 / 9,
        "negative_precision": 1.0,
        "recall:ng": 0.8,
        "recall:ok": 0.9,
    }
    assert found[1] == 3
    assert "sensitivity" not in estimates(classification(truth, told, "positive"))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
@settings(max_examples=40, deadline=None)
def test_sensitivity_and_specificity_change_places_with_the_finding(pairs: list[tuple[bool, bool]]) -> None:
    pairs = [*pairs, (True, True), (False, False)]
    truth = table("id,label", *(f"{i},{a}" for i, (a, _) in enumerate(pairs)))
    told = table("id,label", *(f"{i},{b}" for i, (_, b) in enumerate(pairs)))
    one, other = (estimates(classification(truth, told, label)) for label in ("True", "False"))
    assert one["sensitivity"] == other["specificity"] and one["specificity"] == other["sensitivity"]
    assert one["precision"] == other["negative_precision"]


def test_gauges_by_hand() -> None:
    truth = table("id,value,span", "1,0.5,1", "2,1.2,1.6", "3,6,10", "4,2,10")
    told = table("id,value", "1,0.51", "2,1.232", "3,6.5")
    found = gauge(truth, told)
    assert estimates(found) == {
        "within_1": 0.25,
        "within_2": 0.5,
        "within_5": 0.75,
        "error_median": 2.0,
        "error_p95": None,
    }
    assert found[1] == 1
    with pytest.raises(InputError, match="span"):
        gauge(table("id,value,span", "1,0.5,0"), table("id,value", "1,0.5"))


@given(st.floats(-math.pi, math.pi), st.tuples(st.floats(-100, 100), st.floats(-100, 100)))
@settings(max_examples=25, deadline=None)
def test_positions_do_not_depend_on_the_frame(turn: float, shift: tuple[float, float]) -> None:
    points = [(float(i % 7), float(i * i % 11)) for i in range(20)]
    errors = [(0.1 * i, 0.02 * i) for i in range(20)]

    def moved(x: float, y: float) -> tuple[float, float]:
        return (
            math.cos(turn) * x - math.sin(turn) * y + shift[0],
            math.sin(turn) * x + math.cos(turn) * y + shift[1],
        )

    def measured(place: Any) -> dict[str, float | None]:
        rows = [(place(x, y), place(x + a, y + b)) for (x, y), (a, b) in zip(points, errors, strict=True)]
        files = (
            table("id,x_m,y_m", *(f"{i},{pair[k][0]!r},{pair[k][1]!r}" for i, pair in enumerate(rows)))
            for k in (0, 1)
        )
        return estimates(positioning(*files))

    still = measured(lambda x, y: (x, y))
    assert still == {
        "cep": pytest.approx(9 * math.hypot(0.1, 0.02)),
        "r95": pytest.approx(18 * math.hypot(0.1, 0.02)),
    }
    assert measured(moved) == pytest.approx(still, abs=1e-8)


def test_positions_in_space_need_heights_in_both_files() -> None:
    truth = table("id,x_m,y_m,z_m", "1,0,0,0", "2,1,1,1")
    told = table("id,x_m,y_m,z_m", "1,3,4,12", "2,1,1,1")
    assert estimates(positioning(truth, told)) == {"cep": 0.0, "r95": 5.0, "sep": 0.0, "s95": 13.0}
    with pytest.raises(InputError, match="z_m"):
        positioning(truth, table("id,x_m,y_m", "1,0,0"))


def spoke(*turns: tuple[str, float, float]) -> list[dict[str, Any]]:
    return [{"speaker": who, "start_s": a, "end_s": b} for who, a, b in turns]


def sessions(*rows: dict[str, Any]) -> Source:
    return Source("sessions", "\n".join(json.dumps(row) for row in rows), "")


def test_dialogue_by_hand() -> None:
    first = spoke(("user", 0, 2), ("robot", 2.5, 6), ("user", 7, 8), ("user", 9, 10), ("robot", 9.5, 12))
    second = spoke(("robot", 0, 1), ("user", 1, 3), ("robot", 5, 6), ("user", 7, 8))
    told = sessions(
        {"id": "a", "outcome": "found", "turns": first},
        {"id": "b", "outcome": "lost", "turns": second},
    )
    metrics = estimates(dialogue(table("id,outcome", "a,found", "b,found", "c,found"), told))
    assert metrics["success"] == pytest.approx(1 / 3)  # the third was never recorded
    assert metrics["answered"] == pytest.approx(3 / 5)
    assert (metrics["wait_p50"], metrics["wait_p95"]) == (0.5, 2.0)  # 0.5, 0 for cutting in, 2
    assert (metrics["turns"], metrics["length"]) == (2.0, 8.0)
    assert metrics["user_share"] == pytest.approx((4 + 3) / (4 + 3 + 6 + 2))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "a", "outcome": "x"}, "missing"),
        ({"id": "a", "outcome": None, "turns": []}, "texts"),
        ({"id": "a", "outcome": "x", "turns": {}}, "list"),
        ({"id": "a", "outcome": "x", "turns": [], "rating": 5}, "unknown key"),
        ({"id": "q", "outcome": "x", "turns": []}, "no such id"),
        ({"id": "a", "outcome": "x", "turns": spoke(("nurse", 0, 1))}, "unknown speaker"),
        ({"id": "a", "outcome": "x", "turns": spoke(("user", 2, 1))}, "end_s"),
        ({"id": "a", "outcome": "x", "turns": spoke(("user", 2, 3), ("robot", 1, 4))}, "start_s"),
        ({"id": "a", "outcome": "x", "turns": spoke(("user", float("nan"), 3))}, "not a finite number"),
        ([1], "not an object"),
    ],
)
def test_sessions_that_are_refused(row: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        dialogue(table("id,outcome", "a,found"), sessions(row))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "column is missing"),
        ("id\n1", "column is missing"),
        ("id,text\n", "no rows"),
        ("id,text,note\n1,a,b", "unknown column"),
        ("id,text,text\n1,a,b", "stands twice"),
        ("id,text\n1,a\n1,b", "stands twice"),
        ("id,text\n1", "1 fields for 2 columns"),
        ("id,text\n,a", "1 to 200 characters"),
        ('id,text\n1,"a', "no CSV"),
        ("id,text\n" + "\n".join(f"{i},a" for i in range(50_001)), "more than 50000 rows"),
    ],
)
def test_tables_that_are_refused(content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_table(Source("table", content, ""), ("text",))


@pytest.mark.parametrize("value", ["", "nan", "inf", "1e999", "1_0", "0x1", "1,5", "1e10", "一", "²"])
def test_cells_that_are_no_number(value: str) -> None:
    with pytest.raises(InputError):
        cell(value, "here")


@pytest.mark.parametrize(("value", "number"), [("-1.5", -1.5), (" .5 ", 0.5), ("+2.", 2.0), ("1e-3", 0.001)])
def test_cells_that_are_numbers(value: str, number: float) -> None:
    assert cell(value, "here") == number
