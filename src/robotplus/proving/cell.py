"""The obstacles of a Program as arrays for the kernels, with the pedestal of one base height added.

Also what is the same for every robot: which spins of which waypoint keep the tool clear of the cell.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from robotplus.errors import NeedError
from robotplus.proving.kernels.calls import TaskStruct, WorldStruct, kernels, p, rows
from robotplus.proving.layers import Layers, tcp_from_flange
from robotplus.proving.pack import RobotStruct
from robotplus.robots.frames import box_transform
from robotplus.robots.model import OrientedBox
from robotplus.scenarios.task import Program

FLOOR, BASE = 1, 2
Bytes = npt.NDArray[np.uint8]
ALWAYS = 1 << 30


@dataclass(frozen=True)
class World:
    """A ``rp_world`` and the arrays it points into."""

    struct: WorldStruct
    keep: tuple[Any, ...]

    @property
    def pointer(self) -> Any:
        return ctypes.byref(self.struct)


def make_world(program: Program, order: tuple[int, ...], pedestal: OrientedBox | None = None) -> World:
    """Arrays of the obstacles; ``pedestal`` is a box in the base frame.

    Raises:
        NeedError: the cell has more boxes than the kernels hold (a cylinder counts as four).
    """
    most = kernels().rp_most_obstacles() - 1  # one is kept for the pedestal
    if (boxes := sum(len(o.boxes) for o in program.obstacles)) > most:
        raise NeedError(
            "the cell has too many boxes", "cell", value=boxes, allowed=f"<= {most}", fix="merge some of them"
        )
    names = [o.name for o in program.obstacles] + ["pedestal"]
    poses, half, first, last, flags, ids = [], [], [], [], [], []
    for k, o in enumerate(program.obstacles):
        for box in o.boxes:
            poses.append(box_transform(box))
            half.append(np.array(box.size) / 2)
            first.append(-ALWAYS if o.first is None else o.first)
            last.append(ALWAYS if o.last is None else o.last)
            flags.append(FLOOR if o.role == "floor" else 0)
            ids.append(k)
    if pedestal is not None:
        poses.append(box_transform(pedestal))
        half.append(np.array(pedestal.size) / 2)
        first.append(-ALWAYS)
        last.append(ALWAYS)
        flags.append(FLOOR | BASE)
        ids.append(len(names) - 1)
    touch = np.zeros((len(order) + 1, len(names)), dtype=np.uint8)
    index = {name: k for k, name in enumerate(names)}
    for position, stop in enumerate(order):
        for name in program.stops[stop].touches:
            touch[position, index[name]] = 1
    arrays = (
        rows(np.array(poses).reshape(-1, 4, 4)),
        np.ascontiguousarray(np.array(half, dtype=float).reshape(-1, 3)),
        *(np.array(a, dtype=np.int32) for a in (first, last, flags, ids)),
        touch,
    )
    r = program.requirements
    pose_a, half_a, first_a, last_a, flags_a, ids_a, touch_a = (a.ctypes.data for a in arrays)
    struct = WorldStruct(
        len(poses),
        len(names),
        pose_a,
        half_a,
        first_a,
        last_a,
        flags_a,
        ids_a,
        touch_a,
        r.min_clearance,
        r.tool_clearance,
    )
    return World(struct, arrays)


@dataclass(frozen=True)
class Task:
    """A ``rp_task`` and the arrays it points into."""

    struct: TaskStruct
    keep: tuple[Any, ...]

    def for_robot(self, n_branch: int, windings: bool) -> TaskStruct:
        """A copy whose candidate lists are long enough for a robot."""
        out = TaskStruct.from_buffer_copy(self.struct)
        widest = int(max(self.keep[0].slot_count))
        out.cap = n_branch * widest * (9 if windings else 1) + 1
        return out


def make_task(program: Program, layers: Layers, world: World, tool: RobotStruct) -> Task:
    """The task with its tool mask: a slot is kept when the tool is clear there and at the fine samples around it."""
    fine = _fine_layers(layers)
    mask = np.zeros(len(fine.spin), dtype=np.uint8)
    fine_struct = _task_struct(program, fine, mask)
    kernels().rp_tool_mask(ctypes.byref(fine_struct), ctypes.byref(tool), world.pointer, p(mask))
    slot_ok = np.ones(len(layers.spin), dtype=np.uint8)
    for k in range(layers.n):
        own = slice(layers.slot_first[k], layers.slot_first[k] + layers.slot_count[k])
        here = layers.sample[k]
        for i in range(here - 2, here + 3):
            same = 0 <= i < len(fine.pose) and fine.stop[i] == layers.stop[k]
            if same and (abs(i - here) == 0 or fine.near[i] == layers.near[k]):
                slot_ok[own] &= mask[fine.slot_first[i] : fine.slot_first[i] + fine.slot_count[i]]
    struct = _task_struct(program, layers, slot_ok)
    return Task(struct, (layers, slot_ok))


def _fine_layers(layers: Layers) -> Layers:
    """Every fine sample as a layer of its own, with the spins of its stop."""
    n = len(layers.fine_pose)
    first_of = {int(s): k for k, s in reversed(list(enumerate(layers.stop)))}
    own = np.array([first_of[int(s)] for s in layers.fine_stop])
    counts = layers.slot_count[own]
    spins = [layers.spin[layers.slot_first[k] : layers.slot_first[k] + layers.slot_count[k]] for k in own]
    zero = np.zeros(n, dtype=np.int32)
    return replace(
        layers,
        pose=layers.fine_pose,
        stop=layers.fine_stop,
        carry=layers.fine_carry,
        near=layers.fine_near,
        joined=zero,
        hold_spin=zero,
        dt=np.zeros(n),
        slot_first=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32),
        slot_count=np.ascontiguousarray(counts),
        spin=np.concatenate(spins),
        sample=np.arange(n, dtype=np.int32),
    )


def _task_struct(program: Program, layers: Layers, slot_ok: Bytes) -> TaskStruct:
    from_flange = rows(tcp_from_flange(program))
    free = all(s.spins is None for s in program.stops)
    return TaskStruct(
        layers.n,
        0,
        layers.pose.ctypes.data,
        layers.stop.ctypes.data,
        layers.carry.ctypes.data,
        layers.near.ctypes.data,
        layers.joined.ctypes.data,
        layers.hold_spin.ctypes.data,
        layers.dt.ctypes.data,
        layers.slot_first.ctypes.data,
        layers.slot_count.ctypes.data,
        layers.spin.ctypes.data,
        slot_ok.ctypes.data,
        int(free),
        2,
        (ctypes.c_double * 12)(*from_flange),
        len(layers.order) if program.cyclic else -1,
        0,
    )
