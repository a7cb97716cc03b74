"""A cell as Pinocchio and Coal see it: the robot's chain, the boxes and the pairs to check."""

from __future__ import annotations

from collections.abc import Sequence

import coal
import numpy as np
import pinocchio as pin

from benchmarks.scene import Cell
from robotplus.checking.rig import Rig
from robotplus.checking.selfpairs import coarse_pairs
from robotplus.robots.frames import box_transform, transform
from robotplus.robots.model import Array, OrientedBox, Robot
from robotplus.scenarios.task import Tool

GROUND = ("floor", "pedestal")  # what links 0 and 1 may touch
UNKNOWN_LINK_KG = (
    10.0  # only so that the inverse dynamics have something to add up where the file has no mass
)


def build_model(robot: Robot, world_from_base: Array) -> pin.Model:
    """The robot's chain with its masses, standing at ``world_from_base``."""
    model = pin.Model()
    placement, parent = pin.SE3(world_from_base), 0
    for joint, link in zip(robot.joints, robot.links[1:], strict=True):
        axis = np.array(joint.axis)
        kind = (
            pin.JointModelRevoluteUnaligned if joint.kind == "revolute" else pin.JointModelPrismaticUnaligned
        )
        origin = placement * pin.SE3(transform(joint.origin_xyz, joint.origin_rpy))
        parent = model.addJoint(parent, kind(axis), origin, joint.name)
        placement = pin.SE3.Identity()
        mass = UNKNOWN_LINK_KG if link.mass_kg is None else link.mass_kg
        com = np.zeros(3) if link.com is None else np.array(link.com)
        model.appendBodyToJoint(parent, pin.Inertia(mass, com, 0.01 * mass * np.eye(3)), pin.SE3.Identity())
    return model


def self_pairs(robot: Robot, tool: Tool) -> list[tuple[str, str]]:
    """The pairs of bodies that the rule of docs/check.md keeps: two joints apart or more, not coarse."""
    rig = Rig(robot, tool, parts=(), world_from_base=np.eye(4), fixed=())
    coarse = set(coarse_pairs(rig))
    deep = [*((f"link_{k}", k) for k in range(2, robot.dof + 1)), ("tool", robot.dof)]
    named = [(f"link_{i}", name) for name, number in reversed(deep) for i in range(number - 1)]
    return [(a, b) for a, b in named if f"{a}/{b}" not in coarse]


class Geometry:
    """Collision answers of Coal for joint vectors of one cell, pair by pair or behind a broad phase."""

    def __init__(self, cell: Cell, self_pairs: Sequence[tuple[str, str]]) -> None:
        """
        Args:
            cell: the robot, its place and the program.
            self_pairs: names of the bodies to be kept clear of each other, such as ("link_2", "tool").
        """
        robot, world_from_base = cell.robot, cell.world_from_base
        self.model = build_model(robot, world_from_base)
        self.data = self.model.createData()
        self._shapes = pin.GeometryModel()
        margins: list[float] = []

        def add(joint: int, placement: Array, boxes: Sequence[OrientedBox]) -> list[int]:
            made = []
            for box in boxes:
                pose = pin.SE3(placement @ box_transform(box))
                name = f"box_{self._shapes.ngeoms}"
                shape = pin.GeometryObject(name, joint, pose, coal.Box(*box.size))
                made.append(self._shapes.addGeometryObject(shape))
            return made

        def pair(first: Sequence[int], second: Sequence[int], margin: float) -> None:
            for a in first:
                for b in second:
                    self._shapes.addCollisionPair(pin.CollisionPair(a, b))
                    margins.append(margin)

        links = [
            add(k, np.eye(4) if k else world_from_base, link.boxes or ())
            for k, link in enumerate(robot.links)
        ]
        tool = add(robot.dof, transform(robot.flange_xyz, robot.flange_rpy), cell.program.tool.boxes)
        cell_boxes = [(role, add(0, np.eye(4), [box])) for role, box in cell.obstacles]
        need = cell.program.requirements
        for _, ids in cell_boxes:
            pair(tool, ids, need.tool_clearance)
        for k in range(
            robot.dof, 0, -1
        ):  # the outer links hit most: first, because the search stops at a hit
            for role, ids in cell_boxes:
                if not (k == 1 and role in GROUND):
                    pair(links[k], ids, need.min_clearance)
        bodies = {**{f"link_{k}": ids for k, ids in enumerate(links)}, "tool": tool}
        for i, j in self_pairs:
            pair(bodies[i], bodies[j], 0.0)
        standing = [*links[0], *(ids[0] for role, ids in cell_boxes if role == "pedestal")]
        others = [ids[0] for role, ids in cell_boxes if role not in GROUND]
        self.base_free = not any(self._overlap(a, b) for a in standing for b in others)
        self._request = self._shapes.createData()
        for request, margin in zip(self._request.collisionRequests, margins, strict=True):
            request.security_margin = margin
        self._broad = pin.BroadPhaseManager_NaiveCollisionManager(self.model, self._shapes, self._request)

    def free(self, q: Array, *, broad: bool) -> np.ndarray:
        """(n,) True where the joint vectors (n, dof) keep every pair clear of each other.

        Args:
            q: joint vectors.
            broad: ask Coal only about pairs whose axis-aligned bounds overlap.
        """
        manager = self._broad if broad else None
        return ~np.fromiter((self._hits(row, manager) for row in q), dtype=bool, count=len(q))

    def _overlap(self, a: int, b: int) -> bool:
        first, second = self._shapes.geometryObjects[a], self._shapes.geometryObjects[b]
        poses = [coal.Transform3s(o.placement.rotation, o.placement.translation) for o in (first, second)]
        result = coal.CollisionResult()
        request = coal.CollisionRequest()
        return bool(coal.collide(first.geometry, poses[0], second.geometry, poses[1], request, result))

    def _hits(self, q: Array, manager: object) -> bool:
        if manager is None:
            return bool(pin.computeCollisions(self.model, self.data, self._shapes, self._request, q, True))
        return bool(pin.computeCollisions(self.model, self.data, manager, q, True))
