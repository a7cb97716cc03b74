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
    """The first validation error as one line, an unknown key before all others: it is the usual cause."""
    errors = error.errors(include_url=False)
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    loc = first["loc"]
    at = f"{where}: {dotted(loc)}" if loc else where
    if first["type"] == "extra_forbidden":
        key = str(loc[-1])
        if key in NOT_MODELLED:
            return NeedError(f"{key!r} is not modelled yet", at, fix="leave it out")
        return unknown_key(key, keys_at(model, loc[:-1]), at)
    if first["type"] == "missing":
        return NeedError("this key is missing", at)
    message = first["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    value = first["input"]
    shown = value if isinstance(value, (str, int, float, bool)) else None
    return NeedError(message, at, value=shown)


def unknown_key(key: str, known: list[str], at: str) -> NeedError:
    """An unknown key, with the nearest known one."""
    near = difflib.get_close_matches(key, known, 1, 0.6)
    stem = key.rsplit("_", 1)[0]
    near = near or [k for k in known if k.startswith(stem + "_")]
    fix = f"did you mean {near[0]!r}?" if near else None
    return NeedError("unknown key", at, allowed=", ".join(known), fix=fix)


def dotted(loc: tuple[int | str, ...]) -> str:
    """A place in the document as a plant engineer reads it: ``process_path.stroke[0].name``."""
    out = ""
    for part in loc:
        if isinstance(part, int):
            out += f"[{part}]"
        elif part.isidentifier():  # pydantic names the tried union members too; those are not keys
            out += f".{part}" if out else part
    return out


def keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys allowed in the table at ``loc``."""
    at: type[BaseModel] = model
    for part in loc:
        if isinstance(part, str) and part in at.model_fields:
            inner = _model_in(at.model_fields[part].annotation)
            at = inner if inner is not None else at
    return list(at.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (Annotated, Union, types.UnionType, list, tuple):
        for arg in typing.get_args(annotation):
            if (found := _model_in(arg)) is not None:
                return found
    return None
