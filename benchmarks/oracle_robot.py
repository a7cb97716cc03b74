"""A robot straight from its JSON file, a motion from a certificate's JSON: plain NumPy, nothing shared.

The oracle is a third opinion beside the solver and the checker. It imports neither, nor the loaders: a
mistake in one of them must not be able to hide here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.oracle_boxes import Array, Boxes


def pose(xyz: Any, rpy: Any) -> Array:
    """(4, 4) from a position and URDF's fixed-axis roll, pitch, yaw, as three plain rotations."""
    turn = np.eye(3)
    for angle, (i, j) in zip(rpy, ((1, 2), (2, 0), (0, 1)), strict=True):
        one = np.eye(3)
        one[i, i] = one[j, j] = math.cos(angle)
        one[i, j], one[j, i] = -math.sin(angle), math.sin(angle)
        turn = one @ turn
    out = np.eye(4)
    out[:3, :3] = turn
    out[:3, 3] = xyz
    return out


def spun(axis: Any, angle: Array) -> Array:
    """(n, 4, 4) rotations by ``angle`` (n,) about an axis, through the unit quaternion."""
    unit = np.array(axis) / np.linalg.norm(axis)
    w = np.cos(angle / 2)
    x, y, z = (np.sin(angle / 2)[:, None] * unit).T
    out = np.zeros((len(angle), 4, 4))
    out[:, 0, :3] = np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], axis=1)
    out[:, 1, :3] = np.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], axis=1)
    out[:, 2, :3] = np.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], axis=1)
    out[:, 3, 3] = 1.0
    return out


def link_frames(robot: dict[str, Any], q: Array) -> list[Array]:
    """base_from_link for every link, the base first, then the flange: each (n, 4, 4)."""
    frame = np.broadcast_to(np.eye(4), (len(q), 4, 4))
    out = [frame]
    for k, joint in enumerate(robot["joints"]):
        frame = frame @ pose(joint["origin_xyz"], joint["origin_rpy"])
        if joint["kind"] == "revolute":
            frame = frame @ spun(joint["axis"], q[:, k])
        else:
            slide = np.broadcast_to(np.eye(4), (len(q), 4, 4)).copy()
            slide[:, :3, 3] = q[:, k : k + 1] * np.array(joint["axis"])
            frame = frame @ slide
        out.append(frame)
    out.append(frame @ pose(robot["flange"]["xyz"], robot["flange"]["rpy"]))
    return out


def placed(frames: Array, box: Any) -> Boxes:
    """A box (``xyz``, ``rpy``, ``size``) carried by frames (n, 4, 4)."""
    at = frames @ pose(box["xyz"], box["rpy"])
    half = np.broadcast_to(np.array(box["size"], dtype=float) / 2, (len(frames), 3))
    return Boxes(at[:, :3, 3], at[:, :3, :3], half)


def replay(move: dict[str, Any], step: float) -> tuple[Array, Array, Array, Array]:
    """Times and joint values, velocities, accelerations of one move every ``step`` seconds, end included.

    Between knots the quintic is fixed by both ends; here in powers of the time since the knot.
    """
    t, q, v, a = (np.array(move[k], dtype=float) for k in ("t", "q", "qd", "qdd"))
    times = np.append(np.arange(0.0, t[-1], step), t[-1])
    k = np.clip(np.searchsorted(t, times, side="right") - 1, 0, len(t) - 2)
    h = (t[k + 1] - t[k])[:, None]
    x = (times - t[k])[:, None]
    d, v0, v1, a0, a1 = q[k + 1] - q[k], v[k], v[k + 1], a[k], a[k + 1]
    c3 = (20 * d - (8 * v1 + 12 * v0) * h - (3 * a0 - a1) * h**2) / (2 * h**3)
    c4 = (-30 * d + (14 * v1 + 16 * v0) * h + (3 * a0 - 2 * a1) * h**2) / (2 * h**4)
    c5 = (12 * d - 6 * (v1 + v0) * h - (a0 - a1) * h**2) / (2 * h**5)
    at = q[k] + v0 * x + a0 / 2 * x**2 + c3 * x**3 + c4 * x**4 + c5 * x**5
    rate = v0 + a0 * x + 3 * c3 * x**2 + 4 * c4 * x**3 + 5 * c5 * x**4
    change = a0 + 6 * c3 * x + 12 * c4 * x**2 + 20 * c5 * x**3
    return times, at, rate, change
