"""The boxes on pieces of motion: where they are at both ends, and how far and how wildly they move between."""

from __future__ import annotations

import numpy as np

from robotplus.checking.bounds import Rates, Sums
from robotplus.checking.pieces import Ints, Pieces
from robotplus.checking.rig import Poses, Rig
from robotplus.robots.model import Array


def samples(pieces: Pieces, of: Ints | None = None) -> tuple[Array, Ints, Ints]:
    """The configurations at the ends of all pieces, each once where pieces join, and the index of each start
    and end. Pieces of different runs, as ``of`` (n,) tells them, do not join."""
    joined = np.zeros(len(pieces), dtype=bool)
    joined[1:] = (pieces.b[1:, 0] == pieces.b[:-1, 5]).all(axis=1)
    if of is not None:
        joined[1:] &= of[1:] == of[:-1]
    i1 = np.cumsum(np.where(joined, 1, 2)) - 1
    i0 = i1 - 1
    q = np.empty((int(i1[-1]) + 1 if len(pieces) else 0, pieces.b.shape[2]))
    q[i0], q[i1] = pieces.q0, pieces.q1
    return q, i0, i1


class Sweep:
    """The robot's own boxes on n pieces.

    ``q`` (m, dof): the postures at the ends. ``i0``, ``i1`` (n,): which of them each piece starts and ends at.
    ``placed``: the boxes there. ``centre`` (n, own, 3) and ``radii`` (n, own, dof): their centres and lever arms at
    the start. ``moved`` (n, own): bound on the way of each box on the piece [m], seen from the world.
    """

    def __init__(self, rig: Rig, pieces: Pieces) -> None:
        self.rig, self.pieces = rig, pieces
        self.q, self.i0, self.i1 = samples(pieces)
        poses = rig.poses(self.q)
        self.placed = rig.place(poses)
        start = Poses(poses.rotation[self.i0], poses.origin[self.i0], poses.axis[self.i0])
        self.centre = self.placed.centre[self.i0]
        self.radii = rig.radii(start, self.centre, rig.radius[: rig.own])
        self.change = Sums(self.radii, pieces.excursion(), rig.revolute)
        self.rates = Rates.of(pieces.speed(), pieces.acceleration(), rig.revolute)
        self.moved = self.change.all(0, rig.link[: rig.own])

    def apart(self, piece: Ints, box: Ints, first: Ints) -> Array:
        """(k,) bounds on the way of a box on a piece [m], seen from link ``first``."""
        return self.change.some(piece, box, first, self.rig.link[box])

    def bend(self, piece: Ints, box: Ints, first: Ints, moved: Array) -> Array:
        """(k,) a h²/8 with a bounding the acceleration of the box's points seen from link ``first``: how far a
        point leaves the chord between the ends [m]. ``moved`` as from `apart`."""
        c = self.rates.behind(piece, first)
        c = np.where(np.arange(c.shape[1]) < self.rig.link[box][:, None], c, 0.0)
        growth = np.where(self.rig.revolute, c, 0.0).sum(axis=1)
        grown = (self.radii[piece, box] * c).sum(axis=1) + np.where(growth > 0, moved * growth, 0.0)
        return np.asarray(grown * self.pieces.h[piece] ** 2 / 8)
