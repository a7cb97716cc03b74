"""Solids of a description file, each covered by boxes in the frame of the body it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from robotplus.robots.frames import angles
from robotplus.robots.meshes import Faces, read_mesh
from robotplus.robots.model import Array, OrientedBox, Vec3
from robotplus.robots.shapes import cylinder_cover, mesh_cover


@dataclass(frozen=True)
class Block:
    """A box of edges ``size`` [m], centred at its (4, 4) pose in the link."""

    pose: Array
    size: Vec3


@dataclass(frozen=True)
class Cylinder:
    """A cylinder about the z axis of its pose [m]."""

    pose: Array
    radius: float
    length: float


@dataclass(frozen=True)
class Ball:
    """A ball [m]."""

    pose: Array
    radius: float


@dataclass(frozen=True)
class MeshFile:
    """A mesh file inside ``root``, its coordinates multiplied by ``scale``."""

    pose: Array
    path: Path
    root: Path
    scale: Vec3


@dataclass(frozen=True)
class Triangles:
    """A mesh at hand: vertices (n, 3) [m] and faces (m, 3)."""

    pose: Array
    vertices: Array
    faces: Faces


Solid = Block | Cylinder | Ball | MeshFile | Triangles


def cover(solids: Sequence[tuple[Solid, Array]], max_boxes: int) -> tuple[OrientedBox, ...]:
    """Boxes that contain solids of one body.

    Args:
        solids: each with the (4, 4) pose of its link in the body.
        max_boxes: at most so many boxes for all meshes together.

    Raises:
        RobotError: a mesh file is missing, outside its folder, or wrong.
    """
    boxes: list[OrientedBox] = []
    vertices: list[Array] = []
    faces: list[Faces] = []
    for solid, link in solids:
        pose = link @ solid.pose
        x, y, z = pose[:3, 3].tolist()
        match solid:
            case Block(size=size):
                boxes.append(OrientedBox((x, y, z), angles(pose[:3, :3]), size))
            case Cylinder(radius=radius, length=length):
                boxes += cylinder_cover(radius, length, xyz=(x, y, z), rpy=angles(pose[:3, :3]))
            case Ball(radius=radius):
                boxes.append(OrientedBox((x, y, z), (0.0, 0.0, 0.0), (2 * radius, 2 * radius, 2 * radius)))
            case MeshFile() | Triangles():
                points, index = _mesh(solid)
                faces.append(index + sum(map(len, vertices)))
                vertices.append(points @ pose[:3, :3].T + pose[:3, 3])
    if faces:
        boxes += mesh_cover(np.concatenate(vertices), np.concatenate(faces), max_boxes)
    return tuple(boxes)


def _mesh(solid: MeshFile | Triangles) -> tuple[Array, Faces]:
    if isinstance(solid, Triangles):
        return solid.vertices, solid.faces
    points, index = read_mesh(solid.path, root=solid.root)
    return points * np.array(solid.scale), index
