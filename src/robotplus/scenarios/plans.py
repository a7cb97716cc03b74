"""Needs whose answer is a plan of movements on the ground or in the air, not the motion of an arm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from robotplus.hashing import digest
from robotplus.scenarios.coverage import AreaCoverageTable, CoverageTask, lower_coverage
from robotplus.scenarios.files import parse
from robotplus.scenarios.need import Identifier, explain
from robotplus.scenarios.reading import read_text
from robotplus.scenarios.schema import Name, Table

MAX_PLAN_BYTES = 4_000_000
PLANS = ("area_coverage",)


class PlanTable(Table):
    """A need of this kind in full."""

    id: Identifier
    title_en: Name
    title_zh: Annotated[str, Field(max_length=120)] = ""
    scenario: Identifier = "custom"
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 0
    area_coverage: AreaCoverageTable


@dataclass(frozen=True)
class PlanNeed:
    """A need as read: the document with every default filled in, its digest, and the task in SI."""

    id: str
    title_en: str
    title_zh: str
    scenario: str
    family: Literal["area_coverage"]
    document: dict[str, Any]
    sha256: str
    seed: int
    task: CoverageTask


def plan_schema() -> dict[str, Any]:
    """JSON Schema of a need file of this kind."""
    schema: dict[str, Any] = PlanTable.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def is_plan(document: Any) -> bool:
    """Whether a need's document is of this kind."""
    return isinstance(document, dict) and any(name in document for name in PLANS)


def read_plan_need(path: str | Path) -> PlanNeed:
    """Read a need file (TOML or JSON) of this kind.

    Raises:
        NeedError: one line says what is wrong.
    """
    path = Path(path)
    return plan_from_document(parse(read_text(path, limit=MAX_PLAN_BYTES), path), path.name)


def plan_from_document(document: dict[str, Any], where: str = "need") -> PlanNeed:
    """A need of this kind from its document; reading the need's own document again gives the same.

    Raises:
        NeedError: one line says what is wrong.
    """
    try:
        table = PlanTable.model_validate(document)
    except ValidationError as e:
        raise explain(e, PlanTable, where) from None
    full: dict[str, Any] = table.model_dump(mode="json", exclude_none=True)
    return PlanNeed(
        id=table.id,
        title_en=table.title_en,
        title_zh=table.title_zh or table.title_en,
        scenario=table.scenario,
        family="area_coverage",
        document=full,
        sha256=digest(full),
        seed=table.seed,
        task=lower_coverage(table.area_coverage),
    )
