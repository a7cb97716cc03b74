"""How clearance, joint speed and tool speed run over time: for the reader, not for the verdict."""

from __future__ import annotations

from typing import Any

import numpy as np

from robotplus.certificates.motion import Move, evaluate
from robotplus.checking.clearance import Clearance
from robotplus.checking.pieces import Ints
from robotplus.checking.rig import Rig
from robotplus.robots.model import Array

POINTS = 400
MOST = 600


def sample_motion(moves: tuple[Move, ...], points: int) -> tuple[Array, Array, Array, Ints]:
    """Times from the start (m,), joint values and velocities (m, n), and the move (m,) of about ``points``
    samples."""
    total = sum(m.duration for m in moves)
    share = max(2, points // (4 * len(moves)))
    rows, start = [], 0.0
    for k, move in enumerate(moves):
        count = max(2, share if len(moves) < points // 8 else 2)
        count = max(count, int(0.7 * points * move.duration / total)) if move.kind != "dwell" else 2
        t = np.linspace(0.0, move.duration, count)
        q, qd, _ = evaluate(move, t)
        rows.append((t + start, q, qd, np.full(count, k)))
        start += move.duration
    times, q, qd, index = (np.concatenate(column) for column in zip(*rows, strict=True))
    keep = np.linspace(0, len(times) - 1, min(len(times), MOST)).astype(int)
    return times[keep], q[keep], qd[keep], index[keep]


def profile(rig: Rig, moves: tuple[Move, ...], clearance: Clearance) -> dict[str, Any]:
    """Series of at most 600 points; None where there is nothing to be clear of."""
    t, q, qd, k = sample_motion(moves, POINTS)
    cell, own = clearance.nearest(q, k)
    velocity = np.array([j.velocity for j in rig.robot.joints], dtype=float)
    tool = np.linalg.norm(np.einsum("mij,mj->mi", rig.jacobian(rig.poses(q))[:, :3], qd), axis=1)
    return {
        "t": _rounded(t),
        "clearance_m": _rounded(cell),
        "self_clearance_m": _rounded(own),
        "velocity_used": _rounded(np.abs(qd / velocity).max(axis=1)),
        "tool_speed_mps": _rounded(tool),
    }


def _rounded(values: Array) -> list[float | None]:
    return [round(v, 6) if np.isfinite(v) else None for v in values.tolist()]
