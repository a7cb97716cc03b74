"""Rigid transforms: URDF rpy, matrices and boxes. Frames are named ``a_from_b``: x_a = a_from_b @ x_b."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from robotplus.robots.model import Array, OrientedBox, Vec3


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
    out: Array = np.eye(3) + math.sin(angle) * k + (1.0 - math.cos(angle)) * (k @ k)
    return out


def box_transform(box: OrientedBox) -> Array:
    """(4, 4) pose of a box's centre frame in its parent frame."""
    return transform(box.xyz, box.rpy)


def angles(matrix: Array) -> Vec3:
    """URDF roll, pitch, yaw [rad] of a (3, 3) rotation: the inverse of :func:`rotation`.

    At a pitch of ±90° only the sum or difference of roll and yaw is determined; then roll is 0.
    """
    pitch = math.atan2(-matrix[2, 0], math.hypot(matrix[0, 0], matrix[1, 0]))
    if math.hypot(matrix[0, 0], matrix[1, 0]) < 1e-9:
        return 0.0, pitch, math.atan2(-matrix[0, 1], matrix[1, 1])
    return math.atan2(matrix[2, 1], matrix[2, 2]), pitch, math.atan2(matrix[1, 0], matrix[0, 0])
