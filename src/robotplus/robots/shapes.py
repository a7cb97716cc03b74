"""Shapes as covers of boxes: what solver and checker both mean by the shape of a link, a tool or an obstacle.

Every cover contains the shape it stands for, so a clearance to the cover is a lower bound of the clearance to
the shape.
"""

from __future__ import annotations

import heapq
import math

import numpy as np
import numpy.typing as npt

from robotplus.robots.clipping import Surface, bounds, clip, split_bounds
from robotplus.robots.frames import angles, rotation
from robotplus.robots.model import Array, OrientedBox, Vec3

PAD = 1e-6
"""Boxes of a mesh cover are this much larger on every side [m]: above the rounding of the clipping."""

_THIN = 1e-3  # [m] added to every edge when volumes are compared, so that flat boxes are compared by area
_WORTH = 2e-3  # a split must save this share of the whole box's volume
_FRACTIONS = np.arange(1, 8) / 8  # where a cut may fall between the two ends of a box
_TRIALS = 4  # cuts of a box whose inside is looked at


def cylinder_cover(
    radius: float, length: float, *, xyz: Vec3 = (0.0, 0.0, 0.0), rpy: Vec3 = (0.0, 0.0, 0.0)
) -> tuple[OrientedBox, ...]:
    """Four boxes whose union contains a cylinder.

    A box of edges 2r, 2r·sin(π/8) holds all points of the disk within 22.5° of its long axis: there
    |x| <= r and |y| = ρ·|sin φ| <= r·sin(π/8). Four of them, turned by 45° each, hold all eight sectors.
    Their farthest corners lie r·sqrt(1 + sin²(π/8)) = 1.0708 r from the axis.

    Args:
        radius: [m].
        length: [m].
        xyz: centre of the cylinder [m].
        rpy: orientation [rad]; the cylinder's axis is its local z.
    """
    turned = rotation(rpy)
    size = (2 * radius, 2 * radius * math.sin(math.pi / 8), length)
    quarter = [rotation((0.0, 0.0, k * math.pi / 4)) for k in range(4)]
    return tuple(OrientedBox(xyz, angles(turned @ turn), size) for turn in quarter)


def mesh_cover(vertices: Array, faces: npt.NDArray[np.int64], max_boxes: int = 16) -> tuple[OrientedBox, ...]:
    """Boxes along the axes whose union contains every triangle, and the inside of a closed surface.

    The bounding box is cut in two again and again where that saves most volume; triangles are clipped at each
    cut, so every box fits its own piece. Space that a cut sets free is given up only where it lies outside
    the surface. The result depends on nothing but the arguments.

    Args:
        vertices: (n, 3) [m].
        faces: (m, 3) indices, m >= 1.
        max_boxes: the cover has at most this many boxes; at least 1.

    Returns:
        Boxes in the frame of the vertices, each :data:`PAD` larger than its piece on every side.
    """
    triangles: Array = np.asarray(vertices, dtype=float)[np.asarray(faces)]
    surface = Surface(triangles)
    lower, upper = bounds(triangles)
    worth = _WORTH * _volume(lower, upper)
    done: list[tuple[Array, Array]] = []
    waiting: list[tuple[float, int, _Piece, list[_Piece]]] = []
    count = 0

    def add(piece: _Piece) -> None:
        nonlocal count
        gain, parts = _best_split(piece, surface, worth)
        if gain > worth:
            heapq.heappush(waiting, (-gain, count, piece, parts))
            count += 1
        else:
            done.append((piece.lower, piece.upper))

    add(_Piece(triangles, lower, upper))
    while waiting and len(done) + len(waiting) < max_boxes:
        for part in heapq.heappop(waiting)[3]:
            add(part)
    boxes = done + [(piece.lower, piece.upper) for _, _, piece, _ in waiting]
    return tuple(_box(low - PAD, high + PAD) for low, high in sorted(boxes, key=lambda b: (*b[0], *b[1])))


class _Piece:
    """The triangles (n, 3, 3) of one box, already clipped to it."""

    def __init__(self, triangles: Array, lower: Array, upper: Array) -> None:
        self.triangles, self.lower, self.upper = triangles, lower, upper


def _best_split(piece: _Piece, surface: Surface, worth: float) -> tuple[float, list[_Piece]]:
    """The split that saves most volume, if more than ``worth``: what it saves and the pieces it leaves."""
    whole = _volume(piece.lower, piece.upper)
    if not len(piece.triangles):
        return 0.0, []
    found = []
    for axis in range(3):
        edge = piece.upper[axis] - piece.lower[axis]
        if edge > 2 * _THIN:
            planes = piece.lower[axis] + _FRACTIONS * edge
            below, above = split_bounds(piece.triangles, axis, planes)
            saved = whole - _volumes(*below) - _volumes(*above)
            found += [(float(saved[k]), -axis, float(plane)) for k, plane in enumerate(planes)]
    best: tuple[float, list[_Piece]] = (0.0, [])
    for promised, minus_axis, at in sorted(found, reverse=True)[:_TRIALS]:
        if promised <= max(best[0], worth):
            break  # filling the inside only adds volume: no later candidate can be better
        parts = _split(piece, -minus_axis, at, surface)
        real = whole - sum(_volume(part.lower, part.upper) for part in parts)
        if real > best[0]:
            best = (real, parts)
    return best


def _split(piece: _Piece, axis: int, at: float, surface: Surface) -> list[_Piece]:
    parts = []
    for below in (True, False):
        lower, upper = piece.lower.copy(), piece.upper.copy()
        (upper if below else lower)[axis] = at
        triangles = clip(piece.triangles, axis, at, below=below)
        if len(triangles):
            parts.append(_Piece(triangles, *_shrink(triangles, lower, upper, surface)))
        elif surface.encloses(_within(lower, upper)):
            parts.append(_Piece(triangles, lower, upper))
    return parts


def _shrink(triangles: Array, lower: Array, upper: Array, surface: Surface) -> tuple[Array, Array]:
    """The cell shrunk to its triangles, side by side, except where the slab given up lies inside the surface.

    A slab between a side of the cell and the triangles' bounds holds no triangle, so it is inside or outside
    as a whole, and one of its points decides.
    """
    low, high = bounds(triangles)
    lower, upper = lower.copy(), upper.copy()
    for axis in range(3):
        for side, bound, other in ((lower, low, upper), (upper, high, lower)):
            if side[axis] == bound[axis]:
                continue
            slab = [lower.copy(), upper.copy()]
            slab[1 if other is upper else 0][axis] = bound[axis]
            if not surface.encloses(_within(slab[0], slab[1])):
                side[axis] = bound[axis]
    return lower, upper


def _within(lower: Array, upper: Array) -> Array:
    """A point in a cell, off its planes of symmetry, where edges of triangles like to lie."""
    out: Array = lower + (upper - lower) * np.array([0.4142135, 0.5857864, 0.4494897])
    return out


def _volume(lower: Array, upper: Array) -> float:
    return float(_volumes(lower, upper))


def _volumes(lower: Array, upper: Array) -> Array:
    """Volumes of boxes (…, 3), thickened; 0 where there is no box (lower > upper)."""
    out: Array = np.prod(np.maximum(upper - lower + _THIN, 0.0), axis=-1)
    return out


def _box(lower: Array, upper: Array) -> OrientedBox:
    x, y, z = ((lower + upper) / 2).tolist()
    a, b, c = (upper - lower).tolist()
    return OrientedBox((x, y, z), (0.0, 0.0, 0.0), (a, b, c))
