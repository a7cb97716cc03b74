"""A Program as the arrays the kernels read: the coarse layers of the ladder and the fine samples of the motion.

Nothing here depends on a robot, so it is made once for a need. A *segment* is one straight or curved piece of tool
path (approach, stroke, retract) of the stop at one position of the order; its fine samples lie together. *Layers* are
the coarse waypoints among them.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from robotplus.robots.frames import inverse, transform
from robotplus.robots.model import Array
from robotplus.scenarios.task import Program, Stop

FREE_SPINS = 36  # spins looked at where the tool may turn freely
COARSE_M = 0.035  # [m] between coarse waypoints on a stroke
COARSE_TURN = math.radians(10)  # and tool direction between them
MUST_HOLD = 2  # a layer joined at the same spin whatever happens; 1: where that is possible
FINE_M = 0.008  # [m] between fine samples
RAMP_USED = 0.95  # share of a ramp in which a stroke reaches its speed (timing.c)
RISE = 0.2  # share of that time in which the acceleration rises, and again falls (timing.c)
LINEAR_M = 0.03  # [m] between fine samples of approaches and retracts

Ints = npt.NDArray[np.int32]
SegmentKind = Literal["approach", "stroke", "retract"]


@dataclass(frozen=True)
class Segment:
    """A piece of tool path: fine samples ``first`` … ``last`` - 1, arc lengths ``s`` (n,) [m] from its start, and
    ``middle`` (n - 1, 3, 4), the tool poses at spin 0 halfway between the samples."""

    kind: SegmentKind
    position: int  # in the executed order
    first: int
    last: int
    s: Array
    middle: Array


@dataclass(frozen=True)
class Layers:
    """The task for the kernels.

    Coarse layers (n of them): ``pose`` (n, 12) world_from_tcp at spin 0, and per layer ``stop`` (order position),
    ``carry`` (part or -1), ``near``, ``joined``, ``hold_spin``, ``dt`` [s], ``slot_first``, ``slot_count``;
    ``pull`` (n, 6) [m/s², rad/s²] what the tool bears where a stroke sets in or ends, 0 elsewhere.
    ``spin`` [rad] of every slot.
    ``sample`` (n,): the fine sample a layer is. Fine samples (m): ``fine_pose`` (m, 12), ``fine_stop``, ``fine_carry``,
    ``fine_near``. ``arrive`` and ``leave`` are the samples where travel to
    and from each order position ends and begins.
    """

    order: tuple[int, ...]
    pose: Array
    stop: Ints
    carry: Ints
    near: Ints
    joined: Ints
    hold_spin: Ints
    dt: Array
    pull: Array
    slot_first: Ints
    slot_count: Ints
    spin: Array
    sample: Ints
    fine_pose: Array
    fine_stop: Ints
    fine_carry: Ints
    fine_near: Ints
    segments: tuple[Segment, ...]
    arrive: tuple[int, ...]
    leave: tuple[int, ...]
    continues: tuple[bool, ...]  # the stop at this position starts exactly where the one before ended
    twins: tuple[
        tuple[int, int], ...
    ]  # (sample, sample before it in time or on the path) of the same tool pose

    @property
    def n(self) -> int:
        return len(self.pose)


def make_layers(program: Program, order: tuple[int, ...]) -> Layers:
    """Lay out the stops in this order."""
    fine: list[tuple[Array, int, int, Ints]] = []  # pose rows, order position, carry, near of each
    rows: list[tuple[int, int, int, float, tuple[float, ...] | None]] = []  # sample, joined, hold, dt, spins
    segments: list[Segment] = []
    arrive: list[int] = []
    leave: list[int] = []
    continues: list[bool] = []
    twins: list[tuple[int, int]] = []
    pulls: dict[int, Array] = {}  # by sample
    count = 0

    def add(pose: Array, position: int, carry: int | None, near: int) -> int:
        nonlocal count
        fine.append(
            (pose, position, -1 if carry is None else carry, np.full(len(pose), near, dtype=np.int32))
        )
        first, count = count, count + len(pose)
        return first

    before: Stop | None = None
    for position, index in enumerate(order):
        stop = program.stops[index]
        spins = None if stop.spins is None else tuple(stop.spins)
        s = fine_lengths(stop)
        path = poses(*stop.curve.frames(s))
        follows = (
            before is not None
            and stop.approach == 0
            and before.retract == 0
            and np.allclose(
                path[0], poses(*before.curve.frames(np.array([before.curve.length])))[0], atol=1e-9
            )
        )
        continues.append(follows)
        if follows:
            fine[-1][3][-1] = 1  # nothing travels in between
        first_joined = int(follows)
        if stop.approach > 0:
            start = line(path[0], approach_axis(stop, path[0]), stop.approach)[::-1]
            a = add(start[:1], position, stop.carry_in, 0)
            add(start[1:], position, stop.carry_in, 1)
            segments.append(Segment("approach", position, a, count, *halfway(start, stop.approach)))
            rows.append((a, 0, 0, 0.0, spins))
            first_joined = 1
            arrive.append(a)
        b = add(path, position, stop.carry_in, 1)
        if not (stop.approach or follows):
            fine[-1][3][0] = 0  # here travel arrives
        if not stop.retract:
            fine[-1][3][-1] = 0  # and here it leaves
        if follows:
            twins.append((b, leave[-1]))
        if stop.approach > 0:
            twins.append((b - 1, b))
        if not stop.approach:
            arrive.append(b)
        coarse = coarse_indices(path, s)
        for k, i in enumerate(coarse):
            if k == 0:
                hold = MUST_HOLD if follows or spins is not None else first_joined
                rows.append((b + i, first_joined, hold, 0.0, spins))
            else:
                step = float(s[i] - s[coarse[k - 1]])
                dt = step / stop.speed[1] if stop.speed else 0.0
                rows.append((b + i, 1, 0 if spins is None else MUST_HOLD, dt, spins))
        if stop.curve.length > 0:
            pulls[b], pulls[b + len(s) - 1] = (
                pull_at(stop, path[:2], s[1]),
                pull_at(stop, path[-2:], s[-1] - s[-2]),
            )
            halves = poses(*stop.curve.frames((s[1:] + s[:-1]) / 2))
            segments.append(Segment("stroke", position, b, count, s, halves))
        if stop.retract > 0:
            out = line(path[-1], approach_axis(stop, path[-1]), stop.retract)
            c = add(out[:-1], position, stop.carry_out, 1)
            d = add(out[-1:], position, stop.carry_out, 0)
            twins.append((c, c - 1))
            segments.append(Segment("retract", position, c, d + 1, *halfway(out, stop.retract)))
            rows.append((d, 1, 1 if spins is None else MUST_HOLD, 0.0, spins))
        leave.append(count - 1)
        before = stop

    ring = np.arange(FREE_SPINS) * (2 * math.pi / FREE_SPINS)
    spin_lists = [ring if r[4] is None else np.array(r[4], dtype=float) for r in rows]
    counts = np.array([len(x) for x in spin_lists], dtype=np.int32)
    fine_pose = np.ascontiguousarray(np.concatenate([f[0] for f in fine]).reshape(count, 12))
    stops, carry = (np.concatenate([np.full(len(f[0]), f[k], dtype=np.int32) for f in fine]) for k in (1, 2))
    near = np.concatenate([f[3] for f in fine])
    sample = np.array([r[0] for r in rows], dtype=np.int32)
    return Layers(
        order=order,
        pose=np.ascontiguousarray(fine_pose[sample]),
        stop=np.ascontiguousarray(stops[sample]),
        carry=np.ascontiguousarray(carry[sample]),
        near=np.ascontiguousarray(near[sample]),
        joined=np.array([r[1] for r in rows], dtype=np.int32),
        hold_spin=np.array([r[2] for r in rows], dtype=np.int32),
        dt=np.array([r[3] for r in rows]),
        pull=np.array([pulls.get(r[0], np.zeros(6)) for r in rows]),
        slot_first=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32),
        slot_count=counts,
        spin=np.concatenate(spin_lists),
        sample=sample,
        fine_pose=fine_pose,
        fine_stop=stops,
        fine_carry=carry,
        fine_near=near,
        segments=tuple(segments),
        arrive=tuple(arrive),
        leave=tuple(leave),
        continues=tuple(continues),
        twins=tuple(twins),
    )


def poses(position: Array, z: Array, x: Array) -> Array:
    """(n, 3, 4) world_from_tcp at spin 0 from positions, tool directions and references (each (n, 3))."""
    return np.stack([x, np.cross(z, x), z, position], axis=2)


def pull_at(stop: Stop, ends: Array, step: float) -> Array:
    """(6,) least linear [m/s²] and angular [rad/s²] acceleration of the tool while the stroke reaches its speed.

    Args:
        stop: the stroke; one without a speed asks for nothing.
        ends: (2, 3, 4) poses at its first or last two samples.
        step: [m] between them.
    """
    if stop.speed is None or stop.speed[0] <= 0:
        return np.zeros(6)
    room = min(RAMP_USED * max(stop.ramp, 1e-4), 0.45 * stop.curve.length)
    peak = stop.speed[0] ** 2 / (2 * room * (1 - RISE))
    turn = np.cross(ends[0, :, :3], ends[1, :, :3], axis=0).sum(axis=1) / 2
    return np.concatenate([ends[1, :, 3] - ends[0, :, 3], turn]) * (peak / step)


def approach_axis(stop: Stop, pose: Array) -> Array:
    """Unit world direction in which the tool withdraws from a pose (3, 4)."""
    return -pose[:, 2] if stop.approach_axis is None else np.array(stop.approach_axis, dtype=float)


def line(pose: Array, axis: Array, length: float) -> Array:
    """(n, 3, 4) poses from ``pose`` outwards along ``axis`` over ``length`` [m]."""
    n = max(5, math.ceil(length / LINEAR_M) + 1)
    out = np.repeat(pose[None], n, axis=0)
    out[:, :, 3] += np.linspace(0, length, n)[:, None] * axis
    return out


def halfway(poses_: Array, length: float) -> tuple[Array, Array]:
    """Arc lengths of evenly spaced poses (n, 3, 4) on a line, and the poses between them (n - 1, 3, 4)."""
    middle = poses_[:-1].copy()
    middle[:, :, 3] = (poses_[1:, :, 3] + poses_[:-1, :, 3]) / 2
    return np.linspace(0, length, len(poses_)), middle


def fine_lengths(stop: Stop) -> Array:
    """Arc lengths of the fine samples of a stop's path (a single 0 for a point)."""
    if stop.curve.length <= 0:
        return np.zeros(1)
    s = np.linspace(0, stop.curve.length, max(9, math.ceil(stop.curve.length / FINE_M) + 1))
    _, z, x = stop.curve.frames(s)
    turn = np.arccos(np.clip(np.minimum((z[1:] * z[:-1]).sum(1), (x[1:] * x[:-1]).sum(1)), -1, 1))
    finer = np.maximum(1, np.ceil(turn / math.radians(3))).astype(int)
    return np.concatenate(
        [[0.0], *(np.linspace(a, b, k + 1)[1:] for a, b, k in zip(s, s[1:], finer, strict=False))]
    )


