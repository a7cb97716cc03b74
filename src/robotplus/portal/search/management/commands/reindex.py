"""``python -m robotplus.portal reindex``: write the search index anew, while the portal runs."""

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.search.index import do_reindex


class Command(BaseCommand):
    help = "Write the search's entries for all scenarios, models, offers and needs anew."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{do_reindex(self.stdout.write)} entries")
