"""Which models an answer looks at: the built-in ones, those corrected since, and the asker's private ones."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Literal

from django.db.models import Q

from robotplus.errors import RobotError
from robotplus.portal.catalogue.access import in_answers
from robotplus.portal.catalogue.models import Model, ModelRevision
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.robots.files import KINDS, read_robot
from robotplus.robots.model import Robot


@functools.cache
def built_in() -> Catalogue:
    """The catalogue that comes with the engine, read once in a process."""
    return load_catalogue()


def own_models(organisation: int | None) -> dict[str, str]:
    """Digest by id of the models in the database that differ from the built-in catalogue's.

    Those of everybody's answers and those of the organisation; of others' check-only models no answer may tell.
    """
    seen = in_answers()
    if organisation is not None:
        seen |= Q(owner_id=organisation)
    rows = Model.objects.filter(seen, category__in=KINDS, current__isnull=False)
    known = {robot.id: robot.sha256 for robot in built_in().values()}
    return {pk: sha for pk, sha in rows.values_list("pk", "current__sha256") if known.get(pk) != sha}


def open_catalogue(own: Mapping[str, str]) -> Catalogue:
    """The built-in catalogue with the revisions of ``own`` (digest by id) in place of or beside its models."""
    if not own:
        return built_in()
    rows = ModelRevision.objects.filter(model_id__in=own, sha256__in=own.values())
    found = {r.model_id: read_robot(r.file, r.model_id) for r in rows if own[r.model_id] == r.sha256}
    rest = [robot for robot in built_in().values() if robot.id not in found]
    return Catalogue([*rest, *found.values()])


class RevisionStore:
    """Where `check` finds the model that a certificate names: built-in files, then every revision kept here."""

    def find(
        self, robot_id: str, sha256: str
    ) -> tuple[Robot | None, Literal["current", "superseded"] | None]:
        kept = ModelRevision.objects.filter(model_id=robot_id, sha256=sha256).select_related("model").first()
        robot, standing = built_in().find(robot_id, sha256)
        if kept is None:
            return robot, standing
        if robot is None:
            robot = read_robot(kept.file, robot_id)
            if robot.sha256 != sha256:
                raise RobotError("a kept model was altered", robot_id, value=robot.sha256, allowed=sha256)
        return robot, "current" if kept.model.current_id == kept.pk else "superseded"
