"""Makes an account an operator: ``python -m robotplus.portal make_operator a@b.cn --name 运营中心 --code 9150…``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from robotplus.errors import InputError
from robotplus.portal.parties.access import find_user
from robotplus.portal.parties.actions.operators import do_make_operator


class Command(BaseCommand):
    help = "Let an existing account work the operator's desk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="its e-mail address or mobile number")
        parser.add_argument("--name", required=True, help="the operating body's registered name")
        parser.add_argument("--code", required=True, help="its unified social credit code or register number")
        parser.add_argument("--country", default="CN")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = find_user(options["account"])
            do_make_operator(user, name=options["name"], country=options["country"], code=options["code"])
        except InputError as e:
            raise CommandError(str(e)) from e
        self.stdout.write(f"{options['account']} works the desk now")
