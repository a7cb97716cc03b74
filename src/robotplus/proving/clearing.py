"""Proof that moves keep their limits and every asked distance, between their knots too."""

from __future__ import annotations

import ctypes

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.proving.context import Context
from robotplus.proving.kernels.calls import ClearStruct, PhaseStruct, kernels, p
from robotplus.proving.outcome import Failed, Found, Planned, Stage
from robotplus.proving.placed import Scene
from robotplus.robots.model import Array

CAP = 0.2  # [m] clearances beyond this are not told apart


def prove_clear(scene: Scene, planned: tuple[Planned, ...], cost: float) -> Found | Failed:
    """Prove every move clear and inside the limits, between its knots too."""
    used = np.zeros(3)
    for item in planned:
        used = np.maximum(used, _limits_used(scene, item))
        if used.max() > 1.0:
            return Failed("limits", item.position, f"{used.max():.3f}")
    out, owner = _prove(scene, planned)
    if out.job >= 0:
        item = planned[owner[out.job]]
        pairs = scene.body.pairs
        pair = (int(pairs[out.pair, 0]), int(pairs[out.pair, 1])) if out.pair >= 0 else None
        stage: Stage = "travel" if item.kind == "travel" else "clearance"
        return Failed(stage, item.position, item.kind, pair)
    limits = (float(used[0]), float(used[1]), float(used[2]))
    return Found(scene.world_from_base, planned, out.clearance, out.self, limits, cost)


def is_clear(scene: Scene, item: Planned) -> bool:
    """Whether one move is inside the limits and clear."""
    return bool(_limits_used(scene, item).max() <= 1.0) and _prove(scene, (item,))[0].job < 0


def _limits_used(scene: Scene, item: Planned) -> Array:
    """(3,) highest shares of joint range, speed and acceleration."""
    t, q, qd, qdd = padded(item.move)
    use = np.zeros(3)
    kernels().rp_limits_used(scene.body.pointer, len(t), p(t), p(q), p(qd), p(qdd), p(use))
    return use


def _prove(scene: Scene, planned: tuple[Planned, ...]) -> tuple[ClearStruct, list[int]]:
    """The kernel's verdict on all moves together, and which move each of its jobs belongs to."""
    n = len(scene.context.layers.order)
    jobs, owner, first = [], [], 0
    for k, item in enumerate(planned):
        count = len(item.move.t)
        for phase in phases(scene.context, item, n):
            jobs.append((first, count, phase.stop, phase.carry, phase.near))
            owner.append(k)
        first += count
    out = ClearStruct(CAP, CAP, 0.0, -1, -1)
    rows = np.array(jobs, dtype=np.int32)
    t, q, qd, qdd = (np.concatenate(a) for a in zip(*(padded(item.move) for item in planned), strict=True))
    kernels().rp_prove_moves(scene.buffer, len(rows), p(rows), p(t), p(q), p(qd), p(qdd), ctypes.byref(out))
    return out, owner


def phases(context: Context, item: Planned, n: int) -> list[PhaseStruct]:
    """What is carried and how near the work is during a move; a dwell counts before and after, closing travel twice."""
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


def padded(move: Move) -> tuple[Array, Array, Array, Array]:
    n, dof = move.q.shape
    out = []
    for a in (move.q, move.qd, move.qdd):
        wide = np.zeros((n, 7))
        wide[:, :dof] = a
        out.append(wide)
    return np.ascontiguousarray(move.t), out[0], out[1], out[2]
