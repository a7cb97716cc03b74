"""The standard pick cycle (25 mm up, 300 mm across, 25 mm down, and back), placed where an arm is fastest.

In: a robot's kinematics and joint limits. Out: joint paths of the cycle's arch at many places of the work
space, whose fastest traverse (``testing.cycle``) is the arm's cycle time. As in makers' catalogues the tool
points down, the vertical legs overlap the horizontal one, the place is the best one, and no settling is
counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robotplus.robots.frames import rotation, transform
from robotplus.robots.model import Array, Robot
from robotplus.testing.cycle import fastest

SAMPLES = 61
RADII = (0.45, 0.6, 0.75)  # of the reach, from axis 1 to the middle of the arch
HEIGHTS = (-0.3, 0.0, 0.3)  # of the reach, above or below the shoulder
BEARINGS = (0.0, 45.0, 90.0)  # [deg] 0: towards the arm, 90: round axis 1
STARTS = 12  # random postures from which the inverse kinematics of a place starts


@dataclass(frozen=True, slots=True)
class PickCycle:
    """The shape [m], and the tool's turn about its own axis on the way there [rad], undone on the way back.

    ``overlap`` is the share of the horizontal leg that each vertical leg overlaps.
    """

    height: float = 0.025
    length: float = 0.3
    turn: float = 0.0
    overlap: float = 0.25


@dataclass(frozen=True, slots=True)
class Chain:
    """Arrays of a serial chain: fixed transforms (dof, 4, 4), axes (dof, 3), flange (4, 4), limits (dof,)."""

    fixed: Array
    axes: Array
    prismatic: Array
    flange: Array
    lower: Array
    upper: Array


def chain(robot: Robot) -> Chain:
    """The robot's chain; a missing joint limit becomes ±π, as the cycle never turns further."""
    return Chain(
        np.stack([transform(j.origin_xyz, j.origin_rpy) for j in robot.joints]),
        np.array([j.axis for j in robot.joints], dtype=float),
        np.array([j.kind == "prismatic" for j in robot.joints]),
        transform(robot.flange_xyz, robot.flange_rpy),
        np.array([-math.pi if j.lower is None else j.lower for j in robot.joints]),
        np.array([math.pi if j.upper is None else j.upper for j in robot.joints]),
    )


def forward(arm: Chain, q: Array) -> tuple[Array, Array]:
    """Flange poses (b, 4, 4) and Jacobians (b, 6, dof), linear over angular in base axes, at q (b, dof)."""
    pose = np.broadcast_to(np.eye(4), (len(q), 4, 4))
    origins, axes = [], []
    for k in range(q.shape[1]):
        moved = np.broadcast_to(np.eye(4), (len(q), 4, 4)).copy()
        if arm.prismatic[k]:
            moved[:, :3, 3] = q[:, k, None] * arm.axes[k]
        else:
            x, y, z = arm.axes[k]
            skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
            sine, versine = np.sin(q[:, k])[:, None, None], 1.0 - np.cos(q[:, k])[:, None, None]
            moved[:, :3, :3] += sine * skew + versine * (skew @ skew)
        pose = pose @ arm.fixed[k]
        origins.append(pose[:, :3, 3])
        axes.append(pose[:, :3, :3] @ arm.axes[k])
        pose = pose @ moved
    pose = pose @ arm.flange
    origin, axis = np.stack(origins, 1), np.stack(axes, 1)
    turning = np.logical_not(arm.prismatic)[:, None]
    linear = np.where(turning, np.cross(axis, pose[:, None, :3, 3] - origin), axis)
    return pose, np.concatenate([linear, np.where(turning, axis, 0.0)], 2).swapaxes(1, 2)


def arch(cycle: PickCycle, samples: int = SAMPLES) -> Array:
    """(samples, 2) points (across, up) [m] of one way, evenly spaced along the arch.

    Quarter ellipses join the vertical legs to the horizontal one, ``cycle.overlap`` of it long each.
    """
    angle = np.linspace(0.0, math.pi / 2.0, 400)
    wide = cycle.overlap * cycle.length
    rise = np.stack([wide * (1.0 - np.cos(angle)), cycle.height * np.sin(angle)], 1)
    fall = np.stack([cycle.length - rise[::-1, 0], rise[::-1, 1]], 1)
    line = np.concatenate([rise, fall])
    gone = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    even = np.linspace(0.0, gone[-1], samples)
    return np.stack([np.interp(even, gone, line[:, 0]), np.interp(even, gone, line[:, 1])], 1)


