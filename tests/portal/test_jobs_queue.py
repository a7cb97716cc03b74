"""The queue keeps its promises: one job a key and asker, fair turns, leases that run out, results kept once."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
from conftest import Cast
from django.db import IntegrityError, transaction
from django.utils import timezone

from robotplus.portal.core.errors import AbsentError, LimitError
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.jobs import actions, handlers, leases, results
from robotplus.portal.jobs.access import access_job, jobs_for
from robotplus.portal.jobs.actions import do_cancel, do_enqueue
from robotplus.portal.jobs.models import Job, Result

pytestmark = pytest.mark.django_db


def key(n: int) -> str:
    return f"sha256:{n:064x}"


def ask(reader: Reader, n: int) -> Job:
    return do_enqueue(reader, "answer", {"n": n}, key=key(n))


def age(job: Job, seconds: float) -> None:
    Job.objects.filter(pk=job.pk).update(leased_until=timezone.now() - dt.timedelta(seconds=seconds))


def test_the_same_asker_gets_the_same_unfinished_job(cast: Cast) -> None:
    buyer, seller = cast.reader("buyer"), cast.reader("seller")
    first = ask(buyer, 1)
    assert ask(buyer, 1).pk == first.pk and ask(cast.reader("buyer_viewer"), 1).pk == first.pk
    assert ask(seller, 1).pk != first.pk
    Job.objects.filter(pk=first.pk).update(state=Job.State.DONE)
    assert ask(buyer, 1).pk != first.pk


def test_an_unknown_kind_is_refused_and_queues_have_an_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AbsentError):
        do_enqueue(NOBODY, "dance", {}, key=key(1))
    monkeypatch.setattr(actions, "QUEUE_LIMIT", 2)
    ask(cast.reader("buyer"), 1)
    ask(cast.reader("buyer"), 2)
    with pytest.raises(LimitError):
        ask(cast.reader("buyer"), 3)
    ask(cast.reader("seller"), 3)


def test_turns_are_fair_and_visitors_come_last(cast: Cast) -> None:
    buyer, seller, visitor = cast.reader("buyer"), cast.reader("seller"), Reader(visitor="x")
    asked = [ask(NOBODY, 0), ask(visitor, 1), ask(buyer, 2), ask(buyer, 3), ask(buyer, 4), ask(seller, 5)]
    order = []
    while (job := leases.claim()) is not None:
        order.append(job.params["n"])
        leases.fail(job, "enough")
    assert order == [2, 5, 3, 4, 1, 0]
    assert len(order) == len(asked)


def test_a_key_that_is_computed_is_not_computed_twice(cast: Cast) -> None:
    ask(cast.reader("buyer"), 1)
    ask(cast.reader("seller"), 1)
    first = leases.claim()
    assert first is not None
    assert leases.claim() is None
    leases.fail(first, "no")
    assert leases.claim() is not None


def test_two_workers_never_hold_one_job(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ask(cast.reader("buyer"), 1)
    both = list(leases.next_in_line())
    assert leases.claim() is not None
    monkeypatch.setattr(leases, "next_in_line", lambda: Job.objects.filter(pk__in=[j.pk for j in both]))
    assert leases.claim() is None
    assert Job.objects.get(pk=job.pk).attempt == 1


def test_an_expired_lease_brings_the_job_back_a_bounded_number_of_times(cast: Cast) -> None:
    job = ask(cast.reader("buyer"), 1)
    for attempt in range(1, leases.MAX_ATTEMPTS + 1):
        held = leases.claim()
        assert held is not None and held.attempt == attempt
        assert leases.requeue_expired() == 0
        age(held, 1)
        assert leases.requeue_expired() == 1
        with pytest.raises(leases.LostLeaseError):
            leases.hold(held)
        with pytest.raises(leases.LostLeaseError):
            leases.fail(held, "late")
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, leases.GAVE_UP)
    assert leases.claim() is None


def test_a_worker_that_ends_in_good_order_costs_no_attempt(cast: Cast) -> None:
    ask(cast.reader("buyer"), 1)
    for _ in range(leases.MAX_ATTEMPTS + 2):
        held = leases.claim()
        assert held is not None
        leases.put_back(held)
    assert Job.objects.get().state == Job.State.QUEUED


def test_cancelling_waits_for_nobody(cast: Cast) -> None:
    buyer = cast.reader("buyer")
    waiting, running = ask(buyer, 1), ask(buyer, 2)
    do_cancel(buyer, waiting)
    assert waiting.state == Job.State.CANCELLED
    held = leases.claim()
    assert held is not None and held.pk == running.pk and not leases.hold(held)
    do_cancel(buyer, running)
    assert leases.hold(held)
    leases.cancelled(held)
    do_cancel(buyer, running)
    assert running.state == Job.State.CANCELLED or Job.objects.get(pk=running.pk).state == "cancelled"


def test_a_cancelled_job_whose_worker_died_is_cancelled(cast: Cast) -> None:
    job = ask(cast.reader("buyer"), 1)
    held = leases.claim()
    assert held is not None
    do_cancel(cast.reader("buyer"), job)
    age(held, 1)
    leases.requeue_expired()
    assert Job.objects.get(pk=job.pk).state == Job.State.CANCELLED


@pytest.fixture
def committed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys whose commit hook ran."""
    seen: list[str] = []
    recorder = handlers.Handler(lambda work: {}, commit=lambda job, result: seen.append(result.key))
    monkeypatch.setattr(leases, "handler", lambda kind: recorder)
    return seen


