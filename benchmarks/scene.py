"""One robot standing somewhere in one cell, in the arrays the peer pipeline and the oracle work on.

The tool poses, times, boxes and limits come from the robot model and the lowered program, so that both sides
of a comparison are asked the same question.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robotplus.certificates.certificate import Base
from robotplus.robots.frames import inverse, transform
from robotplus.robots.model import Array, OrientedBox, Robot
from robotplus.scenarios.cell import pedestal, world_from_base
from robotplus.scenarios.task import Program, Stop


@dataclass(frozen=True)
class Cell:
    """A robot, where it stands, and what it is asked: the first stroke of a program."""

    robot: Robot
    program: Program
    base: Base

    @property
    def stroke(self) -> Stop:
        """The first stop that has a path."""
        return next(s for s in self.program.stops if s.curve.length > 0.0)

    @property
    def obstacles(self) -> tuple[tuple[str, OrientedBox], ...]:
        """(role, box) of everything that stands in the cell during the first stop, boxes in the world."""
        there = (o for o in self.program.obstacles if o.first is None or o.first <= 0)
        boxes = [(str(o.role), b) for o in there for b in o.boxes]
        base = self.base
        under = pedestal(self.robot, xyz=base.xyz, yaw=base.yaw, mounting=base.mounting)
        return (*boxes, *([("pedestal", under)] if under else []))

    @property
    def world_from_base(self) -> Array:
        """(4, 4)"""
        return world_from_base(self.base.xyz, self.base.yaw, self.base.mounting)


@dataclass(frozen=True)
class Candidates:
    """Joint vectors that reach a tool pose inside the limits.

    Shapes: ``waypoint`` (n,), ascending; ``spin`` (n,); ``q`` (n, dof).
    """

    waypoint: np.ndarray
    spin: np.ndarray
    q: Array

    def keep(self, mask: np.ndarray) -> Candidates:
        return Candidates(self.waypoint[mask], self.spin[mask], self.q[mask])


def tool_poses(stop: Stop, waypoints: int, spins: int, *, lines: bool = False) -> tuple[Array, Array]:
    """World poses of the TCP on a stroke, and the time between waypoints at the wanted speed.

    Args:
        stop: the stroke with its approach and retract.
        waypoints: poses along the stroke.
        spins: angles about the tool axis at each.
        lines: go along approach and retract as well, in steps as long as those on the stroke.

    Returns:
        world_from_tcp (n, spins, 4, 4) with equally spaced spins over the whole turn, and seconds (n - 1,);
        n is ``waypoints`` without the lines.
    """
    s = np.linspace(0.0, stop.curve.length, waypoints)
    position, z, x = stop.curve.frames(s)
    if lines:
        before, after = (_away(amount, s[1] - s[0]) for amount in (stop.approach, stop.retract))
        first, last = (-z[k] if stop.approach_axis is None else np.array(stop.approach_axis) for k in (0, -1))
        position = np.concatenate(
            [position[0] + before[::-1, None] * first, position, position[-1] + after[:, None] * last]
        )
        many = np.r_[np.zeros(len(before), int), np.arange(waypoints), np.full(len(after), waypoints - 1)]
        z, x = z[many], x[many]
        s = np.concatenate([s[0] - before[::-1], s, s[-1] + after])
    y = np.cross(z, x)
    angle = np.arange(spins) * (2.0 * math.pi / spins)
    c, sn = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
    out = np.zeros((len(s), spins, 4, 4))
    out[..., :3, 0] = x[:, None] * c + y[:, None] * sn
    out[..., :3, 1] = y[:, None] * c - x[:, None] * sn
    out[..., :3, 2] = z[:, None]
    out[..., :3, 3] = position[:, None]
    out[..., 3, 3] = 1.0
    speed = stop.speed[1] if stop.speed else 0.25
    return out, np.diff(s) / speed


def _away(amount: float, step: float) -> Array:
    """Distances (n,) from the stroke's end along a line of length ``amount`` [m], the farthest last."""
    count = math.ceil(amount / step) if amount > 0 else 0
    return np.linspace(0.0, amount, count + 1)[1:]


def flange_poses(cell: Cell, world_from_tcp: Array) -> Array:
    """base_from_flange (…, 4, 4) that put the tool at ``world_from_tcp``."""
    flange_from_tcp = transform(cell.program.tool.tcp_xyz, cell.program.tool.tcp_rpy)
    return np.asarray(inverse(cell.world_from_base) @ world_from_tcp @ inverse(flange_from_tcp))


def limits(robot: Robot) -> tuple[Array, Array, Array]:
    """Lower, upper [rad or m] and highest speed per joint; a robot that lacks one is no benchmark robot."""
    values = [(j.lower, j.upper, j.velocity) for j in robot.joints]
    if any(v is None for row in values for v in row):
        raise ValueError(f"{robot.id} lacks a limit or a speed")
    lower, upper, speed = np.array(values, dtype=float).T
    return lower, upper, speed
