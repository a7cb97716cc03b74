"""Mesh files: STL, OBJ or COLLADA in; vertices and triangles out, in the file's units (COLLADA: metres)."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from robotplus.errors import RobotError
from robotplus.robots.collada import parse_collada
from robotplus.robots.guards import read_inside
from robotplus.robots.model import Array

Faces = npt.NDArray[np.int64]

MAX_BYTES = 60_000_000
MAX_FACES = 1_000_000
MAX_COORDINATE = 1e6

_VERTEX = re.compile(rb"^\s*vertex\s+(\S+)\s+(\S+)\s+(\S+)\s*$", re.MULTILINE | re.IGNORECASE)
_STL = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def read_mesh(path: Path, *, root: Path) -> tuple[Array, Faces]:
    """Read a mesh file.

    Args:
        path: a ``.stl``, ``.obj`` or ``.dae`` file.
        root: the folder that the file may not leave.

    Returns:
        ``(vertices, faces)``: (n, 3) and (m, 3) indices. Equal corners of an STL file are one vertex.

    Raises:
        RobotError: outside the folder, missing, too large, of another format, or with wrong content.
    """
    return parse_mesh(read_inside(path, root=root, limit=MAX_BYTES), path.suffix, path.name)


def parse_mesh(content: bytes, suffix: str, where: str) -> tuple[Array, Faces]:
    """Read the bytes of a mesh file; ``suffix`` tells its format. See :func:`read_mesh`."""
    readers = {".stl": _stl, ".obj": _obj, ".dae": parse_collada}
    reader = readers.get(suffix.lower())
    if reader is None:
        raise RobotError("not a mesh format we read", where, value=suffix, allowed=", ".join(readers))
    vertices, faces = reader(content, where)
    if not len(faces):
        raise RobotError("the mesh has no triangles", where)
    _limit(len(faces), where)
    if not np.isfinite(vertices).all() or np.abs(vertices).max() > MAX_COORDINATE:
        raise RobotError(
            "a coordinate is not finite or absurdly large", where, allowed=f"within ±{MAX_COORDINATE:g}"
        )
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise RobotError("a face names a vertex that is not there", where, value=int(faces.max()))
    return vertices, faces


def _limit(count: int, where: str) -> None:
    if count > MAX_FACES:
        raise RobotError("the mesh has too many triangles", where, value=count, allowed=f"<= {MAX_FACES}")


def _stl(content: bytes, where: str) -> tuple[Array, Faces]:
    count = int.from_bytes(content[80:84], "little")
    if len(content) == 84 + _STL.itemsize * count:
        _limit(count, where)
        corners = np.frombuffer(content, _STL, offset=84)["corners"].reshape(-1, 3)
    elif content.lstrip()[:5].lower() == b"solid" and b"\0" not in content[:1000]:
        rows = _VERTEX.findall(content)
        if len(rows) % 3 or len(rows) != 3 * len(re.findall(rb"\bendfacet\b", content, re.IGNORECASE)):
            raise RobotError("the STL file is cut off or malformed", where)
        try:
            corners = np.array(rows).astype(float).reshape(-1, 3)
        except ValueError as e:
            raise RobotError("the STL file holds something that is no number", where) from e
    else:
        expected = 84 + _STL.itemsize * count
        raise RobotError(
            "not an STL file, or cut off", where, value=f"{len(content)} bytes", allowed=f"{expected} bytes"
        )
    if not np.isfinite(corners).all():
        raise RobotError("a coordinate is not finite", where)
    vertices, index = np.unique(corners.astype(float), axis=0, return_inverse=True)
    return vertices, index.reshape(-1, 3).astype(np.int64)


def _obj(content: bytes, where: str) -> tuple[Array, Faces]:
    vertices: list[tuple[float, float, float]] = []
    faces: list[tuple[int, int, int]] = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        words = line.split()
        try:
            if words[:1] == ["v"]:
                x, y, z = (float(word) for word in words[1:4])
                vertices.append((x, y, z))
            elif words[:1] == ["f"]:
                corners = [int(word.split("/")[0]) for word in words[1:]]
                if len(corners) < 3 or 0 in corners:
                    raise ValueError("a face needs three vertices, counted from 1")
                if max(map(abs, corners)) > len(content):
                    raise ValueError("a face names a vertex that is not there")
                # Counted from 1, or backwards from the last vertex so far.
                index = [c - 1 if c > 0 else len(vertices) + c for c in corners]
                faces += [(index[0], b, c) for b, c in itertools.pairwise(index[1:])]
        except ValueError as e:
            raise RobotError(f"malformed OBJ line ({e})", f"{where}: line {number}", value=line) from e
    return np.array(vertices, dtype=float).reshape(-1, 3), np.array(faces, dtype=np.int64).reshape(-1, 3)
