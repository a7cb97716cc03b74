"""Chain -> class of its inverse kinematics, with the parameters that the closed forms read.

Two classes have closed forms: ``opw`` (ortho-parallel arm, spherical wrist) and ``ur`` (three parallel axes, then two
right angles). They are recognised from the joint axes as they lie at q = 0 and expressed in a canonical chain
(``kernels/ik_opw.c``, ``kernels/ik_ur.c``) with theta = sign * q + offset. Everything else is ``generic``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from robotplus.robots.frames import inverse
from robotplus.robots.model import Array

GENERIC_BRANCHES = 16
REDUNDANT_BRANCHES = 64
CODES = {"opw": 1, "ur": 2, "generic": 3}

# Where the parameters lie (the enum in kernels/ik.h).
CANON_FROM_BASE, FLANGE_FROM_WRIST, LENGTHS, SIGN, OFFSET, POLISH, SLACK, SIZE = 0, 12, 24, 32, 40, 48, 49, 50

SQUARE = 3e-3  # how far two axes may be from parallel or square [rad] and still be tried as a class
MISS = 1e-3  # how far a chain may be from its class [m] when Newton follows
EXACT = (
    2e-5  # closer than this [m] the closed form stands alone: angles in the files are rounded to 1e-6 or 1e-5
)
POLISH_ITERATIONS = 6


@dataclass(frozen=True, slots=True)
class KinematicClass:
    """``code``, ``branches``, ``parameters`` fill ``ik_class``, ``n_branch``, ``ik`` of ``rp_robot``.

    ``error`` is the greatest distance [m] seen between the canonical chain and the robot's own.
    """

    name: Literal["opw", "ur", "generic"]
    branches: int
    parameters: tuple[float, ...]
    error: float

    @property
    def code(self) -> int:
        return CODES[self.name]


def classify(origins: Array, tip: Array, *, prismatic: int) -> KinematicClass:
    """Class of a chain.

    Args:
        origins: (dof, 4, 4) parent_from_joint at q = 0; every joint axis is the z axis of its frame.
        tip: (4, 4) last joint frame from flange.
        prismatic: bit j set when joint j slides.
    """
    dof = len(origins)
    if dof == 6 and not prismatic:
        frames = [origins[0]]
        for origin in origins[1:]:
            frames.append(frames[-1] @ origin)
        axes = np.array(frames)
        for fit in (_fit_ur, _fit_opw):
            found = fit(axes, axes[-1] @ tip)
            if found is not None:
                error = _miss(found, origins, tip)
                if error < MISS:
                    return KinematicClass(found.name, 8, found.parameters(error), error)
    return KinematicClass("generic", REDUNDANT_BRANCHES if dof > 6 else GENERIC_BRANCHES, (), 0.0)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A closed form's parameters; ``lengths`` are a1, b, L2, L3, a2, d5, e5 [m]."""

    name: Literal["opw", "ur"]
    base_from_canon: Array
    wrist_from_flange: Array
    lengths: tuple[float, ...]
    sign: tuple[float, ...]
    offset: tuple[float, ...]

    def parameters(self, error: float) -> tuple[float, ...]:
        out = np.zeros(SIZE)
        out[CANON_FROM_BASE : CANON_FROM_BASE + 12] = inverse(self.base_from_canon)[:3].ravel()
        out[FLANGE_FROM_WRIST : FLANGE_FROM_WRIST + 12] = inverse(self.wrist_from_flange)[:3].ravel()
        out[LENGTHS : LENGTHS + 7] = self.lengths
        out[SIGN : SIGN + 6], out[OFFSET : OFFSET + 6] = self.sign, self.offset
        out[POLISH] = 0 if error < EXACT else POLISH_ITERATIONS
        out[SLACK] = 1e-9 + 4.0 * error / min(abs(length) for length in self.lengths[2:4])
        return tuple(out.tolist())

    def flange(self, q: Array) -> Array:
        """(4, 4) base_from_flange of the canonical chain at joints ``q`` (6,)."""
        theta = np.asarray(self.sign) * q + np.asarray(self.offset)
        wrist = _opw_wrist(self.lengths, theta) if self.name == "opw" else _ur_wrist(self.lengths, theta)
        out: Array = self.base_from_canon @ wrist @ self.wrist_from_flange
        return out


def _fit_opw(axes: Array, flange: Array) -> _Fit | None:
    """Parameters when axes 2 || 3, the rest are square to their neighbours and 4, 5, 6 meet."""
    z = axes[:, :3, 2]
    if not (
        _parallel(z[1], z[2]) and _square(z[0], z[1]) and all(_square(z[k], z[k + 1]) for k in (2, 3, 4))
    ):
        return None
    canon = _base(axes)
    p, d = _seen_from(canon, axes)
    wrist = _nearest(p[4], d[4], p[5], d[5])
    l2, theta2 = _polar(p[2] - p[1])
    phi = math.atan2(d[3, 0], d[3, 2])
    forearm = _about_y(phi)
    a2, b, l3 = forearm.T @ (wrist - p[2])
    b += p[2, 1]
    fifth = forearm.T @ d[4]
    theta4 = math.atan2(-fifth[0], fifth[1])
    sixth = _about_z(theta4).T @ forearm.T @ d[5]
    sign3 = math.copysign(1.0, float(d[1] @ d[2]))
    lengths = (float(p[1, 0]), float(b), l2, float(l3), float(a2), 0.0, 0.0)
    offset = (0.0, theta2, phi - theta2, theta4, math.atan2(sixth[0], sixth[2]), 0.0)
    wrist_pose = _opw_wrist(lengths, np.array(offset))
    after = inverse(canon @ wrist_pose) @ flange
    return _Fit("opw", canon, after, lengths, (1.0, 1.0, sign3, 1.0, 1.0, 1.0), offset)


