"""Which pairs of boxes may come near each other at all: the first and cheapest bound, on all pairs and pieces.

A pair is settled on a piece where the ball around box A stays farther from box B than what is demanded and what
A moves. The same is asked first for a few pieces at once, from where they begin.
"""

from __future__ import annotations

import numpy as np

from robotplus.checking.pairs import PairTable
from robotplus.checking.pieces import Bools, Ints
from robotplus.checking.rig import ROUNDING, Rig
from robotplus.checking.room import Room
from robotplus.checking.sweep import Sweep
from robotplus.robots.model import Array

TOGETHER = 8  # pieces


class Neighbourhood:
    """Finds the pairs of a table that may come near each other.

    Args:
        rig: the robot at its place.
        pairs: what to look at.
        highest: (moves, pairs) distance to show [m]; -inf where the pair is not looked at.
    """

    def __init__(self, rig: Rig, pairs: PairTable, highest: Array) -> None:
        self.rig, self.pairs, self.highest = rig, pairs, highest
        self.table = np.full((rig.own, len(rig.boxes)), -1, dtype=np.int64)
        self.table[pairs.boxes[:, 0], pairs.boxes[:, 1]] = np.arange(len(pairs.boxes))

    def open(self, sweep: Sweep, room: Room | None) -> tuple[Ints, Ints]:
        """Pieces and pairs (k,) that this bound does not show clear."""
        rig, moves = self.rig, sweep.pieces.move
        floors = self.highest[np.unique(moves)]
        if not np.isfinite(floors).any():
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        wanted = floors.max() + sweep.moved
        if room is not None:
            wanted = np.maximum(wanted, sweep.moved + np.maximum(room.base, room.world))
        reach = wanted + rig.radius[: rig.own] + ROUNDING
        looked_at = np.asarray(np.isfinite(floors).any(axis=0))
        piece, a, b = self._blocks(sweep.centre, reach, looked_at)
        pair = self.table[a, b]
        kept = np.isfinite(self.highest[moves[piece], pair])
        piece, a, b, pair = piece[kept], a[kept], b[kept], pair[kept]
        rotation, centre = rig.at(sweep.placed, sweep.i0[piece], b)
        inside = np.einsum("kji,kj->ki", rotation, sweep.centre[piece, a] - centre)
        np.maximum(np.abs(inside) - rig.half[b], 0.0, out=inside)
        kept = ~(np.einsum("ki,ki->k", inside, inside) >= reach[piece, a] ** 2)
        return piece[kept], pair[kept]

    def _blocks(self, centre: Array, reach: Array, looked_at: Bools) -> tuple[Ints, Ints, Ints]:
        """Pieces, boxes A and boxes B (k,) that may be within ``reach`` (n, own) of A's centre (n, own, 3)."""
        start = np.arange(0, len(centre), TOGETHER)
        block = np.arange(len(centre)) // TOGETHER
        astray = np.linalg.norm(centre - centre[start][block], axis=2)
        within = np.maximum.reduceat(astray + reach, start)  # (blocks, own)
        apart = self.centre_to_box(centre[start])
        apart[:, :, : self.rig.own] -= np.maximum.reduceat(astray, start)[:, None]
        used = np.zeros(self.table.shape, dtype=bool)
        used[tuple(self.pairs.boxes[looked_at].T)] = True
        of, a, b = np.nonzero(~(apart >= within[:, :, None]) & used)
        piece = (of[:, None] * TOGETHER + np.arange(TOGETHER)).ravel()
        a, b = np.repeat(a, TOGETHER), np.repeat(b, TOGETHER)
        there = piece < len(centre)
        return piece[there], a[there], b[there]

    def centre_to_box(self, centre: Array) -> Array:
        """(m, own, boxes) lower bounds of the distance from the centres (m, own, 3) of the robot's boxes to all boxes:
        to the ball around a box of its own, exact for one that stands in the world."""
        rig, own = self.rig, self.rig.own
        out = np.empty((len(centre), own, len(rig.boxes)))
        out[:, :, :own] = np.linalg.norm(centre[:, :, None] - centre[:, None], axis=3) - rig.radius[:own]
        rotation, at = rig.still_rotation[own:], rig.still_centre[own:]
        inside = np.abs((centre.reshape(-1, 3) - at[:, None]) @ rotation) - rig.half[own:, None]
        np.maximum(inside, 0.0, out=inside)
        distance = np.sqrt(np.einsum("bki,bki->kb", inside, inside))
        out[:, :, own:] = distance.reshape(len(centre), own, -1)
        return out
