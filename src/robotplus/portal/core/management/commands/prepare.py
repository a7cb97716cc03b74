"""``python -m robotplus.portal prepare``: all that has to be there before the first page."""

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.preparing import prepare


class Command(BaseCommand):
    help = "Bring tables, areas, models and static files up to date; quick when they are."

    def handle(self, *args: Any, **options: Any) -> None:
        prepare(self.stdout.write)