def _fit_ur(axes: Array, flange: Array) -> _Fit | None:
    """Parameters when axes 2 || 3 || 4, the rest are square and 5, 6 meet (to be verified)."""
    z = axes[:, :3, 2]
    parallel = _parallel(z[1], z[2]) and _parallel(z[1], z[3])
    if not (parallel and _square(z[0], z[1]) and _square(z[3], z[4]) and _square(z[4], z[5])):
        return None
    canon = _base(axes)
    p, d = _seen_from(canon, axes)
    wrist = _nearest(p[4], d[4], p[5], d[5])
    l2, theta2 = _polar(p[2] - p[1])
    l3, theta23 = _polar(p[3] - p[2])
    phi = math.atan2(d[4, 0], d[4, 2])
    e5, _, d5 = _about_y(phi).T @ (wrist - p[3])
    sixth = _about_y(phi).T @ d[5]
    sign = [1.0, 1.0, *(math.copysign(1.0, float(d[1] @ d[k])) for k in (2, 3)), 1.0, 1.0]
    lengths = (float(p[1, 0]), float(wrist[1]), l2, l3, 0.0, float(d5), float(e5))
    offset = (0.0, theta2, theta23 - theta2, phi - theta23, math.atan2(-sixth[0], sixth[1]), 0.0)
    after = inverse(canon @ _ur_wrist(lengths, np.array(offset))) @ flange
    return _Fit("ur", canon, after, lengths, tuple(sign), offset)


def _opw_wrist(lengths: tuple[float, ...], theta: Array) -> Array:
    """(4, 4) canon_from_wrist of the ortho-parallel chain."""
    a1, b, l2, l3, a2, _, _ = lengths
    t1, t2, t3, t4, t5, t6 = theta
    arm = np.array([a1, 0.0, 0.0]) + _about_y(t2) @ [0.0, 0.0, l2] + _about_y(t2 + t3) @ [a2, b, l3]
    out = np.eye(4)
    out[:3, 3] = _about_z(t1) @ arm
    out[:3, :3] = _about_z(t1) @ _about_y(t2 + t3) @ _about_z(t4) @ _about_y(t5) @ _about_z(t6)
    return out


def _ur_wrist(lengths: tuple[float, ...], theta: Array) -> Array:
    """(4, 4) canon_from_wrist of the chain with three parallel axes."""
    a1, b, l2, l3, _, d5, e5 = lengths
    t1, t2, t3, t4, t5, t6 = theta
    phi = t2 + t3 + t4
    arm = np.array([a1, 0.0, 0.0]) + _about_y(t2) @ [0.0, 0.0, l2] + _about_y(t2 + t3) @ [0.0, 0.0, l3]
    out = np.eye(4)
    out[:3, 3] = _about_z(t1) @ (arm + _about_y(phi) @ [e5, b, d5])
    out[:3, :3] = _about_z(t1) @ _about_y(phi) @ _about_z(t5) @ _about_y(t6)
    return out


def _miss(fit: _Fit, origins: Array, tip: Array) -> float:
    """Greatest distance [m] between the flange (and points half a metre from it) of the two chains, over a few poses."""
    worst = 0.0
    for k in range(4):
        q = np.array([math.sin(1.7 * k + 2.3 * j) * 2.0 for j in range(len(origins))])
        pose = np.eye(4)
        for origin, angle in zip(origins, q, strict=True):
            pose = pose @ origin
            pose[:3, :3] = pose[:3, :3] @ _about_z(angle)
        gap = (pose @ tip - fit.flange(q))[:3]
        worst = max(worst, float(np.linalg.norm(gap[:, 3])), 0.5 * float(np.linalg.norm(gap[:, :3])))
    return worst


def _base(axes: Array) -> Array:
    """(4, 4) base_from_canon: z along axis 1, y along axis 2, origin on axis 1 level with axis 2 (all at q = 0)."""
    up, left = axes[0, :3, 2], axes[1, :3, 2]
    left = left - up * float(up @ left)
    left = left / np.linalg.norm(left)
    out = np.eye(4)
    out[:3, :3] = np.column_stack([np.cross(left, up), left, up])
    out[:3, 3] = _nearest(axes[1, :3, 3], axes[1, :3, 2], axes[0, :3, 3], up)
    return out


def _seen_from(canon: Array, axes: Array) -> tuple[Array, Array]:
    """Points (6, 3) and directions (6, 3) of the joint axes in the canonical frame."""
    turned = inverse(canon) @ axes
    return turned[:, :3, 3], turned[:, :3, 2]


def _nearest(p: Array, d: Array, q: Array, e: Array) -> Array:
    """The point of line (q, e) nearest line (p, d)."""
    n = np.cross(d, e)
    along = float(np.cross(q - p, d) @ n) / float(n @ n)
    point: Array = q + along * e
    return point


def _polar(v: Array) -> tuple[float, float]:
    """Length, and angle from z towards x, of a vector's part in the xz plane."""
    return math.hypot(v[0], v[2]), math.atan2(v[0], v[2])


def _parallel(a: Array, b: Array) -> bool:
    return float(np.linalg.norm(np.cross(a, b))) < SQUARE


def _square(a: Array, b: Array) -> bool:
    return abs(float(a @ b)) < SQUARE


def _about_y(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _about_z(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
