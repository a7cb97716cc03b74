"""``python -m robotplus.portal ask_outcomes``: once a day, asks what became of inquiries 30 and 90 days ago."""

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.deals.actions.following import do_ask_outcomes


class Command(BaseCommand):
    help = "Ask the buyers of inquiries that are 30 and 90 days old what became of them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{do_ask_outcomes()} questions asked")
