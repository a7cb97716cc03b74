"""Chain -> class of its inverse kinematics, with the parameters the closed forms read.

``generic`` (code 3) covers every chain that no closed form fits; it is solved numerically.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from robotplus.robots.model import Array

GENERIC_BRANCHES = 16
REDUNDANT_BRANCHES = 64


@dataclass(frozen=True, slots=True)
class KinematicClass:
    """``code``, ``branches``, ``parameters`` fill ``ik_class``, ``n_branch``, ``ik`` of ``rp_robot``."""

    name: Literal["opw", "ur", "generic"]
    code: int
    branches: int
    parameters: tuple[float, ...]


def classify(origins: Array, tip: Array, *, prismatic: int) -> KinematicClass:
    """Class of a chain.

    Args:
        origins: (dof, 4, 4) parent_from_joint at q = 0; every joint axis is the z axis of its frame.
        tip: (4, 4) last joint frame from flange.
        prismatic: bit j set when joint j slides.
    """
    return KinematicClass("generic", 3, REDUNDANT_BRANCHES if len(origins) > 6 else GENERIC_BRANCHES, ())
