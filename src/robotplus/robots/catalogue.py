"""The catalogue: every robot model by id, and the superseded versions that certificates may still name."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from robotplus.errors import RobotError
from robotplus.hashing import digest
from robotplus.robots.files import format_document, load_robot
from robotplus.robots.model import Robot

DATA = Path(__file__).parent / "data"
STORE = Path(__file__).parent / "store"

Standing = Literal["current", "superseded"]


class Catalogue(Mapping[str, Robot]):
    """Robots by id, in the order of their ids.

    Args:
        robots: the current models.
        stores: folders in which superseded model files lie as ``<id>/<hex digest>.json``.

    Raises:
        RobotError: two robots have one id.
    """

    def __init__(self, robots: Sequence[Robot], *, stores: Sequence[Path] = ()) -> None:
        self._robots = {robot.id: robot for robot in sorted(robots, key=lambda robot: robot.id)}
        if len(self._robots) != len(robots):
            ids = [robot.id for robot in robots]
            raise RobotError("two robots have one id", value=next(i for i in ids if ids.count(i) > 1))
        self._stores = tuple(stores)

    def __getitem__(self, key: str) -> Robot:
        return self._robots[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._robots)

    def __len__(self) -> int:
        return len(self._robots)

    @functools.cached_property
    def sha256(self) -> str:
        """Digest over the members: the same ids with the same model files give the same name."""
        return digest({robot.id: robot.sha256 for robot in self.values()})

    def find(self, robot_id: str, sha256: str) -> tuple[Robot | None, Standing | None]:
        """The model with this id and digest.

        Returns:
            ``(robot, "current")``, ``(robot, "superseded")`` from a store, or ``(None, None)`` when unknown.

        Raises:
            RobotError: a stored file's content does not have the digest that its name says.
        """
        current = self.get(robot_id)
        if current is not None and current.sha256 == sha256:
            return current, "current"
        for store in self._stores:
            path = _stored(store, robot_id, sha256)
            if path is not None and path.is_file():
                robot = load_robot(path, stem=sha256.removeprefix("sha256:"))
                if (robot.id, robot.sha256) != (robot_id, sha256):
                    raise RobotError(
                        "a stored model was altered", str(path), value=robot.sha256, allowed=sha256
                    )
                return robot, "superseded"
        return None, None

    def near(self, robot_id: str) -> list[str]:
        """Up to five ids that look like ``robot_id``, for messages about an unknown robot."""
        import difflib

        return difflib.get_close_matches(robot_id, self, n=5, cutoff=0.5)


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Read every ``*.json`` below a folder of robot files.

    Args:
        folder: where the files lie; None reads the built-in catalogue.

    Raises:
        RobotError: there is no such folder or no robot in it, a file is wrong, or two files have one id.
    """
    root = DATA if folder is None else folder
    if not root.is_dir():
        raise RobotError("no such folder of robot files", str(root))
    robots = [load_robot(Path(path)) for path in _json_files(str(root))]
    if not robots:
        raise RobotError("no robot files here", str(root), fix="a robot file is called <id>.json")
    return Catalogue(robots, stores=(user_store(), STORE))


def user_store() -> Path:
    """Where a user keeps superseded models: $ROBOTPLUS_STORE, else robotplus/store in the XDG data home."""
    named = os.environ.get("ROBOTPLUS_STORE")
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(named) if named else Path(home) / "robotplus" / "store"


def keep(robot: Robot, store: Path) -> Path:
    """Put a model file into a store, so that certificates which name it stay checkable.

    Returns:
        The stored file; an equal file already there is left as it is.
    """
    path = store / robot.id / f"{robot.sha256.removeprefix('sha256:')}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(format_document(robot.document), encoding="utf-8")
        part.replace(path)
    return path


def _stored(store: Path, robot_id: str, sha256: str) -> Path | None:
    """The path in a store; None when id or digest, which come from a certificate, are not plain names."""
    name = sha256.removeprefix("sha256:")
    if not (robot_id.replace("_", "a").isalnum() and name.isalnum()):
        return None
    return store / robot_id / f"{name}.json"


def _json_files(folder: str) -> list[str]:
    """Paths of the ``*.json`` files below a folder, sorted."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found += _json_files(entry.path)
            elif entry.name.endswith(".json") and entry.is_file():
                found.append(entry.path)
    return sorted(found)
