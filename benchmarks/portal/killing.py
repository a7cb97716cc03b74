"""``kill -9`` of web and worker under load: what was lost, doubled or left running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from benchmarks.portal.served import QUIET, ROOT
from benchmarks.rows import Row, at_least, at_most, shown

TRIAL: Final = ROOT / "scripts" / "kill_trial.py"


def rows(database: str, environment: Mapping[str, str], *, kills: int) -> Iterator[Row]:
    """The trial's figures; each that it counts as wrong is a bar of zero."""
    kept = {k: v for k, v in os.environ.items() if k not in QUIET}
    done = subprocess.run(
        [sys.executable, str(TRIAL), "--kills", str(kills)],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    title = f"kill -9 under load ({database})"
    try:
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        yield Row(f"{title}: the trial", f"broke off: {lines[-1][:200]}", "ends", "", False)
        return
    killed = found["kills"]
    yield at_least(
        f"{title}: kills", sum(killed.values()), kills, f"{killed['web']} web, {killed['worker']} worker"
    )
    for name, count in found["accepted"].items():
        yield at_least(f"{title}: {name} accepted", count, 1, "")
    for name, count in found["wrong"].items():
        yield at_most(f"{title}: {name.replace('_', ' ')}", count, 0, "")
    yield shown(f"{title}: jobs that were begun again", found["attempts_over_one"], "")
    yield at_most(f"{title}: left running for ever", int(not found["drained"]), 0, "")
