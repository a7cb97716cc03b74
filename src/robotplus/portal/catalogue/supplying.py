"""Figures of an own model, given by its owner with their source: a revision at once, kept as corrections are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.access import access_own_model
from robotplus.portal.catalogue.facts import corrected, figure_of, read_figure
from robotplus.portal.catalogue.models import Correction, Model
from robotplus.portal.catalogue.revising import check_source, revise
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader


@transaction.atomic
def do_supply(
    reader: Reader, pk: str, given: Mapping[str, str], *, source: str, note: str = ""
) -> list[Correction]:
    """Give figures of an own model that its file lacks, or other values, with one source; no decision is waited for.

    Args:
        given: what was typed, by the figure's name; empty ones are left as they are.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks; nothing is changed then.
    """
    access_own_model(reader, pk, edit=True)
    model = Model.objects.select_for_update(of=("self",)).select_related("current").get(pk=pk)
    if model.current is None:
        raise RefusedError(_("the model has no file"))
    document = model.current.values
    values: dict[str, Any] = {}
    problems: dict[str, object] = {}
    for name, said in given.items():
        if said.strip():
            try:
                values[name] = read_figure(document, name, said)
            except RefusedError as e:
                problems[name if len(given) > 1 else "new"] = str(e)
    try:
        check_source(source)
    except RefusedError as e:
        problems["source"] = str(e)
    if problems or not values:
        raise RefusedError(
            _("please look at the marked fields"), problems=problems or {"": _("give a figure")}
        )
    changed = corrected(document, values, source=source.strip(), confidence="medium")
    today, now = timezone.localdate(), timezone.now()
    made = Correction.objects.bulk_create(
        Correction(
            model=model,
            organisation=reader.organisation,
            author=reader.user,
            figure=name,
            old=figure_of(document, name),
            new=value,
            source=source.strip(),
            note=note.strip()[:2000],
            state="accepted",
            due=today,
            decided_by=reader.user,
            decided_at=now,
        )
        for name, value in values.items()
    )
    revision = revise(reader, model, changed, author=reader.user)
    log_event(reader, "model.revise", model, number=revision.number, figures=", ".join(sorted(values)))
    return made
