"""An answer holds every robot once, calls proven only what is checked, and survives defects of ours."""

from __future__ import annotations

import dataclasses
import logging
import os
import signal
from collections import Counter
from typing import Any

import pytest
from tests.matching.conftest import NEEDS

from robotplus.certificates.certificate import Certificate, read_certificate
from robotplus.checking import check, check_refusal
from robotplus.hashing import canonical
from robotplus.matching import answering
from robotplus.matching.answer import Answer
from robotplus.matching.answering import answer
from robotplus.matching.order import weighed_questions, weighed_verdict
from robotplus.proving import Proof
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.model import Robot
from robotplus.scenarios.files import read_need
from robotplus.scenarios.task import Need


def test_every_robot_is_answered_for_once(answered: Answer, few: Catalogue) -> None:
    ids = [s.robot.id for s in answered.solutions] + [r.robot_id for r in answered.refusals]
    assert sorted(ids) == sorted(few)
    verdicts = Counter([s.verdict for s in answered.solutions] + [r.verdict for r in answered.refusals])
    assert {k: v for k, v in answered.counts.items() if v} == verdicts
    assert len(answered.solutions) >= 5 and len(answered.refusals) >= 2  # the sample holds both


def test_the_bytes_do_not_depend_on_the_number_of_workers(
    answered: Answer, seam: Need, few: Catalogue
) -> None:
    others = answer(seam, few, workers=3, check_best=3)
    assert canonical(others.to_document()) == canonical(answered.to_document())


def test_only_what_is_checked_is_called_proven(answered: Answer, seam: Need, few: Catalogue) -> None:
    assert [s.checked is not None for s in answered.solutions] == [True] * 3 + [False] * (
        len(answered.solutions) - 3
    )
    for s in answered.solutions:
        if s.checked is None:
            assert (s.verdict, s.certificate_sha256) == ("candidate", None)
            continue
        assert s.checked.holds and s.verdict == s.certificate.verdict != "candidate"
        document = s.certificate.to_document()
        assert document["sha256"] == s.certificate_sha256
        assert check(read_certificate(canonical(document).decode()), few, need=seam).holds


def test_refusals_pass_their_own_check(answered: Answer, seam: Need, few: Catalogue) -> None:
    for refusal in answered.refusals:
        verdict = check_refusal(refusal, few[refusal.robot_id], seam)
        assert verdict.holds, (refusal.robot_id, verdict.reasons)


def test_best_first(answered: Answer) -> None:
    keys = [
        (weighed_verdict(s.robot, s.certificate), weighed_questions(s.robot, s.certificate))
        for s in answered.solutions
    ]
    assert keys == sorted(keys)


def test_the_order_is_a_setting(seam: Need, few: Catalogue) -> None:
    lightest = answer(seam, few, order=("payload_used",), check_best=0)
    used = [s.certificate.claims["payload_used"] for s in lightest.solutions]
    assert used == sorted(used, reverse=True)
    assert lightest.order == ("payload_used",)


def test_check_all_leaves_no_candidate(seam: Need, few: Catalogue) -> None:
    some = Catalogue([*few.values()][:6])
    everything = answer(seam, some, check_all=True)
    assert everything.solutions and all(s.checked is not None for s in everything.solutions)


def test_a_need_that_nothing_survives_needs_no_worker(
    few: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "Crew", None)
    need = read_need(NEEDS / "spray_painting.toml")
    assert {r.verdict for r in answer(need, few).refusals} == {"unknown"}


def test_progress_ends_at_the_whole(seam: Need, few: Catalogue) -> None:
    told: list[tuple[str, int, int, int]] = []
    result = answer(seam, few, check_best=2, progress=lambda *now: told.append(now))
    proving = [now for now in told if now[0] == "prove"]
    assert [done for _, done, _, _ in proving] == list(range(1, proving[0][2] + 1))
    assert proving[-1][3] == len(result.solutions)
    assert [now for now in told if now[0] == "check"][-1] == ("check", 2, 2, 2)


def misbehave(monkeypatch: pytest.MonkeyPatch, robot_id: str, act: Any) -> None:
    """Let the search for one robot end in ``act(proof)``; workers inherit it by the fork."""
    true_attempt = answering.attempt

    def attempt(context: Any, robot: Robot, **settings: Any) -> Proof:
        proof = true_attempt(context, robot, **settings)
        return act(proof) if robot.id == robot_id else proof

    monkeypatch.setattr(answering, "attempt", attempt)


def test_a_certificate_that_check_refuses_makes_room_for_the_next(
    answered: Answer,
    seam: Need,
    few: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    best, *others = answered.solutions

    def boast(proof: Proof) -> Proof:
        assert isinstance(proof.result, Certificate)
        claims = {**proof.result.claims, "joint_range_used": 0.01}
        return dataclasses.replace(proof, result=dataclasses.replace(proof.result, claims=claims))

    misbehave(monkeypatch, best.robot.id, boast)
    with caplog.at_level(logging.ERROR):
        result = answer(seam, few, check_best=3)
    assert [s.robot.id for s in result.solutions] == [s.robot.id for s in others]
    assert sum(s.checked is not None for s in result.solutions) == 3
    dropped = next(r for r in result.refusals if r.robot_id == best.robot.id)
    assert (dropped.verdict, dropped.constraint) == ("not_found", "check_refused")
    assert "claim_joint_range" in dropped.where
    assert best.robot.id in caplog.text


def raise_it(proof: Proof) -> Proof:
    raise ZeroDivisionError("planted")


def die(proof: Proof) -> Proof:
    os.kill(os.getpid(), signal.SIGKILL)
    return proof


@pytest.mark.parametrize(("act", "said"), [(raise_it, "ZeroDivisionError: planted"), (die, "exit code -9")])
def test_a_failure_costs_one_robot_and_is_told(
    act: Any,
    said: str,
    answered: Answer,
    seam: Need,
    few: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    victim = answered.solutions[-1].robot.id
    misbehave(monkeypatch, victim, act)
    with caplog.at_level(logging.ERROR):
        result = answer(seam, few, check_best=0, workers=2)
    assert [s.robot.id for s in result.solutions] == [s.robot.id for s in answered.solutions[:-1]]
    lost = next(r for r in result.refusals if r.robot_id == victim)
    assert lost.constraint == "engine_failure" and said in lost.where
    assert victim in caplog.text
