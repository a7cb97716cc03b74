"""One robot at one base place: find the whole motion, time it, and prove it clear.

Order of work: the ladder finds the cheapest posture through the coarse waypoints; Newton's method on the true
chain carries it to the fine samples; splines and speed profiles time it; travel between stops is planned; every move is
proven clear between its samples. What fails says where, so that the search can try another place.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from robotplus.certificates.motion import Move, MoveKind
from robotplus.certificates.motion import evaluate as at_times
from robotplus.proving.body import Body
from robotplus.proving.context import Context
from robotplus.proving.kernels.calls import ClearStruct, PhaseStruct, kernels, p, rows
from robotplus.proving.layers import Segment
from robotplus.robots.frames import inverse
from robotplus.robots.model import Array
from robotplus.scenarios.task import Stop

SMOOTHING = (0.3, 0.06)  # half windows of the spin's moving average, as shares of the stroke, tried in turn
NEWTON_STEPS = 14
NEWTON_TOLERANCE = 1e-10
PLAN_NODES = 1500
NEAR = 0.5  # share of a tolerance that may be used between samples
FREE = (0.0, 0.0, 0.0, 0.0)  # no speed asked

Stage = Literal["ladder", "refine", "tool_speed", "acceleration", "limits", "travel", "clearance"]


@dataclass(frozen=True)
class Failed:
    """Where an evaluation ended; ``position`` in the order, ``pair`` the self pair that met (links), if one did."""

    stage: Stage
    position: int
    detail: str = ""
    pair: tuple[int, int] | None = None


@dataclass(frozen=True)
class Path:
    """A joint path to be timed: parameter s (n,), joints q (n, 7), spline second derivatives m (n, 7), speed band."""

    s: Array
    q: Array
    m: Array
    speed: tuple[float, float, float, float]


@dataclass(frozen=True)
class Planned:
    """One move and what it was timed from (several paths when a travel rests at via points; none for a dwell)."""

    kind: MoveKind
    position: int
    move: Move
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Found:
    """A proven motion at a base place."""

    world_from_base: Array
    planned: tuple[Planned, ...]
    clearance: float
    self_clearance: float
    limits_used: tuple[float, float, float]
    cost: float


class Scene:
    """A body at a base place in the cell, as the kernels hold it."""

    def __init__(self, body: Body, context: Context, world_from_base: Array) -> None:
        self.body, self.context, self.world_from_base = body, context, world_from_base
        k = kernels()
        self.world = context.world_for(body, float(world_from_base[2, 3]))
        self.buffer = ctypes.create_string_buffer(k.rp_sizeof_scene())
        k.rp_scene_init(
            self.buffer,
            body.pointer,
            self.world.pointer,
            p(rows(world_from_base)),
            p(body.pairs),
            len(body.pairs),
        )


def evaluate(body: Body, context: Context, world_from_base: Array, *, seed: int = 0, windings: bool = False) -> Found | Failed:
    """Find and prove the whole motion with the base at ``world_from_base`` (4, 4)."""
    scene = Scene(body, context, world_from_base)
    coarse = _ladder(scene, windings)
    if isinstance(coarse, Failed):
        if coarse.detail == "turns" and not windings:
            return evaluate(body, context, world_from_base, seed=seed, windings=True)
        return coarse
    q_coarse, slots, cost = coarse
    out: Found | Failed = Failed("refine", 0)
    for window in SMOOTHING:
        out = _carry_out(scene, q_coarse, slots, cost, seed, window)
        if isinstance(out, Found) or out.pair is not None or not _turns(context, slots):
            break
    return out


def _turns(context: Context, slots: Any) -> bool:
    """Whether the tool's spin changes on the way: only then does smoothing matter."""
    return bool((np.diff(slots)[context.layers.joined[1:] == 1] != 0).any())


