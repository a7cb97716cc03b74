"""The canonical chains of the closed forms, fitted to a robot's joint axes as they lie at q = 0.

Both chains start alike: axis 1 is z, axes 2 and 3 are y, axis 2 stands at x = a1, both arm links are upright
at theta = 0; they are described in ``kernels/ik_opw.c`` and ``kernels/ik_ur.c``. theta = sign * q + offset.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from robotplus.proving.axes import cross, meeting, nearest, parallel, square
from robotplus.robots.frames import inverse
from robotplus.robots.model import Array


@dataclass(frozen=True, slots=True)
class CanonicalFit:
    """A closed form's parameters; ``lengths`` are a1, b, L2, L3, a2, d5, e5 [m]."""

    name: Literal["opw", "ur"]
    base_from_canon: Array
    wrist_from_flange: Array
    lengths: tuple[float, ...]
    sign: tuple[float, ...]
    offset: tuple[float, ...]

    def flange(self, q: Array) -> Array:
        """(..., 4, 4) base_from_flange of the canonical chain at joints ``q`` (..., 6)."""
        theta = np.asarray(self.sign) * q + np.asarray(self.offset)
        wrist = _opw_wrist(self.lengths, theta) if self.name == "opw" else _ur_wrist(self.lengths, theta)
        out: Array = self.base_from_canon @ wrist @ self.wrist_from_flange
        return out


def fit_opw(axes: Array, flange: Array) -> CanonicalFit | None:
    """Parameters when axes 2 || 3, the rest are square to their neighbours and 4, 5, 6 meet."""
    z = axes[:, :3, 2]
    if not (parallel(z[1], z[2]) and square(z[0], z[1]) and all(square(z[k], z[k + 1]) for k in (2, 3, 4))):
        return None
    _, wrist = meeting(axes, (3, 4, 5))
    canon, lengths, sign3, arm_offset, forearm = ortho_arm(axes, wrist)
    _, d = _seen_from(canon, axes)
    fifth = forearm.T @ d[4]
    theta4 = math.atan2(-fifth[0], fifth[1])
    sixth = _about_z(theta4).T @ forearm.T @ d[5]
    offset = (*arm_offset, theta4, math.atan2(sixth[0], sixth[2]), 0.0)
    wrist_pose = _opw_wrist(lengths, np.array(offset))
    after = inverse(canon @ wrist_pose) @ flange
    return CanonicalFit("opw", canon, after, lengths, (1.0, 1.0, sign3, 1.0, 1.0, 1.0), offset)


def ortho_arm(axes: Array, wrist: Array) -> tuple[Array, tuple[float, ...], float, tuple[float, ...], Array]:
    """The arm of axes 1, 2, 3 that carries a wrist point (3,) [base frame, q = 0] on a forearm along axis 4.

    Returns:
        (4, 4) base_from_canon; lengths; sign of theta 3; offsets of theta 1..3; (3, 3) canon_from_forearm
        at q = 0.
    """
    canon = _base(axes)
    p, d = _seen_from(canon, axes)
    l2, theta2 = _polar(p[2] - p[1])
    phi = math.atan2(d[3, 0], d[3, 2])
    forearm = _about_y(phi)
    to_wrist = inverse(canon)[:3, :3] @ (wrist - canon[:3, 3]) - p[2]
    a2, b, l3 = forearm.T @ to_wrist
    lengths = (float(p[1, 0]), float(b + p[2, 1]), l2, float(l3), float(a2), 0.0, 0.0)
    sign3 = math.copysign(1.0, float(d[1] @ d[2]))
    return canon, lengths, sign3, (0.0, theta2, phi - theta2), forearm


def fit_ur(axes: Array, flange: Array) -> CanonicalFit | None:
    """Parameters when axes 2 || 3 || 4, the rest are square and 5, 6 meet (to be verified)."""
    z = axes[:, :3, 2]
    planar = parallel(z[1], z[2]) and parallel(z[1], z[3])
    if not (planar and square(z[0], z[1]) and square(z[3], z[4]) and square(z[4], z[5])):
        return None
    canon = _base(axes)
    p, d = _seen_from(canon, axes)
    wrist = nearest(p[4], d[4], p[5], d[5])
    l2, theta2 = _polar(p[2] - p[1])
    l3, theta23 = _polar(p[3] - p[2])
    phi = math.atan2(d[4, 0], d[4, 2])
    e5, _, d5 = _about_y(phi).T @ (wrist - p[3])
    sixth = _about_y(phi).T @ d[5]
    sign = [1.0, 1.0, *(math.copysign(1.0, float(d[1] @ d[k])) for k in (2, 3)), 1.0, 1.0]
    lengths = (float(p[1, 0]), float(wrist[1]), l2, l3, 0.0, float(d5), float(e5))
    offset = (0.0, theta2, theta23 - theta2, phi - theta23, math.atan2(-sixth[0], sixth[1]), 0.0)
    after = inverse(canon @ _ur_wrist(lengths, np.array(offset))) @ flange
    return CanonicalFit("ur", canon, after, lengths, tuple(sign), offset)


