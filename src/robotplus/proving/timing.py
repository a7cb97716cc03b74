"""Joint paths timed within speed and acceleration limits."""

from __future__ import annotations

import ctypes

import numpy as np

from robotplus.certificates.motion import Move, MoveKind
from robotplus.proving.body import Body
from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.outcome import Band, Failed, Path, Planned
from robotplus.robots.model import Array


def dwell(body: Body, position: int, q: Array, time: float) -> Planned:
    dof = body.dof
    zero = np.zeros((2, dof))
    move = Move("dwell", position, np.array([0.0, time]), np.stack([q[:dof], q[:dof]]), zero, zero)
    return Planned("dwell", position, move, ())


def timed(body: Body, kind: MoveKind, position: int, s: Array, q: Array, band: Band) -> Planned | Failed:
    path = make_path(body, s, q, band)
    knots = time_path(body, path)
    if isinstance(knots, str):
        return Failed("tool_speed" if knots == "speed" else "acceleration", position)
    t, oq, od, oa = knots
    return Planned(kind, position, Move(kind, position, t, oq, od, oa), (path,))


def make_path(body: Body, s: Array, q: Array, band: Band) -> Path:
    """Spline through joints q (n, 7) over s (n,)."""
    q, s = np.ascontiguousarray(q), np.ascontiguousarray(s)
    m = np.zeros_like(q)
    kernels().rp_spline(len(s), body.dof, p(s), p(q), p(m))
    low, want, high, ramp = band
    return Path(s, q, m, (low, want if want > 0 else 0.0, high, ramp))


def time_path(body: Body, path: Path) -> tuple[Array, Array, Array, Array] | str:
    """Knots (t, q, qd, qdd) of a path at the body's accelerations, or "speed" / "acceleration" when it cannot be."""
    cap = 8 * len(path.s) + 64
    t, oq, od, oa = np.zeros(cap), np.zeros((cap, 7)), np.zeros((cap, 7)), np.zeros((cap, 7))
    n = kernels().rp_time_path(
        body.pointer,
        len(path.s),
        p(path.s),
        p(path.q),
        p(path.m),
        p(_band(path)),
        ctypes.c_double(1.0),
        cap,
        p(t),
        p(oq),
        p(od),
        p(oa),
    )
    if n < 0:
        return "speed" if n == -1 else "acceleration"
    d = body.dof
    return t[:n], oq[:n, :d], od[:n, :d], oa[:n, :d]


def duration(body: Body, path: Path, accelerations: Array) -> float | None:
    """[s] that a path takes at other accelerations (dof,); None when it cannot be timed with them."""
    out = ctypes.c_double()
    failed = kernels().rp_path_duration(
        body.pointer,
        len(path.s),
        p(path.s),
        p(path.q),
        p(path.m),
        p(_band(path)),
        p(np.ascontiguousarray(accelerations, dtype=float)),
        ctypes.byref(out),
    )
    return None if failed else out.value


def _band(path: Path) -> Array:
    low, want, _, ramp = path.speed
    return np.array([low, want, 0.0, ramp])
