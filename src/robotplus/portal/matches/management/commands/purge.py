"""``python -m robotplus.portal purge``: what the worker does once an hour when it has nothing else to do."""

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.matches.purging import do_purge


class Command(BaseCommand):
    help = "Delete visitors' expired answers, old jobs, and results that nothing points to."

    def handle(self, *args: Any, **options: Any) -> None:
        gone = do_purge()
        self.stdout.write(f"{gone.answers} answers, {gone.jobs} jobs and {gone.results} results deleted")