def _carry_out(scene: Scene, q_coarse: Array, slots: Any, cost: float, seed: int, window: float) -> Found | Failed:
    fine = _refine(scene, q_coarse, slots, window)
    if isinstance(fine, Failed):
        return fine
    planned = _moves(scene, fine, seed)
    if isinstance(planned, Failed):
        return planned
    return prove_clear(scene, planned, cost)


def _ladder(scene: Scene, windings: bool) -> tuple[Array, Any, float] | Failed:
    layers, body = scene.context.layers, scene.body
    task = scene.context.task.for_robot(body.struct.n_branch, windings)
    q = np.zeros((layers.n, 7))
    slot = np.zeros(layers.n, dtype=np.int32)
    cost, stuck = ctypes.c_double(), ctypes.c_int32()
    failed = kernels().rp_ladder(
        ctypes.byref(task), scene.buffer, spin_stride(body), int(windings), p(q), p(slot), ctypes.byref(cost), ctypes.byref(stuck)
    )
    if failed:
        return Failed("ladder", int(layers.stop[failed - 1]), ("", "no posture", "no step", "turns")[stuck.value])
    return q, slot, cost.value


def spin_stride(body: Body) -> int:
    """Arms with a seventh joint have postures to spare: every third spin is enough for them."""
    return 3 if body.dof >= 7 else 1


def _refine(scene: Scene, q_coarse: Array, slots: Any, window: float) -> Array | Failed:
    """Joints (m, 7) at all fine samples."""
    layers, body, k = scene.context.layers, scene.body, kernels()
    spins = layers.spin[layers.slot_first + slots]
    m = len(layers.fine_pose)
    spin, q = np.zeros(m), np.zeros((m, 7))
    starts = [i for i in range(layers.n) if not layers.joined[i]] + [layers.n]
    previous: Array | None = None
    for a, e in zip(starts, starts[1:], strict=False):
        first, last = int(layers.sample[a]), int(layers.sample[e - 1])
        at = np.arange(first, last + 1)
        own = layers.sample[a:e]
        turned = np.unwrap(spins[a:e])
        spin[first : last + 1] = np.interp(at, own, turned)
        if np.ptp(turned) > 1e-9:
            for segment in layers.segments:
                if segment.kind == "stroke" and first <= segment.first <= last:
                    spin[segment.first : segment.last] = _smooth(spin[segment.first : segment.last], window)
        run = _nearest_turns(body, q_coarse[a:e], previous)
        for j in range(body.dof):
            q[first : last + 1, j] = np.interp(at, own, run[:, j])
        if body.dof > 6:  # the posture is not fixed by the tool: let it change smoothly too
            for segment in layers.segments:
                if segment.kind == "stroke" and first <= segment.first <= last:
                    for j in range(body.dof):
                        own_q = q[segment.first : segment.last, j]
                        q[segment.first : segment.last, j] = _smooth(own_q, window)
        previous = run[-1]
    targets = np.zeros((m, 12))
    k.rp_targets(p(rows(inverse(scene.world_from_base))), p(rows(scene.context.from_tcp)), m, p(layers.fine_pose), p(spin), p(targets))
    ok = np.zeros(m, dtype=np.uint8)
    tcp = rows(scene.context.tcp)
    mode = int(body.dof < 6 and all(s.spins is None for s in scene.context.program.stops))
    k.rp_newton_path(body.pointer, p(targets), m, p(tcp), mode, NEWTON_STEPS, ctypes.c_double(NEWTON_TOLERANCE), p(q), p(ok))
    if not ok.all():
        return Failed("refine", int(layers.fine_stop[int(np.argmin(ok))]))
    for twin, own in layers.twins:
        q[twin] = q[own]
    return q


def _smooth(values: Array, window: float) -> Array:
    """Moving average along a stroke that keeps both end values (odd reflection at the ends)."""
    half = max(1, round(window * (len(values) - 1)))
    before, after = 2 * values[0] - values[half:0:-1], 2 * values[-1] - values[-2 : -half - 2 : -1]
    padded = np.concatenate([before, values, after])
    return np.convolve(padded, np.full(2 * half + 1, 1 / (2 * half + 1)), mode="valid")


