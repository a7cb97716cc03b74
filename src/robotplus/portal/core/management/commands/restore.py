"""``python -m robotplus.portal restore FILE``."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from robotplus.errors import InputError
from robotplus.portal.core.backup import read_backup


class Command(BaseCommand):
    help = "Bring a backup into a fresh database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = read_backup(options["file"])
        except (InputError, OSError) as e:
            raise CommandError(str(e), returncode=2) from e
        self.stdout.write(f"{sum(done.rows.values())} rows and {done.files} files")