def _opw_wrist(lengths: tuple[float, ...], theta: Array) -> Array:
    """(..., 4, 4) canon_from_wrist of the ortho-parallel chain at ``theta`` (..., 6)."""
    a1, b, l2, l3, a2, _, _ = lengths
    t1, t2, t3, t4, t5, t6 = np.moveaxis(theta, -1, 0)
    first, forearm = _about_z(t1), _about_y(t2 + t3)
    arm = np.array([a1, 0.0, 0.0]) + _about_y(t2) @ [0.0, 0.0, l2] + forearm @ [a2, b, l3]
    return _transforms(first @ forearm @ _about_z(t4) @ _about_y(t5) @ _about_z(t6), first, arm)


def _ur_wrist(lengths: tuple[float, ...], theta: Array) -> Array:
    """(..., 4, 4) canon_from_wrist of the chain with three parallel axes at ``theta`` (..., 6)."""
    a1, b, l2, l3, _, d5, e5 = lengths
    t1, t2, t3, t4, t5, t6 = np.moveaxis(theta, -1, 0)
    first, hand = _about_z(t1), _about_y(t2 + t3 + t4)
    arm = np.array([a1, 0.0, 0.0]) + _about_y(t2) @ [0.0, 0.0, l2] + _about_y(t2 + t3) @ [0.0, 0.0, l3]
    return _transforms(first @ hand @ _about_z(t5) @ _about_y(t6), first, arm + hand @ [e5, b, d5])


def miss(fit: CanonicalFit, origins: Array, tip: Array) -> float:
    """Greatest distance [m] between the chains' flanges, or points half a metre off, over a few poses."""
    count = len(origins)
    q = 2.0 * np.sin(1.7 * np.arange(4)[:, None] + 2.3 * np.arange(count))
    turns = np.zeros((4, count, 4, 4))
    turns[..., :3, :3], turns[..., 3, 3] = _about_z(q), 1.0
    pose = np.eye(4)
    for j in range(count):
        pose = pose @ origins[j] @ turns[:, j]
    gap = (pose @ tip - fit.flange(q))[:, :3]
    lengths = np.sqrt((gap**2).sum(axis=1))
    return float(max(lengths[:, 3].max(), 0.5 * np.sqrt((lengths[:, :3] ** 2).sum(axis=1)).max()))


def _base(axes: Array) -> Array:
    """(4, 4) base_from_canon: z on axis 1, y along axis 2, origin level with axis 2 (all at q = 0)."""
    up, left = axes[0, :3, 2], axes[1, :3, 2]
    left = left - up * float(up @ left)
    left /= math.sqrt(float(left @ left))
    out = np.eye(4)
    out[:3, :3] = np.column_stack([cross(left, up), left, up])
    out[:3, 3] = nearest(axes[1, :3, 3], axes[1, :3, 2], axes[0, :3, 3], up)
    return out


def _seen_from(canon: Array, axes: Array) -> tuple[Array, Array]:
    """Points (6, 3) and directions (6, 3) of the joint axes in the canonical frame."""
    turned = inverse(canon) @ axes
    return turned[:, :3, 3], turned[:, :3, 2]


def _polar(v: Array) -> tuple[float, float]:
    """Length, and angle from z towards x, of a vector's part in the xz plane."""
    return math.hypot(v[0], v[2]), math.atan2(v[0], v[2])


def _transforms(rotation: Array, frame: Array, point: Array) -> Array:
    """(..., 4, 4) from a rotation and a point given in ``frame`` (..., 3, 3)."""
    out = np.zeros((*rotation.shape[:-2], 4, 4))
    out[..., :3, :3], out[..., 3, 3] = rotation, 1.0
    out[..., :3, 3] = (frame @ point[..., None])[..., 0]
    return out


def _about_y(angle: Array | float) -> Array:
    out = np.zeros((*np.shape(angle), 3, 3))
    out[..., 0, 0] = out[..., 2, 2] = np.cos(angle)
    out[..., 0, 2] = np.sin(angle)
    out[..., 2, 0], out[..., 1, 1] = -out[..., 0, 2], 1.0
    return out


def _about_z(angle: Array | float) -> Array:
    out = np.zeros((*np.shape(angle), 3, 3))
    out[..., 0, 0] = out[..., 1, 1] = np.cos(angle)
    out[..., 1, 0] = np.sin(angle)
    out[..., 0, 1], out[..., 2, 2] = -out[..., 1, 0], 1.0
    return out
