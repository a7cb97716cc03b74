"""The worker as it is: forked children, progress, cancelling, crashes, and work that gives way."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from robotplus.errors import InputError
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.jobs import handlers, leases, results, worker
from robotplus.portal.jobs.actions import do_cancel, do_enqueue
from robotplus.portal.jobs.handlers import Handler, Work
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.jobs.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)
SOMEBODY = Reader(visitor="somebody")


@pytest.fixture
def doing(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Callable[[Callable[[Work], Any]], None]]:
    """Says what the jobs of this test do."""
    settings.JOB_LEASE_S = 5.0
    monkeypatch.setattr(worker, "TELL_S", 0.05)
    monkeypatch.setattr(handlers, "HANDLERS", {"answer": "here"})

    def use(run: Callable[[Work], Any]) -> None:
        one = Handler(run)
        for module in (handlers, leases, worker):
            monkeypatch.setattr(module, "handler", lambda kind: one)
        monkeypatch.setattr(worker, "HANDLERS", {})
        monkeypatch.setattr(worker, "HOURLY", ())

    yield use


def enqueue(n: int, reader: Reader = SOMEBODY) -> Job:
    from robotplus.portal.jobs import actions

    assert actions.handler is not None
    return do_enqueue(reader, "answer", {"n": n}, key=f"sha256:{n:064x}")


@pytest.fixture(autouse=True)
def any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("robotplus.portal.jobs.actions.handler", lambda kind: None)


def in_background(wait_for: Callable[[], bool]) -> tuple[Worker, threading.Thread]:
    """A worker in a thread, once ``wait_for`` holds."""
    one = Worker()

    def run() -> None:
        one.run()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 20
    while not wait_for():
        assert time.monotonic() < deadline, "the worker did not get that far"
        time.sleep(0.05)
    return one, thread


def test_it_works_the_queue_off(doing: Callable[[Any], None]) -> None:
    def run(work: Work) -> dict[str, Any]:
        (work.folder / "page.json").write_text(str(work.params["n"]))
        work.tell({"stage": "prove", "done": 1, "of": 1, "found": 0})
        return {"n": work.params["n"]}

    doing(run)
    jobs = {n: enqueue(n) for n in (1001, 1002)}
    Worker().run(once=True)
    for n, job in jobs.items():
        job.refresh_from_db()
        assert job.state == Job.State.DONE and job.params == {}
        assert Result.objects.get(key=job.key).summary["n"] == n
        assert results.file_of(job.key, "page.json").read_text() == str(n)


@pytest.mark.parametrize(
    ("raised", "line"),
    [(InputError("the need is wrong"), "the need is wrong"), (ZeroDivisionError(), worker.DEFECT)],
)
def test_what_goes_wrong_is_one_line(doing: Callable[[Any], None], raised: Exception, line: str) -> None:
    def run(work: Work) -> dict[str, Any]:
        raise raised

    doing(run)
    job = enqueue(1003)
    Worker().run(once=True)
    job.refresh_from_db()
    assert (job.state, job.error, job.attempt) == (Job.State.FAILED, line, 1)
    assert not Result.objects.exists()


def test_a_crash_takes_nobody_with_it_and_is_tried_again(doing: Callable[[Any], None]) -> None:
    def run(work: Work) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {}

    doing(run)
    job = enqueue(1004)
    Worker().run(once=True)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == (Job.State.FAILED, leases.MAX_ATTEMPTS, leases.GAVE_UP)


def slow(work: Work) -> dict[str, Any]:
    for i in range(400):
        work.tell({"stage": "prove", "done": i, "of": 400, "found": 0})
        time.sleep(0.05)
    return {}


def test_cancelling_ends_it_within_a_second(doing: Callable[[Any], None]) -> None:
    doing(slow)
    job = enqueue(1005)

    def told() -> bool:
        return bool(Job.objects.get(pk=job.pk).progress)

    one, thread = in_background(told)
    do_cancel(SOMEBODY, job)
    started = time.monotonic()
    while Job.objects.get(pk=job.pk).state == Job.State.RUNNING and time.monotonic() - started < 10:
        time.sleep(0.05)
    one.stop.set()
    thread.join()
    assert Job.objects.get(pk=job.pk).state == Job.State.CANCELLED


def test_the_portals_own_work_gives_way(doing: Callable[[Any], None]) -> None:
    def run(work: Work) -> dict[str, Any]:
        return slow(work) if work.params["n"] == 1006 else {}

    doing(run)
    own = enqueue(1006, NOBODY)
    one, thread = in_background(lambda: Job.objects.get(pk=own.pk).state == Job.State.RUNNING)
    somebodys = enqueue(1007)
    deadline = time.monotonic() + 20
    while not Job.objects.get(pk=somebodys.pk).finished and time.monotonic() < deadline:
        time.sleep(0.05)
    assert Job.objects.get(pk=somebodys.pk).state == Job.State.DONE
    one.stop.set()
    thread.join()
    own.refresh_from_db()
    assert own.state == Job.State.QUEUED and own.attempt == 0


def test_too_long_is_too_long(doing: Callable[[Any], None], settings: Any) -> None:
    settings.JOB_TIME_LIMIT_S = 0.5
    doing(slow)
    job = enqueue(1008)
    Worker().run(once=True)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, worker.TOO_LONG)


def test_a_lost_lease_drops_what_was_computed(doing: Callable[[Any], None]) -> None:
    doing(slow)
    job = enqueue(1009)
    one, thread = in_background(lambda: bool(Job.objects.get(pk=job.pk).progress))
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, lease=None)
    deadline = time.monotonic() + 10
    while Job.objects.get(pk=job.pk).attempt < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    one.stop.set()
    thread.join()
    assert not Result.objects.exists() and Job.objects.get(pk=job.pk).state == Job.State.QUEUED


def test_a_result_that_cannot_be_committed_fails_its_job_alone(
    doing: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    doing(lambda work: {})
    bad, good = enqueue(1010), enqueue(1011)

    def commit(job: Job, result: Result) -> None:
        if job.pk == bad.pk:
            raise ZeroDivisionError

    monkeypatch.setattr(leases, "handler", lambda kind: Handler(lambda work: {}, commit=commit))
    Worker().run(once=True)
    for job, state in ((bad, Job.State.FAILED), (good, Job.State.DONE)):
        job.refresh_from_db()
        assert job.state == state
    assert [r.key for r in Result.objects.all()] == [good.key]
    assert not results.folder_of(bad.key).exists()


def test_housekeeping_that_fails_stops_nothing(
    doing: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    doing(lambda work: {})
    monkeypatch.setattr(worker, "HOURLY", ("robotplus.portal.no_such_module.tidy",))
    job = enqueue(1012)
    one = Worker()
    one.run(once=True)
    one.run(once=True)
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_work_leaves_the_processor_to_the_pages(doing: Callable[[Any], None]) -> None:
    """Niceness counts within a session's group only, where Linux makes such groups: the group gives way too."""

    def run(work: Work) -> dict[str, Any]:
        group = worker.AUTOGROUP.read_text().split() if worker.AUTOGROUP.exists() else []
        return {"nice": os.getpriority(os.PRIO_PROCESS, 0), "group": group[-1] if group else None}

    doing(run)
    job, here = enqueue(1), os.getpriority(os.PRIO_PROCESS, 0)
    Worker().run(once=True)
    said = Result.objects.get(key=job.key).summary
    assert said["nice"] >= min(19, here + worker.NICENESS) and said["group"] in (None, str(worker.NICENESS))
    assert os.getpriority(os.PRIO_PROCESS, 0) == here
