"""Where the base stands: inside the allowed region, and not inside anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import coal
import numpy as np

from robotplus.certificates.certificate import Base
from robotplus.checking.reasons import Findings
from robotplus.robots.frames import box_transform
from robotplus.robots.model import Array, OrientedBox, Robot
from robotplus.scenarios.task import BaseRegion, Obstacle

PLACE = 1e-9  # [m], [rad]
CONTACT = 1e-6  # [m]


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


@dataclass(frozen=True)
class Nearby:
    """A box of the base link or the pedestal and an obstacle: their ``distance`` [m], and ``flat``, how far
    from the base's vertical the box reaches [m]."""

    distance: float
    flat: float
    obstacle: str


def base_clearance(
    robot: Robot, world_from_base: Array, *, pedestal: OrientedBox | None, obstacles: Sequence[Obstacle]
) -> list[Nearby]:
    """Each box of the base link and the pedestal with each box of the obstacles other than the floor."""
    own = [world_from_base @ box_transform(b) for b in robot.links[0].boxes or ()]
    sizes = [b.size for b in robot.links[0].boxes or ()]
    if pedestal is not None:
        own.append(box_transform(pedestal))
        sizes.append(pedestal.size)
    out = []
    for pose, size in zip(own, sizes, strict=True):
        flat = float(np.linalg.norm(pose[:2, 3] - world_from_base[:2, 3]) + np.linalg.norm(size) / 2)
        out += [
            Nearby(_distance(pose, size, box), flat, obstacle.name)
            for obstacle in obstacles
            if obstacle.role != "floor"
            for box in obstacle.boxes
        ]
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


def base_room(near: Sequence[Nearby], *, xy: float, angle: float) -> Nearby | None:
    """An obstacle that the base could touch when it stands displaced; None when there is none."""
    return next((n for n in near if n.distance < xy + n.flat * angle - CONTACT), None)


def check_base_clear(near: Sequence[Nearby], findings: Findings, *, xy: float, angle: float) -> None:
    """Base link and pedestal touch nothing, displaced by the claimed tolerance neither."""
    hit = next((n for n in near if n.distance <= 0), None)
    if hit is not None:
        findings.refuse("base_collision", f"{hit.obstacle}, {-hit.distance * 1000:.1f} mm deep")
        return
    tight = base_room(near, xy=xy, angle=angle)
    if tight is not None:
        detail = f"the base would touch {tight.obstacle}, {tight.distance * 1000:.1f} mm away"
        findings.refuse("base_tolerance", detail)
