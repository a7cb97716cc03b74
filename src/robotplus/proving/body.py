"""One robot holding one tool: the packed chain with all boxes, its self-collision pairs and its heading."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.layers import flange_from_tcp
from robotplus.proving.pack import MAX_BOXES, PackedRobot, RobotStruct, pack, with_boxes
from robotplus.proving.pairs import coarse_pairs, link_pairs
from robotplus.robots.acceleration import Estimate, estimate
from robotplus.robots.frames import box_transform
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.task import Program


@dataclass(frozen=True)
class Body:
    """``pairs`` (n, 2): link numbers that are checked against each other (dof + 1: tool, dof + 2 …: parts);
    ``coarse`` the pairs left out because their boxes overlap by being boxes. ``heading`` [rad]: the direction in the
    base frame in which the arm reaches with joint 1 in the middle of its range; ``radius`` [m] bounds the distance of
    the universal point from the point on axis 1 at ``shoulder`` (base frame); ``universal`` is that point in the flange
    frame; ``axis_points`` one point on each axis at q = 0, base frame."""

    robot: Robot
    struct: RobotStruct
    packed: PackedRobot
    acceleration: Estimate
    pairs: np.ndarray[Any, np.dtype[np.int32]]
    coarse: tuple[tuple[int, int], ...]
    heading: float
    radius: float
    shoulder: Array
    universal: Array
    axis_points: Array

    @property
    def pointer(self) -> Any:
        return ctypes.byref(self.struct)

    @property
    def dof(self) -> int:
        return int(self.struct.dof)


@dataclass(frozen=True)
class _Chain:
    packed: PackedRobot
    coarse: tuple[tuple[int, int], ...]
    heading: float
    radius: float
    shoulder: Array
    universal: Array
    axis_points: Array


@lru_cache(maxsize=1024)
def _chain_of(sha256: str, holder: _Holder) -> _Chain:
    """What depends on the robot alone, kept for the next need."""
    packed = pack(holder.robot)
    lam = np.zeros(7)
    radius = kernels().rp_reach_bound(packed.pointer, p(lam))
    zero = _frames(packed, np.zeros(packed.dof))
    points = np.array([f[:3, 3] + lam[j] * f[:3, 2] for j, f in enumerate(zero[:-1])])
    flange = zero[-1]
    universal = flange[:3, :3].T @ (points[-1] - flange[:3, 3])
    return _Chain(packed, coarse_pairs(packed.struct, link_pairs(packed.struct)), _heading(packed), radius, points[0], universal, points)


class _Holder:
    """Hashable by digest, so that the cache key is the model file and nothing else."""

    def __init__(self, robot: Robot) -> None:
        self.robot = robot

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder)


def make_body(robot: Robot, program: Program, *, load_kg: float) -> Body:
    """A robot with the need's tool and parts.

    Args:
        robot: all blocking data must be known.
        program: gives tool, parts and the TCP.
        load_kg: heaviest mass on the flange, for the acceleration estimate.
    """
    c = _chain_of(robot.sha256, _Holder(robot))
    holding = with_boxes(c.packed, tool=program.tool.boxes).struct
    tcp = flange_from_tcp(program)
    for k, part in enumerate(program.parts):
        _carry(holding, part.boxes, tcp, c.packed.dof + 2 + k)
    acceleration = estimate(robot, load_kg)
    np.ctypeslib.as_array(holding.amax)[: robot.dof] = acceleration.low
    n = robot.dof
    left_out = set(c.coarse)
    pairs = [(i, j) for i in range(n + 1) for j in range(i + 2, n + 1) if (i, j) not in left_out]
    pairs += [(i, n + 1) for i in range(n - 1)]
    pairs += [(i, n + 2 + k) for k in range(len(program.parts)) for i in range(n - 1)]
    have = {int(holding.box_link[b]) for b in range(holding.n_box)}
    pairs = [q for q in pairs if q[0] in have and q[1] in have]
    return Body(
        robot,
        holding,
        c.packed,
        acceleration,
        np.array(pairs, dtype=np.int32).reshape(-1, 2),
        c.coarse,
        c.heading,
        c.radius,
        c.shoulder,
        c.universal,
        c.axis_points,
    )


def without_pairs(body: Body, dropped: set[tuple[int, int]]) -> Body:
    """The same body with some pairs found to be coarse and left out."""
    kept = [tuple(q) for q in body.pairs.tolist() if tuple(q) not in dropped]
    fields = {**vars(body), "pairs": np.array(kept, dtype=np.int32).reshape(-1, 2)}
    fields["coarse"] = body.coarse + tuple(sorted(dropped))
    return Body(**fields)


def tool_only(program: Program) -> RobotStruct:
    """A robot of no joints that matters: only tool and parts, for the tool mask."""
    out = RobotStruct()
    out.dof = 0
    from robotplus.proving.pack import _add_boxes

    _add_boxes(out, 1, program.tool.boxes, np.eye(4), "tool")
    tcp = flange_from_tcp(program)
    for k, part in enumerate(program.parts):
        _carry(out, part.boxes, tcp, 2 + k)
    return out


def _carry(out: RobotStruct, boxes: Any, tcp: Array, link: int) -> None:
    for b in boxes:
        k = int(out.n_box)
        if k >= MAX_BOXES:
            raise AssertionError("the need's part has more boxes than the kernels hold")
        out.box_link[k] = link
        np.ctypeslib.as_array(out.box_pose)[k] = rows(tcp @ box_transform(b))
        np.ctypeslib.as_array(out.box_half)[k] = np.array(b.size) / 2
        out.n_box = k + 1


def _frames(packed: PackedRobot, q: Array) -> Array:
    """(dof + 1, 4, 4) base_from_joint frames and the flange (turned joint frames), in plain NumPy."""
    s = packed.struct
    out, at = [], np.eye(4)
    for j in range(packed.dof):
        o = np.eye(4)
        o[:3] = np.ctypeslib.as_array(s.origin)[j].reshape(3, 4)
        turn = np.eye(4)
        if s.prismatic >> j & 1:
            turn[2, 3] = q[j]
        else:
            c, v = math.cos(q[j]), math.sin(q[j])
            turn[:2, :2] = [[c, -v], [v, c]]
        at = at @ o @ turn
        out.append(at)
    tip = np.eye(4)
    tip[:3] = np.ctypeslib.as_array(s.tip).reshape(3, 4)
    out.append(at @ tip)
    return np.array(out)


def _heading(packed: PackedRobot) -> float:
    """Mean direction of 256 fixed postures with joint 1 in the middle of its range."""
    s, n = packed.struct, packed.dof
    lower, upper = np.array(s.lower)[:n], np.array(s.upper)[:n]
    k = np.arange(256)[:, None]
    irrational = np.array([0.7548776662, 0.5698402910, 0.4501, 0.6180339887, 0.3247, 0.8191725134, 0.2360679775])[:n]
    q = np.zeros((256, 7))
    q[:, :n] = lower + (k * irrational % 1.0) * (upper - lower)
    q[:, 0] = 0.5 * (lower[0] + upper[0])
    flange = np.zeros((256, 12))
    kernels().rp_fk_batch(packed.pointer, p(q), 256, p(flange))
    return math.atan2(float(flange[:, 7].mean()), float(flange[:, 3].mean()))
