"""``python -m robotplus.portal load_many``: 100,000 invented offers and 20,000 needs, to measure the search."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from robotplus.portal.search.many import do_load_many


class Command(BaseCommand):
    help = "Write many invented offers and needs of organisations that are marked as examples; for measuring."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--offers", type=int, default=100_000)
        parser.add_argument("--needs", type=int, default=20_000)

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.monotonic()
        do_load_many(options["offers"], options["needs"], self.stdout.write)
        self.stdout.write(f"done in {time.monotonic() - start:.0f} s")
