"""Chain -> how its inverse kinematics is solved, with the parameters that the kernels read.

From the joint axes as they lie at q = 0 the first method that fits is taken:

- ``opw``: ortho-parallel arm with a spherical wrist, closed form (``kernels/ik_opw.c``);
- ``ur``: three parallel axes, then two right angles, closed form (``kernels/ik_ur.c``);
- ``scan``: the arm of ``opw`` with an offset wrist, roots of functions of joint 6 (``kernels/ik_scan.c``);
- ``redundant``: seven axes, three meeting at one end and two at the other, closed form with the last joint
  held (``kernels/ik_redundant.c``);
- ``numeric``: anything else, Newton from a library of postures (``kernels/ik_numeric.c``).

The first three write the arm as a canonical chain with theta = sign * q + offset.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from robotplus.robots.frames import inverse
from robotplus.robots.model import Array

Name = Literal["opw", "ur", "scan", "redundant", "numeric"]
CODES: dict[Name, int] = {"opw": 1, "ur": 2, "scan": 3, "redundant": 3, "numeric": 3}
BRANCHES: dict[Name, int] = {"opw": 8, "ur": 8, "scan": 16, "redundant": 64, "numeric": 16}
METHOD_NUMERIC, METHOD_SCAN, METHOD_REDUNDANT, METHOD_REDUNDANT_REVERSED = range(4)

# Where the parameters lie (the enum in kernels/ik.h).
CANON_FROM_BASE, FLANGE_FROM_WRIST, LENGTHS, SIGN, OFFSET, POLISH, SLACK, METHOD, POINTS, SIZE = (
    0,
    12,
    24,
    32,
    40,
    48,
    49,
    50,
    51,
    55,
)

SQUARE = 3e-3  # how far two axes may be from parallel or square [rad] and still be tried as a class
MISS = 1e-3  # how far a chain may be from its class [m] when Newton follows
EXACT = (
    2e-5  # closer than this [m] the closed form stands alone: angles in the files are rounded to 1e-6 or 1e-5
)
POLISH_ITERATIONS = 6
START = 0.2  # how far axes may miss each other [m] when the closed form only gives Newton its start
START_ITERATIONS = 12


@dataclass(frozen=True, slots=True)
class KinematicClass:
    """``code``, ``branches``, ``parameters`` fill ``ik_class``, ``n_branch``, ``ik`` of ``rp_robot``.

    ``error`` is the greatest distance [m] seen between the canonical chain and the robot's own.
    """

    name: Name
    parameters: tuple[float, ...]
    error: float

    @property
    def code(self) -> int:
        return CODES[self.name]

    @property
    def branches(self) -> int:
        return BRANCHES[self.name]


def classify(origins: Array, tip: Array, *, prismatic: int) -> KinematicClass:
    """Class of a chain.

    Args:
        origins: (dof, 4, 4) parent_from_joint at q = 0; every joint axis is the z axis of its frame.
        tip: (4, 4) last joint frame from flange.
        prismatic: bit j set when joint j slides.
    """
    frames = [origins[0]]
    for origin in origins[1:]:
        frames.append(frames[-1] @ origin)
    axes = np.array(frames)
    found = None
    if len(origins) == 6 and not prismatic:
        found = _closed_form(axes, origins, tip) or _scan(axes)
    elif len(origins) == 7 and not prismatic:
        found = _redundant(axes)
    return found or KinematicClass("numeric", (), 0.0)


def _closed_form(axes: Array, origins: Array, tip: Array) -> KinematicClass | None:
    for fit in (_fit_ur, _fit_opw):
        found = fit(axes, axes[-1] @ tip)
        if found is not None and (error := _miss(found, origins, tip)) < MISS:
            return KinematicClass(found.name, found.parameters(error), error)
    return None


def _scan(axes: Array) -> KinematicClass | None:
    """The arm of ``opw`` whose axes 4 and 5 meet, wherever axis 6 passes."""
    z = axes[:, :3, 2]
    if not (_parallel(z[1], z[2]) and _square(z[0], z[1]) and _square(z[2], z[3])):
        return None
    gap, meet = _meeting(axes, (3, 4))
    if gap > MISS or _parallel(z[3], z[4]):
        return None
    canon, lengths, sign3, offset, _ = _ortho_arm(axes, meet)
    out = np.zeros(SIZE)
    out[CANON_FROM_BASE : CANON_FROM_BASE + 12] = inverse(canon)[:3].ravel()
    out[LENGTHS : LENGTHS + 7] = lengths
    out[SIGN : SIGN + 3], out[OFFSET : OFFSET + 3] = (1.0, 1.0, sign3), offset
    out[METHOD], out[SLACK] = METHOD_SCAN, 1e-9
    out[POINTS : POINTS + 2] = _along(axes, 4, meet), float(z[3] @ z[4])
    return KinematicClass("scan", tuple(out.tolist()), gap)


def _redundant(axes: Array) -> KinematicClass | None:
    """Seven axes: 1, 2, 3 meet and 5, 6 meet; or, from the other end, 7, 6, 5 and 3, 2."""
    best = None
    for method, order in ((METHOD_REDUNDANT, range(7)), (METHOD_REDUNDANT_REVERSED, range(6, -1, -1))):
        k = tuple(order)
        if any(_parallel(axes[k[i], :3, 2], axes[k[i + 1], :3, 2]) for i in (0, 1, 4)):
            continue
        shoulder_gap, shoulder = _meeting(axes, k[:3])
        wrist_gap, wrist = _meeting(axes, k[4:6])
        error = max(shoulder_gap, wrist_gap)
        if error > START or (best is not None and error >= best.error):
            continue
        out = np.zeros(SIZE)
        out[METHOD], out[SLACK] = method, 1e-9 + 4.0 * error
        out[POLISH] = 0 if error < EXACT else START_ITERATIONS
        out[POINTS : POINTS + 2] = _along(axes, k[0], shoulder), _along(axes, k[2], shoulder)
        out[POINTS + 2 : POINTS + 4] = _along(axes, k[4], wrist), _along(axes, k[5], wrist)
        best = KinematicClass("redundant", tuple(out.tolist()), error)
    return best


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
    _, wrist = _meeting(axes, (3, 4, 5))
    canon, lengths, sign3, arm_offset, forearm = _ortho_arm(axes, wrist)
    _, d = _seen_from(canon, axes)
    fifth = forearm.T @ d[4]
    theta4 = math.atan2(-fifth[0], fifth[1])
    sixth = _about_z(theta4).T @ forearm.T @ d[5]
    offset = (*arm_offset, theta4, math.atan2(sixth[0], sixth[2]), 0.0)
    wrist_pose = _opw_wrist(lengths, np.array(offset))
    after = inverse(canon @ wrist_pose) @ flange
    return _Fit("opw", canon, after, lengths, (1.0, 1.0, sign3, 1.0, 1.0, 1.0), offset)


def _ortho_arm(axes: Array, wrist: Array) -> tuple[Array, tuple[float, ...], float, tuple[float, ...], Array]:
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
    """Greatest distance [m] between the chains' flanges, or points half a metre off, over a few poses."""
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
    """(4, 4) base_from_canon: z on axis 1, y along axis 2, origin level with axis 2 (all at q = 0)."""
    up, left = axes[0, :3, 2], axes[1, :3, 2]
    left = left - up * float(up @ left)
    left /= math.sqrt(float(left @ left))
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


def _meeting(axes: Array, joints: Sequence[int]) -> tuple[float, Array]:
    """Greatest distance [m] from the joints' axes to the point (3,) nearest them all, and that point."""
    normal, right = np.zeros((3, 3)), np.zeros(3)
    for j in joints:
        across = np.eye(3) - np.outer(axes[j, :3, 2], axes[j, :3, 2])
        normal += across
        right += across @ axes[j, :3, 3]
    point: Array = np.linalg.solve(normal, right)
    gaps = [float(np.linalg.norm(np.cross(point - axes[j, :3, 3], axes[j, :3, 2]))) for j in joints]
    return max(gaps), point


def _along(axes: Array, joint: int, point: Array) -> float:
    """Where a point lies along a joint's axis, as z in the joint's frame [m]."""
    return float((point - axes[joint, :3, 3]) @ axes[joint, :3, 2])


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
