"""URDF (and xacro) files: read into a tree of links and joints; and a Robot written as URDF."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from robotplus.errors import RobotError
from robotplus.robots.frames import transform
from robotplus.robots.guards import floats, parse_xml, read_inside
from robotplus.robots.importing.chain import Inertial, Tree, TreeJoint, TreeLink
from robotplus.robots.importing.packages import Packages
from robotplus.robots.importing.solids import Ball, Block, Cylinder, MeshFile, Solid
from robotplus.robots.importing.xacro import Reader, expand, is_xacro
from robotplus.robots.model import Array

MAX_BYTES = 10_000_000
_KINDS = {"revolute": "revolute", "continuous": "revolute", "prismatic": "prismatic", "fixed": "fixed"}
_LIMITS = ("lower", "upper", "velocity", "effort")


def read_urdf(path: Path, packages: Packages, arguments: Mapping[str, str]) -> Tree:
    """Read a URDF file, expanded first when it is xacro.

    Args:
        path: the file.
        packages: where ``package://`` and ``$(find …)`` lead.
        arguments: xacro arguments.

    Returns:
        Name of the robot, links by name, joints.

    Raises:
        RobotError: anything wrong with the file or a file it includes.
    """

    def read(file: Path) -> Element:
        return parse_xml(read_inside(file, root=packages.root, limit=MAX_BYTES), file.name)

    root = read(path)
    if is_xacro(root):
        root = expand(root, path, arguments, reader=Reader(packages.find, read))
    where = path.name
    if root.tag != "robot":
        raise RobotError("not a URDF file: its root is not <robot>", where, value=root.tag)
    links: dict[str, TreeLink] = {}
    for element in root.findall("link"):
        name = _attribute(element, "name", where)
        if name in links:
            raise RobotError("a link is given twice", where, value=name)
        links[name] = _link(element, name, path, packages)
    if not links:
        raise RobotError("the file has no links", where)
    joints = [_joint(element, where) for element in root.findall("joint")]
    names = [joint.name for joint in joints]
    if len(set(names)) != len(names):
        raise RobotError("a joint is given twice", where, value=next(n for n in names if names.count(n) > 1))
    return root.get("name") or path.stem, links, joints


def _link(element: Element, name: str, path: Path, packages: Packages) -> TreeLink:
    where = f"{path.name}: {name}"
    parts = element.findall("collision") or element.findall("visual")
    shapes: list[Solid] = []
    for part in parts:
        geometry = part.find("geometry")
        kind = next(iter(geometry), None) if geometry is not None else None
        if kind is None:
            raise RobotError("a shape without geometry", where)
        shapes.append(_solid(kind, _pose(part.find("origin"), where), path, packages, where))
    return TreeLink(name, _inertial(element.find("inertial"), where), shapes)


def _solid(kind: Element, pose: Array, path: Path, packages: Packages, where: str) -> Solid:
    if kind.tag == "box":
        x, y, z = _positive(kind, "size", where, 3)
        return Block(pose, (x, y, z))
    if kind.tag == "cylinder":
        return Cylinder(pose, _positive(kind, "radius", where, 1)[0], _positive(kind, "length", where, 1)[0])
    if kind.tag == "sphere":
        return Ball(pose, _positive(kind, "radius", where, 1)[0])
    if kind.tag == "mesh":
        x, y, z = floats(kind.get("scale", "1 1 1"), where, 3)
        file = packages.resolve(_attribute(kind, "filename", where), path, where)
        return MeshFile(pose, file, packages.root, (x, y, z))
    raise RobotError("unknown geometry", where, value=kind.tag, allowed="box, cylinder, sphere, mesh")


def _inertial(element: Element | None, where: str) -> Inertial | None:
    mass, tensor = (None, None) if element is None else (element.find("mass"), element.find("inertia"))
    if element is None or mass is None:
        return None
    kg = floats(mass.get("value", "0"), where, 1)[0]
    if kg < 0.0:
        raise RobotError("a mass is negative", where, value=kg)
    pose = _pose(element.find("origin"), where)
    inertia = np.zeros((3, 3))
    if tensor is not None:
        xx, xy, xz, yy, yz, zz = (
            floats(tensor.get(key, "0"), where, 1)[0] for key in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
        )
        inertia = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    turn = pose[:3, :3]
    return Inertial(kg, pose[:3, 3], turn @ inertia @ turn.T) if kg else None


def _joint(element: Element, where: str) -> TreeJoint:
    name = _attribute(element, "name", where)
    where = f"{where}: {name}"
    kind = element.get("type", "")
    if kind not in _KINDS:
        raise RobotError("unknown kind of joint", where, value=kind, allowed=", ".join(_KINDS))
    axis = element.find("axis")
    x, y, z = floats(axis.get("xyz", "1 0 0"), where, 3) if axis is not None else (1.0, 0.0, 0.0)
    length = math.hypot(x, y, z)
    if kind != "fixed" and length < 1e-9:
        raise RobotError("the joint axis is zero", where)
    limit = element.find("limit")
    given: dict[str, float | None] = (
        {} if limit is None else {key: floats(limit.get(key, "0"), where, 1)[0] for key in _LIMITS}
    )
    if kind == "continuous":
        given |= {"lower": -2 * math.pi, "upper": 2 * math.pi}
    elif not (given.get("lower") or given.get("upper")):
        given |= dict.fromkeys(("lower", "upper"))
    return TreeJoint(
        name,
        "mimic" if element.find("mimic") is not None else _KINDS[kind],
        _end(element, "parent", where),
        _end(element, "child", where),
        _pose(element.find("origin"), where),
        (x / length, y / length, z / length) if length else (0.0, 0.0, 1.0),
        *(given.get(key) for key in _LIMITS),
    )


def _end(element: Element, end: str, where: str) -> str:
    found = element.find(end)
    if found is None:
        raise RobotError(f"the joint has no {end}", where)
    return _attribute(found, "link", where)


def _pose(origin: Element | None, where: str) -> Array:
    if origin is None:
        return np.eye(4)
    return transform(
        floats(origin.get("xyz", "0 0 0"), where, 3), floats(origin.get("rpy", "0 0 0"), where, 3)
    )


def _positive(element: Element, key: str, where: str, count: int) -> list[float]:
    values = floats(_attribute(element, key, where), where, count)
    if min(values) <= 0.0:
        raise RobotError("a size must be positive", where, value=values)
    return values


def _attribute(element: Element, key: str, where: str) -> str:
    value = element.get(key)
    if not value:
        raise RobotError(f"<{element.tag}> needs the attribute {key}", where)
    return value
