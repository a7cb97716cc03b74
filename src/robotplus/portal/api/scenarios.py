"""The plan's scenarios, with the numbers that an answer may be asked with."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from robotplus.errors import NeedError
from robotplus.portal.api.callers import ANYONE
from robotplus.portal.api.refusals import READS
from robotplus.portal.api.shapes import Label
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.web.finding import find_scenarios
from robotplus.scenarios.library import Scenario, get_scenario, scenarios

router = Router(tags=["scenarios"], auth=ANYONE)
ScenarioId = Annotated[str, Path(pattern=r"^[a-z0-9_]+$", max_length=60)]


class ScenarioBrief(Schema):
    """``provable``: a task family stands behind it, so that it can be answered."""

    id: str
    name: Label
    field: str
    provable: bool


class Number(Schema):
    name: str
    label: Label
    unit: str
    default: float
    low: float
    high: float
    whole: bool
    source: str


class ScenarioQuestion(Schema):
    """What a scenario without a task family asks of a need instead of numbers; ``default`` null: none is usual."""

    name: str
    label: Label
    unit: str
    default: float | None
    low: float
    high: float
    source: str


class Indicator(Schema):
    name: Label
    unit: str
    direction: str
    typical: list[float]
    source: str
    basis: str


class Case(Schema):
    title: str
    where: str
    source: str
    evidence: str
    numbers: dict[str, Any]


class ScenarioWhole(ScenarioBrief):
    about: Label
    numbers: list[Number]
    questions: list[ScenarioQuestion]
    indicators: list[Indicator]
    constraints: list[str]
    credentials: list[str]
    standards: list[str]
    cases: list[Case]
    human_baseline: str


class Wanted(Schema):
    q: str = Field("", max_length=500, description="plain words, Chinese or English; best match first")
    field: str = Field("", max_length=20, description="one of the plan's five")
    provable: bool = False


@router.get("/scenarios", response={200: list[ScenarioBrief], **READS})
def list_scenarios(request: HttpRequest, wanted: Annotated[Wanted, Query(...)]) -> list[ScenarioBrief]:
    """The scenarios, all of them or those that some words mean."""
    found = [f.scenario for f in find_scenarios(wanted.q)] if wanted.q.strip() else list(scenarios())
    return [
        ScenarioBrief(**_brief(s))
        for s in found
        if wanted.field in ("", s.field) and (s.family or not wanted.provable)
    ]


@router.get("/scenarios/{scenario_id}", response={200: ScenarioWhole, **READS})
def read_scenario(request: HttpRequest, scenario_id: ScenarioId) -> ScenarioWhole:
    """One scenario with its numbers, indicators and reference cases."""
    try:
        found = get_scenario(scenario_id)
    except NeedError as e:
        raise AbsentError(_("there is no such scenario")) from e
    return whole_scenario(found)


def whole_scenario(found: Scenario) -> ScenarioWhole:
    return ScenarioWhole(
        **_brief(found),
        about=Label(zh=found.about_zh, en=found.about_en),
        numbers=[
            Number(
                name=n.name,
                label=Label(zh=n.label_zh, en=n.label_en),
                unit=n.unit,
                default=n.default,
                low=n.low,
                high=n.high,
                whole=n.whole,
                source=n.source,
            )
            for n in found.numbers
        ],
        questions=[
            ScenarioQuestion(
                name=q.name,
                label=Label(zh=q.label_zh, en=q.label_en),
                unit=q.unit,
                default=q.default,
                low=q.low,
                high=q.high,
                source=q.source,
            )
            for q in found.questions
        ],
        indicators=[
            Indicator(
                name=Label(zh=i.name_zh, en=i.name_en),
                unit=i.unit,
                direction=i.direction,
                typical=list(i.typical),
                source=i.source,
                basis=i.basis,
            )
            for i in found.indicators
        ],
        constraints=list(found.constraints),
        credentials=list(found.credentials),
        standards=list(found.standards),
        cases=[Case(**dataclasses.asdict(c)) for c in found.cases],
        human_baseline=found.human_baseline,
    )


def _brief(s: Scenario) -> dict[str, Any]:
    return {
        "id": s.id,
        "name": Label(zh=s.name_zh, en=s.name_en),
        "field": s.field,
        "provable": bool(s.family),
    }
