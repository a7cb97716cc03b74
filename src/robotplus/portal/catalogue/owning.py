"""What an organisation does with models of its own: upload a description, say who may read it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from robotplus.engine import engine_digest
from robotplus.errors import RobotError
from robotplus.hashing import digest
from robotplus.portal.catalogue.access import access_own_model
from robotplus.portal.catalogue.carding import share_card
from robotplus.portal.catalogue.models import Model, ModelClaim
from robotplus.portal.catalogue.reading import read_description
from robotplus.portal.catalogue.revising import revise
from robotplus.portal.core.content import check_may_edit, check_may_publish
from robotplus.portal.core.documents import do_store_document, path_of
from robotplus.portal.core.errors import LimitError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.jobs.actions import do_enqueue
from robotplus.portal.jobs.handlers import Handler, Work
from robotplus.portal.jobs.models import Job, Result
from robotplus.robots.files import KINDS, read_robot

TAKEN = frozenset({"urdf", "zip"})  # of the types that the portal tells apart
OWN_LIMIT = 200  # models of one organisation
MAX_NAME = 80


@transaction.atomic
def do_upload_model(
    reader: Reader,
    upload: UploadedFile[Any] | None,
    *,
    name: str = "",
    maker: str = "",
    kind: str = "",
    tip: str = "",
    entry: str = "",
    model: str = "",
) -> Job:
    """Accept a description (URDF, xacro, MJCF, or a zip of one with its meshes); a job reads it.

    Args:
        name, maker, kind: as the model shall be called; empty takes the file's, the organisation's, "other".
        tip: the link that is the flange; empty finds it.
        entry: the description within a zip that holds several.
        model: an own model that this is the next revision of; empty makes a new one, private.

    Raises:
        AbsentError, ForbiddenError, RefusedError, LimitError: see the checks.
    """
    organisation = check_may_edit(reader)
    if upload is None:
        raise RefusedError(_("choose a file"), field="file")
    given = {
        "model": " ".join(name.split()),
        "maker": " ".join(maker.split()) or organisation.name_en or organisation.name_zh,
        "tip": tip.strip(),
        "entry": entry.strip(),
        "kind": kind or "other",
    }
    for field, text in given.items():
        if len(text) > MAX_NAME and field != "entry":
            limit = {"limit": MAX_NAME}
            raise RefusedError(_("at most %(limit)d characters") % limit, field=field)
    if given["kind"] not in KINDS:
        raise RefusedError(_("there is no such kind"), field="kind")
    if model:
        access_own_model(reader, model, edit=True)
    elif Model.objects.filter(owner=organisation).count() >= OWN_LIMIT:
        raise LimitError(_("an organisation keeps up to %(n)d models here") % {"n": OWN_LIMIT})
    document = do_store_document(reader, upload, allow=TAKEN)
    named = {**given, "id": model, "owner": organisation.pk}
    key = digest(["import", document.sha256, named, engine_digest()])
    params = {"sha256": document.sha256, "name": document.name, "options": named}
    log_event(reader, "model.upload", document, size=document.size)
    return do_enqueue(reader, "import", params, key=key)


def _read(work: Work) -> dict[str, Any]:
    options = dict(work.params["options"])
    owner = options.pop("owner")
    if not options["id"]:
        options["id"] = f"own_{work.key.removeprefix('sha256:')[:20]}"
    document = read_description(path_of(work.params["sha256"]), work.params["name"], options)
    try:
        robot = read_robot(document, work.params["name"])
    except RobotError as e:
        raise RefusedError(str(e)) from e
    return {"model": robot.id, "owner": owner, "document": document}


def _keep(job: Job, result: Result) -> None:
    """The model, private, or its next revision; what its geometry is does not stay in the result."""
    found, document = result.summary["model"], result.summary["document"]
    reader = Reader(user=job.user, organisation=job.organisation) if job.organisation else NOBODY
    model, new = Model.objects.get_or_create(
        pk=found,
        defaults={
            "owner_id": result.summary["owner"],
            "access": Model.Access.PRIVATE,
            "maker": document["maker"],
            "name": document["model"][:120],
            "category": document["kind"],
        },
    )
    result.summary = {"model": found}
    result.save(update_fields=["summary"])
    if model.owner_id != job.organisation_id:
        return
    if not new:
        document = _with_known_figures(model, document)
        Model.objects.filter(pk=model.pk).update(
            maker=document["maker"], name=document["model"][:120], category=document["kind"]
        )
        model.refresh_from_db()
    revise(reader, model, document, author=job.user)
    log_event(reader, "model.import", model, new=new)


def _with_known_figures(model: Model, document: dict[str, Any]) -> dict[str, Any]:
    """Ratings that were supplied for the revision before, where the new file has none of its own."""
    before = {} if model.current is None else model.current.values.get("ratings", {})
    return {**document, "ratings": {**before, **document.get("ratings", {})}}


IMPORT = Handler(_read, commit=_keep)


@transaction.atomic
def do_set_model_access(reader: Reader, pk: str, access: str) -> Model:
    """Say who may read an own model; its certificates of the reference cases follow.

    Made public, the operator is asked whether the organisation speaks for it; approved, it is in everybody's answers.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    access_own_model(reader, pk, edit=True)
    organisation = check_may_edit(reader)
    if access not in Model.Access.values:
        raise RefusedError(_("no such access"), field="access")
    if access != Model.Access.PRIVATE:
        check_may_publish(reader)
    model = Model.objects.select_for_update(of=("self",)).select_related("current").get(pk=pk)
    before, model.access = model.access, access
    if before != access:
        model.save(update_fields=["access"])
        share_card(model)
        if access == Model.Access.PUBLIC and not model.claims.filter(organisation=model.owner_id).exists():
            ModelClaim.objects.create(model=model, organisation=organisation)
        log_event(reader, "model.open", model, before=before, after=access)
    return model