def joint_paths(robot: Robot, cycle: PickCycle, *, seed: int = 0) -> Array:
    """(paths, samples, dof) joint paths of the arch, within the joint limits, at every place that works."""
    arm = chain(robot)
    rng = np.random.default_rng(seed)
    poses = _tool_poses(robot, cycle)
    starts = np.repeat(poses, STARTS, axis=0)
    q = rng.uniform(arm.lower, arm.upper, (len(starts), robot.dof)).clip(-math.pi, math.pi)
    q, good = _solve(arm, q, starts[:, 0], steps=60)
    starts, q = starts[good], q[good]
    path = np.empty((len(q), starts.shape[1], robot.dof))
    for i in range(starts.shape[1]):
        q, good = _solve(arm, q, starts[:, i], steps=4)
        path[:, i] = q
        path, q, starts = path[good], q[good], starts[good]
    return path


def cycle_time(paths: Array, velocity: Array, acceleration: Array) -> Array:
    """Time of the whole cycle, there and back [s], on the fastest of the paths.

    Args:
        paths: (paths, samples, dof) joint paths of one way.
        velocity: (dof,) joint speeds.
        acceleration: (..., dof) joint accelerations.

    Returns:
        (...) one time for each set of accelerations.
    """
    sets = np.asarray(acceleration)[..., None, :]
    return np.asarray(2.0 * fastest(paths, velocity, sets).duration.min(-1))


def _tool_poses(robot: Robot, cycle: PickCycle) -> Array:
    """(places, samples, 4, 4) flange poses: z down, the flange's yaw held or turning with the azimuth."""
    reach = robot.reach_m.value if robot.reach_m else 1.0
    shoulder = robot.joints[0].origin_xyz[2] + robot.joints[1].origin_xyz[2]
    line = arch(cycle)
    share = np.linspace(0.0, 1.0, len(line))
    down = rotation((math.pi, 0.0, 0.0))
    out = []
    for radius in RADII:
        for height in HEIGHTS:
            for bearing in np.radians(BEARINGS):
                along = line[:, 0] - cycle.length / 2.0
                x = radius * reach + along * math.cos(bearing)
                y = along * math.sin(bearing)
                azimuth = np.arctan2(y, x)
                for follow in (0.0, 1.0):
                    pose = np.broadcast_to(np.eye(4), (len(line), 4, 4)).copy()
                    pose[:, :3, 3] = np.stack([x, y, shoulder + height * reach + line[:, 1]], 1)
                    for i, yaw in enumerate(follow * azimuth + cycle.turn * share):
                        pose[i, :3, :3] = rotation((0.0, 0.0, yaw)) @ down
                    out.append(pose)
    return np.stack(out)


def _solve(arm: Chain, q: Array, target: Array, *, steps: int) -> tuple[Array, Array]:
    """Damped least squares from q (b, dof) to poses (b, 4, 4): joint values, and who arrived in limits."""
    for step in range(steps + 1):
        pose, jacobian = forward(arm, q)
        r, t = pose[:, :3, :3], target[:, :3, :3]
        turn = 0.5 * sum(np.cross(r[:, :, k], t[:, :, k]) for k in range(3))
        error = np.concatenate([target[:, :3, 3] - pose[:, :3, 3], turn], 1)
        if step == steps or np.abs(error).max(initial=0.0) < 1e-8:
            break
        transpose = jacobian.swapaxes(1, 2)
        damping = 1e-8 + 1e-2 * np.minimum(1.0, (error**2).sum(1))
        gram = jacobian @ transpose + damping[:, None, None] * np.eye(6)
        change = (transpose @ np.linalg.solve(gram, error[:, :, None]))[:, :, 0]
        q = q + change * np.minimum(1.0, 0.5 / np.maximum(np.abs(change).max(1), 1e-9))[:, None]
    facing = np.einsum("bij,bij->b", pose[:, :3, :3], target[:, :3, :3]) > 2.9
    arrived = (np.abs(error).max(1) < 1e-6) & facing
    inside = ((q >= arm.lower) & (q <= arm.upper)).all(1)
    return q, arrived & inside
