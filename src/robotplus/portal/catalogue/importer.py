"""A process of its own that reads one uploaded robot description: ``python -m robotplus.portal.catalogue.importer``.

Reads ``{"file", "name", "folder", "options"}`` as JSON from standard input, writes ``{"document"}`` or
``{"refused"}`` to standard output. What it reads may be hostile: it bounds its own memory, time and files before it
looks. It loads neither Django nor anything of the portal.
"""

from __future__ import annotations

import json
import resource
import shutil
import stat
import sys
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, Final

from robotplus.errors import InputError, RobotError
from robotplus.robots.importing import import_robot

DESCRIPTIONS: Final = (".urdf", ".xacro", ".xml", ".mjcf")
PARTS: Final = (*DESCRIPTIONS, ".stl", ".obj", ".dae")
MAX_FILES = 500
MAX_BYTES = 200 * 2**20  # unpacked, of all files together
CHUNK = 2**16
CPU_S: Final = 120
LIMITS: Final = (
    (resource.RLIMIT_AS, 2 * 2**30),  # bytes of address space
    (resource.RLIMIT_CPU, CPU_S),
    (resource.RLIMIT_FSIZE, 256 * 2**20),  # bytes of any file that it writes
    (resource.RLIMIT_CORE, 0),
)


def read(file: Path, name: str, folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    """The robot file of a description, or of the one in a zip of description and meshes.

    Args:
        file: the upload.
        name: what it was called; its ending says what it is.
        folder: empty, for what is unpacked; nothing outside it is read.
        options: ``id``, ``maker``, ``model``, ``kind``, ``tip`` and ``entry`` (the description within the zip);
            each may be empty.

    Raises:
        InputError: what is wrong, in one line.
    """
    if name.lower().endswith(".zip"):
        unpack(file, folder)
        path = description(folder, options.get("entry", ""))
    else:
        path = folder / PurePosixPath(name).name
        shutil.copyfile(file, path)
    robot = import_robot(
        path,
        id=options["id"],
        tip=options.get("tip") or None,
        maker=options.get("maker") or None,
        root=folder,
    )
    named = {"model": options.get("model") or robot.model, "kind": options.get("kind") or robot.kind}
    return {**robot.document, **named}


def unpack(file: Path, folder: Path) -> None:
    """Take the descriptions and meshes of a zip out, counting what really comes; links and escapes are refused.

    Raises:
        RobotError: in one line.
    """
    left = MAX_BYTES
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir()]
            if len(entries) > MAX_FILES:
                raise RobotError(
                    "too many files in the archive", value=len(entries), allowed=f"<= {MAX_FILES}"
                )
            for entry in entries:
                place = PurePosixPath(entry.filename.replace("\\", "/"))
                if place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
                    raise RobotError("a name in the archive leaves it", value=entry.filename[:80])
                if stat.S_ISLNK(entry.external_attr >> 16):
                    raise RobotError("a link in the archive", value=entry.filename[:80])
                if place.suffix.lower() not in PARTS and place.name != "package.xml":
                    continue  # pictures, licences, build files
                target = folder.joinpath(*place.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as packed, target.open("wb") as out:
                    while chunk := packed.read(CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            limit = f"<= {MAX_BYTES // 2**20} MiB"
                            raise RobotError("the archive unpacks to more than is read here", allowed=limit)
                        out.write(chunk)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as e:
        raise RobotError("a damaged or encrypted archive") from e


def description(folder: Path, entry: str) -> Path:
    """The one description of an unpacked archive: the named one, else the only URDF, xacro or MJCF.

    Raises:
        RobotError: none or several.
    """
    files = sorted(
        p for p in folder.rglob("*") if p.suffix.lower() in DESCRIPTIONS and p.name != "package.xml"
    )
    if entry:
        files = [p for p in files if str(p.relative_to(folder)) == entry or p.name == entry]
    for suffixes in ((".urdf",), (".xml", ".mjcf"), (".xacro",)):
        found = [p for p in files if p.suffix.lower() in suffixes]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(str(p.relative_to(folder)) for p in found[:6])
            raise RobotError("several descriptions in the archive", value=names, fix="say which one")
    raise RobotError(
        "no such description in the archive", value=entry or None, allowed=", ".join(DESCRIPTIONS)
    )


def main() -> None:
    for what, limit in LIMITS:
        resource.setrlimit(what, (limit, limit))
    given = json.load(sys.stdin)
    folder = Path(given["folder"])
    try:
        said: dict[str, Any] = {
            "document": read(Path(given["file"]), given["name"], folder, given["options"])
        }
    except InputError as e:
        said = {"refused": str(e).replace(f"{folder}/", "").replace(str(folder), "the upload")}
    except MemoryError:
        said = {"refused": "the description takes more memory than is given here"}
    except RecursionError:
        said = {"refused": "the description is nested too deeply"}
    json.dump(said, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
