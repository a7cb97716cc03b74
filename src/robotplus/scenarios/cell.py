"""The workcell as obstacles: boxes, cylinders and meshes of the need covered by oriented boxes, and the base.

Also what solver and checker share about a base: its pose in the world and the pedestal under it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from robotplus.errors import NeedError
from robotplus.robots.frames import about, angles, box_transform, rotation, transform
from robotplus.robots.model import Array, OrientedBox, Robot, Vec3
from robotplus.robots.shapes import cylinder_cover, mesh_cover
from robotplus.scenarios.curves import any_reference, unit
from robotplus.scenarios.schema import BaseTable, CellTable, MeshTable
from robotplus.scenarios.task import BaseRegion, Obstacle

Mounting = Literal["floor", "wall", "ceiling"]
FLOOR_SIZE = 40.0  # [m] edge of the floor box
FLOOR_DEPTH = 1.0  # [m]
PEDESTAL_LEAST = 0.2  # [m] a pedestal is at least this wide


def metres(v: Sequence[float]) -> Vec3:
    """Three millimetre values in metres."""
    return v[0] / 1000, v[1] / 1000, v[2] / 1000


def radians(v: Sequence[float]) -> Vec3:
    """Three degree values in radians."""
    return math.radians(v[0]), math.radians(v[1]), math.radians(v[2])


def placed(box: OrientedBox, pose: Array) -> OrientedBox:
    """A box given in the frame that ``pose`` (4, 4) places, in the pose's parent frame."""
    m = pose @ box_transform(box)
    return OrientedBox((float(m[0, 3]), float(m[1, 3]), float(m[2, 3])), angles(m[:3, :3]), box.size)


def mesh_arrays(mesh: MeshTable) -> tuple[Array, npt.NDArray[np.int64]]:
    """Vertices (n, 3) [m, world] and faces (m, 3) of an inlined mesh table.

    Raises:
        NeedError: the table still names a file.
    """
    if mesh.stl is not None:
        raise NeedError("an STL file is read only from a need file on disk", "stl", value=mesh.stl)
    vertices = np.array(mesh.vertices_mm, dtype=float) * mesh.scale / 1000
    pose = transform(metres(mesh.position_mm), radians(mesh.rpy_deg))
    return vertices @ pose[:3, :3].T + pose[:3, 3], np.array(mesh.faces, dtype=np.int64)


def obstacles(cell: CellTable) -> tuple[Obstacle, ...]:
    """Everything that always stands in the cell, the floor first."""
    out = []
    if cell.floor:
        slab = OrientedBox(
            (0.0, 0.0, -FLOOR_DEPTH / 2), (0.0, 0.0, 0.0), (FLOOR_SIZE, FLOOR_SIZE, FLOOR_DEPTH)
        )
        out.append(Obstacle("floor", (slab,), "floor"))
    for b in cell.box:
        box = OrientedBox(metres(b.position_mm), radians(b.rpy_deg), metres(b.size_mm))
        out.append(Obstacle(b.name, (box,), b.role))
    for c in cell.cylinder:
        z = unit(c.axis)
        x = any_reference(z)
        rpy = angles(np.column_stack([x, np.cross(z, x), z]))
        cover = cylinder_cover(c.radius_mm / 1000, c.length_mm / 1000, xyz=metres(c.position_mm), rpy=rpy)
        out.append(Obstacle(c.name, cover, c.role))
    for m in cell.mesh:
        vertices, faces = mesh_arrays(m)
        out.append(Obstacle(m.name, mesh_cover(vertices, faces, m.boxes), m.role))
    return tuple(out)


def base_region(base: BaseTable) -> BaseRegion:
    """The allowed base region in metres and radians."""
    return BaseRegion(
        x=(base.x_mm[0] / 1000, base.x_mm[1] / 1000),
        y=(base.y_mm[0] / 1000, base.y_mm[1] / 1000),
        heights=tuple(sorted({h / 1000 for h in base.heights_mm})),
        mounting=base.mounting,
        yaws=None if base.yaws_deg is None else tuple(math.radians(a) for a in base.yaws_deg),
    )


def world_from_base(xyz: Sequence[float], yaw: float, mounting: Mounting) -> Array:
    """(4, 4) world_from_base = translate(xyz) · Rz(yaw) · mounting turn.

    The turn is identity on the floor, Rx(pi) on the ceiling, Ry(pi/2) on a wall (base z along world x
    before yaw). Its cosines and sines are exact, so a floor base stays exactly upright.
    """
    turn = {
        "floor": np.eye(3),
        "ceiling": np.diag([1.0, -1.0, -1.0]),
        "wall": np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]),
    }[mounting]
    out = np.eye(4)
    out[:3, :3] = about((0.0, 0.0, 1.0), yaw) @ turn
    out[:3, 3] = xyz
    return out


def pedestal(robot: Robot, *, xyz: Sequence[float], yaw: float, mounting: Mounting) -> OrientedBox | None:
    """The box under a raised base on the floor, in the world; None at z <= 0, on a wall or a ceiling.

    Its footprint is the xy extent of link 0's boxes in the base frame, at least 0.2 m each way; it
    reaches from the ground to the base's height.
    """
    if mounting != "floor" or xyz[2] <= 0:
        return None
    corners = [np.zeros((1, 3))]
    for box in robot.links[0].boxes or ():
        half = np.abs(rotation(box.rpy)) @ (np.array(box.size) / 2)
        corners.append(np.array([box.xyz - half, box.xyz + half]))
    points = np.concatenate(corners)[:, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    size = np.maximum(high - low, PEDESTAL_LEAST)
    c, s = math.cos(yaw), math.sin(yaw)
    x = xyz[0] + c * middle[0] - s * middle[1]
    y = xyz[1] + s * middle[0] + c * middle[1]
    return OrientedBox(
        (float(x), float(y), xyz[2] / 2), (0.0, 0.0, yaw), (float(size[0]), float(size[1]), float(xyz[2]))
    )
