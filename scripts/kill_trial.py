"""Kills web and worker of a portal at random moments under load: ``python scripts/kill_trial.py [--kills 50]``.

Starts both on a database and folder of their own (DATABASE_URL's server, else SQLite), asks for answers over
HTTP without pause, kills one of the two with SIGKILL now and then, and lets the queue run dry. Then everything
that was accepted must be there once: answer, job, result, files. The work itself is short here, so that kills
hit the moments around it. Prints one line of JSON; exit code 1 when anything was lost, doubled or left running.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import http.cookiejar
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CLIENTS = 4
DRAIN_S = 120.0
WORK_S = (0.05, 0.5)


# --- what runs in the processes that are killed -------------------------------------------------------------


def _work(work: Any) -> dict[str, Any]:
    """A short job that writes files, tells its progress and depends on nothing but its key."""
    rng = random.Random(work.key)
    until = time.monotonic() + rng.uniform(*WORK_S)
    body = hashlib.sha256(work.key.encode()).hexdigest() * 500
    (work.folder / "answer.json").write_text(json.dumps({"body": body}))
    while time.monotonic() < until:
        work.tell({"stage": "prove", "done": 1, "of": 2, "found": 0})
        time.sleep(0.03)
    (work.folder / "page.json").write_text(json.dumps({"body": body}))  # nobody looks at it here
    return {"counts": {}, "sha256": hashlib.sha256(body.encode()).hexdigest()}


def _commit(job: Any, result: Any) -> None:
    from robotplus.portal.core.events import log_event
    from robotplus.portal.core.reader import NOBODY

    log_event(NOBODY, "trial.commit", result, job=str(job.pk))


def _patched() -> None:
    """Django set up, with the trial's work in place of the engine's."""
    import django

    django.setup()
    from robotplus.portal.jobs import handlers, leases

    sys.modules["kill_trial"] = sys.modules["__main__"]
    handlers.HANDLERS = {"answer": "kill_trial.HANDLER"}
    sys.modules["__main__"].HANDLER = handlers.Handler(_work, commit=_commit)  # type: ignore[attr-defined]
    leases.MAX_ATTEMPTS = 1000  # this trial looks for losses, not for jobs that kill their worker


def run_web(port: int) -> None:
    _patched()
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for key, value in (
                ("bind", f"127.0.0.1:{port}"),
                ("workers", 2),
                ("threads", 4),
                ("loglevel", "critical"),
                ("timeout", 60),
                ("reuse_port", True),  # workers of a killed master may still be ending
            ):
                self.cfg.set(key, value)

        def load(self) -> Any:
            from robotplus.portal.wsgi import application

            return application

    Application().run()


def run_worker() -> None:
    _patched()
    from robotplus.portal.jobs import worker

    worker.HANDLERS, worker.HOURLY = {}, ()  # nothing to warm up or to clean
    worker.Worker().run()


# --- the load -----------------------------------------------------------------------------------------------


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where an accepted request leads to is all that the trial wants to know."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Load:
    """Clients that ask for one answer after the other and note what was accepted."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.accepted: list[str] = []
        self.refused: list[str] = []
        self.stop = threading.Event()
        self._serial = iter(range(10**6))
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), _NoRedirect)
        while not self.stop.is_set():
            with self._lock:
                n = next(self._serial)
            try:
                if not any(c.name == "csrftoken" for c in jar):
                    opener.open(f"{self.base}/answers/new/?scenario=arc_welding", timeout=30).read()
                token = next(c.value for c in jar if c.name == "csrftoken")
                form = {
                    "scenario": "arc_welding",
                    "takt_s": f"{20 + n * 0.01:.2f}",
                    "csrfmiddlewaretoken": token,
                }
                data = urllib.parse.urlencode(form).encode()
                opener.open(f"{self.base}/answers/new/", data, timeout=30).close()
            except urllib.error.HTTPError as e:
                with self._lock:
                    if e.code == 302:
                        self.accepted.append(e.headers["Location"].rstrip("/").rsplit("/", 1)[-1])
                    else:
                        self.refused.append(str(e.code))
                e.close()
            except (OSError, http.client.HTTPException, StopIteration):
                time.sleep(0.1)  # killed before it could say whether it accepted
            self.stop.wait(0.15)


# --- the trial ----------------------------------------------------------------------------------------------


