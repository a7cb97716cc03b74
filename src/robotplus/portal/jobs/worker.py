"""The worker: claims a job, has it done in a process of its own, and commits what comes of it.

It polls the queue four times a second, one indexed query each, instead of being woken by a task library:
a wake-up can be lost, and a library's own record of a task would be a second truth beside the job's row.

This process keeps no more than the catalogue and a lease. Each job runs in a forked child, which finds
everything loaded, can be killed when it is cancelled or too long, and takes nobody with it when it crashes.
The portal's own work gives way at once when somebody waits. Database connections are closed before the fork,
so that each process opens its own.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from robotplus.errors import InputError
from robotplus.portal.jobs import leases, results
from robotplus.portal.jobs.handlers import HANDLERS, HOURLY, Work, handler
from robotplus.portal.jobs.models import Job, Result

log = logging.getLogger(__name__)

POLL_S = 0.25
TELL_S = 0.4  # progress is written no more often
SWEEP_S = 2.0  # between two looks for leases that ran out
CLEAN_S = 3600.0  # between two rounds of housekeeping
NICENESS = 15  # of a job's processes: pages come first
AUTOGROUP = Path("/proc/self/autogroup")
DEFECT = gettext_noop("the work failed, a defect of ours; it was recorded")
TOO_LONG = gettext_noop("the work took too long and was ended; ask for less at once")


class Worker:
    """Works until ``stop`` is set."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._swept = 0.0
        self._cleaned = -CLEAN_S

    def run(self, *, once: bool = False) -> None:
        """Work through the queue; ``once`` returns when nothing waits."""
        for kind in HANDLERS:
            if (warm := handler(kind).warm) is not None:
                warm()
        while not self.stop.is_set():
            try:
                busy = self.step()
            except (OperationalError, InterfaceError) as e:
                # the database is away or busy: what is leased runs out and comes back
                log.error("the database refused: %s", e)
                connections.close_all()
                busy = False
            if not busy:
                if once:
                    return
                self.stop.wait(POLL_S)

    def step(self) -> bool:
        """Do one job, if one waits."""
        if time.monotonic() - self._swept > SWEEP_S:
            self._swept = time.monotonic()
            if back := leases.requeue_expired():
                log.warning("%d jobs whose worker was gone were put back", back)
        job = leases.claim()
        if job is None:
            self._clean()
            return False
        try:
            self._do(job)
        except leases.LostLeaseError:
            log.warning("job %s went to another worker", job.pk)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("job %s (%s) could not be committed", job.pk, job.kind)
            with contextlib.suppress(leases.LostLeaseError):
                leases.fail(job, DEFECT)
        return True

    def _clean(self) -> None:
        """With nothing to do, keep house once an hour."""
        if time.monotonic() - self._cleaned > CLEAN_S:
            self._cleaned = time.monotonic()
            for name in HOURLY:
                try:
                    import_string(name)()
                except (OperationalError, InterfaceError):
                    raise
                except Exception:  # a defect in housekeeping keeps nobody's answer waiting
                    log.exception("housekeeping: %s", name)

    def _do(self, job: Job) -> None:
        if Result.objects.filter(key=job.key).exists():
            leases.finish(job, None, {})
            return
        room = results.make_room()
        try:
            said, value = self._watch(job, room)
            if said == "done":
                results.sync(room)
                leases.finish(job, room, value)
            elif said == "cancelled":
                leases.cancelled(job)
            elif said == "interrupted":
                leases.interrupted(job)
            elif said == "stopped":
                leases.put_back(job)
            else:
                leases.fail(job, value)
        finally:
            results.drop(room)

    def _watch(self, job: Job, room: Path) -> tuple[str, Any]:
        """Fork the child and hold the lease until it has said its last word, or has to go."""
        connections.close_all()
        fork = multiprocessing.get_context("fork")
        ours, theirs = fork.Pipe(duplex=False)
        child = fork.Process(target=_child, args=(job, room, theirs, ours))
        child.start()
        theirs.close()
        deadline = time.monotonic() + settings.JOB_TIME_LIMIT_S
        told = held = 0.0
        news: dict[str, Any] | None = None
        try:
            while True:
                if ours.poll(0.1):
                    try:
                        said, value = ours.recv()
                    except (EOFError, OSError):
                        return "interrupted", None
                    if said != "progress":
                        return said, value
                    news = value
                now = time.monotonic()
                if self.stop.is_set():
                    return "stopped", None
                if now > deadline:
                    return "failed", TOO_LONG
                if (news is not None and now - told > TELL_S) or now - held > settings.JOB_LEASE_S / 5:
                    if leases.hold(job, news):
                        return "cancelled", None
                    if job.asker == "" and leases.somebody_waits():
                        return "stopped", None
                    told, held, news = now, now, None
        finally:
            ours.close()
            _end(child)


def _end(child: Any) -> None:
    """The child and all processes it started are gone when this returns."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()  # it may not have had the time to lead its own group
    child.join()
    child.close()


def _give_way() -> None:
    """Take the processor only when no page wants it; for this process and those it starts.

    Where Linux groups processes by session (autogroup), niceness counts within a group alone, and the group has
    one of its own: `sched(7)`.
    """
    os.nice(NICENESS)
    with contextlib.suppress(OSError):
        AUTOGROUP.write_text(str(NICENESS), encoding="ascii")


def _child(job: Job, room: Path, pipe: Connection, other: Connection) -> None:
    """Do one job and say what came of it."""
    os.setsid()
    _give_way()
    other.close()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def tell(progress: Mapping[str, Any]) -> None:
        pipe.send(("progress", dict(progress)))  # a worker that was killed breaks the pipe, which ends this

    work = Work(job.key, job.params, room, job.organisation_id, tell)
    last: tuple[str, Any]
    try:
        last = ("done", handler(job.kind).run(work))
    except InputError as e:
        last = ("failed", str(e))
    except BrokenPipeError:
        os._exit(1)
    except Exception:
        log.exception("job %s (%s)", job.pk, job.kind)
        last = ("failed", DEFECT)
    with contextlib.suppress(BrokenPipeError):
        pipe.send(last)
    os._exit(0)
