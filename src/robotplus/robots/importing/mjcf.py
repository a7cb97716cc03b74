"""MJCF files, compiled by MuJoCo (the optional extra ``mjcf``) and read off as a tree of links and joints."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from robotplus.errors import RobotError
from robotplus.robots.frames import about, inverse
from robotplus.robots.guards import parse_xml, read_inside
from robotplus.robots.importing.chain import Inertial, Tree, TreeJoint, TreeLink
from robotplus.robots.importing.packages import Packages
from robotplus.robots.importing.solids import Ball, Block, Cylinder, Solid, Triangles
from robotplus.robots.meshes import MAX_BYTES as MAX_MESH_BYTES
from robotplus.robots.model import Array, Vec3

MAX_BYTES = 10_000_000
_MAX_INCLUDES = 100


def read_mjcf(path: Path, packages: Packages) -> Tree:
    """Read an MJCF file. Bodies and sites become links; a body with several joints becomes a chain of links.

    Returns:
        Name of the model, links by name, joints.

    Raises:
        RobotError: MuJoCo is not installed or refuses the file, it reads files outside the folder, or it has
            joints or shapes that are not modelled.
    """
    _guard(path, packages)
    try:
        import mujoco
    except ImportError as e:
        raise RobotError("MJCF needs MuJoCo", path.name, fix="pip install 'robotplus[mjcf]'") from e
    warnings: list[str] = []
    mujoco.set_mju_user_warning(warnings.append)  # else MuJoCo writes a log file where the user stands
    try:
        spec = mujoco.MjSpec.from_file(str(path))
        name = spec.modelname
        model = spec.compile()
    except ValueError as e:
        raise RobotError(f"MuJoCo refuses the file ({str(e).strip()})", path.name) from e
    finally:
        mujoco.set_mju_user_warning(None)
    if warnings:
        raise RobotError(f"MuJoCo warns: {warnings[0].strip()}", path.name)
    figures = (
        "body_pos",
        "body_quat",
        "body_ipos",
        "body_iquat",
        "body_inertia",
        "jnt_pos",
        "jnt_axis",
        "jnt_range",
    )
    if not all(np.isfinite(getattr(model, figure)).all() for figure in figures):
        raise RobotError("a number must be finite", path.name)
    return (name if name != "MuJoCo Model" else path.stem), *_Tree(model, mujoco, path.name).read()


class _Tree:
    """A compiled model as links and joints."""

    def __init__(self, model: Any, mujoco: Any, where: str) -> None:
        self.model, self.mujoco, self.where = model, mujoco, where
        self.links: dict[str, TreeLink] = {}
        self.joints: list[TreeJoint] = []

    def read(self) -> tuple[dict[str, TreeLink], list[TreeJoint]]:
        model = self.model
        names = [model.body(k).name or f"body_{k}" for k in range(model.nbody)]
        self.links["world"] = TreeLink("world", shapes=self.shapes(0))
        for k in range(1, model.nbody):
            parent = names[model.body_parentid[k]]
            pose: Array = _pose(model.body_pos[k], model.body_quat[k])
            first, count = int(model.body_jntadr[k]), int(model.body_jntnum[k])
            for j in range(first, first + count):
                # The joint turns about its own anchor: its frame is the body's frame moved there, and what
                # follows is moved back.
                anchor = np.eye(4)
                anchor[:3, 3] = model.jnt_pos[j]
                middle = f"{names[k]}/{j}"
                self.links[middle] = TreeLink(middle, virtual=True)
                self.joints.append(self.joint(j, parent, middle, pose @ anchor))
                parent, pose = middle, inverse(anchor)
            self.links[names[k]] = TreeLink(names[k], self.inertial(k), self.shapes(k))
            self.joints.append(_fixed(f"{names[k]}/fixed", parent, names[k], pose))
        for k in range(model.nsite):
            name = model.site(k).name
            if name and name not in self.links:
                self.links[name] = TreeLink(name)
                body = names[model.site_bodyid[k]]
                self.joints.append(
                    _fixed(f"{name}/site", body, name, _pose(model.site_pos[k], model.site_quat[k]))
                )
        return self.links, self.joints

    def joint(self, j: int, parent: str, child: str, pose: Array) -> TreeJoint:
        model, kinds = self.model, self.mujoco.mjtJoint
        kind = {int(kinds.mjJNT_HINGE): "revolute", int(kinds.mjJNT_SLIDE): "prismatic"}.get(
            int(model.jnt_type[j])
        )
        name = model.joint(j).name or f"joint_{j}"
        if kind is None:
            raise RobotError("free and ball joints are not modelled", f"{self.where}: {name}")
        x, y, z = model.jnt_axis[j].tolist()
        pose = pose @ self.back_to_zero(j, (x, y, z), kind)
        lower, upper = model.jnt_range[j].tolist() if model.jnt_limited[j] else (None, None)
        strongest = float(np.abs(model.jnt_actfrcrange[j]).max()) if model.jnt_actfrclimited[j] else None
        return TreeJoint(name, kind, parent, child, pose, (x, y, z), lower, upper, None, strongest)

    def back_to_zero(self, j: int, axis: Vec3, kind: str) -> Array:
        """(4, 4) from the joint's frame as drawn, where its position is ``ref``, to its frame at zero."""
        out = np.eye(4)
        ref = float(self.model.qpos0[self.model.jnt_qposadr[j]])
        if kind == "revolute":
            out[:3, :3] = about(axis, -ref)
        else:
            out[:3, 3] = -ref * np.array(axis)
        return out

    def inertial(self, k: int) -> Inertial | None:
        mass = float(self.model.body_mass[k])
        pose = _pose(self.model.body_ipos[k], self.model.body_iquat[k])
        turn = pose[:3, :3]
        tensor = turn @ np.diag(np.asarray(self.model.body_inertia[k], dtype=float)) @ turn.T
        return Inertial(mass, pose[:3, 3], tensor) if mass > 0.0 else None

    def shapes(self, k: int) -> list[Solid]:
        """Solids of a body: those that collide, or all when none does; no planes or terrain."""
        model = self.model
        geoms = [g for g in range(model.ngeom) if model.geom_bodyid[g] == k]
        hard = [g for g in geoms if model.geom_contype[g] or model.geom_conaffinity[g]]
        return [solid for g in hard or geoms for solid in self.solid(g)]

    def solid(self, g: int) -> list[Solid]:
        model, kinds = self.model, self.mujoco.mjtGeom
        pose = _pose(model.geom_pos[g], model.geom_quat[g])
        a, b, c = model.geom_size[g].tolist()
        kind = int(model.geom_type[g])
        if kind == kinds.mjGEOM_BOX or kind == kinds.mjGEOM_ELLIPSOID:
            return [Block(pose, (2 * a, 2 * b, 2 * c))]
        if kind == kinds.mjGEOM_SPHERE:
            return [Ball(pose, a)]
        if kind == kinds.mjGEOM_CYLINDER:
            return [Cylinder(pose, a, 2 * b)]
        if kind == kinds.mjGEOM_CAPSULE:
            return [Cylinder(pose, a, 2 * (a + b))]
        if kind == kinds.mjGEOM_MESH:
            mesh = int(model.geom_dataid[g])
            start, count = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
            first, faces = int(model.mesh_faceadr[mesh]), int(model.mesh_facenum[mesh])
            vertices = np.array(model.mesh_vert[start : start + count], dtype=float)
            return [
                Triangles(pose, vertices, np.array(model.mesh_face[first : first + faces], dtype=np.int64))
            ]
        return []


