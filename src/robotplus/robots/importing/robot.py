"""Import of one robot: description file in, Robot out; its ``document`` is the robot file to keep."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from robotplus.errors import RobotError
from robotplus.robots.files import FORMAT, read_robot
from robotplus.robots.frames import angles
from robotplus.robots.importing.chain import Body, Chain, Tree, TreeJoint, joined, reduce
from robotplus.robots.importing.mjcf import read_mjcf
from robotplus.robots.importing.packages import Packages
from robotplus.robots.importing.solids import MeshFile, cover
from robotplus.robots.importing.urdf import read_urdf
from robotplus.robots.model import Array, Robot

BOXES_PER_LINK = 12
_FASTEST = 60.0  # [rad/s, m/s]: no arm joint moves faster; 100 and 1000 are placeholders
_DIGITS = 10


def import_robot(
    path: Path | str,
    *,
    id: str | None = None,
    tip: str | None = None,
    maker: str | None = None,
    ratings: Mapping[str, Any] | None = None,
    root: Path | None = None,
    arguments: Mapping[str, str] | None = None,
    boxes_per_link: int = BOXES_PER_LINK,
) -> Robot:
    """Read a URDF, xacro or MJCF file as a robot model.

    Chain, limits, masses and shapes come from the file; what such files do not hold (payload, reach, IP …)
    stays unknown unless ``ratings`` gives it. Zero velocities, efforts and masses count as unknown.

    Args:
        path: ``.urdf``, ``.xacro`` or ``.xml``.
        id: id of the robot; None makes one from its name.
        tip: link (MJCF: body or site) that is the flange, z pointing out; None takes the end of the chain.
        maker: who makes it.
        ratings: figures by their names in a robot file: a plain value, or value, source and confidence.
        root: folder that meshes and includes may not leave; None takes the file's package folder.
        arguments: xacro arguments.
        boxes_per_link: meshes of a link are covered by at most so many boxes.

    Raises:
        RobotError: anything that is wrong, in one line.
    """
    path = Path(path)
    packages = Packages(Path(root).resolve()) if root else Packages.around(path)
    try:
        kind, (name, links, joints) = _read(path, packages, arguments or {})
    except OSError as e:  # names too long for the file system, and the like
        raise RobotError(f"cannot be read ({e.strerror})", path.name) from e
    chain = reduce(links, joints, tip, path.name)
    source = f"imported from {kind} {path.name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]})"
    document = {
        "format": FORMAT,
        "id": id or _identifier(name),
        "maker": maker or "unknown",
        "model": name.strip() or path.stem,
        "kind": "other",
        "geometry": {
            "source": source,
            "confidence": "medium",
            "base_link": chain.root,
            "tip_link": chain.tip,
        },
        **_moving(chain, source),
        "flange": _pose(chain.flange, "xyz", "rpy"),
        "links": [_link(body, k, boxes_per_link) for k, body in enumerate(chain.bodies)],
        "ratings": {key: _rating(value) for key, value in (ratings or {}).items()},
        "notes": _notes(chain),
    }
    return read_robot(document, path.name)


def _read(path: Path, packages: Packages, arguments: Mapping[str, str]) -> tuple[str, Tree]:
    suffix = path.suffix.lower()
    if suffix in (".xml", ".mjcf"):
        return "MJCF", read_mjcf(path, packages)
    if suffix in (".urdf", ".xacro"):
        return "URDF", read_urdf(path, packages, arguments)
    allowed = ".urdf, .xacro, .xml (MJCF)"
    raise RobotError("not a robot description we read", path.name, value=path.suffix, allowed=allowed)


def _moving(chain: Chain, source: str) -> dict[str, Any]:
    """Joints, and how far their limits and velocities can be trusted."""
    joints = [_joint(joint, pose) for joint, pose in zip(chain.joints, chain.poses, strict=True)]
    flags = []
    missing = any(joint["velocity"] is None for joint in joints)
    if missing:
        flags.append("velocity_looks_placeholder" if _placeholders(chain) else "velocity_missing_or_zero")
        for joint in joints:
            joint["velocity"] = None
    equal = len(joints) > 1 and len({(joint["lower"], joint["upper"]) for joint in joints}) == 1
    if equal:
        flags.append("limits_all_equal_suspect")
    limits = {"value": "suspect" if equal else "data", "confidence": "low" if equal else "medium"}
    velocity = {"value": "placeholder" if missing else "data", "confidence": "low" if missing else "medium"}
    return {
        "joints": joints,
        "limits": limits | {"source": source},
        "velocity": velocity | {"source": source},
        "flags": flags,
    }


def _placeholders(chain: Chain) -> dict[str, float]:
    """Joint speeds that no arm has, such as -1 or 1000, which files hold where nobody knew them."""
    given = {joint.name: joint.velocity for joint in chain.joints if joint.velocity}
    return {name: speed for name, speed in given.items() if not 0.0 < speed <= _FASTEST}


def _joint(joint: TreeJoint, pose: Array) -> dict[str, Any]:
    fast = joint.velocity is not None and 0.0 < joint.velocity <= _FASTEST
    return {
        "name": joint.name,
        "kind": joint.kind,
        **_pose(pose, "origin_xyz", "origin_rpy"),
        "axis": list(joint.axis),
        "lower": joint.lower,
        "upper": joint.upper,
        "velocity": joint.velocity if fast else None,
        "effort": joint.effort or None,
    }


def _link(body: Body, index: int, boxes_per_link: int) -> dict[str, Any]:
    solids = [(solid, pose) for link, pose in body.links for solid in link.shapes]
    boxes = [
        {"xyz": _round(box.xyz), "rpy": _round(box.rpy), "size": _round(box.size)}
        for box in cover(solids, boxes_per_link)
    ]
    inertial = joined(body)
    tensor = None if inertial is None else inertial.inertia
    physical = tensor is not None and np.linalg.eigvalsh(tensor).min() > 0.0
    return {
        "name": next(
            (link.name for link, _ in body.links if link.shapes or link.inertial), body.links[0][0].name
        ),
        "boxes": boxes if boxes or all(link.virtual for link, _ in body.links) else None,
        "mass_kg": None if inertial is None else inertial.mass,
        "com": None if inertial is None else _round(inertial.com.tolist()),
        "inertia": [float(tensor[i, j]) for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))]
        if tensor is not None and physical
        else None,
    }


def _notes(chain: Chain) -> list[str]:
    out = []
    if wrong := _placeholders(chain):
        told = ", ".join(f"{name} {speed:g}" for name, speed in wrong.items())
        out.append(f"joint speeds are placeholders ({told}): all speeds of the arm count as unknown")
    axis = chain.flange[:3, :3].T @ np.array(chain.joints[-1].axis)
    if abs(abs(axis[2]) - 1.0) > 1e-3 and chain.joints[-1].kind == "revolute":
        out.append(
            f"z of the flange frame {chain.tip} is not along the last joint axis: check that it points out"
        )
    shapes = [solid for body in chain.bodies for link, _ in body.links for solid in link.shapes]
    if any(isinstance(solid, MeshFile) for solid in shapes):
        out.append("boxes cover the meshes of the description")
    return out


def _rating(value: Any) -> Any:
    if value is None or (isinstance(value, Mapping) and "value" in value):
        return value
    plain = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
    return {"value": plain, "source": "given at import", "confidence": "medium"}


def _pose(pose: Array, xyz: str, rpy: str) -> dict[str, list[float]]:
    return {xyz: _round(pose[:3, 3].tolist()), rpy: _round(angles(pose[:3, :3]))}


def _round(values: Sequence[float]) -> list[float]:
    """Rounded to 1e-10 (m, rad), without negative zeros."""
    return [round(value, _DIGITS) + 0.0 if math.isfinite(value) else value for value in values]


def _identifier(name: str) -> str:
    out = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:64]
    if not out:
        raise RobotError("the robot has no usable name", value=name, fix="give an id")
    return out