def _nearest_turns(body: Body, run: Array, previous: Array | None) -> Array:
    """Move a joined run by whole turns so that it starts as near as the limits allow to where the last one ended."""
    if previous is None:
        return run
    out = run.copy()
    lower, upper = np.array(body.struct.lower), np.array(body.struct.upper)
    for j in range(body.dof):
        if body.struct.prismatic >> j & 1 or upper[j] - lower[j] < 2 * np.pi:
            continue
        turns = round(float(previous[j] - run[0, j]) / (2 * np.pi))
        for t in sorted({turns, *range(min(0, turns), max(0, turns) + 1)}, key=lambda t: abs(t - turns)):
            moved = run[:, j] + 2 * np.pi * t
            if moved.min() >= lower[j] and moved.max() <= upper[j]:
                out[:, j] = moved
                break
    return out


def _moves(scene: Scene, fine: Array, seed: int) -> tuple[Planned, ...] | Failed:
    program, layers = scene.context.program, scene.context.layers
    by_position: dict[int, list[Segment]] = {}
    for segment in layers.segments:
        by_position.setdefault(segment.position, []).append(segment)
    out: list[Planned] = []
    n = len(layers.order)
    for position, index in enumerate(layers.order):
        stop = program.stops[index]
        arrive, leave = fine[layers.arrive[position]], fine[layers.leave[position]]
        if position and not layers.continues[position]:
            moved = _travel(scene, fine[layers.leave[position - 1]], arrive, (position,), stop.carry_in, seed + position)
            if isinstance(moved, Failed):
                return moved
            out.extend(moved)
        dwelt = stop.dwell <= 0
        for segment in by_position.get(position, []):
            if segment.kind == "retract" and not dwelt:
                out.append(_dwell(scene, position, fine[segment.first], stop.dwell))
                dwelt = True
            band = FREE
            if segment.kind == "stroke" and stop.speed is not None:
                band = (*stop.speed, max(stop.ramp, 1e-4))
            timed = _timed(scene.body, segment.kind, position, segment.s, fine[segment.first : segment.last], band)
            if isinstance(timed, Failed):
                return timed
            if not _follows(scene, segment, timed, stop, band):
                return Failed("refine", position, "between samples")
            out.append(timed)
        if not dwelt:
            out.append(_dwell(scene, position, leave, stop.dwell))
    if program.cyclic and n:
        first = program.stops[layers.order[0]]
        start = out[0].move.q[0] if out else fine[0]
        at = np.zeros(7)
        at[: len(start)] = start
        moved = _travel(scene, fine[layers.leave[n - 1]], at, (n, 0), first.carry_in, seed)
        if isinstance(moved, Failed):
            return moved
        out.extend(moved)
    return tuple(out)


def _follows(scene: Scene, segment: Segment, timed: Planned, stop: Stop, band: tuple[float, float, float, float]) -> bool:
    """Whether the motion stays near its path between the samples too, and a stroke inside its speed band."""
    body, k, need = scene.body, kernels(), scene.context.program.requirements
    tcp = rows(scene.context.tcp)
    path = timed.paths[0]
    n = len(path.s)
    middle = np.zeros((n - 1, 7))
    h2 = np.diff(path.s)[:, None] ** 2
    middle[:] = (path.q[1:] + path.q[:-1]) / 2 - (path.m[1:] + path.m[:-1]) * h2 / 16
    out = np.zeros((n - 1, 10))
    k.rp_track(body.pointer, p(tcp), n - 1, p(middle), p(np.zeros_like(middle)), p(out))
    base_from_world = inverse(scene.world_from_base)
    wanted = segment.middle @ base_from_world[:3, :3].T + base_from_world[:3, 3]
    if np.linalg.norm(out[:, :3] - wanted, axis=1).max() > NEAR * need.path_tolerance:
        return False
    wanted = segment.middle_z @ base_from_world[:3, :3].T
    lean = np.linalg.norm(out[:, 3:6] - wanted, axis=1).max()
    if lean > NEAR * (stop.tilt_tolerance + need.angle_tolerance):
        return False
    if band[1] <= 0:
        return True
    t = timed.move.t
    times = np.concatenate([t, (t[1:] + t[:-1]) / 2])
    times.sort()
    q, qd, _ = at_times(timed.move, times)
    wide, fast = np.zeros((len(q), 7)), np.zeros((len(q), 7))
    wide[:, : body.dof], fast[:, : body.dof] = q, qd
    out = np.zeros((len(q), 10))
    k.rp_track(body.pointer, p(tcp), len(q), p(wide), p(fast), p(out))
    speed = out[:, 9]
    walked = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(times))])
    inside = (walked >= 0.97 * band[3]) & (walked <= walked[-1] - 0.97 * band[3])
    slow = inside & (speed < band[0] + 0.1 * (band[1] - band[0]))
    return bool(speed.max() <= band[2] - 0.1 * (band[2] - band[1]) + 1e-12 and not slow.any())


