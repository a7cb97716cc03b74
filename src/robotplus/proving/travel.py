"""Free travel between stops: round obstacles where it must, without resting where it can."""

from __future__ import annotations

import ctypes
import itertools

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.proving.body import Body
from robotplus.proving.clearing import is_clear
from robotplus.proving.kernels.calls import PhaseStruct, kernels, p
from robotplus.proving.outcome import FREE, Failed, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.timing import make_path, time_path
from robotplus.robots.model import Array

PLAN_NODES = 1500
BLENDS = (1.0, 0.5)  # how much of the lines to its neighbours a rounded corner may take, tried in turn
CORNER = 9  # samples of a rounded corner
STEP = 0.15  # [rad, m] largest joint step between samples of a rounded travel


def travel(
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
        scene.buffer,
        ctypes.byref(phase),
        p(start),
        p(goal),
        ctypes.c_uint64(seed + 1),
        PLAN_NODES,
        len(via),
        p(via),
    )
    position = positions[-1]
    if n < 0:
        return Failed("travel", position)
    points = np.concatenate([a[None], via[:n], b[None]])
    planned = rest_at_vias(body, points, position)
    if planned is None:
        return Failed("travel", position)
    if n:
        for share in BLENDS:
            blended = blend_vias(body, points, position, share)
            faster = blended is not None and blended.move.duration < planned.move.duration
            if blended is not None and faster and is_clear(scene, blended):
                return [blended]
    return [planned]


def blend_vias(body: Body, points: Array, position: int, share: float) -> Planned | None:
    """A travel that rounds its via points: each corner becomes a parabola between the points at ``share`` of the
    half lines to its neighbours. Lengths are measured in seconds at full joint speed."""
    speed = np.array(body.struct.vmax)
    speed[body.dof :] = 1.0
    pieces = [points[:1]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = corner + share * (before - corner) / 2, corner + share * (after - corner) / 2
        u = np.linspace(0, 1, CORNER)[:, None]
        pieces.append((1 - u) ** 2 * start + 2 * u * (1 - u) * corner + u * u * end)
    pieces.append(points[-1:])
    path = np.concatenate(pieces)
    filled = [path[:1]]
    for x, y in itertools.pairwise(path):
        n = max(1, int(np.ceil(np.max(np.abs(y - x)) / STEP)))
        filled.append(x + np.linspace(0, 1, n + 1)[1:, None] * (y - x))
    path = np.concatenate(filled)
    lengths = np.max(np.abs(np.diff(path, axis=0)) / speed, axis=1)
    path = path[np.concatenate([[True], lengths > 1e-9])]
    s = np.concatenate([[0.0], np.cumsum(lengths[lengths > 1e-9])])
    curve = make_path(body, s, path, FREE)
    knots = time_path(body, curve)
    if isinstance(knots, str):
        return None
    return Planned("travel", position, Move("travel", position, *knots), (curve,))


def rest_at_vias(body: Body, points: Array, position: int) -> Planned | None:
    """A travel through points (n, 7), straight in joint space, at rest at each."""
    paths, parts = [], []
    for a, b in itertools.pairwise(points):
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
