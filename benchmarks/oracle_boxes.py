"""Distances between boxes in plain NumPy: no code shared with solver or checker.

Boxes are arrays over n items: centre (n, 3), axes (n, 3, 3) whose columns are the box's directions, half edge
lengths (n, 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Boxes:
    """n boxes in one frame."""

    centre: Array
    axes: Array
    half: Array

    def __getitem__(self, index: Any) -> Boxes:
        return Boxes(self.centre[index], self.axes[index], self.half[index])

    def reach(self) -> Array:
        """(n, 3) half extents of the axis-aligned bounds."""
        return np.asarray(np.abs(self.axes) @ self.half[..., None])[..., 0]


def bounds_gap(a: Boxes, b: Boxes) -> Array:
    """(n,) lower bound of the distance from axis-aligned bounds; negative where they overlap."""
    return np.asarray((np.abs(a.centre - b.centre) - a.reach() - b.reach()).max(axis=-1))


def separation(a: Boxes, b: Boxes) -> Array:
    """(n,) largest gap over the 15 separating axes: positive exactly when disjoint, never above the distance.

    Source: Gottschalk, Lin, Manocha, "OBBTree" (SIGGRAPH 1996).
    """
    crossed = np.cross(a.axes.swapaxes(1, 2)[:, :, None], b.axes.swapaxes(1, 2)[:, None], axis=-1).reshape(
        -1, 9, 3
    )
    axes = np.concatenate([a.axes.swapaxes(1, 2), b.axes.swapaxes(1, 2), crossed], axis=1)
    length = np.linalg.norm(axes, axis=2)
    apart = np.abs(np.einsum("nkc,nc->nk", axes, b.centre - a.centre))
    apart -= np.einsum("nki,ni->nk", np.abs(axes @ a.axes), a.half)
    apart -= np.einsum("nki,ni->nk", np.abs(axes @ b.axes), b.half)
    gap = np.where(length > 1e-6, apart / np.maximum(length, 1e-6), -np.inf)
    return np.asarray(gap.max(axis=1))


def distance(a: Boxes, b: Boxes) -> Array:
    """(n,) distance of boxes; 0 where they overlap.

    The nearest points of two disjoint convex polyhedra are a corner and a point of the other body, or lie
    inside two edges: all 16 corners and all 144 pairs of edges are tried.
    """
    best = np.minimum(_corner_distance(a, b), _corner_distance(b, a))
    best = np.minimum(best, _edge_distance(a, b))
    return np.asarray(np.where(separation(a, b) > 0.0, best, 0.0))


SIGNS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)


def _corner_distance(a: Boxes, b: Boxes) -> Array:
    corners = a.centre[:, None] + np.einsum("nci,nki->nkc", a.axes, SIGNS * a.half[:, None])
    local = np.einsum("nci,nkc->nki", b.axes, corners - b.centre[:, None])
    outside = np.maximum(np.abs(local) - b.half[:, None], 0.0)
    return np.asarray(np.linalg.norm(outside, axis=2).min(axis=1))


def _edges(box: Boxes) -> tuple[Array, Array, Array]:
    """Middles (n, 12, 3), directions (n, 12, 3) and half lengths (n, 12) of the edges."""
    middles, directions, lengths = [], [], []
    for i in range(3):
        signs = SIGNS[SIGNS[:, i] > 0].copy()
        signs[:, i] = 0.0
        middles.append(box.centre[:, None] + np.einsum("nci,nki->nkc", box.axes, signs * box.half[:, None]))
        directions.append(np.repeat(box.axes[:, None, :, i], 4, axis=1))
        lengths.append(np.repeat(box.half[:, i : i + 1], 4, axis=1))
    return np.concatenate(middles, 1), np.concatenate(directions, 1), np.concatenate(lengths, 1)


def _edge_distance(a: Boxes, b: Boxes) -> Array:
    """(n,) smallest distance of two edges with nearest points inside both; infinite where there are none."""
    pa, da, la = _edges(a)
    pb, db, lb = _edges(b)
    between = pb[:, None] - pa[:, :, None]
    cosine = np.einsum("nic,njc->nij", da, db)
    along_a = np.einsum("nijc,nic->nij", between, da)
    along_b = np.einsum("nijc,njc->nij", between, db)
    sine2 = 1.0 - cosine**2
    safe = np.maximum(sine2, 1e-12)
    s = (along_a - cosine * along_b) / safe
    t = (cosine * along_a - along_b) / safe
    inside = (sine2 > 1e-9) & (np.abs(s) <= la[:, :, None]) & (np.abs(t) <= lb[:, None])
    gap = between + t[..., None] * db[:, None] - s[..., None] * da[:, :, None]
    return np.asarray(np.where(inside, np.linalg.norm(gap, axis=3), np.inf).min(axis=(1, 2)))
