"""One search over scenarios, models, offers and needs."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from robotplus.portal.api.callers import ANYONE
from robotplus.portal.api.paging import Limit
from robotplus.portal.api.refusals import READS
from robotplus.portal.api.shapes import Party, party, reader_of
from robotplus.portal.search.filters import Filters
from robotplus.portal.search.finding import search
from robotplus.portal.search.parsing import LONGEST

router = Router(tags=["search"], auth=ANYONE)


class Hit(Schema):
    """``figures`` in SI units and those of the quantity's name."""

    noun: str
    id: str
    kind: str
    title: str
    text: str
    scenario: str
    area: str
    organisation: Party | None
    points: int
    figures: dict[str, float]


class Found(Schema):
    """``next``: what to give as ``cursor`` for more, empty at the end. ``facets``: how many have each value."""

    items: list[Hit]
    count: int
    more: bool
    next: str
    facets: dict[str, dict[str, int]]


class Question(Schema):
    q: str = Field(
        "", max_length=LONGEST, description="Chinese or English words and figures: 焊接 payload ≥ 10 kg"
    )
    noun: Literal["", "model", "offer", "need", "scenario"] = ""
    kind: str = Field("", max_length=40)
    field: str = Field("", max_length=20)
    scenario: str = Field("", max_length=60)
    maker: str = Field("", max_length=80)
    area: str = Field("", max_length=20)
    payload: str = Field("", max_length=40, description="a span in kg: 10..20, 10.., ..20")
    reach: str = Field("", max_length=40, description="a span in m")
    cursor: str = Field("", max_length=200)
    limit: Limit = 20


@router.get("/search", response={200: Found, **READS})
def find(request: HttpRequest, asked: Annotated[Question, Query(...)]) -> Found:
    """The best of what the caller may find."""
    given = {k: str(v) for k, v in asked.model_dump().items() if k not in ("q", "cursor", "limit")}
    found = search(
        reader_of(request),
        asked.q.strip(),
        filters=Filters.read(given),
        cursor=asked.cursor,
        size=asked.limit,
    )
    return Found(
        items=[
            Hit(
                noun=h.noun,
                id=h.subject_id,
                kind=h.kind,
                title=h.title,
                text=h.text,
                scenario=h.scenario,
                area=h.area,
                organisation=party(h.owner),
                points=h.points,
                figures=dict(h.figures),
            )
            for h in found.hits
        ],
        count=found.count,
        more=found.more,
        next=found.cursor,
        facets={name: dict(values) for name, values in found.facets.items()},
    )
