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


def prove_clear(scene: Scene, planned: tuple[Planned, ...], cost: float) -> Found | Failed:
    """Prove every move clear and inside the limits, between its knots too."""
    context, body, k = scene.context, scene.body, kernels()
    n = len(context.layers.order)
    worst, own, used = 0.2, 0.2, np.zeros(3)
    for item in planned:
        move = item.move
        t, q, qd, qdd = padded(move)
        use = np.zeros(3)
        k.rp_limits_used(body.pointer, len(t), p(t), p(q), p(qd), p(qdd), p(use))
        used = np.maximum(used, use)
        if used.max() > 1.0:
            return Failed("limits", item.position, f"{used.max():.3f}")
        for phase in phases(context, item, n):
            out = ClearStruct()
            if not k.rp_prove_move(
                scene.buffer, ctypes.byref(phase), len(t), p(t), p(q), p(qd), p(qdd), ctypes.byref(out)
            ):
                pair = tuple(int(v) for v in body.pairs[out.pair]) if out.pair >= 0 else None
                stage: Stage = "travel" if item.kind == "travel" else "clearance"
                return Failed(stage, item.position, item.kind, pair)  # type: ignore[arg-type]
            worst, own = min(worst, out.clearance), min(own, out.self)
    return Found(
        scene.world_from_base, planned, worst, own, (float(used[0]), float(used[1]), float(used[2])), cost
    )


def is_clear(scene: Scene, item: Planned) -> bool:
    """Whether one move is inside the limits and clear."""
    t, q, qd, qdd = padded(item.move)
    use = np.zeros(3)
    k, body = kernels(), scene.body
    k.rp_limits_used(body.pointer, len(t), p(t), p(q), p(qd), p(qdd), p(use))
    out = ClearStruct()
    return bool(use.max() <= 1.0) and all(
        k.rp_prove_move(
            scene.buffer, ctypes.byref(phase), len(t), p(t), p(q), p(qd), p(qdd), ctypes.byref(out)
        )
        for phase in phases(scene.context, item, len(scene.context.layers.order))
    )


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
