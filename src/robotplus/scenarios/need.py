"""The need file as a whole, and validation errors as one line: key, value and what is allowed."""

from __future__ import annotations

import difflib
import types
import typing
from typing import Annotated, Any, Union

from pydantic import BaseModel, Field, ValidationError, model_validator

from robotplus.errors import NeedError
from robotplus.scenarios.handling import PickPlaceTable
from robotplus.scenarios.schema import (
    BaseTable,
    CellTable,
    Name,
    RequirementsTable,
    Table,
    ToolTable,
    exactly_one,
)
from robotplus.scenarios.strokes import ProcessPathTable

NOT_MODELLED = (
    "positioner",
    "track",
    "rail",
    "gantry",
    "conveyor_tracking",
    "external_axis",
    "external_axes",
)

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_\-]{0,63}$")]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class NeedTable(Table):
    """A need in full: one task, its tool, the cell around it, where the base may stand, what must hold.

    ``built_from`` keeps the scenario's numbers the task was built from; it is a record and changes nothing.
    """

    id: Identifier
    title_en: Name
    title_zh: Annotated[str, Field(max_length=120)] = ""
    scenario: Identifier = "custom"
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 0
    built_from: dict[str, Number] | None = None
    tool: ToolTable
    base: BaseTable
    cell: CellTable = CellTable()
    requirements: RequirementsTable = RequirementsTable()
    process_path: ProcessPathTable | None = None
    pick_place: PickPlaceTable | None = None

    @model_validator(mode="after")
    def _one_task(self) -> NeedTable:
        exactly_one(self, ("process_path", "pick_place"))
        return self


def validate(document: dict[str, Any], where: str) -> NeedTable:
    """The document as a NeedTable.

    Raises:
        NeedError: the first thing that is wrong, in one line.
    """
    try:
        return NeedTable.model_validate(document)
    except ValidationError as e:
        raise explain(e, NeedTable, where) from None


def explain(error: ValidationError, model: type[BaseModel], where: str) -> NeedError:
    """The most telling validation error as one line.

    An unknown key comes before all others, because it is the usual cause; a value of the right kind that is
    out of range comes before one of the wrong kind, because a key of several kinds reports both.
    """
    errors = error.errors(include_url=False)
    first = min(errors, key=_rank)
    names, table = locate(model, first["loc"])
    at = f"{where}: {names}" if names else where
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        at = f"{at}.{key}" if names else f"{where}: {key}"
        if key in NOT_MODELLED:
            return NeedError(f"{key!r} is not modelled yet", at, fix="leave it out")
        return unknown_key(key, list(table.model_fields), at)
    if first["type"] == "missing":
        return NeedError("this key is missing", at)
    message = first["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    value = first["input"]
    shown = value if isinstance(value, (str, int, float, bool)) else None
    return NeedError(message, at, value=shown)


def _rank(error: Any) -> tuple[int, int]:
    kind = error["type"]
    wrong_kind = kind.endswith("_type") or kind == "literal_error"
    return (0 if kind == "extra_forbidden" else 2 if wrong_kind else 1, -len(error["loc"]))


def locate(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, type[BaseModel]]:
    """A place as it reads in the file, ``process_path.stroke[0].name``, and the table that it lies in.

    Names that are no keys (pydantic names the tried kinds of a value too) are left out.
    """
    names, table = "", model
    for part in loc:
        if isinstance(part, int):
            names += f"[{part}]"
        elif part in table.model_fields:
            names += f".{part}" if names else part
            table = _model_in(table.model_fields[part].annotation) or table
    return names, table


def unknown_key(key: str, known: list[str], at: str) -> NeedError:
    """An unknown key, with the nearest known one."""
    near = difflib.get_close_matches(key, known, 1, 0.6)
    stem = key.rsplit("_", 1)[0]
    near = near or [k for k in known if k.startswith(stem + "_")]
    fix = f"did you mean {near[0]!r}?" if near else None
    return NeedError("unknown key", at, allowed=", ".join(known), fix=fix)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (Annotated, Union, types.UnionType, list, tuple):
        for arg in typing.get_args(annotation):
            if (found := _model_in(arg)) is not None:
                return found
    return None