def coarse_indices(path: Array, s: Array) -> list[int]:
    """Indices of the fine samples that become coarse waypoints: the ends, and by length and turn of the tool."""
    if len(s) == 1:
        return [0]
    z = path[:, :, 2]
    turn = np.arccos(np.clip((z[1:] * z[:-1]).sum(1), -1, 1))
    walked = np.concatenate([[0], np.cumsum(np.diff(s) / COARSE_M + turn / COARSE_TURN)])
    n = max(2, math.ceil(walked[-1]) + 1)
    return sorted({int(np.argmin(np.abs(walked - w))) for w in np.linspace(0, walked[-1], n)})


def tcp_from_flange(program: Program) -> Array:
    """(4, 4)"""
    return inverse(flange_from_tcp(program))


def flange_from_tcp(program: Program) -> Array:
    """(4, 4)"""
    return transform(program.tool.tcp_xyz, program.tool.tcp_rpy)


def short_order(program: Program) -> tuple[int, ...]:
    """The given order, or for a free one the blocks by nearest neighbour and 2-opt on the distance between them."""
    if program.free_order is None:
        return tuple(range(len(program.stops)))
    blocks = program.free_order
    start = np.array([program.stops[b[0]].curve.frames(np.zeros(1))[0][0] for b in blocks])
    end = np.array([_end(program.stops[b[-1]]) for b in blocks])
    apart = np.linalg.norm(end[:, None] - start[None], axis=2)
    tour, left = [0], set(range(1, len(blocks)))
    while left:
        tour.append(min(left, key=lambda k: (apart[tour[-1], k], k)))
        left.remove(tour[-1])

    def length(t: list[int]) -> float:
        closing = apart[t[-1], t[0]] if program.cyclic else 0.0
        return float(sum(apart[a, b] for a, b in itertools.pairwise(t)) + closing)

    better = True
    while better:
        better = False
        for i in range(len(tour) - 1):
            for k in range(i + 2, len(tour) + 1):
                other = tour[:i] + tour[i:k][::-1] + tour[k:]
                if length(other) < length(tour) - 1e-9:
                    tour, better = other, True
    return tuple(s for b in tour for s in blocks[b])


def _end(stop: Stop) -> Array:
    last: Array = stop.curve.frames(np.array([stop.curve.length]))[0][0]
    return last
