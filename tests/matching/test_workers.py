"""The crew: every job gets its result, whatever happens to those who do it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from robotplus.matching.workers import Crew, Failed


def test_results_come_with_the_index_of_their_job() -> None:
    with Crew(3, lambda job: job * job) as crew:
        assert sorted(crew.run(range(50))) == [(n, n * n) for n in range(50)]
        assert sorted(crew.run([7], ahead=2)) == [(0, 49)]  # the crew can be used again


def test_large_results_do_not_block_small_jobs() -> None:
    with Crew(2, lambda job: bytes(2_000_000)) as crew:
        assert len(list(crew.run(range(20), ahead=2))) == 20


def test_large_jobs() -> None:
    with Crew(2, len) as crew:
        assert {size for _, size in crew.run([bytes(2_000_000)] * 6)} == {2_000_000}


def test_what_is_raised_is_told_with_its_place() -> None:
    with Crew(1, lambda job: 1 // job) as crew:
        results = dict(crew.run([0, 1]))
    assert results[1] == 1
    assert isinstance(results[0], Failed)
    assert "ZeroDivisionError" in results[0].why and "test_workers.py" in results[0].why


def test_a_job_is_tried_again_when_its_worker_dies(tmp_path: Path) -> None:
    def work(job: int) -> int:
        if job == 3 and not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return job

    with Crew(2, work) as crew:
        assert sorted(crew.run(range(8), ahead=2)) == [(n, n) for n in range(8)]


def test_a_job_that_kills_is_given_up() -> None:
    def work(job: int) -> int:
        if job == 3:
            os._exit(5)
        return job

    with Crew(2, work) as crew:
        results = dict(crew.run(range(8), ahead=2))
    lost = results.pop(3)
    assert isinstance(lost, Failed) and "exit code 5" in lost.why
    assert results == {n: n for n in range(8) if n != 3}


def test_closing_ends_workers_in_the_middle_of_a_job() -> None:
    started = time.monotonic()
    with Crew(2, lambda job: time.sleep(60) if job else os.getpid()) as crew:
        running = crew.run([0, 1, 1])
        next(running)
    assert time.monotonic() - started < 10


def test_idle_workers_do_what_they_were_told_once(tmp_path: Path) -> None:
    def note() -> None:
        with (tmp_path / str(os.getpid())).open("a") as file:
            file.write("x")

    with Crew(2, lambda job: time.sleep(0.05), when_idle=note) as crew:
        list(crew.run(range(4)))
    assert {file.read_text() for file in tmp_path.iterdir()} == {"x"}


def test_workers_end_when_their_parent_is_killed() -> None:
    script = (
        "import os, sys, time\n"
        "from robotplus.matching.workers import Crew\n"
        "crew = Crew(3, lambda job: os.getpid())\n"
        "print(*[w.process.pid for w in crew._workers], flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 3
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
