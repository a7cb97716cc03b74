"""``python -m robotplus.portal work``: the worker, until a signal ends it."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a job's processes share the cores between them
os.environ.setdefault("OMP_NUM_THREADS", "1")


class Command(BaseCommand):
    help = "Do the jobs that wait, and those to come."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="return when nothing waits")

    def handle(self, *args: Any, **options: Any) -> None:
        from robotplus.portal.jobs.worker import Worker

        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop.set())
        worker.run(once=options["once"])
