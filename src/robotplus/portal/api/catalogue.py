"""Models: facts with their sources, what they were proven for, claims and corrections."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.once import once
from robotplus.portal.api.paging import Limit
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import reader_of
from robotplus.portal.catalogue.access import access_model, models_for
from robotplus.portal.catalogue.actions import do_ask_offer, do_claim_model, do_correct
from robotplus.portal.catalogue.facts import facts_of
from robotplus.portal.catalogue.models import Model as ModelRow
from robotplus.portal.core.errors import AbsentError

router = Router(tags=["models"], auth=ANYONE)
ModelId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]+$", max_length=80)]


class Fact(Schema):
    """One figure; ``value`` null: not known. ``confidence``: high, medium, low or empty."""

    name: str
    unit: str
    value: Any
    source: str
    confidence: str


class ModelBrief(Schema):
    id: str
    maker: str
    name: str
    category: str
    access: str
    sha256: str | None


class Proof(Schema):
    """What the model was found to do with a scenario's reference case."""

    scenario: str
    verdict: str
    claims: dict[str, Any]
    certificate: str | None
    at: dt.datetime


class ModelWhole(ModelBrief):
    facts: list[Fact]
    proofs: list[Proof]


class ModelPiece(Schema):
    items: list[ModelBrief]
    next: str | None


class ModelsWanted(Schema):
    q: str = Field("", max_length=80, description="parts of maker, name or id")
    maker: str = Field("", max_length=80)
    payload_kg: Annotated[float, Field(ge=0, le=1e6)] | None = Field(None, description="at least")
    reach_m: Annotated[float, Field(ge=0, le=1e4)] | None = Field(None, description="at least")
    after: str = Field("", max_length=80, description="`next` of the piece before")
    limit: Limit = 50


class Correction(Sent):
    """``figure``: a name from the model's facts; ``new``: its value as people write it, with its source."""

    figure: str = Field(max_length=80)
    new: str = Field(max_length=300)
    source: str = Field(max_length=500)
    note: str = Field("", max_length=2000)


class Waiting(Schema):
    """What somebody decides on, by when."""

    id: int
    state: str
    due: dt.date | None


@router.get("/models", response={200: ModelPiece, **READS})
def list_models(request: HttpRequest, wanted: Annotated[ModelsWanted, Query(...)]) -> ModelPiece:
    """Robots and parts by id, filtered."""
    rows = models_for(reader_of(request)).order_by("pk")
    for name in ("payload_kg", "reach_m"):
        if (least := getattr(wanted, name)) is not None:
            rows = rows.filter(**{f"current__values__ratings__{name}__value__gte": least})
    if wanted.maker:
        rows = rows.filter(maker=wanted.maker)
    for word in wanted.q.split():
        rows = (
            rows.filter(name__icontains=word)
            | rows.filter(maker__icontains=word)
            | rows.filter(pk__icontains=word)
        )
    if wanted.after:
        rows = rows.filter(pk__gt=wanted.after)
    found = list(rows.defer("current__values")[: wanted.limit + 1])
    more = len(found) > wanted.limit
    found = found[: wanted.limit]
    return ModelPiece(items=[ModelBrief(**brief(m)) for m in found], next=found[-1].pk if more else None)


@router.get("/models/{model_id}", response={200: ModelWhole, **READS})
def read_model(request: HttpRequest, model_id: ModelId) -> ModelWhole:
    """One model: every figure with its source, and what it was proven for."""
    found = access_model(reader_of(request), model_id)
    document = found.current.values if found.current else {}
    proofs = found.capabilities.select_related("certificate").order_by("scenario")
    return ModelWhole(
        **brief(found),
        facts=[
            Fact(name=f.name, unit=f.unit, value=f.value, source=f.source, confidence=f.confidence)
            for f in facts_of(document)
        ],
        proofs=[
            Proof(
                scenario=c.scenario,
                verdict=c.verdict,
                claims=c.claims,
                certificate=None if c.certificate is None else c.certificate.sha256,
                at=c.at,
            )
            for c in proofs
        ],
    )


@router.get("/models/{model_id}/file", response={200: dict[str, Any], **READS})
def read_model_file(request: HttpRequest, model_id: ModelId) -> dict[str, Any]:
    """The model's own file, as ``robotplus`` reads it, where it is open."""
    found = access_model(reader_of(request), model_id, file=True)
    if found.current is None:
        raise AbsentError(_("the model has no file"))
    values: dict[str, Any] = found.current.values
    return values


@router.post("/models/{model_id}/claims", response={200: Waiting, **WRITES}, auth=MEMBERS)
def claim_model(request: HttpRequest, model_id: ModelId) -> Waiting:
    """A maker asks to speak for the model; asked twice, one claim."""
    made = do_claim_model(reader_of(request), model_id)
    return Waiting(id=made.pk, state=made.state, due=None)


@router.post("/models/{model_id}/corrections", response={201: Waiting, **WRITES}, auth=MEMBERS)
@once
def correct_model(request: HttpRequest, model_id: ModelId, sent: Correction) -> Waiting:
    """Propose another value for a figure, with its source."""
    made = do_correct(reader_of(request), model_id, **sent.model_dump())
    return Waiting(id=made.pk, state=made.state, due=made.due)


@router.post("/models/{model_id}/suppliers", response={200: Waiting, **WRITES}, auth=MEMBERS)
def ask_for_supplier(request: HttpRequest, model_id: ModelId) -> Waiting:
    """Nobody offers it here: the operator looks for who does; asked twice, one request."""
    made = do_ask_offer(reader_of(request), model_id)
    return Waiting(id=made.pk, state=made.state, due=made.due)


def brief(model: ModelRow) -> dict[str, Any]:
    """The fields of a `ModelBrief`."""
    return {
        "id": model.pk,
        "maker": model.maker,
        "name": model.name,
        "category": model.category,
        "access": model.access,
        "sha256": model.current and model.current.sha256,
    }
