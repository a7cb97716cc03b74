"""Loads districts and zones: ``python -m robotplus.portal load_areas [file.toml]``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from robotplus.errors import InputError
from robotplus.portal.core.areas import BUILT_IN, do_load_areas


class Command(BaseCommand):
    help = "Load districts and zones from a file of [[area]] tables (the built-in one without a name)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=BUILT_IN)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = do_load_areas(options["file"])
        except InputError as e:
            raise CommandError(str(e)) from e
        self.stdout.write(f"{count} areas")
