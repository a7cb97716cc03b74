"""Changes to models: the built-in catalogue, claims to speak for a model, corrections of a figure."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.access import access_model
from robotplus.portal.catalogue.facts import FIGURES, corrected, figure_of, read_figure
from robotplus.portal.catalogue.models import Correction, Model, ModelClaim, ModelRevision
from robotplus.portal.catalogue.revising import FILE_VERSION, check_source, revise
from robotplus.portal.catalogue.supplying import do_supply
from robotplus.portal.core.content import check_may_publish
from robotplus.portal.core.errors import ForbiddenError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.matches.models import DeskRequest
from robotplus.portal.parties.models import OrganisationKind
from robotplus.portal.search.index import do_index_many
from robotplus.robots.catalogue import Catalogue

DUE_DAYS = 10  # the operator decides on a correction within


@transaction.atomic
def do_load_catalogue(catalogue: Catalogue) -> int:
    """Bring the models of a catalogue in: new ones, and a new revision where a file is one never seen.

    A file that is an earlier revision stays one: a correction accepted since outlives the next start.

    Returns:
        how many models were added or revised.
    """
    known = {m.pk: m for m in Model.objects.select_related("current").filter(owner=None)}
    fresh = [robot for robot in catalogue.values() if robot.id not in known]
    Model.objects.bulk_create(
        [Model(id=robot.id, maker=robot.maker, name=robot.model, category=robot.kind) for robot in fresh]
    )
    seen = set(ModelRevision.objects.filter(model__owner=None).values_list("model_id", "sha256"))
    changed = [r for r in catalogue.values() if r.id in known and (r.id, r.sha256) not in seen]
    numbers = {r.id: known[r.id].revisions.count() for r in changed}
    made = ModelRevision.objects.bulk_create(
        [
            ModelRevision(
                model_id=robot.id,
                number=numbers.get(robot.id, 0) + 1,
                values=robot.document,
                kind_version=FILE_VERSION,
                sha256=robot.sha256,
            )
            for robot in (*fresh, *changed)
        ]
    )
    touched = [
        Model(pk=r.model_id, current=r, maker=catalogue[r.model_id].maker, name=catalogue[r.model_id].model)
        for r in made
    ]
    Model.objects.bulk_update(touched, ["current", "maker", "name"], batch_size=100)
    do_index_many(touched)
    return len(made)


@transaction.atomic
def do_claim_model(reader: Reader, pk: str) -> ModelClaim:
    """A maker asks to speak for a model; the operator decides, and looks twice where another maker does already.

    Raises:
        AbsentError, ForbiddenError: see the checks.
    """
    check_may_publish(reader)
    model = access_model(reader, pk)
    if reader.organisation is None or reader.organisation.kind != OrganisationKind.MAKER:
        raise ForbiddenError(_("only a maker speaks for a model"))
    live = ModelClaim.objects.filter(model=model, organisation=reader.organisation).exclude(state="rejected")
    if (earlier := live.first()) is not None:
        return earlier
    claim = ModelClaim.objects.create(model=model, organisation=reader.organisation)
    log_event(reader, "claim.make", claim, model=pk)
    return claim


@transaction.atomic
def do_correct(reader: Reader, pk: str, *, figure: str, new: str, source: str, note: str = "") -> Correction:
    """Propose another value for a figure, with its source. It waits for a decision and is kept whatever comes of it.

    Of a model that is the reader's organisation's own nobody else decides.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    if reader.user is None:
        raise ForbiddenError(_("sign in to correct a figure"))
    model = access_model(reader, pk, file=True)
    if model.owner_id is not None and model.owner_id == reader.organisation_id:
        if figure not in FIGURES:
            raise RefusedError(_("unknown figure"), field="figure")
        return do_supply(reader, pk, {figure: new}, source=source, note=note)[0]
    document = {} if model.current is None else model.current.values
    value = read_figure(document, figure, new)
    check_source(source)
    old = figure_of(document, figure)
    corrected(document, {figure: value}, source=source.strip(), confidence="medium")
    made = Correction.objects.create(
        model=model,
        organisation=reader.organisation,
        author=reader.user,
        figure=figure,
        old=old,
        new=value,
        source=source.strip(),
        note=note.strip()[:2000],
        due=timezone.localdate() + dt.timedelta(days=DUE_DAYS),
    )
    log_event(reader, "correction.make", made, figure=figure)
    return made


def apply_correction(reader: Reader, correction: Correction) -> ModelRevision:
    """Make an accepted correction the model's next revision, inside the transaction of the decision.

    A figure from the maker that speaks for the model is of high confidence, from anyone else of medium.

    Raises:
        RefusedError: the model has changed so that the figure no longer fits.
    """
    model = (
        Model.objects.select_for_update(of=("self",)).select_related("current").get(pk=correction.model_id)
    )
    if model.current is None:
        raise RefusedError(_("the model has no file"))
    speaks = model.claims.filter(state="approved", organisation=correction.organisation_id).exists()
    document = corrected(
        model.current.values,
        {correction.figure: correction.new},
        source=correction.source,
        confidence="high" if speaks else "medium",
    )
    revision = revise(reader, model, document, author=correction.author)
    log_event(reader, "model.revise", model, correction=correction.pk, number=revision.number)
    return revision


@transaction.atomic
def do_ask_offer(reader: Reader, pk: str) -> DeskRequest:
    """Nobody offers this model: the operator is asked to find who does, with a due date; asked twice, one request.

    Raises:
        AbsentError, ForbiddenError: see the checks.
    """
    if reader.user is None:
        raise ForbiddenError(_("sign in first, so that the operator can answer you"))
    model = access_model(reader, pk)
    made, new = DeskRequest.objects.get_or_create(
        kind="ask_offer",
        organisation=reader.organisation,
        user=reader.user,
        subject_type="catalogue.model",
        subject_id=model.pk,
        state="open",
        defaults={"due": timezone.localdate() + dt.timedelta(days=DUE_DAYS)},
    )
    if new:
        log_event(reader, "desk.ask_offer", made, model=model.pk)
    return made
