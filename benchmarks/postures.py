"""Many postures of one robot at once in plain NumPy: where they are, how near things come, Newton steps.

Used to plant tasks that are known to be feasible; built on the oracle's own kinematics, not on the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.oracle_boxes import Array, Boxes, bounds_gap, distance, separation
from benchmarks.oracle_robot import link_frames, placed
from robotplus.robots.frames import transform
from robotplus.robots.model import OrientedBox, Robot
from robotplus.scenarios.task import Tool

DAMPING = 1e-4
POSITION, DIRECTION = 1e-5, 1e-4  # when a posture counts as arrived [m], [rad]


@dataclass(frozen=True)
class Body:
    """One box of the robot: its name and number in the pair rules, at many postures."""

    name: str
    number: int
    boxes: Boxes


class Arm:
    """A robot with its tool and what it carries (``part``, in the TCP frame), from the robot's document."""

    def __init__(self, robot: Robot, tool: Tool, *, part: OrientedBox | None = None) -> None:
        self.robot, self.document, self.tool, self.part = robot, robot.document, tool, part
        self.lower = np.array([j.lower for j in robot.joints], dtype=float)
        self.upper = np.array([j.upper for j in robot.joints], dtype=float)
        self.speed = np.array([j.velocity for j in robot.joints], dtype=float)
        self.flange_from_tcp = transform(tool.tcp_xyz, tool.tcp_rpy)

    def tcp(self, q: Array) -> Array:
        """(n, 4, 4) base_from_tcp."""
        return np.asarray(link_frames(self.document, q)[-1] @ self.flange_from_tcp)

    def inside(self, q: Array, margin: float = 0.0) -> np.ndarray:
        """(n,) True where limits and couplings hold, ``margin`` being a share of each range kept free."""
        room = margin * (self.upper - self.lower)
        ok = ((q >= self.lower + room) & (q <= self.upper - room)).all(axis=1)
        for c in (*self.robot.couplings, *self.robot.alternative_couplings):
            total = q @ np.array(c.coefficients)
            ok &= (total >= c.lower) & (total <= c.upper)
        return np.asarray(ok)

    def reach_for(
        self, target: Array, q: Array, *, free_spin: bool, rounds: int = 30
    ) -> tuple[Array, np.ndarray]:
        """Newton steps from postures ``q`` (n, dof) towards base_from_tcp ``target`` (n, 4, 4).

        Returns:
            The postures reached, and (n,) whether they are within limits and at their target.
        """
        q = q.copy()
        for _ in range(rounds):
            error, jacobian = self._error(target, q, free_spin)
            square = jacobian @ jacobian.swapaxes(1, 2) + DAMPING**2 * np.eye(6)
            step = jacobian.swapaxes(1, 2) @ np.linalg.solve(square, error[..., None])
            q = np.clip(q + np.clip(step[..., 0], -0.3, 0.3), self.lower, self.upper)
        error, _ = self._error(target, q, free_spin)
        there = np.linalg.norm(error[:, :3], axis=1) < POSITION
        there &= np.linalg.norm(error[:, 3:], axis=1) < DIRECTION
        return q, there & self.inside(q)

    def _error(self, target: Array, q: Array, free_spin: bool) -> tuple[Array, Array]:
        frames = link_frames(self.document, q)
        tcp = frames[-1] @ self.flange_from_tcp
        jacobian = np.zeros((len(q), 6, q.shape[1]))
        for k, joint in enumerate(self.document["joints"]):
            axis = frames[k + 1][:, :3, :3] @ np.array(joint["axis"])
            if joint["kind"] == "revolute":
                jacobian[:, :3, k] = np.cross(axis, tcp[:, :3, 3] - frames[k + 1][:, :3, 3])
                jacobian[:, 3:, k] = axis
            else:
                jacobian[:, :3, k] = axis
        z = tcp[:, :3, 2]
        columns = (2,) if free_spin else (0, 1, 2)
        turn = np.sum([np.cross(tcp[:, :3, c], target[:, :3, c]) for c in columns], axis=0)
        turn /= 1.0 if free_spin else 2.0  # three small cross products add up to twice the turn
        backwards = np.einsum("nc,nc->n", z, target[:, :3, 2]) < 0
        turn[backwards] += tcp[backwards, :3, 0]  # a direction turned about has no cross product to follow
        if free_spin:
            jacobian[:, 3:] -= z[:, :, None] * np.einsum("nc,nck->nk", z, jacobian[:, 3:])[:, None]
        return np.concatenate([target[:, :3, 3] - tcp[:, :3, 3], turn], axis=1), jacobian

    def bodies(self, q: Array, world_from_base: Array) -> list[Body]:
        """Every box of links, tool and part in the world; ``world_from_base`` is (4, 4) or (n, 4, 4)."""
        frames = [world_from_base @ f for f in link_frames(self.document, q)]
        out = [
            Body(f"link_{k}", k, placed(frames[k], box))
            for k, link in enumerate(self.document["links"])
            for box in link["boxes"]
        ]
        last = self.robot.dof
        out += [Body("tool", last, placed(frames[-1], as_dict(box))) for box in self.tool.boxes]
        if self.part is not None:
            out.append(Body("part", last, placed(frames[-1] @ self.flange_from_tcp, as_dict(self.part))))
        return out


def as_dict(box: OrientedBox) -> dict[str, Any]:
    """A box as a robot file would hold it."""
    return {"xyz": box.xyz, "rpy": box.rpy, "size": box.size}


def standing(box: OrientedBox, count: int) -> Boxes:
    """A box that stands still, repeated for ``count`` postures."""
    return placed(np.broadcast_to(np.eye(4), (count, 4, 4)), as_dict(box))


def least(a: Boxes, b: Boxes, enough: float) -> float:
    """Smallest distance over all postures, or at least ``enough``; 0 when they overlap."""
    near = np.flatnonzero(bounds_gap(a, b) < enough)
    near = near[separation(a[near], b[near]) < enough] if len(near) else near
    return min(enough, float(distance(a[near], b[near]).min())) if len(near) else enough


def apart(bodies: Sequence[Body], pairs: Sequence[tuple[str, str]], enough: float) -> bool:
    """Whether the named pairs of bodies stay ``enough`` apart at every posture."""
    return all(
        least(a.boxes, b.boxes, enough) >= enough
        for first, second in pairs
        for a in bodies
        if a.name == first
        for b in bodies
        if b.name == second
    )


def overlapping(bodies: Sequence[Body], pairs: Sequence[tuple[str, str]]) -> np.ndarray:
    """(n,) True where a named pair overlaps."""
    hit = np.zeros(len(bodies[0].boxes.centre), dtype=bool)
    for first, second in pairs:
        for a in (b for b in bodies if b.name == first):
            for b in (b for b in bodies if b.name == second):
                hit |= closer(a.boxes, b.boxes, 0.0)
    return hit


def closer(a: Boxes, b: Boxes, margin: float) -> np.ndarray:
    """(n,) True where the separating axes show no more than ``margin``."""
    out = np.zeros(len(a.centre), dtype=bool)
    near = np.flatnonzero(bounds_gap(a, b) <= margin)
    if len(near):
        out[near] = separation(a[near], b[near]) <= margin
    return out