def trial(kills: int, seed: int) -> dict[str, Any]:
    rng = random.Random(seed)
    port = _free_port()
    modes = {"web": ["web", str(port)], "worker": ["worker"]}
    running = {name: _start(mode) for name, mode in modes.items()}
    _answering(port)
    load = Load(port)
    done = dict.fromkeys(modes, 0)
    try:
        for _ in range(kills):
            time.sleep(rng.uniform(0.0, 1.5))
            name = rng.choice(list(modes))
            running[name].send_signal(signal.SIGKILL)
            running[name].wait()
            done[name] += 1
            running[name] = _start(modes[name])
            _answering(port) if name == "web" else _working()
        time.sleep(1)
        load.end()
        drained = _drain()
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()
    return {"kills": done, "drained": drained, **_verify(load)}


def _start(mode: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, "--mode", *mode])


def _answering(port: int) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/answers/", timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web process does not come up")


def _working() -> None:
    """A new worker has taken its first job; a kill while it starts would meet nothing."""
    from django.utils import timezone

    from robotplus.portal.jobs.models import Job

    since, deadline = timezone.now(), time.monotonic() + 30
    while time.monotonic() < deadline and not Job.objects.filter(started_at__gt=since).exists():
        time.sleep(0.05)


def _drain() -> bool:
    from robotplus.portal.jobs.models import Job

    deadline = time.monotonic() + DRAIN_S
    while time.monotonic() < deadline:
        if not Job.objects.filter(state__in=Job.UNFINISHED).exists():
            return True
        time.sleep(0.2)
    return False


def _verify(load: Load) -> dict[str, Any]:
    """What was lost, doubled or left behind."""
    from django.db.models import Count

    from robotplus.portal.core.models import Event
    from robotplus.portal.jobs import results
    from robotplus.portal.jobs.models import Job, Result
    from robotplus.portal.matches.models import Answer

    answers = {a.slug: a for a in Answer.objects.select_related("job")}
    kept = {r.key: r for r in Result.objects.all()}
    lost = [slug for slug in load.accepted if slug not in answers or answers[slug].key not in kept]
    broken = []
    for key, result in kept.items():
        body = json.loads(results.file_of(key, "page.json").read_text())["body"]
        if hashlib.sha256(body.encode()).hexdigest() != result.summary["sha256"]:
            broken.append(key)
    commits = Event.objects.filter(verb="trial.commit").values("subject_id").annotate(n=Count("pk"))
    unfinished = Job.objects.exclude(state=Job.State.DONE).count()
    doubled_jobs = Job.objects.values("key", "asker").annotate(n=Count("pk")).filter(n__gt=1).count()
    folders = sum(1 for p in results.root().iterdir() if not p.name.startswith("."))
    return {
        "accepted": len(load.accepted),
        "answers": len(answers),
        "results": len(kept),
        "refused": len(load.refused),
        "lost": len(lost),
        "broken": len(broken),
        "committed_twice": sum(c["n"] > 1 for c in commits),
        "uncommitted": len(kept) - len(commits),
        "jobs_doubled": doubled_jobs,
        "not_done": unfinished,
        "folders_without_row": folders - len(kept),
        "attempts_over_one": Job.objects.filter(attempt__gt=1).count(),
    }


def _free_port() -> int:
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _own_database(home: str) -> str:
    """Address of an empty database beside DATABASE_URL's, or of a SQLite file."""
    given = os.environ.get("DATABASE_URL")
    if not given or given.startswith("sqlite"):
        return f"sqlite:///{home}/portal.sqlite3"
    import psycopg

    name = f"kill_trial_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    parts = urllib.parse.urlsplit(given)
    return urllib.parse.urlunsplit(parts._replace(path=f"/{name}"))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", nargs="+", default=["trial"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.mode[0] == "web":
        run_web(int(options.mode[1]))
        return 0
    if options.mode[0] == "worker":
        run_worker()
        return 0
    with tempfile.TemporaryDirectory(prefix="robotplus-kill-", ignore_cleanup_errors=True) as home:
        os.environ |= {
            "ROBOTPLUS_HOME": home,
            "DATABASE_URL": _own_database(home),
            "DJANGO_SETTINGS_MODULE": "robotplus.portal.settings",
            "ROBOTPLUS_DEBUG": "1",
            "SECRET_KEY": "for the trial only",
            "JOB_LEASE_S": "2",
            "VISITOR_ANSWERS_PER_HOUR": "1000000",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        found = trial(options.kills, options.seed)
        from django.db import connection

        found["database"] = connection.vendor
        connection.close()
    print(json.dumps(found))
    wrong = (
        "lost",
        "broken",
        "committed_twice",
        "uncommitted",
        "jobs_doubled",
        "not_done",
        "folders_without_row",
    )
    return int(not found["drained"] or any(found[name] for name in wrong) or not found["accepted"])


if __name__ == "__main__":
    sys.exit(main())
