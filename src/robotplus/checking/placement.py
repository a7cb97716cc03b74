"""Where the base stands: inside the allowed region, and not inside anything."""

from __future__ import annotations

import math
from collections.abc import Sequence

import coal
import numpy as np

from robotplus.certificates.certificate import Base
from robotplus.checking.reasons import Findings
from robotplus.robots.frames import box_transform
from robotplus.robots.model import Array, OrientedBox, Robot
from robotplus.scenarios.task import BaseRegion, Obstacle

PLACE = 1e-9  # [m], [rad]


def check_base(base: Base, region: BaseRegion, findings: Findings) -> None:
    """Rectangle, height, yaw and mounting."""
    x, y, z = base.xyz
    inside = (
        region.x[0] - PLACE <= x <= region.x[1] + PLACE and region.y[0] - PLACE <= y <= region.y[1] + PLACE
    )
    if not inside or not any(abs(z - h) <= PLACE for h in region.heights):
        findings.refuse("base_region", f"x {x:.3f}, y {y:.3f}, z {z:.3f} m")
    if region.yaws is not None and not any(_turn(base.yaw - yaw) <= PLACE for yaw in region.yaws):
        findings.refuse("base_yaw", f"{math.degrees(base.yaw):.2f} degrees")
    if base.mounting != region.mounting:
        findings.refuse("base_mounting", f"{base.mounting}, {region.mounting} asked")


def _turn(angle: float) -> float:
    return abs(math.remainder(angle, 2 * math.pi))


def base_clearance(
    robot: Robot, world_from_base: Array, *, pedestal: OrientedBox | None, obstacles: Sequence[Obstacle]
) -> list[tuple[float, float, str]]:
    """Distance [m] between each box of the base link or the pedestal and each obstacle other than the floor.

    Returns:
        (distance, horizontal distance of the box's farthest point from the base's vertical, obstacle name)
    """
    own = [world_from_base @ box_transform(b) for b in robot.links[0].boxes or ()]
    sizes = [b.size for b in robot.links[0].boxes or ()]
    if pedestal is not None:
        own.append(box_transform(pedestal))
        sizes.append(pedestal.size)
    out = []
    for pose, size in zip(own, sizes, strict=True):
        flat = np.linalg.norm(pose[:2, 3] - world_from_base[:2, 3]) + np.linalg.norm(size) / 2
        for obstacle in obstacles:
            if obstacle.role == "floor":
                continue
            for box in obstacle.boxes:
                out.append((_distance(pose, size, box), float(flat), obstacle.name))
    return out


def _distance(pose: Array, size: Sequence[float], box: OrientedBox) -> float:
    other = box_transform(box)
    result = coal.DistanceResult()
    coal.distance(
        coal.Box(*size),
        coal.Transform3s(pose[:3, :3], pose[:3, 3]),
        coal.Box(*box.size),
        coal.Transform3s(other[:3, :3], other[:3, 3]),
        coal.DistanceRequest(),
        result,
    )
    return float(result.min_distance)


def check_base_clear(
    distances: Sequence[tuple[float, float, str]], findings: Findings, *, xy: float, angle: float
) -> None:
    """Base link and pedestal touch nothing, displaced by the claimed tolerance neither."""
    for distance, _, name in distances:
        if distance <= 0:
            findings.refuse("base_collision", f"{name}, {-distance * 1000:.1f} mm deep")
            return
    for distance, flat, name in distances:
        if distance < xy + flat * angle - 1e-6:
            findings.refuse("base_tolerance", f"the base would touch {name}, {distance * 1000:.1f} mm away")
            return
