"""Proof that moves keep their limits and every asked distance, between their knots too."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.proving.context import Context
from robotplus.proving.kernels.calls import ClearStruct, PhaseStruct, kernels, p
from robotplus.proving.layers import Ints
from robotplus.proving.outcome import Failed, Found, Planned, Stage
from robotplus.proving.placed import Scene
from robotplus.robots.model import Array

CAP = 0.2  # [m] clearances beyond this are not told apart


@dataclass(frozen=True)
class _Knots:
    """The knots of many moves behind each other: ``first`` (n + 1,), t (m,), q, qd and qdd (m, 7)."""

    first: Ints
    t: Array
    q: Array
    qd: Array
    qdd: Array


def prove_clear(scene: Scene, planned: tuple[Planned, ...], cost: float) -> Found | Failed:
    """Prove every move clear and inside the limits, between its knots too."""
    knots = _wide([item.move for item in planned])
    use = _limits_used(scene, knots)
    if use.max() > 1.0:
        k = int(np.argmax(use.max(axis=1) > 1.0))
        return Failed("limits", planned[k].position, f"{use[k].max():.3f}")
    out, owner = _prove(scene, planned, knots)
    if out.job >= 0:
        item = planned[owner[out.job]]
        pairs = scene.body.pairs
        pair = (int(pairs[out.pair, 0]), int(pairs[out.pair, 1])) if out.pair >= 0 else None
        stage: Stage = "travel" if item.kind == "travel" else "clearance"
        return Failed(stage, item.position, item.kind, pair)
    joints, speed, acceleration = (float(u) for u in use.max(axis=0))
    limits = (joints, speed, acceleration)
    return Found(scene.world_from_base, planned, out.clearance, out.self, limits, cost)


def is_clear(scene: Scene, item: Planned) -> bool:
    """Whether one move is inside the limits and clear."""
    knots = _wide([item.move])
    return bool(_limits_used(scene, knots).max() <= 1.0) and _prove(scene, (item,), knots)[0].job < 0


def _wide(moves: Sequence[Move]) -> _Knots:
    first = np.cumsum([0, *(len(move.t) for move in moves)], dtype=np.int32)
    dof = moves[0].q.shape[1]
    wide = np.zeros((3, first[-1], 7))
    wide[0, :, :dof] = np.concatenate([move.q for move in moves])
    wide[1, :, :dof] = np.concatenate([move.qd for move in moves])
    wide[2, :, :dof] = np.concatenate([move.qdd for move in moves])
    return _Knots(first, np.concatenate([move.t for move in moves]), *wide)


def _limits_used(scene: Scene, knots: _Knots) -> Array:
    """(n, 3) highest shares of joint range, speed and acceleration of each move."""
    use = np.zeros((len(knots.first) - 1, 3))
    kernels().rp_moves_limits(
        scene.body.pointer,
        len(use),
        p(knots.first),
        p(knots.t),
        p(knots.q),
        p(knots.qd),
        p(knots.qdd),
        p(use),
    )
    return use


def _prove(scene: Scene, planned: tuple[Planned, ...], knots: _Knots) -> tuple[ClearStruct, list[int]]:
    """The kernel's verdict on all moves together, and which move each of its jobs belongs to."""
    n = len(scene.context.layers.order)
    jobs, owner = [], []
    for k, item in enumerate(planned):
        first, end = knots.first[k : k + 2].tolist()
        for phase in phases(scene.context, item.move, n):
            jobs.append((first, end - first, phase.stop, phase.carry, phase.near))
            owner.append(k)
    out = ClearStruct(CAP, CAP, 0.0, -1, -1)
    rows = np.array(jobs, dtype=np.int32)
    kernels().rp_prove_moves(
        scene.buffer,
        len(rows),
        p(rows),
        p(knots.t),
        p(knots.q),
        p(knots.qd),
        p(knots.qdd),
        ctypes.byref(out),
    )
    return out, owner


def phases(context: Context, move: Move, n: int) -> list[PhaseStruct]:
    """What is carried and how near the work is during a move; a dwell counts before and after, closing travel twice."""
    program, order = context.program, context.layers.order
    closing = move.kind == "travel" and move.stop == 0
    stop = program.stops[order[move.stop]]
    carry_in, carry_out = (-1 if c is None else c for c in (stop.carry_in, stop.carry_out))
    if closing:
        return [PhaseStruct(n, carry_in, 0), PhaseStruct(0, carry_in, 0)]
    if move.kind == "travel":
        return [PhaseStruct(move.stop, carry_in, 0)]
    if move.kind == "dwell" and carry_in != carry_out:
        return [PhaseStruct(move.stop, carry_in, 1), PhaseStruct(move.stop, carry_out, 1)]
    return [PhaseStruct(move.stop, carry_out if move.kind == "retract" else carry_in, 1)]


def padded(move: Move) -> tuple[Array, Array, Array, Array]:
    """t (n,), and q, qd, qdd widened to (n, 7)."""
    knots = _wide([move])
    return knots.t, knots.q, knots.qd, knots.qdd
