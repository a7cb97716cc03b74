"""Costing against an independent library, printed check values, laws of appraisal, and files that must not pass."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from robotplus.cli.main import main
from robotplus.costing import arithmetic as a
from robotplus.costing.files import costs_from_document, read_costs, with_answer
from robotplus.costing.study import Study, study
from robotplus.costing.subsidies import rules
from robotplus.costing.tables import LINES
from robotplus.costing.ways import affordable, evaluate, inputs
from robotplus.errors import InputError

EXAMPLES = Path(__file__).parents[2] / "examples" / "costs"
RATES = st.floats(0.0, 0.5)
MONEY = st.floats(-1e6, 1e6)


def document(name: str = "palletising") -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / f"{name}.toml").read_text("utf-8"))


def point(d: dict[str, Any]) -> dict[str, Any]:
    """The document with every range replaced by its middle."""
    d = copy.deepcopy(d)
    for table in (d["production"], d["human"], d["finance"], d["buy"], *d["buy"]["price"]):
        for key, value in table.items():
            if isinstance(value, list) and key not in ("covers", "price"):
                table[key] = sum(value) / 2
    return d


def plain(robot: float = 600_000.0, *, saving: float = 150_000.0, years: int = 8) -> dict[str, Any]:
    """One price for everything and one person whose wage is the saving."""
    d = point(document("palletising"))
    for name in ("rent", "by_hour", "by_piece", "subsidy_rule"):
        del d[name]
    price = {**d["buy"]["price"][0], "amount": robot, "tax_included": False}
    del price["tax_rate_percent"]
    lines = [line for line in LINES if line != "robot"]
    d["buy"] = {"price": [{**price, "covers": lines}]}
    d["human"] = {"people": 1.0, "cost_year": saving, "source": "planted"}
    d["finance"] = {"rate_percent": 8.0, "life_years": years, "payback_wanted_years": 4.0}
    d["production"]["good_pieces_year"] = 1000.0
    return d


def run(d: dict[str, Any]) -> Study:
    return study(costs_from_document(d))


def test_printed_check_values() -> None:
    flows = [-600_000.0, *[150_000.0] * 8]
    assert f"{a.npv(0.08, flows):.0f}" == "261996"
    assert f"{100 * (a.irr(flows) or 0):.2f}" == "18.62"
    assert a.simple_payback(600_000, 150_000) == 4
    assert f"{a.capital_recovery(0.08, 8):.5f}" == "0.17401"
    assert f"{a.oee(0.90, 0.95, 0.99):.5f}" == "0.84645"
    figures = run(plain()).ways[0].figures
    assert f"{figures['npv'].point:.0f}" == "261996"
    assert figures["payback_years"].point == 4 and figures["discounted_payback_years"].point == 6


@given(st.floats(1e3, 1e7), st.lists(st.floats(1.0, 1e6), min_size=1, max_size=15))
def test_irr_is_that_of_an_independent_root_finder(investment: float, income: list[float]) -> None:
    flows = [-investment, *income]
    found = a.irr(flows)

    def value(rate: float) -> float:
        return sum(f * (1 + rate) ** -t for t, f in enumerate(flows))

    if value(-0.99) * value(100.0) > 0:
        assert found is None
        return
    assert found is not None
    assert found == pytest.approx(brentq(value, -0.99, 100.0, xtol=1e-13), rel=1e-7, abs=1e-9)


@given(RATES, st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=12), st.floats(-10, 10))
def test_npv_is_linear(rate: float, pairs: list[tuple[float, float]], k: float) -> None:
    x, y = [p[0] for p in pairs], [p[1] for p in pairs]
    both = a.npv(rate, [k * p + q for p, q in pairs])
    assert both == pytest.approx(k * a.npv(rate, x) + a.npv(rate, y), abs=1e-3)


def test_flows_that_turn_twice_have_no_single_rate() -> None:
    assert a.irr([-100.0, 230.0, -132.0]) is None
    assert a.irr([100.0, 50.0]) is None


@given(st.floats(1e4, 1e6), st.floats(1.0, 1e6))
def test_payback_grows_with_the_price(robot: float, more: float) -> None:
    first, second = (run(plain(p)).ways[0].figures for p in (robot, robot + more))
    assert (second["payback_years"].point or 1e9) > (first["payback_years"].point or 1e9)
    assert (second["npv"].point or 0.0) < (first["npv"].point or 0.0)


@pytest.mark.parametrize("name", ["palletising", "seat_frame_welding"])
def test_intervals_hold_the_point_and_repeat(name: str) -> None:
    costs = read_costs(EXAMPLES / f"{name}.toml")
    result = study(costs)
    assert json.dumps(result.to_document()) == json.dumps(study(costs).to_document())
    for way in result.ways:
        for figure in way.figures.values():
            if figure.point is not None and figure.high is not None:
                assert figure.low is not None
                assert figure.low <= figure.point <= figure.high


def test_many_ranges_are_sampled_by_seed() -> None:
    d = document()
    for way in ("rent", "by_hour", "by_piece"):
        for price in d[way]["price"]:
            price["amount"] = [price["amount"], 2 * price["amount"]]
    one, again, other = run({**d, "seed": 1}), run({**d, "seed": 1}), run({**d, "seed": 2})
    assert one.ways == again.ways
    assert one.ways != other.ways


def test_the_tornado_is_ordered_and_names_the_planted_input() -> None:
    d = plain()
    d["human"]["cost_year"] = [100_000.0, 200_000.0]
    d["buy"]["price"][0]["amount"] = [590_000.0, 610_000.0]
    bars = run(d).tornado
    assert [b.input for b in bars] == ["human.cost_year", "buy.robot"]
    assert bars[1].swing == pytest.approx(20_000.0)


@pytest.mark.parametrize("subsidised", [False, True])
def test_at_the_price_that_may_be_paid_payback_is_the_wanted_one(subsidised: bool) -> None:
    d = point(document("seat_frame_welding"))
    if subsidised:
        rule = rules()["guangdong_industrial_ai_2025"].model_dump()
        d["subsidy"] = {**rule, "valid_until": "2027-01-01", "cap": 30_000.0}
    costs = costs_from_document(d)
    at = {**{k: low for k, (low, _) in inputs(costs).items()}}
    if subsidised:
        at["subsidy.rate_percent"] = 30.0
    most = affordable(costs, "buy", at)
    assert evaluate(costs, "buy", at, more_once=most).payback_years == pytest.approx(2.0)
    result = study(costs)
    assert result.verdict == "automate_if" and result.ways[0].missing == ("robot",)
    assert result.reasons[0].code == "price_below"


def test_tax_is_taken_out_and_what_is_unlike_is_named() -> None:
    d = plain()
    price = d["buy"]["price"][0]
    net = run(d).ways[0].figures["investment"].point
    price |= {"tax_included": True, "tax_rate_percent": 13.0, "amount": 678_000.0}
    assert run(d).ways[0].figures["investment"].point == pytest.approx(net)
    del price["tax_rate_percent"]
    assert run(d).ways[0].missing == ("robot_tax_rate",)
    price |= {"tax_included": False, "currency": "EUR"}
    assert run(d).ways[0].missing == ("robot_currency",)
    price |= {"currency": "CNY", "covers": price["covers"][1:]}
    assert run(d).ways[0].missing == ("tooling",)


@pytest.mark.parametrize(
    ("until", "day", "expected"),
    [
        (None, "2026-11-01", "no_end_stated"),
        ("2026-10-31", "2026-11-01", "expired"),
        ("2026-11-01", "2026-11-01", "applies"),
        ("2027-01-01", "2025-08-31", "not_yet"),
    ],
)
def test_only_a_rule_in_force_changes_the_investment(until: str | None, day: str, expected: str) -> None:
    d = plain() | {"date": day}
    rule = rules()["guangdong_industrial_ai_2025"].model_dump()
    d["subsidy"] = {**rule, "valid_until": until}
    result = run(d)
    assert result.subsidy is not None and result.subsidy[1] == expected
    low = 420_000.0 if expected == "applies" else 600_000.0
    assert result.ways[0].figures["investment"].low == pytest.approx(low)


def test_verdicts() -> None:
    good = plain(100_000.0)
    good["production"]["good_pieces_year"] = 1_000_000.0
    assert run(good).verdict == "automate"
    case = {"text": "it failed", "source": "planted"}
    assert run(good | {"negative_case": [case]}).verdict == "automate_if"
    assert run(good | {"negative_case": [case | {"answered": "not here"}]}).verdict == "automate"
    rare = copy.deepcopy(good)
    rare["production"]["good_pieces_year"] = 1000.0
    assert [r.code for r in run(rare).reasons] == ["pays_back", "volume"]
    assert run(plain(3_000_000.0)).verdict == "not_yet"


def test_owning_and_the_hour_cost_the_same_at_the_break_even() -> None:
    d = plain(200_000.0)
    lines = d["buy"]["price"][0]["covers"]
    d["by_hour"] = {"price": [{**d["buy"]["price"][0], "basis": "hour", "amount": 50.0, "covers": lines}]}
    hours = run(d).break_even_hours
    assert hours == pytest.approx(a.capital_recovery(0.08, 8) * 200_000 / 50)
    assert hours is not None
    d["production"]["good_pieces_year"] *= hours / (run(d).ways[0].figures["hours_year"].point or 1.0)
    buy, hired = run(d).ways
    assert buy.figures["piece"].point == pytest.approx(hired.figures["piece"].point)


def test_the_cycle_time_of_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    claims = {"cycle_time_s": {"low": 20.0, "nominal": 21.0, "high": 22.0}}
    answer = {"format": "robotplus.answer/1", "solutions": [{"robot": "r", "claims": claims}]}
    path.write_text(json.dumps(answer), encoding="utf-8")
    costs = with_answer(read_costs(EXAMPLES / "palletising.toml"), path, robot="r")
    assert costs.production.cycle_s == [20.0, 22.0]
    with pytest.raises(InputError, match="no motion of this robot"):
        with_answer(costs, path, robot="other")
    for wrong in ("[]", "{}", "{", json.dumps({**answer, "solutions": 5})):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError):
            with_answer(costs, path, robot="r")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hours_day = 16.0", 'hours_day = "16"'),
        ("hours_day = 16.0", "hours_day = nan"),
        ("cycle_s = [7.0, 8.0]", "cycle_s = [8.0, 7.0]"),
        ("cycle_s = [7.0, 8.0]", "cycle_s = 0.0"),
        ("people = 4.0", "peple = 4.0"),
        ('line = "tooling"', 'line = "robot"'),
        ("subsidy_rule = ", "subsidy_rul = "),
        ('"guangdong_industrial_ai_2025"', '"no_such_rule"'),
        ("cycle_s = [7.0, 8.0]", ""),
    ],
)
def test_bad_files_are_one_line(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (EXAMPLES / "palletising.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "bad.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert main(["cost", str(path)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["palletising", "seat_frame_welding"])
def test_the_command_prints_both_languages(
    name: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cost", str(EXAMPLES / f"{name}.toml"), "--lang", language]) == 0
    out = capsys.readouterr().out
    assert ("Automate" in out) == (language == "en")
    assert main(["cost", str(EXAMPLES / f"{name}.toml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "robotplus.costs/1"
