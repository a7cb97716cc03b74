"""Nothing accepted is lost or doubled when web or worker is killed; real processes, a few kills."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TRIAL = Path(__file__).parents[2] / "scripts" / "kill_trial.py"


@pytest.mark.slow
def test_a_few_kills_lose_and_double_nothing() -> None:
    environment = {
        k: v for k, v in os.environ.items() if k not in ("ROBOTPLUS_HOME", "DJANGO_SETTINGS_MODULE")
    }
    done = subprocess.run(
        [sys.executable, str(TRIAL), "--kills", "4"],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert all(found["accepted"].values()) and found["results"] >= found["accepted"]["answers"]
    assert not any(found["wrong"].values())
