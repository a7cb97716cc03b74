"""Raster lines over a triangle mesh: rays cast along the facing direction hit the side that is seen.

In: a mesh, the direction it faces, the line direction, swath and step. Out: per line, runs of surface points
with smoothed unit normals. Lines are interrupted where the mesh has gaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robotplus.errors import NeedError
from robotplus.robots.model import Array
from robotplus.scenarios.cell import mesh_arrays
from robotplus.scenarios.curves import unit
from robotplus.scenarios.schema import MAX_POINTS
from robotplus.scenarios.strokes import SurfaceTable

GRAZING = 0.1  # cosine below which a triangle does not face the tool
MAX_LINES = 500
MOST_PAIRS = 1_000_000  # rays times triangles looked at together: bounds the memory
SAME_HEIGHT = 1e-9  # [m] hits closer than this are on an edge between triangles
Run = tuple[Array, Array]


def line_offsets(width: float, swath: float, overlap: float, where: str) -> Array:
    """(n,) offsets at which lines of ``swath`` cover a patch of ``width`` with at least ``overlap``.

    The outer lines' swaths end at the patch's edges; one line in the middle if a single swath covers it all.

    Raises:
        NeedError: more than MAX_LINES lines.
    """
    spare = width - swath
    if spare <= 1e-9:
        return np.array([width / 2])
    n = int(np.ceil(spare / (swath * (1 - overlap)) - 1e-9)) + 1
    if n > MAX_LINES:
        raise NeedError("the raster has too many lines", where, value=n, allowed=f"<= {MAX_LINES}")
    return swath / 2 + np.linspace(0.0, spare, n)


def cast(triangles: Array, facing: Array, along: Array, across: Array) -> tuple[npt.NDArray[np.intp], Array]:
    """Highest hits of vertical rays; where triangles meet, the one that faces up most is hit.

    Args:
        triangles: (m, 3, 3) in (along, across, height) coordinates.
        facing: (m,) height components of the unit normals as wound.
        along, across: (n,) ray positions.

    Returns:
        triangle (n,), -1 where there is none, and height (n,).
    """
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    det = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    det = np.where(np.abs(det) < 1e-14, np.inf, det)
    dx, dy = along[:, None] - a[:, 0], across[:, None] - a[:, 1]
    u = (dx * (c[:, 1] - a[:, 1]) - dy * (c[:, 0] - a[:, 0])) / det
    v = (dy * (b[:, 0] - a[:, 0]) - dx * (b[:, 1] - a[:, 1])) / det
    inside = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & np.isfinite(det)
    height = a[:, 2] + u * (b[:, 2] - a[:, 2]) + v * (c[:, 2] - a[:, 2])
    height = np.where(inside, height, -np.inf)
    top = height.max(axis=1)
    best = np.argmax(np.where(height >= top[:, None] - SAME_HEIGHT, facing, -2.0), axis=1)
    return np.where(inside.any(axis=1), best, -1), top


def smooth_normals(points: Array, normals: Array, window: float) -> Array:
    """(n, 3) unit normals averaged over the neighbours within half a ``window`` [m] along the run."""
    s = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    first = np.searchsorted(s, s - window / 2 - 1e-9)
    last = np.searchsorted(s, s + window / 2 + 1e-9, side="right")
    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(normals, axis=0)])
    return unit(sums[last] - sums[first])


def surface_lines(table: SurfaceTable, where: str) -> list[list[Run]]:
    """Per raster line the runs (points (n, 3), normals (n, 3)) [m, world]; empty lines are left out."""
    vertices, faces = mesh_arrays(table.mesh)
    up = unit(table.facing)
    ahead = np.array(table.along) - (up @ np.array(table.along)) * up
    if np.linalg.norm(ahead) < 1e-6:
        raise NeedError("along points the same way as facing", where, fix="give along across the surface")
    ahead = unit(ahead)
    axes = np.array([ahead, np.cross(up, ahead), up])  # rows: along, across, height
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(normals, axis=1)
    keep = area > 1e-14
    corners, normals = corners[keep], normals[keep] / area[keep, None]
    local, facing = corners @ axes.T, normals @ up
    normals *= np.where(facing < 0, -1.0, 1.0)[:, None]  # winding in files is not to be trusted
    if not (np.abs(facing) > GRAZING).any():
        raise NeedError("no triangle of the mesh faces the given direction", where, value=list(table.facing))
    margin = table.margin_mm / 1000
    low, high = local.reshape(-1, 3).min(axis=0) + margin, local.reshape(-1, 3).max(axis=0) - margin
    if low[0] >= high[0] or low[1] >= high[1]:
        raise NeedError("margin_mm leaves nothing of the surface", where, value=table.margin_mm)
    offsets = low[1] + line_offsets(high[1] - low[1], table.swath_mm / 1000, table.overlap, where)
    steps = max(2, int(np.ceil((high[0] - low[0]) / (table.step_mm / 1000))) + 1)
    if steps * len(offsets) > MAX_POINTS:
        raise NeedError(
            "the raster has too many points", where, value=steps * len(offsets), allowed=f"<= {MAX_POINTS}"
        )
    along = np.linspace(low[0], high[0], steps)
    side = Side(local, normals, facing, axes)
    lines = [_runs(side, along, float(o), table.smooth_mm / 1000) for o in offsets]
    return [runs for runs in lines if runs]


@dataclass(frozen=True)
class Side:
    """A mesh as seen from the side it faces.

    ``triangles`` (m, 3, 3) in (along, across, height); ``normals`` (m, 3) unit, world, turned to the viewer;
    ``facing`` (m,) their height components as wound; ``axes`` (3, 3) along, across and height in the world.
    """

    triangles: Array
    normals: Array
    facing: Array
    axes: Array


def _runs(side: Side, along: Array, offset: float, window: float) -> list[Run]:
    y = side.triangles[:, :, 1]
    near = np.flatnonzero((y.min(axis=1) <= offset + 1e-9) & (y.max(axis=1) >= offset - 1e-9))
    if not len(near):
        return []
    rays = max(1, MOST_PAIRS // len(near))
    parts = [
        cast(side.triangles[near], side.facing[near], a, np.full(len(a), offset))
        for a in np.split(along, range(rays, len(along), rays))
    ]
    triangle, height = (np.concatenate(values) for values in zip(*parts, strict=True))
    normal = side.normals[near[triangle]]
    hit = (triangle >= 0) & (np.abs(side.facing[near[triangle]]) > GRAZING)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], hit.astype(np.int8), [0]])))
    out = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if end - first < 2:
            continue
        n = end - first
        points = np.column_stack([along[first:end], np.full(n, offset), height[first:end]]) @ side.axes
        out.append((points, smooth_normals(points, normal[first:end], window)))
    return out
