"""Forgets sign-ins older than LOGIN_LOG_DAYS; run daily."""

from typing import Any

from django.core.management.base import BaseCommand

from robotplus.portal.parties.actions.logins import do_purge_logins


class Command(BaseCommand):
    help = "Forget sign-ins older than LOGIN_LOG_DAYS."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{do_purge_logins()} sign-ins forgotten")
