"""A crew of forked processes that do jobs one at a time and survive the death of any of them.

What the jobs need (catalogue, context) is inherited by the fork, so only jobs and results travel, over one
pipe a worker. A worker ends when its pipe closes, also when this process is killed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

MAX_DEATHS = 2  # a job that takes this many workers with it is given up


@dataclass(frozen=True)
class Failed:
    """A job that raised, or that no worker survived: always a defect of ours."""

    why: str


class Workers(Protocol):
    """Whoever does jobs: this crew, or a cluster."""

    def run(self, jobs: Sequence[Any], *, ahead: int = 1) -> Iterator[tuple[int, Any]]:
        """Results (or Failed) with the index of their job, as they come."""

    def __enter__(self) -> Workers: ...

    def __exit__(self, *_: object) -> None:
        """End all work at once."""


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class _Worker:
    process: Any
    pipe: Connection
    at_work: deque[int] = field(default_factory=deque)


class Crew:
    """Forked workers that call ``work(job)``.

    Args:
        size: how many.
        work: inherited by the fork; results must be picklable.
        when_idle: called once in each worker, the first time it has nothing to do.
    """

    def __init__(
        self, size: int, work: Callable[[Any], Any], *, when_idle: Callable[[], None] | None = None
    ) -> None:
        self._fork = multiprocessing.get_context("fork")
        self._work, self._when_idle = work, when_idle
        self._workers: list[_Worker] = []
        try:
            for _ in range(size):
                self._hire()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, jobs: Sequence[Any], *, ahead: int = 1) -> Iterator[tuple[int, Any]]:
        """Results (or Failed) with the index of their job, as they come.

        Args:
            ahead: jobs a worker holds at most; more than one hides the wait for the next job, but then jobs
                must be small (a worker that sends does not read).
        """
        waiting = deque(range(len(jobs)))
        deaths = [0] * len(jobs)
        while waiting or any(w.at_work for w in self._workers):
            for worker in list(self._workers):
                while waiting and len(worker.at_work) < ahead:
                    index = waiting.popleft()
                    worker.at_work.append(index)
                    # a dead worker's pipe breaks: it is noticed below, with its jobs
                    with contextlib.suppress(OSError):
                        worker.pipe.send_bytes(pickle.dumps(jobs[index], protocol=5))
            busy = {w.pipe: w for w in self._workers if w.at_work}
            for pipe in wait(list(busy)):
                worker = busy[pipe]  # type: ignore[index]
                try:
                    result = pickle.loads(worker.pipe.recv_bytes())
                except (EOFError, OSError):
                    first = worker.at_work.popleft()
                    waiting.extendleft(reversed(worker.at_work))
                    code = self._replace(worker)
                    deaths[first] += 1
                    if deaths[first] < MAX_DEATHS:
                        waiting.appendleft(first)
                    else:
                        yield first, Failed(f"a worker process died of it twice (exit code {code})")
                else:
                    yield worker.at_work.popleft(), result

    def close(self) -> None:
        """End all workers at once, whatever they do."""
        for worker in self._workers:
            worker.process.kill()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join()
        self._workers = []

    def _hire(self) -> None:
        ours, theirs = self._fork.Pipe()
        inherited = [w.pipe for w in self._workers] + [ours]
        process = self._fork.Process(
            target=_serve, args=(theirs, self._work, self._when_idle, inherited), daemon=True
        )
        # a signal in the middle of a fork waits until both sides know what to do with it
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self._workers.append(_Worker(process, ours))

    def _replace(self, worker: _Worker) -> int | None:
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        self._hire()
        code: int | None = worker.process.exitcode
        return code


def _serve(
    pipe: Connection,
    work: Callable[[Any], Any],
    when_idle: Callable[[], None] | None,
    inherited: Sequence[Connection],
) -> None:
    """A worker's life. Ctrl-C reaches the whole group of processes; only the parent answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    for other in inherited:
        other.close()
    with contextlib.suppress(EOFError, OSError):
        while True:
            if when_idle is not None and not pipe.poll(0):
                when_idle()
                when_idle = None
            job = pickle.loads(pipe.recv_bytes())
            try:
                result = work(job)
            except Exception as e:
                at = traceback.extract_tb(e.__traceback__)[-1]
                result = Failed(f"{type(e).__name__}: {e} ({os.path.basename(at.filename)}:{at.lineno})")
            pipe.send_bytes(pickle.dumps(result, protocol=5))
    os._exit(0)
