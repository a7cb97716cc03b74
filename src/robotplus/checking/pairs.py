"""Which bodies must stay apart, on which move, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import Move
from robotplus.checking.pieces import Bools, Ints
from robotplus.checking.rig import Rig
from robotplus.robots.model import Array
from robotplus.scenarios.task import Obstacle, Program, Stop

PEDESTAL = "pedestal"
UNCHECKED = -np.inf


@dataclass(frozen=True)
class PairTable:
    """Pairs of boxes that are looked at.

    ``boxes`` (k, 2): box indices, the one behind more joints first. ``first`` (k,): number of joints before
    the ones that move the pair apart (0-based index of the shallowest). ``cell`` (k,): the second box stands
    in the world.
    ``needed`` (moves, k): distance [m] that must remain, -inf where the pair is not looked at.
    ``bodies``: the two names of each pair.
    """

    boxes: Ints
    first: Ints
    cell: Bools
    needed: Array
    bodies: tuple[tuple[str, str], ...]


def body_number(body: str, dof: int) -> int:
    """The link a body counts as in the self-pair rule."""
    return int(body.removeprefix("link_")) if body.startswith("link_") else dof


def short_name(body: str) -> str:
    """Name used in ``not_shown``: all carried parts are called ``part``."""
    return "part" if body.startswith("part ") else body


def carried(move: Move, stop: Stop) -> set[int]:
    """Indices of the parts that may be in the gripper during a move to, at or from ``stop``."""
    before, after = stop.carry_in, stop.carry_out
    held = {
        "travel": (before,),
        "approach": (before,),
        "stroke": (before,),
        "dwell": (before, after),
        "retract": (after,),
    }[move.kind]
    return {part for part in held if part is not None}


def present(obstacle: Obstacle, position: int) -> bool:
    """Whether an obstacle is there at a position of the executed order."""
    after_first = obstacle.first is None or position >= obstacle.first
    return after_first and (obstacle.last is None or position <= obstacle.last)


def closing(moves: Sequence[Move], index: int) -> bool:
    """Whether a move is the travel back to the first stop of the next cycle."""
    return moves[index].kind == "travel" and moves[index].stop == 0 and index > 0


def build_pairs(
    rig: Rig, program: Program, certificate: Certificate, *, obstacles: dict[str, Obstacle]
) -> PairTable:
    """All pairs of one certificate.

    Args:
        rig: with the obstacles as fixed bodies under the names that are ``obstacles``' keys, and
        ``pedestal``.
    """
    skipped = {str(n.get("detail")) for n in certificate.not_shown if n.get("what") == "self_pair"}
    index: dict[str, list[int]] = {}
    for i, box in enumerate(rig.boxes):
        index.setdefault(box.body, []).append(i)
    robot_bodies = [b for b in index if b not in obstacles and b != PEDESTAL]
    rows: list[tuple[str, str, bool]] = []
    for a in robot_bodies:
        number = body_number(a, rig.dof)
        for fixed in (*obstacles, PEDESTAL):
            ground = fixed == PEDESTAL or obstacles[fixed].role == "floor"
            if fixed in index and number >= (2 if ground else 1):
                rows.append((a, fixed, True))
        for b in robot_bodies:
            apart = body_number(b, rig.dof) + 2 <= number
            if apart and f"{short_name(b)}/{short_name(a)}" not in skipped:
                rows.append((a, b, False))
    count = [len(index[a]) * len(index[b]) for a, b, _ in rows]
    boxes = np.array(
        [(i, j) for a, b, _ in rows for i in index[a] for j in index[b]], dtype=np.int64
    ).reshape(-1, 2)
    needed = _needed(program, certificate, rows=rows, obstacles=obstacles)
    first = [0 if is_cell else body_number(b, rig.dof) for _, b, is_cell in rows]
    repeat = np.repeat(np.arange(len(rows)), count)
    return PairTable(
        boxes,
        np.array(first, dtype=np.int64)[repeat],
        np.array([c for *_, c in rows], dtype=bool)[repeat],
        needed[:, repeat],
        tuple((rows[r][0], rows[r][1]) for r in repeat),
    )


def _needed(
    program: Program,
    certificate: Certificate,
    *,
    rows: Sequence[tuple[str, str, bool]],
    obstacles: dict[str, Obstacle],
) -> Array:
    """(moves, rows) distance [m] that must remain between two bodies, -inf where it is not looked at."""
    need, names = program.requirements, [*obstacles, PEDESTAL]
    cell = np.array([is_cell for *_, is_cell in rows], dtype=bool)
    link = np.array([a.startswith("link_") for a, *_ in rows], dtype=bool)
    part = np.array([int(a.split()[1]) if a.startswith("part ") else -1 for a, *_ in rows])
    fixed = np.array([names.index(b) if is_cell else 0 for _, b, is_cell in rows])
    out = np.full((len(certificate.moves), len(rows)), UNCHECKED)
    known: dict[tuple[Any, ...], Array] = {}
    for m, move in enumerate(certificate.moves):
        positions = {0, len(certificate.order)} if closing(certificate.moves, m) else {move.stop}
        stop = program.stops[certificate.order[move.stop]]
        case = (tuple(sorted(positions)), move.kind == "travel", tuple(sorted(carried(move, stop))))
        if case in known:
            out[m] = known[case]
            continue
        there = [any(present(o, p) for p in positions) for o in obstacles.values()]
        touched = [move.kind != "travel" and o.name in stop.touches for o in obstacles.values()]
        held = (part < 0) | np.isin(part, list(carried(move, stop)))
        looked_at = np.array([*there, True])[fixed] & ~((part >= 0) & np.array([*touched, False])[fixed])
        apart = np.where(link | (move.kind == "travel"), need.min_clearance, need.tool_clearance)
        out[m] = known[case] = np.where(held & (looked_at | ~cell), np.where(cell, apart, 0.0), UNCHECKED)
    return out
