"""COLLADA (.dae) geometry: all triangles of the visual scene, in metres.

Read are triangles, polylists and polygons, placed by the node tree and scaled by the file's unit. The up axis
is ignored, as robot description tools do: the mesh is taken in its own axes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from robotplus.errors import RobotError
from robotplus.robots.frames import about
from robotplus.robots.guards import floats, parse_xml
from robotplus.robots.model import Array

Faces = npt.NDArray[np.int64]

_MAX_NESTING = 64
_MAX_INSTANCES = 10_000


def parse_collada(content: bytes, where: str) -> tuple[Array, Faces]:
    """Vertices (n, 3) [m] and faces (m, 3) of a COLLADA text.

    Raises:
        RobotError: not COLLADA, malformed, or references in a circle.
    """
    root = parse_xml(content, where)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "COLLADA":
        raise RobotError("not a COLLADA file", where, value=root.tag)
    unit = root.find("asset/unit")
    scale = floats(unit.get("meter", "1"), where, 1)[0] if unit is not None else 1.0
    try:
        parts = list(_scene(root, where))
    except (KeyError, AttributeError, ValueError, IndexError, OverflowError) as e:
        raise RobotError(f"malformed COLLADA ({type(e).__name__}: {e})", where) from e
    points: list[Array] = [np.zeros((0, 3))]
    faces: list[Faces] = [np.zeros((0, 3), dtype=np.int64)]
    offset = 0
    for pose, vertices, index in parts:
        points.append(scale * (vertices @ pose[:3, :3].T + pose[:3, 3]))
        faces.append(index + offset)
        offset += len(vertices)
    return np.concatenate(points), np.concatenate(faces)


def _scene(root: Element, where: str) -> Iterator[tuple[Array, Array, Faces]]:
    """Every placed geometry: (4, 4) pose, vertices, faces."""
    named = {element.get("id", ""): element for element in root.iter() if element.get("id")}
    meshes: dict[str, tuple[Array, Faces]] = {}
    wanted = root.find("scene/instance_visual_scene")
    scenes = (
        [named[_target(wanted)]] if wanted is not None else root.findall("library_visual_scenes/visual_scene")
    )
    waiting = [(node, np.eye(4), 0) for scene in scenes for node in scene.findall("node")]
    instances = 0
    while waiting:
        node, parent, level = waiting.pop()
        instances += 1
        if level > _MAX_NESTING or instances > _MAX_INSTANCES:
            raise RobotError("COLLADA nodes refer to each other in a circle, or nest too deep", where)
        pose = parent @ _node_pose(node, where)
        waiting += [(child, pose, level + 1) for child in node.findall("node")]
        waiting += [(named[_target(child)], pose, level + 1) for child in node.findall("instance_node")]
        for instance in node.findall("instance_geometry"):
            name = _target(instance)
            if name not in meshes:
                meshes[name] = _geometry(named[name], where)
            yield pose, *meshes[name]


def _node_pose(node: Element, where: str) -> Array:
    pose: Array = np.eye(4)
    for step in node:
        here = np.eye(4)
        if step.tag == "matrix":
            here = np.array(floats(step.text or "", where, 16)).reshape(4, 4)
        elif step.tag == "translate":
            here[:3, 3] = floats(step.text or "", where, 3)
        elif step.tag == "scale":
            here[:3, :3] = np.diag(floats(step.text or "", where, 3))
        elif step.tag == "rotate":
            x, y, z, degrees = floats(step.text or "", where, 4)
            length = math.hypot(x, y, z)
            if length:
                here[:3, :3] = about((x / length, y / length, z / length), math.radians(degrees))
        else:
            continue
        pose = pose @ here
    return pose


def _geometry(geometry: Element, where: str) -> tuple[Array, Faces]:
    mesh = geometry.find("mesh")
    if mesh is None:
        raise RobotError("a COLLADA geometry is no mesh", where, value=geometry.get("id"))
    sources = {source.get("id", ""): source for source in mesh.findall("source")}
    positions = {
        vertices.get("id", ""): sources[_input(vertices, "POSITION")[0]]
        for vertices in mesh.findall("vertices")
    }
    points: Array = np.zeros((0, 3))
    faces: list[tuple[int, int, int]] = []
    for kind in mesh:
        if kind.tag in ("tristrips", "trifans"):
            raise RobotError(
                "triangle strips and fans are not read", where, value=kind.tag, fix="export triangles"
            )
        if kind.tag not in ("triangles", "polylist", "polygons"):
            continue
        name, offset = _input(kind, "VERTEX")
        start = len(points)
        points = np.concatenate([points, _source(positions[name], where)])
        stride = 1 + max(int(entry.get("offset", "0")) for entry in kind.findall("input"))
        for polygon in _polygons(kind, stride, offset):
            corner = [start + k for k in polygon]
            faces += [(corner[0], b, c) for b, c in itertools.pairwise(corner[1:])]
    return points, np.array(faces, dtype=np.int64).reshape(-1, 3)


def _polygons(kind: Element, stride: int, offset: int) -> Iterator[list[int]]:
    lists = [[int(word) for word in (p.text or "").split()][offset::stride] for p in kind.findall("p")]
    if kind.tag == "polygons":
        yield from lists
    elif kind.tag == "triangles":
        for corners in lists:
            yield from (corners[k : k + 3] for k in range(0, len(corners) - 2, 3))
    else:
        corners, at = lists[0] if lists else [], 0
        for count in map(int, (kind.findtext("vcount") or "").split()):
            yield corners[at : at + count]
            at += count


def _source(source: Element, where: str) -> Array:
    values = np.array(floats(source.findtext("float_array") or "", where))
    accessor = source.find("technique_common/accessor")
    stride = int(accessor.get("stride", "1")) if accessor is not None else 3
    if stride < 3:
        raise RobotError("COLLADA positions need three coordinates", where, value=stride)
    out: Array = values[: len(values) // stride * stride].reshape(-1, stride)[:, :3]
    return out


def _input(element: Element, semantic: str) -> tuple[str, int]:
    """Name and offset of the input with a meaning."""
    for entry in element.findall("input"):
        if entry.get("semantic") == semantic:
            return entry.get("source", "").removeprefix("#"), int(entry.get("offset", "0"))
    raise ValueError(f"no {semantic} input")


def _target(instance: Element) -> str:
    return instance.get("url", "").removeprefix("#")