def _dwell(scene: Scene, position: int, q: Array, time: float) -> Planned:
    dof = scene.body.dof
    zero = np.zeros((2, dof))
    move = Move("dwell", position, np.array([0.0, time]), np.stack([q[:dof], q[:dof]]), zero, zero)
    return Planned("dwell", position, move, ())


def _timed(
    body: Body, kind: MoveKind, position: int, s: Array, q: Array, band: tuple[float, float, float, float]
) -> Planned | Failed:
    path = make_path(body, s, q, band)
    knots = time_path(body, path)
    if isinstance(knots, str):
        return Failed("tool_speed" if knots == "speed" else "acceleration", position)
    t, oq, od, oa = knots
    return Planned(kind, position, Move(kind, position, t, oq, od, oa), (path,))


def make_path(body: Body, s: Array, q: Array, band: tuple[float, float, float, float]) -> Path:
    """Spline through joints q (n, 7) over s (n,)."""
    q, s = np.ascontiguousarray(q), np.ascontiguousarray(s)
    m = np.zeros_like(q)
    kernels().rp_spline(len(s), body.dof, p(s), p(q), p(m))
    low, want, high, ramp = band
    return Path(s, q, m, (low, want if want > 0 else 0.0, high, ramp))


def time_path(body: Body, path: Path, *, accelerations: Array | None = None) -> tuple[Array, Array, Array, Array] | str:
    """Knots (t, q, qd, qdd) of a path at the body's accelerations, or "speed" / "acceleration" when it cannot be."""
    struct = body.struct
    if accelerations is not None:
        struct = type(struct).from_buffer_copy(struct)
        np.ctypeslib.as_array(struct.amax)[: body.dof] = accelerations
    cap = 4 * len(path.s) + 64
    t, oq, od, oa = np.zeros(cap), np.zeros((cap, 7)), np.zeros((cap, 7)), np.zeros((cap, 7))
    low, want, _, ramp = path.speed
    band = np.array([low, want, 0.0, ramp])
    n = kernels().rp_time_path(
        ctypes.byref(struct), len(path.s), p(path.s), p(path.q), p(path.m), p(band), ctypes.c_double(1.0), cap, p(t), p(oq), p(od), p(oa)
    )
    if n < 0:
        return "speed" if n == -1 else "acceleration"
    d = body.dof
    return (
        np.round(t[:n], 12),
        np.round(oq[:n, :d], 13),
        np.round(od[:n, :d], 12),
        np.round(oa[:n, :d], 11),
    )


