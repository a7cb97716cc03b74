"""The robot at its place as Pinocchio and Coal see it: kinematics, bodies, boxes.

Built from the model's numbers directly; every pose is in the world frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import coal
import numpy as np
import pinocchio

from robotplus.checking.pieces import Bools, Ints
from robotplus.robots.frames import box_transform, transform
from robotplus.robots.model import Array, OrientedBox, Robot
from robotplus.scenarios.task import Part, Tool

ROUNDING = 1e-6  # [m] more than a distance loses as the root of a difference of squares of lengths up to 10 m


@dataclass(frozen=True)
class Box:
    """One box of a body. ``link`` carries it (0: fixed in the world); ``pose`` is link_from_box, for link 0
    in the world frame; ``half`` (3,) half edges."""

    body: str
    link: int
    pose: Array
    half: Array


@dataclass(frozen=True)
class Poses:
    """Link frames at m samples: ``rotation`` (m, n + 1, 3, 3) and ``origin`` (m, n + 1, 3), link 0 first, and
    the unit joint axes ``axis`` (m, n, 3); joint k + 1 has its origin at ``origin[:, k + 1]``."""

    rotation: Array
    origin: Array
    axis: Array


@dataclass(frozen=True)
class Placed:
    """World poses of the robot's own boxes at m samples: ``rotation`` (m, own, 3, 3), ``centre`` (m, own, 3)."""

    rotation: Array
    centre: Array


