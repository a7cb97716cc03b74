"""Makes the invented organisations with their offers, needs, deals and programmes; a second run does nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.desk.examples import do_load_examples


class Command(BaseCommand):
    help = "Invented organisations that trade with each other, marked as examples wherever they show."

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = do_load_examples()
        if not accounts:
            self.stdout.write("the examples are there already")
        for one in accounts:
            self.stdout.write(f"{one.organisation}: {one.email}  {one.password}")
