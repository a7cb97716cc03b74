"""Where the file names in a robot description lead: one folder holds all of them, and none may leave it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from robotplus.errors import RobotError

_FOLDERS = ("urdf", "xacro", "robots", "model", "models", "mjcf", "config")
_LEVELS = 5


@dataclass(frozen=True)
class Packages:
    """The folder that a description may read.

    Args:
        root: the folder; a ``package://name/…`` means this folder when it is called so, or one below it.
    """

    root: Path

    @staticmethod
    def around(path: Path) -> Packages:
        """The folder a description file belongs to.

        That is the nearest one above it with a ``package.xml``; else its own folder, or the one above when
        its own is called ``urdf`` or the like.
        """
        folder = path.resolve().parent
        for above in (folder, *folder.parents)[:_LEVELS]:
            if (above / "package.xml").is_file():
                return Packages(above)
        return Packages(folder.parent if folder.name.lower() in _FOLDERS else folder)

    def find(self, name: str, where: str) -> Path:
        """The folder of a package; ``where`` is for messages.

        Raises:
            RobotError: it does not lie in the root folder.
        """
        if name == self.root.name:
            return self.root
        for below in (name, f"*/{name}", f"*/*/{name}"):
            found = (
                sorted(self.root.glob(below)) if name.replace("_", "a").replace("-", "a").isalnum() else []
            )
            if found:
                return found[0]
        if f"<name>{name}</name>" in self._manifest():
            return self.root
        fix = "put it there, or name a root folder that holds both"
        raise RobotError(
            "the package is not in the robot's folder", where, value=name, allowed=str(self.root), fix=fix
        )

    def resolve(self, name: str, file: Path, where: str) -> Path:
        """The path that a file name in a description means; reading it checks that it stays inside.

        Args:
            name: ``package://…``, ``file://…``, or a path relative to the description.
            file: the description.
            where: for messages.

        Raises:
            RobotError: another scheme, or an unknown package.
        """
        scheme, mark, rest = name.partition("://")
        if not mark:
            return file.parent / name
        if scheme == "file":
            return Path(unquote(rest))
        if scheme != "package":
            raise RobotError(
                "files are read from this machine only", where, value=name, allowed="package://, file://"
            )
        package, _, inner = rest.partition("/")
        return self.find(package, where) / unquote(inner)

    def _manifest(self) -> str:
        manifest = self.root / "package.xml"
        return manifest.read_bytes()[:20_000].decode("utf-8", "replace") if manifest.is_file() else ""
