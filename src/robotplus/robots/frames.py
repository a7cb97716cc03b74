"""Rigid transforms: URDF rpy, matrices and boxes. Frames are named ``a_from_b``: x_a = a_from_b @ x_b."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from robotplus.robots.model import Array, OrientedBox


def rotation(rpy: Sequence[float]) -> Array:
    """(3, 3) rotation of URDF fixed-axis roll, pitch, yaw [rad]: Rz(yaw) Ry(pitch) Rx(roll)."""
    r, p, y = rpy
    cr, sr, cp, sp, cy, sy = math.cos(r), math.sin(r), math.cos(p), math.sin(p), math.cos(y), math.sin(y)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def transform(xyz: Sequence[float], rpy: Sequence[float]) -> Array:
    """(4, 4) transform of a pose in its parent frame."""
    out = np.eye(4)
    out[:3, :3] = rotation(rpy)
    out[:3, 3] = xyz
    return out


def inverse(a_from_b: Array) -> Array:
    """(4, 4) inverse of a rigid transform."""
    out = np.eye(4)
    out[:3, :3] = a_from_b[:3, :3].T
    out[:3, 3] = -a_from_b[:3, :3].T @ a_from_b[:3, 3]
    return out


def about(axis: Sequence[float], angle: float) -> Array:
    """(3, 3) rotation by ``angle`` [rad] about a unit ``axis`` (Rodrigues)."""
    x, y, z = axis
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + math.sin(angle) * k + (1.0 - math.cos(angle)) * (k @ k)


def box_transform(box: OrientedBox) -> Array:
    """(4, 4) pose of a box's centre frame in its parent frame."""
    return transform(box.xyz, box.rpy)
