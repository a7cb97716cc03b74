"""An organisation's own models: upload a description, supply figures, the capability card, who may read it."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Path, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.catalogue import ModelBrief, ModelId, brief
from robotplus.portal.api.once import once
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Label, reader_of
from robotplus.portal.catalogue.access import access_own_model, own_models_of
from robotplus.portal.catalogue.carding import card_key, card_of, do_make_card
from robotplus.portal.catalogue.facts import FIGURES
from robotplus.portal.catalogue.missing import missing_of
from robotplus.portal.catalogue.models import Model as ModelRow
from robotplus.portal.catalogue.owning import do_set_model_access, do_upload_model
from robotplus.portal.catalogue.supplying import do_supply
from robotplus.portal.core.content import check_may_edit
from robotplus.portal.core.errors import AbsentError, RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs.access import access_job, jobs_for
from robotplus.portal.jobs.models import Job, Result

router = Router(tags=["models"], auth=ANYONE)
Text = Annotated[str, Form(max_length=200)]


class Upload(Schema):
    """The reading of an upload. ``model``: its id, once it is read."""

    job: uuid.UUID
    state: str
    failure: str
    model: str | None


class FigureWanted(Schema):
    """A figure that the model's file lacks. ``blocks``: nothing is proven without it."""

    name: str
    unit: str
    blocks: bool
    count: int


class CardLine(Schema):
    """What the model does of a scenario's reference case; ``reason`` says why not."""

    scenario: str
    verdict: str
    certificate: str | None
    claims: dict[str, Any]
    reason: Label | None


class Card(Schema):
    """``state``: waiting for figures, none, queued, running, failed or done. ``progress``: of the job."""

    model: str
    state: str
    missing: list[FigureWanted]
    progress: dict[str, Any]
    lines: list[CardLine]


class Figures(Sent):
    """Values as people write them, by the figure's name: those of the model's facts, ``velocity``, ``lower``,
    ``upper`` (of every joint, with / between them, in degrees or mm). One source for all."""

    figures: dict[str, str] = Field(max_length=30)
    source: str = Field(max_length=500)


class ModelAccess(Sent):
    access: Literal["public", "check_only", "private"]


@router.get("/own-models", response={200: list[ModelBrief], **READS}, auth=MEMBERS)
def list_own_models(request: HttpRequest) -> list[ModelBrief]:
    """The models that the caller's organisation brought."""
    reader = reader_of(request)
    check_may_edit(reader)
    return [ModelBrief(**brief(m)) for m in own_models_of(reader)]


@router.post("/own-models", response={201: Upload, **WRITES}, auth=MEMBERS)
@once
def upload_model(
    request: HttpRequest,
    file: Annotated[UploadedFile, File(...)],
    name: Text = "",
    maker: Text = "",
    kind: Text = "",
    tip: Text = "",
    entry: Text = "",
    model: Text = "",
) -> Upload:
    """A URDF, xacro or MJCF file, or a zip of one with its meshes, becomes a private model (or its next revision).

    ``tip``: the link that is the flange; ``entry``: the description within the zip; ``model``: what it revises.
    No classified or sensitive information.
    """
    given = {"name": name, "maker": maker, "kind": kind, "tip": tip, "entry": entry, "model": model}
    return _upload(do_upload_model(reader_of(request), file, **given))


@router.get("/own-models/uploads/{job_id}", response={200: Upload, **READS}, auth=MEMBERS)
def follow_upload(request: HttpRequest, job_id: Annotated[uuid.UUID, Path(...)]) -> Upload:
    """How far the reading of an upload is."""
    job = access_job(reader_of(request), job_id)
    if job.kind != "import":
        raise AbsentError(_("no such job"))
    return _upload(job)


@router.post("/models/{model_id}/figures", response={200: Card, **WRITES}, auth=MEMBERS)
def supply_figures(request: HttpRequest, model_id: ModelId, sent: Figures) -> Card:
    """Give figures that an own model's file lacks, with their source; its card is made anew."""
    reader = reader_of(request)
    access_own_model(reader, model_id, edit=True)
    if unknown := sent.figures.keys() - FIGURES.keys():
        problems = dict.fromkeys(sorted(unknown), _("unknown figure"))
        raise RefusedError(_("please look at the marked fields"), problems=problems)
    do_supply(reader, model_id, sent.figures, source=sent.source)
    return _card(reader, access_own_model(reader, model_id))


@router.put("/models/{model_id}/access", response={200: ModelBrief, **WRITES}, auth=MEMBERS)
def open_model(request: HttpRequest, model_id: ModelId, sent: ModelAccess) -> ModelBrief:
    """Say who may read an own model; the certificates of its card follow."""
    return ModelBrief(**brief(do_set_model_access(reader_of(request), model_id, sent.access)))


@router.get("/models/{model_id}/card", response={200: Card, **READS}, auth=MEMBERS)
def read_card(request: HttpRequest, model_id: ModelId) -> Card:
    """What an own model is proven for, what it is not and why, and which figures are missing."""
    reader = reader_of(request)
    return _card(reader, access_own_model(reader, model_id))


@router.post("/models/{model_id}/card", response={200: Card, **WRITES}, auth=MEMBERS)
def make_card(request: HttpRequest, model_id: ModelId) -> Card:
    """Have the scenarios tried with today's engine, where they have not been."""
    reader = reader_of(request)
    found = access_own_model(reader, model_id, edit=True)
    do_make_card(reader, found)
    return _card(reader, found)


def _upload(job: Job) -> Upload:
    done = Result.objects.filter(key=job.key, kind="import").first()
    return Upload(
        job=job.pk,
        state="done" if done else str(job.state),
        failure=job.failure,
        model=None if done is None else done.summary["model"],
    )


def _card(reader: Reader, model: ModelRow) -> Card:
    made = card_of(model)
    missing = missing_of(model.current.values) if model.current else ()
    job = jobs_for(reader).filter(key=card_key(model)).order_by("-created_at").first()
    state = "none" if job is None else str(job.state)
    if any(m.blocks for m in missing):
        state = "waiting for figures"
    return Card(
        model=model.pk,
        state="done" if made else state,
        missing=[FigureWanted(name=m.name, unit=m.unit, blocks=m.blocks, count=m.count) for m in missing],
        progress={} if job is None else job.progress,
        lines=[_line(line) for line in (made or {}).get("lines", ())],
    )


def _line(line: dict[str, Any]) -> CardLine:
    reason = line.get("reason")
    return CardLine(
        scenario=line["scenario"],
        verdict=line["verdict"],
        certificate=line.get("sha256"),
        claims=line.get("claims", {}),
        reason=None if not reason else Label(zh=reason[0], en=reason[1]),
    )
