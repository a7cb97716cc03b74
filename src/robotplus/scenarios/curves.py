"""Curves by arc length: exact positions, tool directions z and reference directions x anywhere on a path.

A curve answers ``frames(s)`` for arc lengths ``s`` in [0, length]; z and x are unit and at right angles. The
reference x follows the path's tangent where nothing else is asked, so that a spin means the same all along.
Polylines are in polyline.py.
Units: m, world frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from robotplus.robots.model import Array
from robotplus.scenarios.task import Curve

Frames = tuple[Array, Array, Array]


class Path(Curve, Protocol):
    """A curve of positive length that knows its unit tangents (3,) at start and end."""

    def end_tangents(self) -> tuple[Array, Array]: ...


def unit(v: Sequence[float] | Array) -> Array:
    """(..., 3) vectors scaled to length 1."""
    a = np.asarray(v, dtype=float)
    out: Array = a / np.linalg.norm(a, axis=-1, keepdims=True)
    return out


def any_reference(z: Array) -> Array:
    """(3,) a unit direction at right angles to ``z``: world x seen along z, or world y where z is along x."""
    axis = np.array([1.0, 0.0, 0.0]) if abs(z[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    return unit(axis - (axis @ z) * z)


def rotate(v: Array, axis: Array, angle: Array) -> Array:
    """(n, 3) vectors turned about unit axes (n, 3) by angles (n,) [rad] (Rodrigues)."""
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    along = np.sum(axis * v, axis=1, keepdims=True)
    out: Array = v * c + np.cross(axis, v) * s + axis * along * (1 - c)
    return out


class PointCurve:
    """A single place: length 0."""

    length = 0.0

    def __init__(self, position: Array, z: Array, x: Array) -> None:
        self._frame = np.array(position, dtype=float), unit(z), unit(x)

    def frames(self, s: Array) -> Frames:
        n = len(np.atleast_1d(s))
        p, z, x = (np.tile(v, (n, 1)) for v in self._frame)
        return p, z, x


class ArcCurve:
    """A circular arc, analytic. The tool direction is fixed in the world, or turns with the arc.

    The reference x follows the tangent; where the tool points within 10 degrees of it, x is the arc's normal.

    Args:
        centre: (3,). normal: (3,) unit. start: (3,) first point. angle: [rad], signed about the normal.
        z: (3,) unit tool direction at the start. turns: whether z turns with the arc.
    """

    def __init__(
        self, centre: Array, normal: Array, *, start: Array, angle: float, z: Array, turns: bool
    ) -> None:
        self._centre, self._normal, self._z, self._turns = centre, normal, z, turns
        radial = start - centre
        self.radius = float(np.linalg.norm(radial))
        self._e1 = radial / self.radius
        self._e2 = np.cross(normal, self._e1)
        self._angle = angle
        self._sense = math.copysign(1.0, angle)
        self.length = self.radius * abs(angle)
        nearest = float(z @ self._e2) if turns else float(np.linalg.norm(z - (z @ normal) * normal))
        self._reference_is_tangent = bool(abs(nearest) < math.cos(math.radians(10)))

    def _tangent(self, phi: Array) -> Array:
        c, s = np.cos(phi)[:, None], np.sin(phi)[:, None]
        out: Array = (c * self._e2 - s * self._e1) * self._sense
        return out

    def frames(self, s: Array) -> Frames:
        phi = np.clip(np.atleast_1d(np.asarray(s, dtype=float)), 0.0, self.length) / self.radius * self._sense
        p = self._centre + self.radius * (np.cos(phi)[:, None] * self._e1 + np.sin(phi)[:, None] * self._e2)
        z = np.tile(self._z, (len(phi), 1))
        if self._turns:
            z = rotate(z, np.tile(self._normal, (len(phi), 1)), phi)
        base = self._tangent(phi) if self._reference_is_tangent else np.tile(self._normal, (len(phi), 1))
        return p, z, unit(base - np.sum(base * z, axis=1, keepdims=True) * z)

    def end_tangents(self) -> tuple[Array, Array]:
        t = self._tangent(np.array([0.0, self._angle]))
        return t[0], t[1]


class Extended:
    """A path with straight run-ups [m] along its end tangents, directions held."""

    def __init__(self, inner: Path, before: float, after: float) -> None:
        self._inner, self._before = inner, before
        self._first, self._last = inner.end_tangents()
        self.length = inner.length + before + after

    def frames(self, s: Array) -> Frames:
        s = np.clip(np.atleast_1d(np.asarray(s, dtype=float)), 0.0, self.length)
        inside = np.clip(s - self._before, 0.0, self._inner.length)
        p, z, x = self._inner.frames(inside)
        beyond = s - self._before - inside  # negative before the path, positive after it
        p = p + np.minimum(beyond, 0.0)[:, None] * self._first + np.maximum(beyond, 0.0)[:, None] * self._last
        return p, z, x

    def end_tangents(self) -> tuple[Array, Array]:
        return self._first, self._last


def vertex_references(points: Array, z: Array) -> Array:
    """(n, 3) reference directions at the vertices of a polyline.

    The mean of the neighbouring segments' tangents, seen along z; where the tool points along the path, the
    reference of the vertex before is carried on.

    Args:
        points: (n, 3) vertices, neighbours apart. z: (n, 3) unit tool directions.
    """
    t = unit(np.diff(points, axis=0))
    mean = np.concatenate([t[:1], t[:-1] + t[1:], t[-1:]])
    flat = mean - np.sum(mean * z, axis=1, keepdims=True) * z
    size = np.linalg.norm(flat, axis=1)
    x = np.empty_like(points)
    for i in range(len(points)):
        if size[i] > 0.05:
            x[i] = flat[i] / size[i]
        else:
            before = x[i - 1] - (x[i - 1] @ z[i]) * z[i] if i else np.zeros(3)
            x[i] = unit(before) if np.linalg.norm(before) > 0.05 else any_reference(z[i])
    return x


def carried_references(first: Array, z: Array) -> Array:
    """(n, 3) reference directions carried from vertex to vertex without turning about the tool's axis.

    Each follows from the one before by the smallest rotation that takes one tool direction to the next.

    Args:
        first: (3,) direction whose part across ``z[0]`` is the first reference. z: (n, 3) unit, no two
            neighbours opposite.
    """
    across = first - (first @ z[0]) * z[0]
    x = np.empty_like(z)
    x[0] = unit(across) if np.linalg.norm(across) > 0.05 else any_reference(z[0])
    for i in range(len(z) - 1):
        half = z[i] + z[i + 1]  # reflections in the planes across z[i] and across half make the rotation
        moved = x[i] - 2 * (x[i] @ half) / (half @ half) * half
        x[i + 1] = unit(moved - (moved @ z[i + 1]) * z[i + 1])
    return x
