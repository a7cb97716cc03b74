"""The peer: the seam query put together from today's open tools, stage by stage and as well as they allow.

EAIK gives every inverse-kinematics branch, Coal (through Pinocchio) the collisions, NumPy the shortest path
through the ladder, toppra the timing and Pinocchio the torques. Collision is what costs, so it is asked in
several ways:

* ``eager``: every candidate, every pair, then one shortest path over what is free;
* ``eager_broad``: the same behind Pinocchio's broad phase;
* ``lazy_path``: plan first, check the candidates of the chosen path, strike out what hits, plan again;
* ``lazy_rung``: as before, but a hit has its whole rung checked;
* ``lazy_near``: as before, but a hit has its neighbours (rungs and spins around it) checked;
* ``confirm``: plan once without collisions and confirm; says no where another path would have been free.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pinocchio as pin
import toppra
from eaik.IK_HP import HPRobot
from toppra import algorithm, constraint

from benchmarks.ladder import TURN, Ladder, unwrap
from benchmarks.peer_geometry import Geometry
from benchmarks.scene import Candidates, Cell, flange_poses, limits, tool_poses
from robotplus.robots.frames import transform
from robotplus.robots.model import Array, Robot

STRATEGIES = ("eager", "eager_broad", "lazy_path", "lazy_rung", "lazy_near", "confirm")
SUBDIVISION = 5  # configurations per step of the path in the check between waypoints
NEAR_RUNGS, NEAR_SPINS = 4, 3

toppra.setup_logging("WARNING")
T = TypeVar("T")


@dataclass
class PeerResult:
    """What the peer says: ``reason`` is empty on a yes. ``stages``: seconds; ``path``: (waypoints, dof)."""

    feasible: bool = False
    reason: str = ""
    stages: dict[str, float] = field(default_factory=dict)
    checked: int = 0
    rounds: int = 0
    path: Array | None = None
    duration: float | None = None

    @property
    def seconds(self) -> float:
        return sum(self.stages.values())


def closed_form(robot: Robot) -> tuple[HPRobot, Array]:
    """EAIK's robot and the flange's turn at zero, which its end frame leaves out."""
    frame, last = np.eye(4), np.zeros(3)
    axes, offsets = [], []
    for joint in robot.joints:
        frame = frame @ transform(joint.origin_xyz, joint.origin_rpy)
        axes.append(frame[:3, :3] @ np.array(joint.axis))
        offsets.append(frame[:3, 3] - last)
        last = frame[:3, 3].copy()
    flange = frame @ transform(robot.flange_xyz, robot.flange_rpy)
    offsets.append(flange[:3, 3] - last)
    return HPRobot(np.array(axes), np.array(offsets)), flange[:3, :3]


class Peer:
    """One robot in one cell, ready to be asked; what is built here is not part of the query's time."""

    def __init__(
        self,
        cell: Cell,
        self_pairs: Sequence[tuple[str, str]],
        *,
        acceleration: Array,
        waypoints: int = 200,
        spins: int = 36,
        lines: bool = False,
    ) -> None:
        """
        Args:
            cell: the robot, its place and the program.
            self_pairs: pairs of bodies checked against each other.
            acceleration: (dof,) highest joint accelerations [rad/s²] for the timing.
            waypoints: poses along the stroke.
            spins: angles about the tool axis tried at each.
            lines: whether approach and retract are part of the query.
        """
        self.cell, self.spins = cell, spins
        self.lower, self.upper, self.speed = limits(cell.robot)
        revolute = np.array([j.kind == "revolute" for j in cell.robot.joints])
        self.wraps = revolute & (self.upper - self.lower >= TURN - 1e-3)
        self.revolute, self.acceleration = revolute, acceleration
        self.geometry = Geometry(cell, self_pairs)
        self.solver, self.zero_turn = closed_form(cell.robot)
        self.world_from_tcp, self.seconds = tool_poses(cell.stroke, waypoints, spins, lines=lines)

    def run(self, strategy: str) -> PeerResult:
        """Answer the query; stops at the first stage that says no."""
        result = PeerResult()
        if not self.geometry.base_free:
            result.reason = "base in the way"
            return result
        candidates = self._timed(result, "ik", self.candidates)
        if len(np.unique(candidates.waypoint)) < len(self.world_from_tcp):
            result.reason = "reach"
            return result
        search = _Search(self, candidates, result, strategy)
        q = search.find(self.wraps)
        if (
            q is None and search.windings
        ):  # joints that turn too far: without comparing modulo a turn they may not
            q = search.find(np.zeros_like(self.wraps))
        if q is None:
            result.reason = "windings" if search.windings else "no path"
            return result
        between = np.concatenate([q[:-1] + (q[1:] - q[:-1]) * k / SUBDIVISION for k in range(SUBDIVISION)])
        broad = strategy != "eager"
        if not self._timed(result, "between", lambda: self.geometry.free(between, broad=broad)).all():
            result.reason = "between waypoints"
            return result
        result.duration = self._timed(result, "timing", lambda: self.time_path(q))
        self._timed(result, "torques", lambda: self.torques(q))
        result.feasible, result.path = result.duration is not None, q
        result.reason = "" if result.feasible else "timing"
        return result

    def candidates(self) -> Candidates:
        """Every branch of every tool pose, turned into the limits (nearest the middle of the range)."""
        poses = flange_poses(self.cell, self.world_from_tcp).reshape(-1, 4, 4)
        poses[:, :3, :3] = poses[:, :3, :3] @ self.zero_turn.T
        solutions = self.solver.IK_batched(poses, 1)
        branches = [s.Q for s in solutions]
        exact = ~np.concatenate([np.ravel(s.is_LS) for s in solutions]).astype(bool)
        index = np.repeat(np.arange(len(poses)), [len(b) for b in branches])
        q = np.concatenate([b.reshape(-1, self.cell.robot.dof) for b in branches])
        middle = (self.lower + self.upper) / 2
        q = np.where(self.revolute, q - TURN * np.round((q - middle) / TURN), q)
        keep = exact & (q >= self.lower).all(axis=1) & (q <= self.upper).all(axis=1)
        for c in self.cell.robot.couplings:
            total = q @ np.array(c.coefficients)
            keep &= (total >= c.lower) & (total <= c.upper)
        return Candidates(index[keep] // self.spins, index[keep] % self.spins, q[keep])

    def time_path(self, q: Array) -> float | None:
        """Seconds of the fastest pass along the path within joint speeds and accelerations, or None."""
        grid = np.linspace(0.0, 1.0, len(q))
        both = [
            constraint.JointVelocityConstraint(np.column_stack([-self.speed, self.speed])),
            constraint.JointAccelerationConstraint(np.column_stack([-self.acceleration, self.acceleration])),
        ]
        solver = algorithm.TOPPRA(
            both, toppra.SplineInterpolator(grid, q), gridpoints=grid, solver_wrapper="seidel"
        )
        trajectory = solver.compute_trajectory(0, 0)
        return None if trajectory is None else float(trajectory.duration)

    def torques(self, q: Array) -> Array:
        """(n, dof) inverse dynamics along the path, at rest in each point."""
        still = np.zeros(q.shape[1])
        geometry = self.geometry
        return np.array([pin.rnea(geometry.model, geometry.data, row, still, still) for row in q])

    @staticmethod
    def _timed(result: PeerResult, stage: str, run: Callable[[], T]) -> T:
        start = time.perf_counter()
        value = run()
        result.stages[stage] = result.stages.get(stage, 0.0) + time.perf_counter() - start
        return value


class _Search:
    """One way of asking for collisions while looking for the shortest path; what was asked is remembered."""

    def __init__(self, peer: Peer, candidates: Candidates, result: PeerResult, strategy: str) -> None:
        self.peer, self.candidates, self.result, self.strategy = peer, candidates, result, strategy
        self.known = np.zeros(len(candidates.q), dtype=bool)
        self.hits = np.zeros(len(candidates.q), dtype=bool)
        self.windings = False
        if strategy.startswith("eager"):
            self._check(np.arange(len(candidates.q)))

    def find(self, wraps: np.ndarray) -> Array | None:
        """A path (waypoints, dof) free of collision at its waypoints and within the limits, or None."""
        ladder, index = self._timed("path", lambda: self._ladder(wraps))
        change = 0
        while True:
            self.result.rounds += 1
            chain = self._timed("path", lambda: ladder.shortest(change))  # noqa: B023 (called at once)
            if chain is None:
                return None
            chosen = index[chain]
            new = self._check(chosen[~self.known[chosen]])
            if not len(new):
                break
            if self.strategy == "confirm":
                return None
            if self.strategy != "lazy_path":
                new = np.append(new, self._check(np.flatnonzero(self._around(new) & ~self.known)))
            ladder.blocked = self.hits[index]
            change = int(self.candidates.waypoint[new].min())
        peer = self.peer
        q = unwrap(self.candidates.q[chosen], lower=peer.lower, upper=peer.upper, wraps=wraps)
        self.windings = q is None
        return q

    def _ladder(self, wraps: np.ndarray) -> tuple[Ladder, np.ndarray]:
        """The ladder of candidates not known to hit, and which candidates they are."""
        peer, left = self.peer, np.flatnonzero(~self.hits)
        rungs = len(peer.world_from_tcp)
        free = self.candidates.keep(left)
        return Ladder(free, rungs, speed=peer.speed, seconds=peer.seconds, wraps=wraps), left

    def _check(self, which: np.ndarray) -> np.ndarray:
        """Ask Coal about candidates; returns those that hit."""
        broad = self.strategy != "eager"
        q = self.candidates.q[which]
        free = self._timed("collision", lambda: self.peer.geometry.free(q, broad=broad))
        self.result.checked += len(which)
        self.known[which] = True
        self.hits[which[~free]] = True
        return np.asarray(which[~free])

    def _around(self, hits: np.ndarray) -> np.ndarray:
        """Mask of the candidates near those that hit: their rungs, or the rungs and spins around them."""
        rungs, spins = len(self.peer.world_from_tcp), self.peer.spins
        mark = np.zeros((rungs, spins), dtype=bool)
        for k, s in zip(self.candidates.waypoint[hits], self.candidates.spin[hits], strict=True):
            if self.strategy == "lazy_rung":
                mark[k] = True
            else:
                near = np.arange(s - NEAR_SPINS, s + NEAR_SPINS + 1) % spins
                mark[max(0, k - NEAR_RUNGS) : k + NEAR_RUNGS + 1, near] = True
        return np.asarray(mark[self.candidates.waypoint, self.candidates.spin])

    def _timed(self, stage: str, run: Callable[[], T]) -> T:
        return self.peer._timed(self.result, stage, run)
