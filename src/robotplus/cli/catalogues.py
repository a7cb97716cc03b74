"""Which robots a command works with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from robotplus.robots.catalogue import Catalogue
    from robotplus.robots.model import Robot


SUGGESTED = 5  # ids of robots that a part of a name may mean


def open_catalogue(folder: Path | None, added: Sequence[Path] | None) -> Catalogue:
    """The built-in catalogue, or a folder's, with single robot files added.

    Raises:
        RobotError: a file is wrong, or two robots have one id.
    """
    from robotplus.robots.catalogue import STORE, Catalogue, load_catalogue, user_store
    from robotplus.robots.files import load_robot

    catalogue = load_catalogue(folder)
    if not added:
        return catalogue
    extra = [load_robot(path, stem=path.stem) for path in added]
    return Catalogue([*catalogue.values(), *extra], stores=(user_store(), STORE))


def find_robot(catalogue: Catalogue, robot_id: str) -> Robot:
    """The robot of that id, or the one whose maker and model read like it (``fanuc_m20id_25``).

    Raises:
        InputError: there is none; names those that look like it.
    """
    from robotplus.errors import InputError

    robot = catalogue.get(robot_id)
    if robot is None:
        alike = [r for r in catalogue.values() if _letters(robot_id) in _names(r)]
        if len(alike) == 1:
            return alike[0]
        within = [r.id for r in catalogue.values() if any(_letters(robot_id) in name for name in _names(r))]
        near = catalogue.near(robot_id) or (within[:SUGGESTED] if _letters(robot_id) else [])
        fix = f"did you mean {', '.join(near)}?" if near else "`robotplus robots` lists them"
        raise InputError("no robot of this id", value=robot_id, fix=fix)
    return robot


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _names(robot: Robot) -> set[str]:
    """A model may be written ``M-20/25-18D (M-20iD/25)``: either name counts, with and without the maker."""
    names = {_letters(name) for name in [robot.model, *robot.model.rstrip(")").split("(")]}
    return names | {_letters(robot.maker) + name for name in names}
