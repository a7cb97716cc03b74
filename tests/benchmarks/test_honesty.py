"""The honesty harness: its tasks are of all kinds, its plain bounds are right, its rows catch a lie."""

import numpy as np
from benchmarks.honesty import Outcome, attempt, rows, surely_short
from benchmarks.random_tasks import random_need
from benchmarks.rows import report

from robotplus.robots.catalogue import load_catalogue


def test_random_needs_are_of_both_families_and_sometimes_too_much() -> None:
    robot = load_catalogue()["abb_irb2600_12_165"]
    rng = np.random.default_rng(0)
    needs = [random_need(robot, rng, f"n-{k}") for k in range(60)]
    assert {n.family for n in needs} == {"process_path", "pick_place"}
    assert {surely_short(n, robot) for n in needs} == {"", "payload", "reach"}


def test_the_engine_is_honest_on_a_few_pairs() -> None:
    outcomes = attempt(12, 4, 2)
    assert len(outcomes) == 12
    broken = [o for o in outcomes if o.refused or o.violations]
    assert not broken
    short = [o for o in outcomes if o.short]
    assert all(o.verdict in ("impossible", "not_found", "unknown") for o in short)


def test_rows_catch_what_is_wrong() -> None:
    def outcome(
        verdict: str, short: str = "", refused: str = "", violations: tuple[str, ...] | None = None
    ) -> Outcome:
        return Outcome("n", "r", verdict, short, refused, violations)

    good = [outcome("proven", violations=())] * 3 + [outcome("impossible", "payload")]
    assert all(r.passed in (True, None) for r in rows(good, 10))
    for bad in (
        outcome("proven", "payload"),
        outcome("proven", "reach"),
        outcome("proven", refused="takt: too slow"),
        outcome("proven", violations=("collision: link_3 and table: overlap 0.01 m",)),
        outcome("proven", violations=("path: off the curve",)),
    ):
        assert sum(r.passed is False for r in rows([*good, bad], 10)) == 1


def test_report_writes_what_it_prints(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    listed = [r.to_document() for r in rows([Outcome("n", "r", "proven", "", "", ())], 5)]
    report("title", listed, tmp_path / "deep" / "out.json")
    assert "certificates among them" in capsys.readouterr().out
    assert (tmp_path / "deep" / "out.json").read_text().count('"name"') == len(listed)
