"""Triangles, as (n, 3, 3) arrays, cut by planes across the axes, and points against closed surfaces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from robotplus.robots.model import Array

_Mask = npt.NDArray[np.bool_]


def bounds(triangles: Array) -> tuple[Array, Array]:
    """Lowest and highest coordinates, each (3,)."""
    points = triangles.reshape(-1, 3)
    return points.min(axis=0), points.max(axis=0)


def split_bounds(triangles: Array, axis: int, planes: Array) -> Array:
    """Bounds of the triangles' parts below and above each plane ``x[axis] = planes[k]``.

    Args:
        triangles: (n, 3, 3).
        axis: 0, 1 or 2.
        planes: (k,) rising.

    Returns:
        (2, 2, k, 3): below and above; lowest and highest coordinates; +inf and -inf when empty.
    """
    points = triangles.reshape(-1, 3)
    slab = np.searchsorted(planes, points[:, axis], side="left")  # x <= planes[k] for k >= slab
    low, high = (np.full((len(planes) + 1, 3), value) for value in (np.inf, -np.inf))
    for k in range(len(planes) + 1):
        mask = slab == k
        if mask.any():
            low[k], high[k] = points[mask].min(axis=0), points[mask].max(axis=0)
    out: Array = np.empty((2, 2, len(planes), 3))
    for value, extreme, column in ((low, np.minimum, 0), (high, np.maximum, 1)):
        out[0, column] = extreme.accumulate(value)[:-1]
        out[1, column] = extreme.accumulate(value[::-1])[::-1][1:]
    end_slab = slab.reshape(-1, 3)[:, (1, 2, 0)].ravel()
    crossing = np.flatnonzero(slab != end_slab)
    starts, ends = points[crossing], triangles[:, (1, 2, 0)].reshape(-1, 3)[crossing]
    for k, plane in enumerate(planes):
        through = (slab[crossing] <= k) != (end_slab[crossing] <= k)
        if through.any():
            cuts = _cut(starts[through], ends[through], axis, float(plane))
            out[:, 0, k] = np.minimum(out[:, 0, k], cuts.min(axis=0))
            out[:, 1, k] = np.maximum(out[:, 1, k], cuts.max(axis=0))
    return out


def clip(triangles: Array, axis: int, at: float, *, below: bool) -> Array:
    """The parts of the triangles on one side of the plane ``x[axis] = at``, as triangles again."""
    low: _Mask = triangles[:, :, axis] <= at
    keep = low if below else ~low
    count = keep.sum(axis=1)
    out = [triangles[count == 3]]
    # Turn each cut triangle so that its odd vertex (alone on its side) comes first.
    for alone in (1, 2):
        cut = count == alone
        if not cut.any():
            continue
        odd = np.argmax(keep[cut] if alone == 1 else ~keep[cut], axis=1)
        a, b, c = (triangles[cut][np.arange(len(odd)), (odd + k) % 3] for k in range(3))
        ab, ac = _cut(a, b, axis, at), _cut(a, c, axis, at)
        if alone == 1:
            out.append(np.stack([a, ab, ac], axis=1))
        else:
            out += [np.stack([ab, b, c], axis=1), np.stack([ab, c, ac], axis=1)]
    return np.concatenate(out)


class Surface:
    """All triangles of a surface, ready for questions about points.

    Args:
        triangles: (n, 3, 3).
    """

    def __init__(self, triangles: Array) -> None:
        self._triangles = triangles
        self._low, self._high = triangles.min(axis=1).T.copy(), triangles.max(axis=1).T.copy()

    def encloses(self, point: Array) -> bool:
        """Whether a point lies inside the closed surface.

        Rays along +x, +y and +z count crossings, outward and inward against each other; inside means that two
        of the three do not come out even. The majority makes small holes in the surface harmless.
        """
        return sum(self._net_crossings(point, axis) != 0 for axis in range(3)) >= 2

    def _net_crossings(self, point: Array, axis: int) -> int:
        u, v = (axis + 1) % 3, (axis + 2) % 3
        near = np.flatnonzero((self._low[u] <= point[u]) & (self._high[u] >= point[u]))
        near = near[(self._low[v, near] <= point[v]) & (self._high[v, near] >= point[v])]
        offset = self._triangles[near[self._high[axis, near] > point[axis]]] - point
        a, b, c = (offset[:, k][:, (u, v)] for k in range(3))
        # Twice the signed areas of the triangles that the ray makes with each edge: barycentric weights.
        weights = np.stack([_cross(b, c), _cross(c, a), _cross(a, b)], axis=1)
        area = weights.sum(axis=1)
        hit = (area != 0.0) & ((weights >= 0.0).all(axis=1) | (weights <= 0.0).all(axis=1))
        height = (weights[hit] * offset[hit][:, :, axis]).sum(axis=1) / area[hit]
        return int(np.sign(area[hit])[height > 0.0].sum())


def _cross(a: Array, b: Array) -> Array:
    out: Array = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return out


def _cut(start: Array, end: Array, axis: int, at: float) -> Array:
    """Where segments (n, 3) that cross the plane meet it; exactly on it along ``axis``."""
    share = (at - start[:, axis]) / (end[:, axis] - start[:, axis])
    out: Array = start + share[:, None] * (end - start)
    out[:, axis] = at
    return out
