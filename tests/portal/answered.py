"""Answers for tests: computed once a process with a handful of robots, then put where a worker would."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs import leases, results
from robotplus.portal.jobs.handlers import Work, handler
from robotplus.portal.matches import catalogue
from robotplus.portal.matches.actions import do_ask
from robotplus.portal.matches.documents import scenario_document
from robotplus.portal.matches.models import Answer
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.scenarios.library import get_scenario

ROBOTS = ("fanuc_lrmate25_19a", "kuka_kr10_r1100_3", "hiwin_ra610_1355")
SCENARIO = "arc_welding"


@functools.cache
def small_catalogue() -> Catalogue:
    """A few arms: some can do the reference seam, some cannot."""
    whole = load_catalogue()
    rest = [r for r in whole.values() if r.id not in ROBOTS]
    return Catalogue([whole[i] for i in ROBOTS if i in whole] + rest[:3])


def use_small_catalogue(monkeypatch: Any) -> None:
    for module in (catalogue, "actions", "answering"):
        name = module if isinstance(module, str) else "catalogue"
        monkeypatch.setattr(f"robotplus.portal.matches.{name}.built_in", small_catalogue)


def ask(reader: Reader, **numbers: float) -> Answer:
    return do_ask(reader, scenario_document(get_scenario(SCENARIO), numbers))


def work_off() -> int:
    """Do what waits, as a worker would, in this process; computed results are kept for the next test."""
    done = 0
    while (job := leases.claim()) is not None:
        room = results.make_room()
        summary = _computed(job.kind, job.key, job.params, room)
        leases.finish(job, room, summary)
        done += 1
    return done


_KEPT: dict[str, tuple[Path, dict[str, Any]]] = {}


def _computed(kind: str, key: str, params: dict[str, Any], room: Path) -> dict[str, Any]:
    if key not in _KEPT:
        work = Work(key, params, room, None, lambda progress: None)
        summary = handler(kind).run(work)
        kept = Path(tempfile.mkdtemp(prefix="robotplus-answered-"))
        shutil.copytree(room, kept, dirs_exist_ok=True)
        _KEPT[key] = (kept, summary)
    kept, summary = _KEPT[key]
    shutil.copytree(kept, room, dirs_exist_ok=True)
    return summary


def answered(reader: Reader, **numbers: float) -> Answer:
    """An answer whose result is there."""
    made = ask(reader, **numbers)
    work_off()
    made.refresh_from_db()
    return made
