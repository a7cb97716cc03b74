"""Free travel between stops: round obstacles where it must, without resting where it can."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.proving.body import Body
from robotplus.proving.clearing import is_clear
from robotplus.proving.kernels.calls import PhaseStruct, kernels, p
from robotplus.proving.outcome import FREE, Failed, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.timing import make_path, time_path, time_paths
from robotplus.robots.model import Array

PLAN_NODES = 1500
MOST_VIAS = 64  # points between the ends of a travel
UNIT = np.array([0.0, 1.0])
BLENDS = (1.0, 0.5)  # how much of the lines to its neighbours a rounded corner may take, tried in turn
CORNER = 9  # samples of a rounded corner
STEP = 0.15  # [rad, m] largest joint step between samples of a rounded travel


@dataclass(frozen=True)
class Wish:
    """A travel from joints ``start`` to ``goal`` (7,) between order ``positions``, with what is carried."""

    start: Array
    goal: Array
    positions: tuple[int, ...]
    carry: int | None

    @property
    def idle(self) -> bool:
        """Nothing has to move."""
        return bool(np.abs(self.start - self.goal).max() < 1e-9)


def travels(scene: Scene, wishes: Sequence[Wish], seed: int) -> list[Planned] | Failed:
    """The travels wished for, none of them idle."""
    if not wishes:
        return []
    body, n = scene.body, len(wishes)
    via, count = np.empty((n, MOST_VIAS, 7)), np.zeros(n, dtype=np.int32)
    phases = [PhaseStruct(w.positions[0], -1 if w.carry is None else w.carry, 0) for w in wishes]
    planned: int = kernels().rp_plans(
        scene.buffer,
        n,
        (PhaseStruct * n)(*phases),
        p(np.array([w.start for w in wishes])),
        p(np.array([w.goal for w in wishes])),
        p(np.array([seed + w.positions[-1] + 1 for w in wishes], dtype=np.uint64)),
        PLAN_NODES,
        MOST_VIAS,
        p(via),
        p(count),
    )
    if planned < n:
        return Failed("travel", wishes[planned].positions[-1])
    lines = [np.stack([w.start, w.goal]) for w, k in zip(wishes, count, strict=True) if not k]
    straight = iter(time_paths(body, [UNIT] * len(lines), lines, [FREE] * len(lines)))
    out: list[Planned] = []
    for wish, points, k in zip(wishes, via, count.tolist(), strict=True):
        position = wish.positions[-1]
        if k:
            move = _round(scene, np.concatenate([wish.start[None], points[:k], wish.goal[None]]), position)
        else:
            path, knots = next(straight)
            move = None
            if not isinstance(knots, str):
                move = Planned("travel", position, Move("travel", position, *knots), (path,))
        if move is None:
            return Failed("travel", position)
        out.append(move)
    return out


def _round(scene: Scene, points: Array, position: int) -> Planned | None:
    """A travel through points (n, 7), blended at them where that is faster and clear."""
    resting = rest_at_vias(scene.body, points, position)
    if resting is None:
        return None
    for share in BLENDS:
        blended = blend_vias(scene.body, points, position, share)
        faster = blended is not None and blended.move.duration < resting.move.duration
        if blended is not None and faster and is_clear(scene, blended):
            return blended
    return resting


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
        path = make_path(body, UNIT, np.stack([a, b]), FREE)
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
