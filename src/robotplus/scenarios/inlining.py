"""Makes a need's document self-contained: CSV points and STL triangles replace the names of their files."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

from robotplus.errors import NeedError, RobotError
from robotplus.robots.meshes import read_mesh
from robotplus.scenarios.reading import inside, read_text
from robotplus.scenarios.schema import MAX_POINTS, MAX_TRIANGLES

MAX_CSV_BYTES = 4_000_000
MAX_STL_BYTES = 20_000_000
COLUMNS = ("x", "y", "z", "nx", "ny", "nz", "rx", "ry", "rz")


def inline(document: dict[str, Any], folder: Path, where: str) -> None:
    """Replace every ``csv`` and ``stl`` of the document, in place.

    Raises:
        NeedError: a file that is missing, too large, malformed or outside the folder.
    """
    path = document.get("process_path")
    strokes = path.get("stroke") if isinstance(path, dict) else None
    for i, stroke in enumerate(strokes if isinstance(strokes, list) else []):
        at = f"{where}: process_path.stroke[{i}]"
        if isinstance(stroke, dict) and "csv" in stroke:
            if "polyline" in stroke:
                raise NeedError("give csv or polyline, not both", at)
            name = stroke.pop("csv")
            stroke["polyline"] = read_points(inside(folder, name, f"{at}.csv"), f"{at}.csv ({name})")
        surface = stroke.get("surface") if isinstance(stroke, dict) else None
        if isinstance(surface, dict):
            _inline_mesh(surface.get("mesh"), folder, f"{at}.surface.mesh")
    cell = document.get("cell")
    meshes = cell.get("mesh") if isinstance(cell, dict) else None
    for i, mesh in enumerate(meshes if isinstance(meshes, list) else []):
        _inline_mesh(mesh, folder, f"{where}: cell.mesh[{i}]")


def _inline_mesh(mesh: Any, folder: Path, where: str) -> None:
    if not isinstance(mesh, dict) or "stl" not in mesh:
        return
    name = mesh.pop("stl")
    path = inside(folder, name, f"{where}.stl")
    if not path.is_file():
        raise NeedError("no such file", f"{where}.stl", value=name)
    if path.suffix.lower() != ".stl" or path.stat().st_size > MAX_STL_BYTES:
        raise NeedError(
            "not an STL file we read", f"{where}.stl", value=name, allowed=f"<= {MAX_STL_BYTES} bytes"
        )
    try:
        vertices, faces = read_mesh(path, root=folder)
    except RobotError as e:
        raise NeedError(str(e), f"{where}.stl") from None
    if len(faces) > MAX_TRIANGLES:
        raise NeedError(
            "too many triangles",
            f"{where}.stl",
            value=len(faces),
            allowed=f"<= {MAX_TRIANGLES}",
            fix="simplify it",
        )
    mesh["vertices_mm"], mesh["faces"] = vertices.tolist(), faces.tolist()


def read_points(path: Path, where: str) -> dict[str, Any]:
    """A CSV of x, y, z [mm], then normals nx, ny, nz out of the work, then reference directions rx, ry, rz.

    Three, six or nine columns; a first line of names is allowed. Without normals the tool points down.

    Returns:
        a polyline table: ``points_mm``, ``direction`` or ``directions`` against the normals, ``references``.
    """
    text = read_text(path, limit=MAX_CSV_BYTES, where=where)
    rows: list[list[float]] = []
    width = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            if not row or (len(row) == 1 and not row[0].strip()) or row[0].lstrip().startswith("#"):
                continue
            names = [c.strip().lower().removesuffix("_mm") for c in row]
            if not rows and not width and names[0] == "x":
                if names not in (list(COLUMNS[:3]), list(COLUMNS[:6]), list(COLUMNS)):
                    raise NeedError(
                        "unknown columns", where, value=",".join(row), allowed="x,y,z[,nx,ny,nz[,rx,ry,rz]]"
                    )
                width = len(names)
                continue
            values = _numbers(row, f"{where} line {number}")
            width = width or len(values)
            if len(values) != width or width not in (3, 6, 9):
                raise NeedError(
                    "wrong number of columns",
                    f"{where} line {number}",
                    value=len(values),
                    allowed="3, 6 or 9, the same in every line",
                )
            rows.append(values)
            if len(rows) > MAX_POINTS:
                raise NeedError("too many points", where, allowed=f"<= {MAX_POINTS}", fix="thin the path out")
    except csv.Error as e:
        raise NeedError(f"not a CSV file ({e})", where) from None
    if len(rows) < 2:
        raise NeedError("the path has fewer than two points", where, value=len(rows))
    out: dict[str, Any] = {"points_mm": [r[:3] for r in rows]}
    if width == 3:
        out["direction"] = [0.0, 0.0, -1.0]
    else:
        out["directions"] = [[-v for v in r[3:6]] for r in rows]
    if width == 9:
        out["references"] = [r[6:9] for r in rows]
    return out


def _numbers(row: list[str], where: str) -> list[float]:
    out = []
    for cell in row:
        try:
            value = float(cell)
        except ValueError:
            raise NeedError("not a number", where, value=cell) from None
        if not math.isfinite(value):
            raise NeedError("not a finite number", where, value=cell)
        out.append(value)
    return out
