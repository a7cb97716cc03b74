"""Kills web and worker of a portal at random moments under load: ``python scripts/kill_trial.py [--kills 50]``.

Starts both on a database and folder of their own (DATABASE_URL's server, else SQLite), asks for answers over HTTP and
sends needs, messages and files to the API without pause, kills one of the two with SIGKILL now and then, and lets the
queue run dry. Then everything that was accepted must be there once: answer, job, result, need, message, file. Most
work is short here, so that kills hit the moments around it; one answer in sixteen is the engine's own, with few
robots. Prints one line of JSON; exit code 1 when anything was lost, doubled or left running.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.portal.kill_load import Load  # noqa: E402 - found from the repository's root
from benchmarks.portal.served import free_port  # noqa: E402

DRAIN_S = 400.0
WORK_S = (0.05, 0.5)
ENGINE_EVERY = 16
ROBOTS = ("fanuc_lrmate25_19a", "kuka_kr10_r1100_3", "hiwin_ra610_1355")


# --- what runs in the processes that are killed -------------------------------------------------------------


def _work(work: Any) -> dict[str, Any]:
    """The engine's answer, or a short job that writes files, tells its progress and depends on nothing but its key."""
    if int(work.key[-8:], 16) % ENGINE_EVERY == 0:
        from robotplus.portal.matches.answering import HANDLER as ENGINE

        return ENGINE.run(work)
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
    from robotplus.portal.matches.answering import HANDLER as ENGINE

    if "certificates" in result.summary and ENGINE.commit is not None:
        ENGINE.commit(job, result)
    log_event(NOBODY, "trial.commit", result, job=str(job.pk))


def _patched() -> None:
    """Django set up, with the trial's work in place of the engine's, and few robots for the engine."""
    import django

    django.setup()
    from robotplus.portal.jobs import handlers, leases
    from robotplus.portal.matches import actions, answering, catalogue
    from robotplus.robots.catalogue import Catalogue, load_catalogue

    few = Catalogue([load_catalogue()[name] for name in ROBOTS])
    for module in (actions, answering, catalogue):
        module.built_in = lambda: few  # type: ignore[attr-defined]
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


# --- the trial ----------------------------------------------------------------------------------------------


def trial(kills: int, seed: int) -> dict[str, Any]:
    from benchmarks.portal.people import make

    rng = random.Random(seed)
    port = free_port()
    people = make()
    modes = {"web": ["web", str(port)], "worker": ["worker"]}
    running = {name: _start(mode) for name, mode in modes.items()}
    _answering(port)
    load = Load(port, people)
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
    return {"kills": done, "drained": drained, **_verify(load), **_sent(load)}


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
    asked = load.accepted["answers"]
    lost = [slug for slug in asked if slug not in answers or answers[slug].key not in kept]
    commits = Event.objects.filter(verb="trial.commit").values("subject_id").annotate(n=Count("pk"))
    doubled_jobs = Job.objects.values("key", "asker").annotate(n=Count("pk")).filter(n__gt=1).count()
    folders = sum(1 for p in results.root().iterdir() if not p.name.startswith("."))
    return {
        "answers": len(answers),
        "results": len(kept),
        "engine": sum("certificates" in r.summary for r in kept.values()),
        "refused": len(load.refused),
        "attempts_over_one": Job.objects.filter(attempt__gt=1).count(),
        "wrong": {
            "answers_lost": len(lost),
            "results_broken": sum(not _whole(result) for result in kept.values()),
            "results_committed_twice": sum(c["n"] > 1 for c in commits),
            "results_uncommitted": len(kept) - len(commits),
            "jobs_doubled": doubled_jobs,
            "jobs_not_done": Job.objects.exclude(state=Job.State.DONE).count(),
            "result_folders_without_row": folders - len(kept),
        },
    }


def _whole(result: Any) -> bool:
    """Whether the files of a result are what was computed."""
    from robotplus.hashing import digest
    from robotplus.portal.jobs import results

    page = json.loads(results.file_of(result.key, "page.json").read_text(encoding="utf-8"))
    if "certificates" not in result.summary:
        return hashlib.sha256(page["body"].encode()).hexdigest() == result.summary["sha256"]
    for stated in (c["sha256"] for c in result.summary["certificates"]):
        document = json.loads(results.file_of(result.key, f"{stated[7:]}.json").read_text(encoding="utf-8"))
        if document.pop("sha256") != stated or digest(document) != stated:
            return False
    return True


def _sent(load: Load) -> dict[str, Any]:
    """What was lost or doubled of what the API took; added to what is wrong."""
    from robotplus.portal.core.documents import path_of
    from robotplus.portal.core.models import Document
    from robotplus.portal.deals.models import Message
    from robotplus.portal.needs.models import Need

    there = {
        "needs": list(Need.objects.values_list("title", flat=True)),
        "messages": list(Message.objects.exclude(text="").values_list("text", flat=True)),
        "files": list(Document.objects.values_list("name", flat=True)),
    }
    bodies = {d.name: path_of(d.sha256) for d in Document.objects.all()}
    whole = [n for n in load.accepted["files"] if n in bodies and load.body(n) == bodies[n].read_bytes()]
    found: dict[str, Any] = {"accepted": {name: len(sent) for name, sent in load.accepted.items()}}
    lost = {f"{n}_lost": len(set(load.accepted[n]) - set(names)) for n, names in there.items()}
    doubled = {f"{n}_doubled": len(names) - len(set(names)) for n, names in there.items()}
    found["sent_wrong"] = {**lost, **doubled, "files_broken": len(load.accepted["files"]) - len(whole)}
    return found


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
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "SECRET_KEY": "for the trial only",
            "JOB_LEASE_S": "2",
            "VISITOR_ANSWERS_PER_HOUR": "1000000",
            "API_CALLS_PER_MINUTE": "1000000",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        found = trial(options.kills, options.seed)
        found["wrong"] |= found.pop("sent_wrong")
        from django.db import connection

        found["database"] = connection.vendor
        connection.close()
    print(json.dumps(found))
    nothing = [name for name, count in found["accepted"].items() if not count]
    return int(not found["drained"] or any(found["wrong"].values()) or bool(nothing))


if __name__ == "__main__":
    sys.exit(main())
