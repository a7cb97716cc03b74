"""Reference kinematics in plain NumPy, and robots made for the tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import about, transform
from robotplus.robots.model import Array, Coupling, Joint, Link, Robot

TEMPLATE = load_catalogue()["kuka_kr6_r900_2"]


def link_frames(robot: Robot, q: Sequence[float]) -> list[Array]:
    """base_from_link of every link (base first), by the URDF convention."""
    frames = [np.eye(4)]
    for joint, value in zip(robot.joints, q, strict=True):
        axis = np.asarray(joint.axis) / np.linalg.norm(joint.axis)
        moved = np.eye(4)
        if joint.kind == "revolute":
            moved[:3, :3] = about(axis, value)
        else:
            moved[:3, 3] = axis * value
        frames.append(frames[-1] @ transform(joint.origin_xyz, joint.origin_rpy) @ moved)
    return frames


def flange(robot: Robot, q: Sequence[float]) -> Array:
    """base_from_flange."""
    return link_frames(robot, q)[-1] @ transform(robot.flange_xyz, robot.flange_rpy)


def limits(robot: Robot) -> tuple[Array, Array]:
    """Lower and upper limits (dof,)."""
    return (
        np.array([joint.lower for joint in robot.joints], dtype=np.float64),
        np.array([joint.upper for joint in robot.joints], dtype=np.float64),
    )


def holds(robot: Robot, q: Array) -> bool:
    """The couplings hold."""
    return all(c.lower <= float(np.dot(c.coefficients, q)) <= c.upper for c in robot.couplings)


def random_joints(robot: Robot, n: int, *, seed: int) -> Array:
    """(n, dof) joints within limits and couplings."""
    rng = np.random.default_rng(seed)
    lower, upper = limits(robot)
    out: list[Array] = []
    while len(out) < n:
        q = rng.uniform(lower, upper)
        if holds(robot, q):
            out.append(q)
    return np.array(out)


def turns_apart(a: Array, b: Array, robot: Robot) -> Array:
    """Greatest joint difference [rad, m] over the last axis, whole turns of revolute joints left out."""
    gap = np.abs(a - b)
    revolute = np.array([joint.kind == "revolute" for joint in robot.joints])
    folded = np.abs((gap + np.pi) % (2 * np.pi) - np.pi)
    return np.asarray(np.where(revolute, folded, gap).max(axis=-1), dtype=np.float64)


def arm(
    points: Sequence[Sequence[float]],
    axes: Sequence[Sequence[float]],
    tip: Sequence[float],
    *,
    lower: float = -3.2,
    upper: float = 3.2,
    couplings: tuple[Coupling, ...] = (),
) -> Robot:
    """A revolute robot whose joint frames are all parallel to the base at q = 0, origins at ``points``."""
    before = np.zeros(3)
    joints = []
    for k, (point, axis) in enumerate(zip(points, axes, strict=True)):
        x, y, z = np.asarray(point) - before
        joints.append(
            Joint(f"j{k}", "revolute", (x, y, z), (0, 0, 0), tuple(axis), lower, upper, 3.0, None)  # type: ignore[arg-type]
        )
        before = np.asarray(point)
    links = tuple(Link(f"l{k}", (), None, None, None) for k in range(len(joints) + 1))
    x, y, z = np.asarray(tip) - before
    return dataclasses.replace(
        TEMPLATE,
        id="made",
        joints=tuple(joints),
        links=links,
        flange_xyz=(x, y, z),
        flange_rpy=(0.0, 0.0, 0.0),
        couplings=couplings,
    )


X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def ortho_parallel(a1: float, a2: float, b: float, c: Sequence[float], **limits: float) -> Robot:
    """An upright ortho-parallel arm (all axes as in the published figure) with lengths a1, a2, b, c1..c4."""
    c1, c2, c3, c4 = c
    points = [(0, 0, 0), (a1, 0, c1), (a1, 0, c1 + c2)]
    points += [(a1 + a2, b, c1 + c2), (a1 + a2, b, c1 + c2 + c3), (a1 + a2, b, c1 + c2 + c3)]
    return arm(points, [Z, Y, Y, Z, Y, Z], (a1 + a2, b, c1 + c2 + c3 + c4), **limits)  # type: ignore[arg-type]


def three_parallel(lengths: Sequence[float], **limits: float) -> Robot:
    """An upright arm of the UR kind; lengths d1, a2, a3, d4, d5, d6 (all positive)."""
    d1, a2, a3, d4, d5, d6 = lengths
    points = [(0, 0, 0), (0, 0, d1), (0, 0, d1 + a2), (0, d4, d1 + a2 + a3), (0, d4, d1 + a2 + a3 + d5)]
    points.append((0, d4 + d6, d1 + a2 + a3 + d5))
    return arm(points, [Z, Y, Y, Y, Z, Y], points[-1], **limits)  # type: ignore[arg-type]
