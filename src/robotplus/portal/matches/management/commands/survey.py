"""``python -m robotplus.portal survey``: have every scenario's reference case answered, where it is not yet."""

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.matches.reference import do_survey


class Command(BaseCommand):
    help = "Ask for what every scenario's reference case gives with today's catalogue and engine."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{len(do_survey())} jobs wait; the worker does them when nobody else asks")
