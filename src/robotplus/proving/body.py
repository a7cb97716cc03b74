"""One robot holding one tool: the packed chain with all boxes, its self-collision pairs and its heading."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np

from robotplus.errors import NeedError
from robotplus.proving.chains import chain_of
from robotplus.proving.kernels.calls import rows
from robotplus.proving.layers import flange_from_tcp
from robotplus.proving.pack import MAX_BOXES, PackedRobot, RobotStruct, add_boxes, with_boxes
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


def make_body(robot: Robot, program: Program, *, load_kg: float) -> Body:
    """A robot with the need's tool and parts.

    Args:
        robot: all blocking data must be known.
        program: gives tool, parts and the TCP.
        load_kg: heaviest mass on the flange, for the acceleration estimate.
    """
    c = chain_of(robot)
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
    add_boxes(out, 1, program.tool.boxes, np.eye(4), "tool")
    tcp = flange_from_tcp(program)
    for k, part in enumerate(program.parts):
        _carry(out, part.boxes, tcp, 2 + k)
    return out


def _carry(out: RobotStruct, boxes: Any, tcp: Array, link: int) -> None:
    for b in boxes:
        k = int(out.n_box)
        if k >= MAX_BOXES:
            raise NeedError(
                "tool and parts have too many boxes",
                "need",
                value=k + 1,
                allowed=f"<= {MAX_BOXES}",
                fix="merge boxes",
            )
        out.box_link[k] = link
        np.ctypeslib.as_array(out.box_pose)[k] = rows(tcp @ box_transform(b))
        np.ctypeslib.as_array(out.box_half)[k] = np.array(b.size) / 2
        out.n_box = k + 1