def finished(n: int, text: str = "a") -> Job:
    held = leases.claim()
    assert held is not None
    room = results.make_room()
    (room / "answer.json").write_text(text)
    results.sync(room)
    leases.finish(held, room, {"n": n})
    return held


def test_a_result_is_committed_once(cast: Cast, committed: list[str]) -> None:
    first, second = ask(cast.reader("buyer"), 21), ask(cast.reader("seller"), 21)
    finished(21, "first")
    held = leases.claim()
    assert held is not None and held.pk == second.pk
    leases.finish(held, None, {})
    assert committed == [key(21)] and Result.objects.filter(key=key(21)).count() == 1
    assert results.file_of(key(21), "answer.json").read_text() == "first"
    for job in (first, second):
        job.refresh_from_db()
        assert job.state == Job.State.DONE and job.lease is None


def test_a_folder_without_a_row_is_replaced(cast: Cast, committed: list[str]) -> None:
    results.folder_of(key(22)).mkdir()
    (results.folder_of(key(22)) / "half.json").write_text("left by a kill")
    ask(cast.reader("buyer"), 22)
    finished(22, "whole")
    assert [p.name for p in results.folder_of(key(22)).iterdir()] == ["answer.json"]


def test_who_lost_the_lease_commits_nothing(cast: Cast, committed: list[str]) -> None:
    ask(cast.reader("buyer"), 23)
    held = leases.claim()
    assert held is not None
    Job.objects.filter(pk=held.pk).update(lease=uuid.uuid4())
    room = results.make_room()
    with pytest.raises(leases.LostLeaseError):
        leases.finish(held, room, {})
    assert not Result.objects.filter(key=key(23)).exists() and committed == []
    results.drop(room)


@pytest.mark.parametrize("name", ["../secret-key", "/etc/passwd", ".partial-x", "a/../../x", "", "nul\0"])
def test_result_files_have_plain_names(name: str) -> None:
    with pytest.raises((AbsentError, IsADirectoryError)):
        results.file_of(key(24), name)


@pytest.mark.parametrize("name", ["sha256:../../x", "sha256:", "../x", "sha256:é"])
def test_result_keys_are_digests(name: str) -> None:
    with pytest.raises(AbsentError):
        results.folder_of(name)


def test_jobs_are_seen_by_their_asker_only(cast: Cast) -> None:
    buyer = cast.reader("buyer")
    job, visitors = ask(buyer, 1), ask(Reader(visitor="x"), 2)
    assert access_job(cast.reader("buyer_viewer"), job.pk) == job
    assert access_job(Reader(visitor="x"), visitors.pk) == visitors
    others: list[Any] = [cast.reader(r) for r in ("seller", "operator", "ex_member", "visitor")]
    for other in (*others, Reader(visitor="y"), replace(buyer, organisation=None)):
        assert job not in jobs_for(other)
        with pytest.raises(AbsentError):
            access_job(other, job.pk)


def test_the_database_itself_keeps_twins_out(cast: Cast) -> None:
    job = ask(cast.reader("buyer"), 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="answer", key=job.key, asker=job.asker)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    Job.objects.create(kind="answer", key=job.key, asker=job.asker)


def test_surveys_wait_for_matches(db: None) -> None:
    """A new portal surveys its catalogue for long; whoever opens a need meanwhile is matched first."""
    for number, kind in enumerate(("survey", "match")):
        Job.objects.create(kind=kind, key=f"sha256:{number:064x}", asker="")
    assert [job.kind for job in leases.next_in_line()] == ["match", "survey"]
