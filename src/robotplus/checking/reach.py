"""The reach witness: no allowed base place brings every waypoint within reach.

The prover names one point A_j on each joint axis, at q = 0 in the base frame. A_j and A_{j+1} belong to the
same link, so their distance is the same in every posture, and the sum of these distances bounds the distance
from S = A_1 to P = A_n. S stands still in the base, P does not feel the last joint and moves with the
flange. For a waypoint the tool pose, hence P, is given up to the spin about the tool axis and the
tolerances; the base's rectangle is cut into cells until for each of them some waypoint keeps P farther from
every possible S than the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robotplus.robots.frames import inverse, transform
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.cell import world_from_base
from robotplus.scenarios.task import BaseRegion, Program, Stop

ON_AXIS = 1e-6  # [m]
SAMPLES = 17  # waypoints looked at on each curve
SMALLEST = 1e-3  # [m] cells are not cut finer
CELLS = 200_000


@dataclass(frozen=True)
class Rings:
    """Where P may be at m waypoints: on circles (centre, unit axis, radius), widened by ``slack`` (m,)."""

    centre: Array
    axis: Array
    radius: Array
    slack: Array

    def distance(self, points: Array) -> Array:
        """(k, m) least distance of points (k, 3) to what the rings cover."""
        apart = points[:, None] - self.centre
        along = np.einsum("kmi,mi->km", apart, self.axis)
        across = np.sqrt(np.maximum(np.einsum("kmi,kmi->km", apart, apart) - along**2, 0.0))
        return np.asarray(np.hypot(along, across - self.radius) - self.slack)


def chain_length(robot: Robot, points: Array) -> float:
    """Σ |A_{j+1} - A_j|, widened by the stroke of prismatic joints.

    Args:
        points: (n, 3), one on each axis, base frame, q = 0.

    Raises:
        ValueError: a point is not on its axis.
    """
    frame = np.eye(4)
    for joint, point in zip(robot.joints, points, strict=True):
        frame = frame @ transform(joint.origin_xyz, joint.origin_rpy)
        axis = frame[:3, :3] @ (np.array(joint.axis) / np.linalg.norm(joint.axis))
        if not np.linalg.norm(np.cross(axis, point - frame[:3, 3])) <= ON_AXIS:
            raise ValueError(f"the point for {joint.name} is not on its axis")
    slides = [max(abs(j.lower or 0.0), abs(j.upper or 0.0)) for j in robot.joints if j.kind == "prismatic"]
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum() + sum(slides))


def rings(robot: Robot, program: Program, last_point: Array) -> Rings:
    """P at every waypoint of the program."""
    base_from_flange = np.eye(4)
    for joint in robot.joints:
        base_from_flange = base_from_flange @ transform(joint.origin_xyz, joint.origin_rpy)
    base_from_flange = base_from_flange @ transform(robot.flange_xyz, robot.flange_rpy)
    flange_from_tcp = transform(program.tool.tcp_xyz, program.tool.tcp_rpy)
    p = (inverse(base_from_flange @ flange_from_tcp) @ np.append(last_point, 1.0))[:3]
    need = program.requirements
    rows = []
    for stop in program.stops:
        places, z, x = waypoints(stop)
        lean = stop.tilt_tolerance + need.angle_tolerance
        size = float(np.linalg.norm(p))
        if stop.spins is not None and len(stop.spins) == 1:  # one spin: P is a point, a circle of radius 0
            tx = np.cos(stop.spins[0]) * x + np.sin(stop.spins[0]) * np.cross(z, x)
            slack = need.path_tolerance + size * (lean + need.angle_tolerance)
            rows.append((places + p[0] * tx + p[1] * np.cross(z, tx) + p[2] * z, z, 0.0, slack))
        else:
            slack = need.path_tolerance + size * lean
            rows.append((places + p[2] * z, z, float(np.hypot(p[0], p[1])), slack))
    return Rings(
        np.concatenate([r[0] for r in rows]),
        np.concatenate([r[1] for r in rows]),
        np.concatenate([np.full(len(r[0]), r[2]) for r in rows]),
        np.concatenate([np.full(len(r[0]), r[3]) for r in rows]),
    )


def waypoints(stop: Stop) -> tuple[Array, Array, Array]:
    """Places (m, 3), tool directions and references the tool must reach at a stop: along its curve, and the
    far ends of approach and retract."""
    s = np.linspace(0.0, stop.curve.length, SAMPLES if stop.curve.length > 0 else 1)
    places, z, x = stop.curve.frames(s)
    far = []
    for k, length in ((0, stop.approach), (-1, stop.retract)):
        away = -z[k] if stop.approach_axis is None else np.array(stop.approach_axis)
        far.append((places[k] + length * away, z[k], x[k]))
    return (
        np.vstack([places, *(f[0] for f in far)]),
        np.vstack([z, *(f[1] for f in far)]),
        np.vstack([x, *(f[2] for f in far)]),
    )


def uncovered(region: BaseRegion, *, first_point: Array, targets: Rings, radius: float) -> Array | None:
    """A base place (x, y, z) for which no waypoint could be shown out of reach; None when the whole region
    is shown."""
    turned = world_from_base((0.0, 0.0, 0.0), 0.0, region.mounting)[:3, :3] @ first_point
    offset = float(np.hypot(turned[0], turned[1]))
    for height in region.heights:
        centre = np.array([[(region.x[0] + region.x[1]) / 2, (region.y[0] + region.y[1]) / 2]])
        half = np.array([(region.x[1] - region.x[0]) / 2, (region.y[1] - region.y[0]) / 2])
        for _ in range(64):
            s = np.column_stack([centre, np.full(len(centre), height + turned[2])])
            margin = targets.distance(s).max(axis=1) - radius - offset - float(np.hypot(*half))
            centre = centre[~(margin > 0)]
            if not len(centre):
                break
            if half.max() < SMALLEST or 2 * len(centre) > CELLS:
                return np.array([*centre[0], height])
            cut = int(np.argmax(half))
            half = half.copy()
            half[cut] /= 2
            shift = np.zeros(2)
            shift[cut] = half[cut]
            centre = np.concatenate([centre - shift, centre + shift])
    return None
