"""Notes what is missing in offers, then sends what people are told once a day and what could not be sent at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.offers.noting import do_note_gaps
from robotplus.portal.parties.actions.notices import do_send_digests


class Command(BaseCommand):
    help = "Send the daily digest of notices."

    def handle(self, *args: Any, **options: Any) -> None:
        do_note_gaps()
        self.stdout.write(f"{do_send_digests()} digests sent")
