"""Rules that the database itself keeps, on SQLite and PostgreSQL alike; used by migrations."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def by_vendor(*, sqlite: list[str], postgresql: list[str], undo: list[str]) -> migrations.RunPython:
    """A migration step that runs the statements of the database in use."""

    def run(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in {"sqlite": sqlite, "postgresql": postgresql}[editor.connection.vendor]:
            editor.execute(statement)

    def back(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in undo:
            editor.execute(statement)

    return migrations.RunPython(run, back)


def append_only(table: str) -> migrations.RunPython:
    """No row of the table is changed or deleted, whoever asks."""
    return by_vendor(
        sqlite=[
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            for verb in ("UPDATE", "DELETE")
        ],
        postgresql=[
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is only added to' USING ERRCODE = '23000'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        ],
        undo=[],
    )


def no_overlap(table: str) -> migrations.RunPython:
    """No two live spans (start, end) of one resource overlap; PostgreSQL excludes them, SQLite looks first.

    SQLite writes one transaction at a time, so looking first is safe there.
    """
    clash = (
        f"SELECT 1 FROM {table} t WHERE t.resource = NEW.resource AND NOT t.released AND t.id IS NOT NEW.id "
        'AND t.start < NEW."end" AND NEW.start < t."end"'
    )
    return by_vendor(
        sqlite=[
            f"CREATE TRIGGER {table}_no_overlap_{verb.lower()} BEFORE {verb} ON {table} "
            f"WHEN NOT NEW.released AND EXISTS ({clash}) BEGIN SELECT RAISE(ABORT, 'already reserved'); END"
            for verb in ("INSERT", "UPDATE")
        ],
        postgresql=[
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_no_overlap EXCLUDE USING gist "
            '(resource WITH =, tstzrange(start, "end") WITH &&) WHERE (NOT released)',
        ],
        undo=[],
    )
