"""Joint values along the tool path: the cheapest posture through the coarse waypoints, carried to the fine samples."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from robotplus.proving.body import Body
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.layers import Layers
from robotplus.proving.outcome import Failed, Stage
from robotplus.proving.placed import Scene
from robotplus.robots.frames import inverse
from robotplus.robots.model import Array

Bools = npt.NDArray[np.bool_]
SAME_BRANCH, WINDINGS, ACROSS = 0, 1, 2  # ways of the ladder, see ladder.h
STUCK = ("", "no posture", "no step", "turns", "pull")
NEWTON_STEPS = 14
NEWTON_TOLERANCE = 1e-10


def ladder(scene: Scene, way: int, shunned: Sequence[Array] = ()) -> tuple[Array, Any, float] | Failed:
    """Joints (n, 7) and slots (n,) at the coarse waypoints, and their cost; not near the ``shunned`` joints (n, 7)."""
    layers, body = scene.context.layers, scene.body
    task = scene.context.task.for_robot(body.struct.n_branch, way == WINDINGS)
    q = np.zeros((layers.n, 7))
    slot = np.zeros(layers.n, dtype=np.int32)
    shun = np.ascontiguousarray(np.stack(shunned)) if shunned else q
    cost, stuck = ctypes.c_double(), ctypes.c_int32()
    failed = kernels().rp_ladder(
        ctypes.byref(task),
        scene.buffer,
        spin_stride(body),
        way,
        p(shun),
        len(shunned),
        p(q),
        p(slot),
        ctypes.byref(cost),
        ctypes.byref(stuck),
    )
    if failed:
        detail = STUCK[stuck.value]
        stage: Stage = "acceleration" if detail == "pull" else "ladder"
        return Failed(stage, int(layers.stop[failed - 1]), detail)
    return q, slot, cost.value


def spin_stride(body: Body) -> int:
    """Arms with a seventh joint have postures to spare: every third spin is enough for them."""
    return 3 if body.dof >= 7 else 1


def refine(scene: Scene, q_coarse: Array, slots: Any, window: float) -> tuple[Array, Bools] | Failed:
    """Joints (m, 7) at all fine samples, and which of them (m,) meet their pose: inside a stroke some may only be near,
    for easing to deal with."""
    layers, body, k = scene.context.layers, scene.body, kernels()
    spins = layers.spin[layers.slot_first + slots]
    m = len(layers.fine_pose)
    spin, q = np.zeros(m), np.zeros((m, 7))
    starts = [i for i in range(layers.n) if not layers.joined[i]] + [layers.n]
    previous: Array | None = None
    for a, e in itertools.pairwise(starts):
        first, last = int(layers.sample[a]), int(layers.sample[e - 1])
        at = np.arange(first, last + 1)
        own = layers.sample[a:e]
        turned = spins[a:e]
        if (turned == turned[0]).all():
            spin[first : last + 1] = turned[0]
        else:
            turned = np.unwrap(turned)
            known = dict(zip(own.tolist(), turned, strict=True))
            known |= {twin: known[original] for twin, original in layers.twins if original in known}
            spin[first : last + 1] = np.interp(at, sorted(known), [known[k] for k in sorted(known)])
        if np.ptp(turned) > 1e-9:
            for segment in layers.segments:
                if segment.kind == "stroke" and first <= segment.first <= last:
                    spin[segment.first : segment.last] = _smooth(spin[segment.first : segment.last], window)
        run = _nearest_turns(body, q_coarse[a:e], previous)
        piece = np.minimum(np.searchsorted(own, at, side="right"), len(own) - 1) - 1
        share = (at - own[piece]) / np.maximum(own[piece + 1] - own[piece], 1)
        q[first : last + 1] = run[piece] + share[:, None] * (run[piece + 1] - run[piece])
        previous = run[-1]
    targets = np.zeros((m, 12))
    k.rp_targets(
        p(rows(inverse(scene.world_from_base))),
        p(rows(scene.context.from_tcp)),
        m,
        p(layers.fine_pose),
        p(spin),
        p(targets),
    )
    # a seventh joint leaves the posture open: let it change smoothly, by turns with the tool's poses
    for smoothing in (window, window / 4, 0.0) if body.dof > 6 else (0.0,):
        if smoothing:
            for segment in layers.segments:
                if segment.kind == "stroke":
                    q[segment.first : segment.last] = _smooth(q[segment.first : segment.last], smoothing)
        met = _newton(scene, targets, q)
        if not met[_held(layers)].all():
            return Failed("refine", 0)
    for twin, original in layers.twins:
        q[twin] = q[original]
    return q, met


def _held(layers: Layers) -> Bools:
    """(m,) the fine samples that have to be met: all but those inside strokes."""
    out = np.ones(len(layers.fine_pose), dtype=bool)
    for segment in layers.segments:
        if segment.kind == "stroke":
            out[segment.first + 1 : segment.last - 1] = False
    return out


def onto(scene: Scene, pose: Array, spin: Array, q: Array) -> None:
    """Move joints q (m, 7), in place, onto base_from_tcp (m, 3, 4) turned by ``spin`` (m,) where that can be."""
    tcp_from_flange, turned = scene.context.from_tcp, spun(pose, spin)
    targets = np.zeros((len(pose), 3, 4))
    targets[:, :, :3] = turned[:, :, :3] @ tcp_from_flange[:3, :3]
    targets[:, :, 3] = turned[:, :, :3] @ tcp_from_flange[:3, 3] + pose[:, :, 3]
    _newton(scene, targets.reshape(-1, 12), q)


def spun(pose: Array, spin: Array) -> Array:
    """(m, 3, 4) poses turned about their own z by ``spin`` (m,)."""
    c, s = np.cos(spin)[:, None], np.sin(spin)[:, None]
    x, y = pose[:, :, 0], pose[:, :, 1]
    return np.stack([x * c + y * s, y * c - x * s, pose[:, :, 2], pose[:, :, 3]], axis=2)


def _newton(scene: Scene, targets: Array, q: Array) -> Bools:
    """Move joints q (m, 7) onto the flange targets (m, 12), in place; which arrived (m,).

    Where the spin is free it is only kept when that is possible: not on the way through a singular posture.
    """
    free = all(s.spins is None for s in scene.context.program.stops)
    if scene.body.dof < 6 and free:
        return _steps(scene, targets, q, 1)
    start = q.copy()
    met = _steps(scene, targets, q, 0)
    if met.all() or not free:
        return met
    q[:] = start
    return _steps(scene, targets, q, 1)


def _steps(scene: Scene, targets: Array, q: Array, mode: int) -> Bools:
    ok = np.zeros(len(q), dtype=np.uint8)
    kernels().rp_newton_path(
        scene.body.pointer,
        p(targets),
        len(q),
        p(rows(scene.context.tcp)),
        mode,
        NEWTON_STEPS,
        ctypes.c_double(NEWTON_TOLERANCE),
        p(q),
        p(ok),
    )
    return ok.astype(bool)


def _smooth(values: Array, window: float) -> Array:
    """Moving average along a stroke (n, …) that keeps both end values (odd reflection at the ends)."""
    half = max(1, round(window * (len(values) - 1)))
    before, after = 2 * values[0] - values[half:0:-1], 2 * values[-1] - values[-2 : -half - 2 : -1]
    padded = np.concatenate([before, values, after])
    if values.ndim > 1:
        width = 2 * half + 1
        sums = np.cumsum(np.concatenate([np.zeros((1, *values.shape[1:])), padded]), axis=0)
        mean: Array = (sums[width:] - sums[:-width]) / width
        return mean
    return np.convolve(padded, np.full(2 * half + 1, 1 / (2 * half + 1)), mode="valid")


def _nearest_turns(body: Body, run: Array, previous: Array | None) -> Array:
    """Move a joined run by whole turns so that it starts as near as the limits allow to where the last one ended."""
    if previous is None:
        return run
    wanted = np.rint((previous - run[0])[: body.dof] / (2 * np.pi)).astype(int)
    out = run.copy()
    for j in np.flatnonzero(wanted).tolist():
        lower, upper, turns = body.struct.lower[j], body.struct.upper[j], int(wanted[j])
        if body.struct.prismatic >> j & 1 or upper - lower < 2 * np.pi:
            continue
        for t in sorted({turns, *range(min(0, turns), max(0, turns) + 1)}, key=lambda t: abs(t - turns)):
            moved = run[:, j] + 2 * np.pi * t
            if moved.min() >= lower and moved.max() <= upper:
                out[:, j] = moved
                break
    return out
