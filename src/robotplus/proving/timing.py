"""Joint paths timed within speed and acceleration limits."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from robotplus.certificates.motion import Move, MoveKind
from robotplus.proving.body import Body
from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.layers import Ints
from robotplus.proving.outcome import INSIDE, Band, Failed, Path, Planned
from robotplus.robots.model import Array

Knots = tuple[Array, Array, Array, Array]  # t, q, qd, qdd


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


def time_path(body: Body, path: Path) -> Knots | str:
    """Knots (t, q, qd, qdd) of a path at the body's accelerations, or "speed" / "acceleration" when it cannot be."""
    cap = 8 * len(path.s) + 64
    t, oq, od, oa = np.zeros(cap), np.zeros((cap, 7)), np.zeros((cap, 7)), np.zeros((cap, 7))
    n = kernels().rp_time_path(
        body.pointer,
        len(path.s),
        p(path.s),
        p(path.q),
        p(path.m),
        p(np.array(_asked(path.speed))),
        ctypes.c_double(1.0),
        cap,
        p(t),
        p(oq),
        p(od),
        p(oa),
    )
    if n < 0:
        return _why(n)
    d = body.dof
    return t[:n], oq[:n, :d], od[:n, :d], oa[:n, :d]


def time_paths(
    body: Body, lengths: Sequence[Array], joints: Sequence[Array], bands: Sequence[Band]
) -> list[tuple[Path, Knots | str]]:
    """`make_path` and `time_path` of many paths at once: over lengths (n,) [m] through joints (n, 7)."""
    if not lengths:
        return []
    first, s, q = _behind(lengths), np.concatenate(lengths), np.concatenate(joints)
    m = np.empty_like(q)
    speeds = [(low, want if want > 0 else 0.0, high, ramp) for low, want, high, ramp in bands]
    cap = 8 * len(s) + 64 * len(lengths)
    t, out = np.empty(cap), np.empty((3, cap, 7))
    knots = np.empty(len(lengths), dtype=np.int32)
    kernels().rp_time_paths(
        body.pointer,
        len(lengths),
        p(first),
        p(s),
        p(q),
        p(m),
        p(np.array([_asked(v) for v in speeds])),
        cap,
        p(t),
        p(out[0]),
        p(out[1]),
        p(out[2]),
        p(knots),
    )
    end = np.maximum(knots, 0).cumsum()
    t, out = t[: end[-1]].copy(), out[:, : end[-1], : body.dof].copy()
    timed_paths: list[tuple[Path, Knots | str]] = []
    for k, (n, to) in enumerate(zip(knots.tolist(), end.tolist(), strict=True)):
        own = slice(first[k], first[k + 1])
        path = Path(s[own], q[own], m[own], speeds[k])
        at = slice(to - n, to)
        timed_paths.append((path, _why(n) if n < 0 else (t[at], out[0, at], out[1, at], out[2, at])))
    return timed_paths


def durations(body: Body, paths: Sequence[Path], accelerations: Array) -> Array:
    """(n,) [s] that paths take at other accelerations (dof,); -1 where one cannot be timed with them."""
    out = np.zeros(len(paths))
    if not len(out):
        return out
    kernels().rp_path_durations(
        body.pointer,
        len(paths),
        p(_behind([path.s for path in paths])),
        p(np.concatenate([path.s for path in paths])),
        p(np.concatenate([path.q for path in paths])),
        p(np.concatenate([path.m for path in paths])),
        p(np.array([_asked(path.speed) for path in paths])),
        p(np.ascontiguousarray(accelerations, dtype=float)),
        p(out),
    )
    return out


def _behind(arrays: Sequence[Array]) -> Ints:
    """Where each of many arrays starts when they lie behind each other, and where the last ends."""
    return np.cumsum([0, *(len(a) for a in arrays)], dtype=np.int32)


def _why(code: int) -> str:
    return "speed" if code == -1 else "acceleration"


def _asked(speed: Band) -> Band:
    low, want, _, ramp = speed
    return (low + INSIDE * (want - low)) * (1 + 1e-6) if want > 0 else 0.0, want, 0.0, ramp
