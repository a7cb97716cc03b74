"""The honesty harness: its tasks are of all kinds, its plain bounds are right, its rows catch a lie."""

import numpy as np
import pytest
from benchmarks.honesty import Outcome, attempt, cut, rows, surely_short, wrong
from benchmarks.random_tasks import random_need
from benchmarks.rows import report

from benchmarks import honesty
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
        return Outcome("n", "r", "pick_place", verdict, short, refused, violations)

    good = [outcome("proven", violations=())] * 3 + [outcome("impossible", "payload")]
    assert all(r.passed in (True, None) for r in rows(good, 10))
    assert not wrong(good)
    for bad in (
        outcome("proven", "payload"),
        outcome("proven", "reach"),
        outcome("proven", refused="takt: too slow"),
        outcome("proven", violations=("collision: link_3 and table: overlap 0.01 m",)),
        outcome("proven", violations=("path: off the curve",)),
        outcome("broken", refused="ZeroDivisionError: division by zero"),
    ):
        assert sum(r.passed is False for r in rows([*good, bad], 10)) == 1
        assert len(wrong([*good, bad])) == 1


def test_an_engine_that_fails_is_counted_and_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("so much for that")

    monkeypatch.setattr(honesty.ours, "prove", fail)
    outcomes = attempt(3, 4, 1)
    assert [o.verdict for o in outcomes] == ["broken"] * 3
    assert all("so much for that" in o.refused for o in outcomes)


@pytest.mark.parametrize(("pairs", "replays"), [(10_000, 200), (130, 7), (20, 30)])
def test_pieces_hold_every_pair_and_every_replay_with_a_seed_of_its_own(pairs: int, replays: int) -> None:
    arguments = [p.arguments for run in (1, 2) for p in cut(pairs, replays, run)]
    assert sum(count for count, _, _ in arguments) == 2 * pairs
    assert sum(share for _, _, share in arguments) == 2 * replays
    assert len({seed for _, seed, _ in arguments}) == len(arguments)


def test_report_writes_what_it_prints(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    listed = [r.to_document() for r in rows([Outcome("n", "r", "pick_place", "proven", "", "", ())], 5)]
    report("title", listed, tmp_path / "deep" / "out.json")
    assert "certificates among them" in capsys.readouterr().out
    assert (tmp_path / "deep" / "out.json").read_text().count('"name"') == len(listed)
