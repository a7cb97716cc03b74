"""``python -m robotplus.portal load_catalogue``: the built-in robots as models, as often as wanted."""

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.robots.catalogue import load_catalogue


class Command(BaseCommand):
    help = "Bring the built-in robots in as models; those that did not change stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{do_load_catalogue(load_catalogue())} models added or revised")
