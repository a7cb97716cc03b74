"""Needs whose answer is a plan of movements on the ground or in the air, not the motion of an arm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field, ValidationError, model_validator

from robotplus.errors import NeedError
from robotplus.hashing import digest
from robotplus.scenarios.coverage import AreaCoverageTable, CoverageTask, lower_coverage
from robotplus.scenarios.files import MAX_NEED_BYTES, PLANS, parse
from robotplus.scenarios.need import Identifier, explain
from robotplus.scenarios.reading import read_text
from robotplus.scenarios.route import RouteTable, RouteTask, lower_route
from robotplus.scenarios.schema import Name, Table, exactly_one


class PlanTable(Table):
    """A need of this kind in full."""

    id: Identifier
    title_en: Name
    title_zh: Annotated[str, Field(max_length=120)] = ""
    scenario: Identifier = "custom"
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 0
    area_coverage: AreaCoverageTable | None = None
    route: RouteTable | None = None

    @model_validator(mode="after")
    def _one_task(self) -> PlanTable:
        exactly_one(self, PLANS)
        return self


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


@dataclass(frozen=True)
class RouteNeed:
    """As `PlanNeed`, for a task of visits."""

    id: str
    title_en: str
    title_zh: str
    scenario: str
    family: Literal["route"]
    document: dict[str, Any]
    sha256: str
    seed: int
    task: RouteTask


AnyPlan = PlanNeed | RouteNeed


def plan_schema() -> dict[str, Any]:
    """JSON Schema of a need file of this kind."""
    schema: dict[str, Any] = PlanTable.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_plan_need(path: str | Path) -> AnyPlan:
    """Read a need file (TOML or JSON) of this kind, of any family.

    Raises:
        NeedError: one line says what is wrong.
    """
    path = Path(path)
    return need_from_document(parse(read_text(path, limit=MAX_NEED_BYTES), path), path.name)


def need_from_document(document: dict[str, Any], where: str = "need") -> AnyPlan:
    """A need of any family from its document; reading the need's own document again gives the same.

    Raises:
        NeedError: one line says what is wrong.
    """
    try:
        table = PlanTable.model_validate(document)
    except ValidationError as e:
        raise explain(e, PlanTable, where) from None
    full: dict[str, Any] = table.model_dump(mode="json", exclude_none=True)
    common: dict[str, Any] = {
        "id": table.id,
        "title_en": table.title_en,
        "title_zh": table.title_zh or table.title_en,
        "scenario": table.scenario,
        "document": full,
        "sha256": digest(full),
        "seed": table.seed,
    }
    if table.route is not None:
        return RouteNeed(family="route", task=lower_route(table.route), **common)
    area = cast("AreaCoverageTable", table.area_coverage)  # one of the two is there, says the table
    return PlanNeed(family="area_coverage", task=lower_coverage(area), **common)


def plan_from_document(document: dict[str, Any], where: str = "need") -> PlanNeed:
    """A need for area coverage from its document.

    Raises:
        NeedError: one line says what is wrong.
    """
    need = need_from_document(document, where)
    if not isinstance(need, PlanNeed):
        raise NeedError("another family of needs", where, value=need.family, allowed="area_coverage")
    return need


def route_from_document(document: dict[str, Any], where: str = "need") -> RouteNeed:
    """A need for visits from its document.

    Raises:
        NeedError: one line says what is wrong.
    """
    need = need_from_document(document, where)
    if not isinstance(need, RouteNeed):
        raise NeedError("another family of needs", where, value=need.family, allowed="route")
    return need
