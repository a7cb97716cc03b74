"""Forward kinematics written anew from the definition of a robot file, to compare readers with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robotplus.robots.frames import about, transform
from robotplus.robots.model import Array, Robot


def flange(robot: Robot, q: Sequence[float] | Array) -> Array:
    """(4, 4) flange pose in the base frame."""
    pose = np.eye(4)
    for joint, value in zip(robot.joints, q, strict=True):
        moved = np.eye(4)
        if joint.kind == "revolute":
            moved[:3, :3] = about(joint.axis, float(value))
        else:
            moved[:3, 3] = np.array(joint.axis) * value
        pose = pose @ transform(joint.origin_xyz, joint.origin_rpy) @ moved
    return pose @ transform(robot.flange_xyz, robot.flange_rpy)


def random_posture(robot: Robot, rng: np.random.Generator) -> Array:
    """Joint positions within the limits of every joint."""
    return np.array([rng.uniform(joint.lower, joint.upper) for joint in robot.joints])
