"""Takes away uploads that nothing leads to; run daily."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.core.tidying import do_tidy_documents


class Command(BaseCommand):
    help = "Take away uploads that nothing leads to."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{do_tidy_documents()} files taken away")