def _guard(path: Path, packages: Packages) -> None:
    """Refuse what MuJoCo itself would not: entities, huge files, and files outside the folder."""
    waiting, seen = [path], 0
    folders = {"": path.parent}
    while waiting:
        file = waiting.pop()
        seen += 1
        if seen > _MAX_INCLUDES:
            raise RobotError("includes without end", path.name)
        root = parse_xml(read_inside(file, root=packages.root, limit=MAX_BYTES), file.name)
        if seen == 1 and root.tag != "mujoco":
            raise RobotError("not an MJCF file: its root is not <mujoco>", path.name, value=root.tag)
        for compiler in root.iter("compiler"):
            for key in ("meshdir", "assetdir", "texturedir"):
                if compiler.get(key):
                    folders[key] = path.parent / compiler.get(key, "")
        for element in root.iter():
            waiting += _files(element, path, folders, packages)


def _files(element: Element, path: Path, folders: dict[str, Path], packages: Packages) -> list[Path]:
    """Checks the files that an element names; returns those to be read as XML."""
    names = [value for key, value in element.attrib.items() if key.startswith("file")]
    if element.tag == "include":
        return [path.parent / name for name in names]
    if element.tag in ("plugin", "extension") or (element.tag in ("model", "attach") and names):
        raise RobotError(f"<{element.tag}> is not accepted", path.name)
    for name in names:
        places = [folder / name for folder in dict.fromkeys(folders.values())]
        read_inside(
            next((p for p in places if p.exists()), places[-1]), root=packages.root, limit=MAX_MESH_BYTES
        )
    return []


def _fixed(name: str, parent: str, child: str, pose: Array) -> TreeJoint:
    return TreeJoint(name, "fixed", parent, child, pose, (0.0, 0.0, 1.0), None, None, None, None)


def _pose(position: Array, quaternion: Array) -> Array:
    """(4, 4) pose from a position and a unit quaternion (w, x, y, z)."""
    w, x, y, z = np.asarray(quaternion, dtype=float) / np.linalg.norm(quaternion)
    out = np.eye(4)
    out[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    out[:3, 3] = position
    return out