def _travel(
    scene: Scene, a: Array, b: Array, positions: tuple[int, ...], carry: int | None, seed: int
) -> list[Planned] | Failed:
    """Travel from a to b; nothing when nothing has to move."""
    body = scene.body
    if np.abs(a - b).max() < 1e-9:
        return []
    via = np.zeros((64, 7))
    phase = PhaseStruct(positions[0], -1 if carry is None else carry, 0)
    start, goal = np.ascontiguousarray(a), np.ascontiguousarray(b)
    n = kernels().rp_plan(
        scene.buffer, ctypes.byref(phase), p(start), p(goal), ctypes.c_uint64(seed + 1), PLAN_NODES, len(via), p(via)
    )
    position = positions[-1]
    if n < 0:
        return Failed("travel", position)
    points = np.concatenate([a[None], via[:n], b[None]])
    planned = rest_at_vias(body, points, position)
    return [planned] if planned else Failed("travel", position)


def rest_at_vias(body: Body, points: Array, position: int) -> Planned | None:
    """A travel through points (n, 7), straight in joint space, at rest at each."""
    paths, parts = [], []
    for a, b in zip(points, points[1:], strict=False):
        path = make_path(body, np.array([0.0, 1.0]), np.stack([a, b]), FREE)
        knots = time_path(body, path)
        if isinstance(knots, str):
            return None
        paths.append(path)
        parts.append(knots)
    t, q, qd, qdd = parts[0]
    for more in parts[1:]:
        t = np.concatenate([t, t[-1] + more[0][1:]])
        q, qd, qdd = (np.concatenate([x, y[1:]]) for x, y in zip((q, qd, qdd), more[1:], strict=True))
    return Planned("travel", position, Move("travel", position, t, q, qd, qdd), tuple(paths))


def prove_clear(scene: Scene, planned: tuple[Planned, ...], cost: float) -> Found | Failed:
    """Prove every move clear and inside the limits, between its knots too."""
    context, body, k = scene.context, scene.body, kernels()
    n = len(context.layers.order)
    worst, own, used = 0.2, 0.2, np.zeros(3)
    for item in planned:
        move = item.move
        t, q, qd, qdd = _padded(move)
        use = np.zeros(3)
        k.rp_limits_used(body.pointer, len(t), p(t), p(q), p(qd), p(qdd), p(use))
        used = np.maximum(used, use)
        if used.max() > 1.0:
            return Failed("limits", item.position, f"{used.max():.3f}")
        for phase in phases(context, item, n):
            out = ClearStruct()
            if not k.rp_prove_move(scene.buffer, ctypes.byref(phase), len(t), p(t), p(q), p(qd), p(qdd), ctypes.byref(out)):
                pair = tuple(int(v) for v in body.pairs[out.pair]) if out.pair >= 0 else None
                stage: Stage = "travel" if item.kind == "travel" else "clearance"
                return Failed(stage, item.position, item.kind, pair)  # type: ignore[arg-type]
            worst, own = min(worst, out.clearance), min(own, getattr(out, "self"))
    return Found(scene.world_from_base, planned, worst, own, (float(used[0]), float(used[1]), float(used[2])), cost)


def phases(context: Context, item: Planned, n: int) -> list[PhaseStruct]:
    """What is carried and how near the work is during a move; a dwell counts before and after, a closing travel twice."""
    program, order = context.program, context.layers.order
    closing = item.kind == "travel" and item.position == 0
    stop = program.stops[order[item.position]]
    carry_in, carry_out = (-1 if c is None else c for c in (stop.carry_in, stop.carry_out))
    if closing:
        return [PhaseStruct(n, carry_in, 0), PhaseStruct(0, carry_in, 0)]
    if item.kind == "travel":
        return [PhaseStruct(item.position, carry_in, 0)]
    if item.kind == "dwell" and carry_in != carry_out:
        return [PhaseStruct(item.position, carry_in, 1), PhaseStruct(item.position, carry_out, 1)]
    return [PhaseStruct(item.position, carry_out if item.kind == "retract" else carry_in, 1)]


def _padded(move: Move) -> tuple[Array, Array, Array, Array]:
    n, dof = move.q.shape
    out = []
    for a in (move.q, move.qd, move.qdd):
        wide = np.zeros((n, 7))
        wide[:, :dof] = a
        out.append(wide)
    return np.ascontiguousarray(move.t), out[0], out[1], out[2]
