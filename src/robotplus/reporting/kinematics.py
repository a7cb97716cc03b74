"""Where links, flange and TCP are for joint values: for drawing only, never for a claim."""

from __future__ import annotations

import math

import numpy as np

from robotplus.certificates.certificate import Base
from robotplus.robots.frames import about, transform
from robotplus.robots.model import Array, Joint, Robot
from robotplus.scenarios.task import Tool


def base_in_world(base: Base) -> Array:
    """(4, 4) world_from_base: translate(xyz) · Rz(yaw) · mounting turn (see `Base`)."""
    turn = {
        "floor": np.eye(3),
        "ceiling": about((1.0, 0.0, 0.0), math.pi),
        "wall": about((0.0, 1.0, 0.0), math.pi / 2),
    }[base.mounting]
    out = np.eye(4)
    out[:3, :3] = about((0.0, 0.0, 1.0), base.yaw) @ turn
    out[:3, 3] = base.xyz
    return out


def link_poses(robot: Robot, q: Array) -> Array:
    """(n, dof + 1, 4, 4) base_from_link for joint values ``q`` (n, dof)."""
    n = len(q)
    poses = np.empty((n, robot.dof + 1, 4, 4))
    poses[:, 0] = np.eye(4)
    for k, joint in enumerate(robot.joints):
        poses[:, k + 1] = (
            poses[:, k] @ transform(joint.origin_xyz, joint.origin_rpy) @ _motion(joint, q[:, k])
        )
    return poses


def _motion(joint: Joint, values: Array) -> Array:
    """(n, 4, 4) the joint's own motion."""
    out = np.tile(np.eye(4), (len(values), 1, 1))
    axis = np.asarray(joint.axis)
    if joint.kind == "prismatic":
        out[:, :3, 3] = values[:, None] * axis
        return out
    x, y, z = axis
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    sin, cos = np.sin(values)[:, None, None], np.cos(values)[:, None, None]
    out[:, :3, :3] += sin * k + (1.0 - cos) * (k @ k)
    return out


def tcp_path(robot: Robot, tool: Tool, *, base: Base, q: Array) -> Array:
    """(n, 3) the tool centre point in the world for joint values ``q`` (n, dof)."""
    flange_from_tcp = transform(tool.tcp_xyz, tool.tcp_rpy)
    link_from_tcp = transform(robot.flange_xyz, robot.flange_rpy) @ flange_from_tcp
    points: Array = (base_in_world(base) @ link_poses(robot, q)[:, -1] @ link_from_tcp)[:, :3, 3]
    return points


def levers(robot: Robot, tool: Tool) -> Array:
    """(dof,) how far [m] any point moves at most per radian (1 for a prismatic joint: per metre).

    The chain downstream stretched out, tool and its shape included.
    """
    reach = float(np.linalg.norm(robot.flange_xyz)) + max(
        [float(np.linalg.norm(tool.tcp_xyz))]
        + [float(np.linalg.norm(np.abs(b.xyz) + np.asarray(b.size) / 2)) for b in tool.boxes]
    )
    out = np.ones(robot.dof)
    for k in range(robot.dof - 1, -1, -1):
        joint = robot.joints[k]
        if joint.kind == "revolute":
            out[k] = reach
        else:
            reach += max(abs(joint.lower or 0.0), abs(joint.upper or 0.0))
        reach += float(np.linalg.norm(joint.origin_xyz))
    return out
