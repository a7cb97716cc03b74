"""Changes to models: loading the built-in catalogue, and later claims and corrections."""

from __future__ import annotations

from django.db import transaction

from robotplus.portal.catalogue.models import Model, ModelRevision
from robotplus.robots.catalogue import Catalogue

FILE_VERSION = 1  # of the robot file's format, kept beside each revision


@transaction.atomic
def do_load_catalogue(catalogue: Catalogue) -> int:
    """Bring the models of a catalogue in: new ones, and a new revision where a file changed. Runs again safely.

    Returns:
        how many models were added or revised.
    """
    known = {m.pk: m for m in Model.objects.select_related("current").filter(owner=None)}
    fresh = [robot for robot in catalogue.values() if robot.id not in known]
    Model.objects.bulk_create(
        [Model(id=robot.id, maker=robot.maker, name=robot.model, category=robot.kind) for robot in fresh]
    )
    changed = [r for r in catalogue.values() if r.id in known and _digest(known[r.id]) != r.sha256]
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
    return len(made)


def _digest(model: Model) -> str | None:
    return None if model.current is None else model.current.sha256
