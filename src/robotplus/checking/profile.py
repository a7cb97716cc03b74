"""How clearance, joint speed and tool speed run over time: for the reader, not for the verdict."""

from __future__ import annotations

from typing import Any

import numpy as np

from robotplus.certificates.motion import Move, evaluate_all
from robotplus.checking.clearance import Clearance
from robotplus.checking.pieces import Ints
from robotplus.checking.rig import Rig
from robotplus.robots.model import Array

MOST = 400
LEAST_INNER = 2  # samples inside a move, as many as that takes being added to MOST …
BOUND = 3000  # … up to this many in all


def sample_motion(moves: tuple[Move, ...]) -> tuple[Array, Array, Array, Ints]:
    """Times from the start (m,), joint values and velocities (m, n), and the move (m,) of the samples.

    Each move gives its beginning and, unless it is a dwell, samples inside in proportion to its shares of the
    time and of the way of the joints; the last gives its end too.
    """
    time = np.array([m.duration for m in moves])
    way = np.array([float(np.abs(np.diff(m.q, axis=0)).sum()) for m in moves])
    inner = np.array([m.kind != "dwell" for m in moves])
    size = (time / max(time.sum(), 1e-12) + way / max(way.sum(), 1e-12)) * inner
    least = LEAST_INNER * inner
    room = max(0, MOST - 1 - len(moves) - int(least.sum()))
    counts = least + (room * size / max(size.sum(), 1e-12)).astype(int)
    starts = np.cumsum(time) - time
    within = [
        np.linspace(0.0, move.duration, n + 2)[:-1] for move, n in zip(moves, counts.tolist(), strict=True)
    ]
    within[-1] = np.append(within[-1], moves[-1].duration)
    index = np.repeat(np.arange(len(moves)), [len(t) for t in within])
    times = np.concatenate(within) + starts[index]
    q, qd = evaluate_all(moves, within)
    keep = np.linspace(0, len(times) - 1, min(len(times), BOUND)).astype(int)
    return times[keep], q[keep], qd[keep], index[keep]


def profile(rig: Rig, moves: tuple[Move, ...], clearance: Clearance) -> dict[str, Any]:
    """Series over time; None where there is nothing to be clear of."""
    t, q, qd, k = sample_motion(moves)
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
