"""The databases that the portal is measured on: SQLite in a portal's folder, PostgreSQL of this run's own."""

from __future__ import annotations

import contextlib
import itertools
import os
import urllib.parse
from types import TracebackType
from typing import Final, Self

from scripts.with_postgres import cluster

NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Databases:
    """New databases by vendor; PostgreSQL starts when it is first asked for and ends with this."""

    def __init__(self) -> None:
        self._ending = contextlib.ExitStack()
        self._server = ""
        self._serial = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.close()

    def server(self, vendor: str) -> dict[str, str]:
        """The environment in which a program that makes its own databases finds this vendor's."""
        if vendor == "sqlite":
            return {}
        if not self._server:
            self._server = os.environ.get("DATABASE_URL") or self._ending.enter_context(cluster())
        return {"DATABASE_URL": self._server}

    def new(self, vendor: str) -> str:
        """The address of an empty database; of SQLite it is empty: a portal's folder holds it."""
        server = self.server(vendor).get("DATABASE_URL", "")
        if not server:
            return ""
        import psycopg

        name = f"acceptance_{os.getpid()}_{next(self._serial)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        parts = urllib.parse.urlsplit(server)
        return urllib.parse.urlunsplit(parts._replace(path=f"/{name}"))
