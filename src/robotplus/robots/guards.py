"""Guards on files from outside: size, place, and XML without entities. Each refusal is one clear line."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from robotplus.errors import RobotError

MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 200


def read_inside(path: Path, *, root: Path, limit: int) -> bytes:
    """The bytes of a file that lies, links followed, inside a folder and is no larger than a limit.

    Args:
        path: the file.
        root: the folder that it may not leave.
        limit: [bytes].

    Raises:
        RobotError: outside the folder, missing, not a regular file, or too large.
    """
    try:
        real, folder = path.resolve(), root.resolve()
        if not real.is_relative_to(folder):
            fix = "move it there, or name a wider root"
            raise RobotError(
                "the path leaves the robot's folder", str(path), allowed=f"inside {folder}", fix=fix
            )
        if not real.is_file():
            raise RobotError("no such file", str(path))
        size = real.stat().st_size
        if size > limit:
            raise RobotError(
                "the file is too large", str(path), value=f"{size} bytes", allowed=f"<= {limit} bytes"
            )
        with real.open("rb") as file:
            content = file.read(limit + 1)  # what lies about its size, as /proc does, has no say
        if len(content) > limit:
            raise RobotError("the file is too large", str(path), allowed=f"<= {limit} bytes")
        return content
    except (OSError, ValueError) as e:
        raise RobotError(f"cannot be read ({e})", str(path)[:200]) from e


def parse_xml(content: bytes, where: str) -> Element:
    """The root element of an XML text; names in a namespace read ``{uri}name``.

    Document type declarations are refused, and with them entity expansion and external entities.

    Raises:
        RobotError: not well formed, a declaration, or more elements or levels than any robot needs.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise RobotError("too many or too deeply nested XML elements", where)
        builder.start(_clark(name), {_clark(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_clark(name))

    def refuse(*_: object) -> None:
        raise RobotError(
            "document type declarations are not accepted", where, fix="remove the <!DOCTYPE …> part"
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
        return builder.close()
    except expat.ExpatError as e:
        try:
            content.decode()
        except UnicodeDecodeError:
            raise RobotError("not a UTF-8 text file", where, fix="save it as UTF-8") from e
        raise RobotError(f"not well-formed XML ({e})", where) from e
    except (LookupError, ValueError) as e:
        raise RobotError(f"not readable XML ({e})", where) from e


def floats(text: str, where: str, count: int | None = None) -> list[float]:
    """Finite numbers separated by white space; exactly ``count`` of them if given.

    Raises:
        RobotError: no number, not finite, or another count.
    """
    try:
        values = [float(word) for word in text.split()]
    except ValueError as e:
        raise RobotError("expected numbers", where, value=text) from e
    if "_" in text or not all(math.isfinite(value) for value in values):
        raise RobotError("expected finite numbers", where, value=text)
    if count is not None and len(values) != count:
        raise RobotError(f"expected {count} numbers", where, value=text)
    return values


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name