class Rig:
    """Robot, tool, parts and surroundings at one base pose.

    The first ``own`` boxes are those of robot, tool and parts; the others stand in the world, at
    ``still_rotation`` and ``still_centre`` (zero for boxes that move).

    Args:
        robot: every link has boxes, every joint limits.
        tool: rigid on the flange.
        parts: rigid in the TCP frame while carried.
        world_from_base: (4, 4).
        fixed: bodies that stand in the world, by name.
    """

    def __init__(
        self,
        robot: Robot,
        tool: Tool,
        *,
        parts: Sequence[Part],
        world_from_base: Array,
        fixed: Sequence[tuple[str, Sequence[OrientedBox]]],
    ) -> None:
        self.robot, self.dof, self.world_from_base = robot, robot.dof, world_from_base
        self.revolute: Bools = np.array([j.kind == "revolute" for j in robot.joints])
        self.link_from_flange = transform(robot.flange_xyz, robot.flange_rpy)
        self.link_from_tcp = self.link_from_flange @ transform(tool.tcp_xyz, tool.tcp_rpy)
        self._build_model()
        self.boxes = self._collect(tool, parts, fixed)
        self.own = len(self.boxes) - sum(len(boxes) for _, boxes in fixed)
        self.link: Ints = np.array([b.link for b in self.boxes])
        self.half = np.array([b.half for b in self.boxes])
        self.radius = np.linalg.norm(self.half, axis=1)
        self._local = np.array([b.pose for b in self.boxes])
        still = (self.link == 0)[:, None]
        self.still_rotation = np.where(still[..., None], self._local[:, :3, :3], 0.0)
        self.still_centre = np.where(still, self._local[:, :3, 3], 0.0)
        self.reach = self._reach(self.link_from_tcp[:3, 3])

    def _build_model(self) -> None:
        model = pinocchio.Model()
        axes, parent, placement = [], 0, self.world_from_base
        for joint in self.robot.joints:
            axis = np.array(joint.axis) / np.linalg.norm(joint.axis)
            kind = (
                pinocchio.JointModelRevoluteUnaligned
                if joint.kind == "revolute"
                else pinocchio.JointModelPrismaticUnaligned
            )
            pose = placement @ transform(joint.origin_xyz, joint.origin_rpy)
            parent = model.addJoint(parent, kind(axis), pinocchio.SE3(pose), joint.name)
            placement = np.eye(4)
            axes.append(axis)
        self.model, self.data, self._axes = model, model.createData(), np.array(axes)
        self._frames = joint_frames(self.data, self.dof)

    def _collect(
        self, tool: Tool, parts: Sequence[Part], fixed: Sequence[tuple[str, Sequence[OrientedBox]]]
    ) -> list[Box]:
        rows: list[tuple[str, int, Array, Sequence[OrientedBox]]] = [
            (f"link_{k}", k, np.eye(4) if k else self.world_from_base, link.boxes or ())
            for k, link in enumerate(self.robot.links)
        ]
        rows.append(("tool", self.dof, self.link_from_flange, tool.boxes))
        rows += [(f"part {i}", self.dof, self.link_from_tcp, part.boxes) for i, part in enumerate(parts)]
        rows += [(name, 0, np.eye(4), boxes) for name, boxes in fixed]
        return [
            Box(body, link, frame @ box_transform(box), np.array(box.size) / 2)
            for body, link, frame, boxes in rows
            for box in boxes
        ]

    def _reach(self, point: Array) -> Array:
        """(n + 1,) bounds on the distance of a point of the last link from the base origin, then from each
        joint's origin, whatever the posture: the summed lengths of the chain (1 for a prismatic joint)."""
        lengths = [float(np.linalg.norm(j.origin_xyz)) for j in self.robot.joints]
        slides = [
            max(abs(j.lower or 0.0), abs(j.upper or 0.0)) if j.kind == "prismatic" else 0.0
            for j in self.robot.joints
        ]
        out = np.zeros(self.dof + 1)
        reach = float(np.linalg.norm(point))
        for k in reversed(range(self.dof)):
            reach += slides[k]
            out[k + 1] = reach if self.revolute[k] else 1.0
            reach += lengths[k]
        out[0] = reach
        return out

    def poses(self, q: Array) -> Poses:
        """Forward kinematics of configurations ``q`` (m, n)."""
        frames = np.empty((len(q), self.dof + 1, 4, 3))  # columns of the rotation, then the origin
        frames[:, 0] = self.world_from_base[:3].T
        for i, configuration in enumerate(q):
            pinocchio.forwardKinematics(self.model, self.data, configuration)
            frames[i, 1:] = self._frames
        rotation = np.ascontiguousarray(frames[:, :, :3].transpose(0, 1, 3, 2))
        return Poses(rotation, frames[:, :, 3], np.einsum("mkij,kj->mki", rotation[:, 1:], self._axes))

    def place(self, poses: Poses) -> Placed:
        """The robot's own boxes in the world; those of link 0 stand where they were built."""
        link, local = self.link[: self.own], self._local[: self.own]
        rotation = poses.rotation[:, link]
        c = poses.origin[:, link] + np.einsum("mbij,bj->mbi", rotation, local[:, :3, 3])
        r = rotation @ local[:, :3, :3]
        still = link == 0
        r[:, still], c[:, still] = local[still, :3, :3], local[still, :3, 3]
        return Placed(r, c)

    def at(self, placed: Placed, sample: Ints, box: Ints) -> tuple[Array, Array]:
        """World rotations (k, 3, 3) and centres (k, 3) of any boxes (k,) at samples (k,)."""
        rotation, centre = self.still_rotation[box], self.still_centre[box]
        moves = np.flatnonzero(box < self.own)
        rotation[moves] = placed.rotation[sample[moves], box[moves]]
        centre[moves] = placed.centre[sample[moves], box[moves]]
        return rotation, centre

    def tcp(self, poses: Poses) -> tuple[Array, Array]:
        """World rotations (m, 3, 3) and positions (m, 3) of the TCP."""
        r, o = poses.rotation[:, -1], poses.origin[:, -1]
        return r @ self.link_from_tcp[:3, :3], o + r @ self.link_from_tcp[:3, 3]

    def jacobian(self, poses: Poses) -> Array:
        """(m, 6, n) Jacobians at the TCP in world axes: linear rows, then angular rows."""
        _, p = self.tcp(poses)
        linear = np.where(
            self.revolute[:, None], np.cross(poses.axis, p[:, None] - poses.origin[:, 1:]), poses.axis
        )
        angular = np.where(self.revolute[:, None], poses.axis, 0.0)
        return np.concatenate([linear, angular], axis=2).transpose(0, 2, 1)

    def radii(self, poses: Poses, centre: Array, radius: Array) -> Array:
        """Largest distance of the points of balls from each joint axis, rounded up; 1 for prismatic joints.

        Args:
            centre: (m, k, 3) world centres. radius: (k,).

        Returns:
            (m, k, n)
        """
        base = self.world_from_base[:3, 3]
        c, o, axis = centre - base, poses.origin[:, 1:] - base, poses.axis
        along = c @ axis.transpose(0, 2, 1) - np.einsum("mji,mji->mj", o, axis)[:, None]
        square = np.einsum("mki,mki->mk", c, c)[:, :, None] - 2.0 * (c @ o.transpose(0, 2, 1))
        square += np.einsum("mji,mji->mj", o, o)[:, None] - along**2
        distance = np.sqrt(np.maximum(square, 0.0)) + (radius[:, None] + ROUNDING)
        return np.where(self.revolute, distance, 1.0)

    def geometry(self, pairs: Ints) -> tuple[pinocchio.GeometryModel, pinocchio.GeometryData]:
        """Coal's view of all boxes with the pairs (k, 2) of box indices, in that order."""
        model = pinocchio.GeometryModel()
        for i, box in enumerate(self.boxes):
            shape = coal.Box(*(2 * box.half))
            model.addGeometryObject(
                pinocchio.GeometryObject(f"{box.body} {i}", box.link, pinocchio.SE3(box.pose), shape)
            )
        for a, b in pairs:
            model.addCollisionPair(pinocchio.CollisionPair(int(a), int(b)))
        return model, model.createData()


def joint_frames(data: pinocchio.Data, dof: int) -> Array:
    """(dof, 4, 3) a view of Pinocchio's own joint frames: the columns of the rotation, then the origin.

    They lie one after another in its memory; to copy them at once takes a fifth of the time of asking for each.

    Raises:
        RuntimeError: they do not, in this version of Pinocchio.
    """
    frames = [data.oMi[k] for k in range(1, dof + 1)]
    places = [_address(v) for frame in frames for v in (frame.rotation, frame.translation)]
    wanted = [places[0] + 8 * (12 * k + part) for k in range(dof) for part in (0, 9)]
    if places != wanted or frames[0].rotation.strides != (8, 24):
        raise RuntimeError("Pinocchio keeps joint frames in an unknown order")
    first = frames[0].rotation.T
    return np.lib.stride_tricks.as_strided(first, (dof, 4, 3), (96, 24, 8), writeable=False)


def _address(view: Array) -> int:
    return int(view.__array_interface__["data"][0])
