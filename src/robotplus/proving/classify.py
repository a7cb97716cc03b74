"""Chain -> how its inverse kinematics is solved, with the parameters that the kernels read.

From the joint axes as they lie at q = 0 the first method that fits is taken:

- ``opw``: ortho-parallel arm with a spherical wrist, closed form (``kernels/ik_opw.c``);
- ``ur``: three parallel axes, then two right angles, closed form (``kernels/ik_ur.c``);
- ``scan``: the arm of ``opw`` with an offset wrist, roots of functions of joint 6 (``kernels/ik_scan.c``);
- ``redundant``: seven axes, three meeting at one end and three or two at the other, closed form for values of
  the swivel angle or of the last joint (``kernels/ik_redundant.c``);
- ``numeric``: anything else, Newton from a library of postures (``kernels/ik_numeric.c``).

The first three write the arm as a canonical chain with theta = sign * q + offset.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from robotplus.proving.axes import along, meeting, parallel, square
from robotplus.proving.canonical import CanonicalFit, fit_opw, fit_ur, miss, ortho_arm
from robotplus.robots.frames import inverse
from robotplus.robots.model import Array

Name = Literal["opw", "ur", "scan", "redundant", "numeric"]
CODES: dict[Name, int] = {"opw": 1, "ur": 2, "scan": 3, "redundant": 3, "numeric": 3}
BRANCHES: dict[Name, int] = {"opw": 8, "ur": 8, "scan": 16, "redundant": 64, "numeric": 16}
METHOD_NUMERIC, METHOD_SCAN, METHOD_HELD, METHOD_HELD_REVERSED, METHOD_SWIVEL = range(5)

# Where the parameters lie (the enum in kernels/ik.h).
CANON_FROM_BASE, FLANGE_FROM_WRIST, LENGTHS, SIGN, OFFSET = 0, 12, 24, 32, 40
POLISH, SLACK, METHOD, POINTS, SIZE = 48, 49, 50, 51, 55

MISS = 1e-3  # how far a chain may be from its class [m] when Newton follows
EXACT = 2e-5  # closer than this [m] the closed form stands alone: files round angles to 1e-6 or 1e-5
POLISH_ITERATIONS = 6
START = 0.2  # how far axes may miss each other [m] when the closed form only gives Newton its start
START_ITERATIONS = 10


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
    for fit in (fit_ur, fit_opw):
        found = fit(axes, axes[-1] @ tip)
        if found is not None and (error := miss(found, origins, tip)) < MISS:
            return KinematicClass(found.name, _parameters(found, error), error)
    return None


def _parameters(fit: CanonicalFit, error: float) -> tuple[float, ...]:
    out = np.zeros(SIZE)
    out[CANON_FROM_BASE : CANON_FROM_BASE + 12] = inverse(fit.base_from_canon)[:3].ravel()
    out[FLANGE_FROM_WRIST : FLANGE_FROM_WRIST + 12] = inverse(fit.wrist_from_flange)[:3].ravel()
    out[LENGTHS : LENGTHS + 7] = fit.lengths
    out[SIGN : SIGN + 6], out[OFFSET : OFFSET + 6] = fit.sign, fit.offset
    out[POLISH] = 0 if error < EXACT else POLISH_ITERATIONS
    out[SLACK] = 5e-10 + 2.0 * error
    return tuple(out.tolist())


def _scan(axes: Array) -> KinematicClass | None:
    """The arm of ``opw`` whose axes 4 and 5 meet, wherever axis 6 passes."""
    z = axes[:, :3, 2]
    if not (parallel(z[1], z[2]) and square(z[0], z[1]) and square(z[2], z[3])):
        return None
    gap, meet = meeting(axes, (3, 4))
    if gap > MISS or parallel(z[3], z[4]):
        return None
    canon, lengths, sign3, offset, _ = ortho_arm(axes, meet)
    out = np.zeros(SIZE)
    out[CANON_FROM_BASE : CANON_FROM_BASE + 12] = inverse(canon)[:3].ravel()
    out[LENGTHS : LENGTHS + 7] = lengths
    out[SIGN : SIGN + 3], out[OFFSET : OFFSET + 3] = (1.0, 1.0, sign3), offset
    out[METHOD], out[SLACK] = METHOD_SCAN, 1e-9
    out[POINTS : POINTS + 2] = along(axes, 4, meet), float(z[3] @ z[4])
    return KinematicClass("scan", tuple(out.tolist()), gap)


def _redundant(axes: Array) -> KinematicClass | None:
    """Seven axes: 1, 2, 3 meet, and 5, 6, 7 or at least 5, 6; or the latter counted from the other end."""
    ways = (
        (METHOD_SWIVEL, (0, 1, 2), (4, 6), (4, 5, 6)),
        (METHOD_HELD, (0, 1, 2), (4, 5), (4, 5)),
        (METHOD_HELD_REVERSED, (6, 5, 4), (2, 1), (2, 1)),
    )
    best = None
    for method, shoulder, ends, wrist in ways:
        pairs = (*itertools.pairwise(shoulder), *itertools.pairwise(wrist))
        if any(parallel(axes[i, :3, 2], axes[j, :3, 2]) for i, j in pairs):
            continue
        shoulder_gap, shoulder_point = meeting(axes, shoulder)
        wrist_gap, wrist_point = meeting(axes, wrist)
        error = max(shoulder_gap, wrist_gap)
        if error > START or (best is not None and error > best.error - EXACT):
            continue
        out = np.zeros(SIZE)
        out[METHOD], out[SLACK] = method, 1e-9 + 4.0 * error
        trusted = (
            method == METHOD_SWIVEL and error < EXACT
        )  # with a joint held, a near miss may grow by its root
        out[POLISH] = 0 if trusted else POLISH_ITERATIONS if error < MISS else START_ITERATIONS
        out[POINTS : POINTS + 2] = [along(axes, shoulder[k], shoulder_point) for k in (0, 2)]
        out[POINTS + 2 : POINTS + 4] = [along(axes, k, wrist_point) for k in ends]
        best = KinematicClass("redundant", tuple(out.tolist()), error)
    return best
