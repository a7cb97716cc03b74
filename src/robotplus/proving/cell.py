"""The obstacles of a Program as arrays for the kernels, also with the pedestal of one base height.

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
from robotplus.proving.layers import Ints, Layers, tcp_from_flange
from robotplus.proving.pack import RobotStruct
from robotplus.robots.frames import box_transform
from robotplus.robots.model import Array, OrientedBox
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


def make_world(program: Program, order: tuple[int, ...]) -> World:
    """Arrays of the obstacles.

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
    touch = np.zeros((len(order) + 1, len(names)), dtype=np.uint8)
    index = {name: k for k, name in enumerate(names)}
    for position, stop in enumerate(order):
        for name in program.stops[stop].touches:
            touch[position, index[name]] = 1
    need = program.requirements
    return _world(
        rows(np.array(poses).reshape(-1, 4, 4)),
        np.array(half, dtype=float).reshape(-1, 3),
        np.array([first, last, flags, ids], dtype=np.int32),
        touch,
        (need.min_clearance, need.tool_clearance),
    )


def on_pedestal(world: World, pedestal: OrientedBox) -> World:
    """The same cell with a box in the base frame under the robot."""
    pose, half, numbers, touch = world.keep
    own = np.array([[-ALWAYS], [ALWAYS], [FLOOR | BASE], [touch.shape[1] - 1]], dtype=np.int32)
    return _world(
        np.concatenate([pose, rows(box_transform(pedestal))[None]]),
        np.concatenate([half, np.array([pedestal.size]) / 2]),
        np.concatenate([numbers, own], axis=1),
        touch,
        (world.struct.min_clearance, world.struct.tool_clearance),
    )


def _world(pose: Array, half: Array, numbers: Ints, touch: Bytes, clearances: tuple[float, float]) -> World:
    """Arrays of n boxes: pose (n, 12), half (n, 3), first, last, flags and id as rows of ``numbers`` (4, n)."""
    keep = (np.ascontiguousarray(pose), np.ascontiguousarray(half), np.ascontiguousarray(numbers), touch)
    addresses = (keep[0].ctypes.data, keep[1].ctypes.data, *(row.ctypes.data for row in keep[2]))
    struct = WorldStruct(len(pose), touch.shape[1], *addresses, touch.ctypes.data, *clearances)
    return World(struct, keep)


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
        pull=np.zeros((n, 6)),
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
        layers.pull.ctypes.data,
        len(layers.order) if program.cyclic else -1,
        0,
    )
