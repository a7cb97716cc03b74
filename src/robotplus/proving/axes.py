"""Geometry of joint axes: where they meet, which are parallel. An axis is a (4, 4) frame's z axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from robotplus.robots.model import Array

SQUARE = 3e-3  # how far two axes may be from parallel or square [rad] and still count as such


def cross(a: Array, b: Array) -> Array:
    """Vector product of two (3,) vectors (``np.cross`` spends ten times as long on axis bookkeeping)."""
    (ax, ay, az), (bx, by, bz) = a, b
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def nearest(p: Array, d: Array, q: Array, e: Array) -> Array:
    """The point of line (q, e) nearest line (p, d)."""
    n = cross(d, e)
    point: Array = q + float(cross(q - p, d) @ n) / float(n @ n) * e
    return point


def meeting(axes: Array, joints: Sequence[int]) -> tuple[float, Array]:
    """Greatest distance [m] from the joints' axes to the point (3,) nearest them all, and that point."""
    across = {j: np.eye(3) - np.outer(axes[j, :3, 2], axes[j, :3, 2]) for j in joints}
    right = sum(across[j] @ axes[j, :3, 3] for j in joints)
    point = np.asarray(np.linalg.solve(sum(across.values()), right), dtype=np.float64)
    gaps = [_length(cross(point - axes[j, :3, 3], axes[j, :3, 2])) for j in joints]
    return max(gaps), point


def along(axes: Array, joint: int, point: Array) -> float:
    """Where a point lies along a joint's axis, as z in the joint's frame [m]."""
    return float((point - axes[joint, :3, 3]) @ axes[joint, :3, 2])


def parallel(a: Array, b: Array) -> bool:
    return _length(cross(a, b)) < SQUARE


def square(a: Array, b: Array) -> bool:
    return abs(float(a @ b)) < SQUARE


def _length(v: Array) -> float:
    return math.sqrt(float(v @ v))
