"""Parallel swaths over an area, all segments of one angle at a time as arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import affinity

from robotplus.robots.model import Array

SHORTEST_M = 0.02  # a shorter piece of swath is left out


@dataclass(frozen=True)
class Swaths:
    """Segments (n, 2, 2) [m], each with the number of its line (n,), at an angle [rad]."""

    angle: float
    segments: Array
    line: Array

    @property
    def length(self) -> float:
        return float(np.hypot(*(self.segments[:, 1] - self.segments[:, 0]).T).sum())


def swaths(centres: Any, target: Any, *, angle: float, width: float, overlap: float) -> Swaths:
    """The swaths at an angle that cover a target as far as the machine's centre may go.

    Args:
        centres: where the centre may be (shapely).
        target: what is to be covered (shapely).
        angle: of the swaths to the x axis [rad].
        width: of the band that surely gets covered [m].
        overlap: share of a band that the next one covers again.
    """
    # turned so that swaths run along x
    turned = affinity.rotate(centres, -angle, origin=(0, 0), use_radians=True)
    wanted = affinity.rotate(target, -angle, origin=(0, 0), use_radians=True)
    shapely.prepare(turned)
    x0, low, x1, high = wanted.bounds
    _, floor, _, ceiling = turned.bounds
    spacing = width * (1 - overlap)
    first, last = low + width / 2, high - width / 2
    count = 1 if last <= first else math.ceil((last - first) / spacing - 1e-9) + 1
    y = np.array([(low + high) / 2]) if count == 1 else np.linspace(first, last, count)
    y = np.clip(y, floor + 1e-9, ceiling - 1e-9)
    x0, x1 = min(x0, turned.bounds[0]) - 1, max(x1, turned.bounds[2]) + 1
    lines = shapely.linestrings(
        np.stack([np.stack([np.full_like(y, x0), y], 1), np.stack([np.full_like(y, x1), y], 1)], 1)
    )
    bands = shapely.box(x0, y - width / 2, x1, y + width / 2)
    pieces, piece_of = shapely.get_parts(shapely.intersection(lines, turned), return_index=True)
    needed, needed_of = shapely.get_parts(shapely.intersection(bands, wanted), return_index=True)
    spans = _spans(needed, needed_of)
    segments, line = [], []
    for piece, i in zip(pieces, piece_of, strict=True):
        if piece.geom_type != "LineString":
            continue
        a, _, b, _ = piece.bounds
        for c, d in spans.get(int(i), ()):
            left, right = max(a, c), min(b, d)
            if right - left >= SHORTEST_M:
                segments.append(((left, y[i]), (right, y[i])))
                line.append(int(i))
    out = np.array(segments, dtype=float).reshape(-1, 2, 2)
    cos, sin = math.cos(angle), math.sin(angle)
    back = np.stack([cos * out[..., 0] - sin * out[..., 1], sin * out[..., 0] + cos * out[..., 1]], -1)
    return Swaths(angle, back, np.array(line, dtype=int))


def _spans(parts: Any, of: Array) -> dict[int, list[tuple[float, float]]]:
    """By line, where along it something of the target lies in its band; touching spans are one."""
    out: dict[int, list[tuple[float, float]]] = {}
    boxes = shapely.bounds(parts)
    for i in np.unique(of):
        mine = sorted(
            (b[0], b[2]) for b, part in zip(boxes[of == i], parts[of == i], strict=True) if part.area > 0
        )
        merged: list[tuple[float, float]] = []
        for a, b in mine:
            if merged and a <= merged[-1][1] + 1e-9:
                merged[-1] = (merged[-1][0], max(merged[-1][1], b))
            else:
                merged.append((a, b))
        out[int(i)] = merged
    return out


def angles(target: Any, *, finest: int = 12) -> list[float]:
    """Angles worth trying, in [0, pi) rad: along every long edge of the target, and ``finest`` more all round."""
    rings = [ring for part in shapely.get_parts(target) for ring in (part.exterior, *part.interiors)]
    edges = np.concatenate([np.diff(np.array(ring.coords), axis=0) for ring in rings])
    length = np.hypot(*edges.T)
    along = np.arctan2(edges[:, 1], edges[:, 0]) % math.pi
    longest = np.argsort(-length, kind="stable")[:24]
    out: list[float] = []
    for angle in (*along[longest].tolist(), *(math.pi * k / finest for k in range(finest))):
        if all(abs(math.remainder(angle - other, math.pi)) > 1e-3 for other in out):
            out.append(float(angle))
    return out
