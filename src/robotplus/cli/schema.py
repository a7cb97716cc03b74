"""``robotplus schema``: the JSON Schema of the files that are read."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Annotated, Any

import typer

SCHEMAS = Path(__file__).parent / "schemas"


class Kind(enum.StrEnum):
    """The files that have a schema."""

    need = "need"
    plan = "plan"
    robot = "robot"
    certificate = "certificate"


def command(
    kind: Annotated[Kind, typer.Argument(help="Which file.")],
    as_json: Annotated[bool, typer.Option("--json", help="A schema is JSON with and without it.")] = True,
) -> None:
    """Print the JSON Schema of a need (for an arm, or for a plan over an area), robot or certificate file.

    Example: robotplus schema need > need.schema.json
    """
    from robotplus.cli.output import print_json

    print_json(schema_of(kind))


def schema_of(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a kind of file."""
    if kind is Kind.need:
        from robotplus.scenarios.files import need_schema

        return need_schema()
    if kind is Kind.plan:
        from robotplus.scenarios.plans import plan_schema

        return plan_schema()
    document: dict[str, Any] = json.loads((SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
    return document
