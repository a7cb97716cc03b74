"""Distances kept on the whole motion, between samples too.

For a pair of boxes A, B (A behind more joints) and a piece of motion of duration h, four bounds are tried,
the cheap ones on all pairs at once:

1. the ball around A against box B at the start, less how far A can move on the piece, seen from the world;
2. the same, seen from B;
3. a separating plane fixed in B: the gap along its normal at both ends, less a h²/8, with a bounding the
   acceleration of A's points as seen from B; the plane is the best of B's faces;
4. the same with the plane that Coal finds. A gap along any direction is a lower bound of the distance, so
   the numeric tolerance of Coal's search cannot make it too high.

Where none suffices the piece is halved, and with it the room that a displaced base is given. A distance
measured below the demand at one posture ends the search: that is a violation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pinocchio

from robotplus.checking.near import Neighbourhood
from robotplus.checking.pairs import PEDESTAL, PairTable
from robotplus.checking.pieces import Bools, Ints, Pieces, Repeats
from robotplus.checking.rig import Placed, Rig
from robotplus.checking.room import Correction, Room
from robotplus.checking.sweep import Sweep
from robotplus.checking.tolerance import tightened
from robotplus.robots.model import Array

GENERATIONS = 16
GJK = 1e-12  # at Coal's own 1e-6 a normal may be off by so much that its plane shows millimetres less
CHUNK = 250_000  # piece–pair combinations looked at together
BUDGET = 20_000_000  # … and in all, before giving up


@dataclass(frozen=True)
class Violation:
    """A pair closer than demanded; ``distance`` is None when the bounds could not be decided."""

    pair: int
    move: int
    time: float
    distance: float | None
    demanded: float

    @property
    def shortfall(self) -> float:
        return self.demanded - self.distance if self.distance is not None else 0.0


@dataclass(frozen=True)
class _Work:
    """Pieces, how a displaced base is corrected on them, and the (piece, pair) combinations still open."""

    pieces: Pieces
    correction: Correction | None
    piece: Ints
    pair: Ints
    generation: int

    def take(self, kept: Bools | Ints) -> _Work:
        """Some of the combinations."""
        return _Work(self.pieces, self.correction, self.piece[kept], self.pair[kept], self.generation)


class Clearance:
    """Shows that pairs keep their distances.

    Args:
        rig: the robot at its place.
        pairs: what to look at.
        floors: (moves, pairs) distance to show [m]; -inf where the pair is not looked at.
        repeats: to show on the first move of a motion what all that repeat it demand.
    """

    def __init__(self, rig: Rig, pairs: PairTable, *, floors: Array, repeats: Repeats | None = None) -> None:
        self.rig, self.pairs, self.floors, self.repeats = rig, pairs, floors, repeats
        self.highest = floors
        if repeats is not None:
            self.highest = floors.copy()
            np.maximum.at(self.highest, repeats.first, floors)
        under = np.array([body == PEDESTAL for _, body in pairs.bodies], dtype=bool)
        self.near = Neighbourhood(rig, pairs, self.highest)
        self.along = ~pairs.cell | under  # B moves with the base when that is displaced
        self.geometry, self.geometry_data = rig.geometry(pairs.boxes)
        for request in self.geometry_data.distanceRequests:
            request.gjk_tolerance = GJK

    def violations(self, pieces: Pieces, correction: Correction | None = None) -> list[Violation]:
        """Pairs that come too close, worst first, as seen where they are first seen; empty: all clear.

        Args:
            correction: on these pieces; demand room for a displaced base too.
        """
        spent = 0
        size = max(1, CHUNK // max(1, len(self.pairs.boxes)))
        none = np.zeros(0, dtype=np.int64)
        for k in range(0, len(pieces), size):
            index = np.arange(k, min(k + size, len(pieces)))
            mine = None if correction is None else correction.take(index)
            stack = [_Work(pieces.take(index), mine, none, none, 0)]
            while stack:
                demanded, work, found = self._generation(stack.pop())
                spent += len(work.piece)
                if found:
                    return sorted(found, key=lambda v: v.shortfall, reverse=True)
                if not len(work.piece):
                    continue
                if work.generation >= GENERATIONS or spent > BUDGET:
                    return [self._violation(work, 0, None, demanded[0])]
                stack += self._halved(work)
        return []

    def _violation(self, work: _Work, k: int, distance: float | None, demanded: float) -> Violation:
        """As seen on the move that demands most of those with this motion."""
        pair, move = int(work.pair[k]), int(work.pieces.move[work.piece[k]])
        time = float(work.pieces.start[work.piece[k]])
        if self.repeats is not None:
            same = np.flatnonzero(self.repeats.first == move)
            other = int(same[np.argmax(self.floors[same, pair])])
            time += float(self.repeats.start[other] - self.repeats.start[move])
            move = other
        return Violation(pair, move, time, distance, float(demanded))

    def _halved(self, work: _Work) -> list[_Work]:
        """What is still open, on pieces half as long, in portions of bounded size."""
        out = []
        for portion in np.array_split(np.arange(len(work.piece)), 1 + 2 * len(work.piece) // CHUNK):
            used, local = np.unique(work.piece[portion], return_inverse=True)
            pieces, correction = work.pieces.take(used).halves(), None
            if work.correction is not None:
                correction = tightened(self.rig, pieces, work.correction.take(np.repeat(used, 2)))
            both = np.concatenate([2 * local, 2 * local + 1])
            pair = np.tile(work.pair[portion], 2)
            out.append(_Work(pieces, correction, both, pair, work.generation + 1))
        return out

    def _generation(self, work: _Work) -> tuple[Array, _Work, list[Violation]]:
        """Which combinations stay open, with their demands, and violations."""
        sweep = Sweep(self.rig, work.pieces)
        room = None if work.correction is None else Room(sweep, work.correction)
        if work.generation == 0:
            piece, pair = self.near.open(sweep, room)
            work = _Work(work.pieces, work.correction, piece, pair, 0)
        demanded = self._demand(work, room)
        a, first = self.pairs.boxes[work.pair, 0], self.pairs.first[work.pair]
        moved = sweep.apart(work.piece, a, first)
        left = ~(self._ball(sweep.placed, sweep.i0[work.piece], work.pair) - moved >= demanded)
        work, demanded, moved = work.take(left), demanded[left], moved[left]
        curved = sweep.bend(work.piece, a[left], first[left], moved)

        at0, at1 = sweep.i0[work.piece], sweep.i1[work.piece]
        d0 = self._relative(sweep.placed, at0, work.pair)
        d1 = self._relative(sweep.placed, at1, work.pair)
        left = ~(self._carried(self._faces(*d0, work.pair), d0, d1, work.pair, curved, moved) >= demanded)
        work, demanded, moved = work.take(left), demanded[left], moved[left]
        curved, at0 = curved[left], at0[left]
        d0, d1 = (d0[0][left], d0[1][left]), (d1[0][left], d1[1][left])
        world, distance = self._coal(sweep.q, at0, work.pair)
        rotation_b, _ = self.rig.at(sweep.placed, at0, self.pairs.boxes[work.pair, 1])
        normal = np.einsum("kji,kj->ki", rotation_b, world)
        left = ~(self._carried(normal, d0, d1, work.pair, curved, moved) >= demanded)
        found = self._found(work, distance, demanded)
        return demanded[left], work.take(left), found

    def _demand(self, work: _Work, room: Room | None) -> Array:
        """(k,) distances [m] to show."""
        floors = self.highest[work.pieces.move[work.piece], work.pair]
        if room is None:
            return np.asarray(floors)
        a, first = self.pairs.boxes[work.pair, 0], self.pairs.first[work.pair]
        own = room.apart(work.piece, a, first)
        return np.maximum(floors, np.where(self.along[work.pair], own, room.world[work.piece, a]))

    def _found(self, work: _Work, distance: Array, demanded: Array) -> list[Violation]:
        """The combinations that break their demand at the very posture where the piece starts."""
        broken = np.flatnonzero(~(distance >= demanded))
        if not len(broken):
            return []
        used, local = np.unique(work.piece[broken], return_inverse=True)
        correction, room = None, None
        still = work.pieces.take(used)
        still = still.standing(still.q0)
        if work.correction is not None:
            correction = tightened(self.rig, still, work.correction.take(used))
            room = Room(Sweep(self.rig, still), correction)
        at_start = _Work(still, correction, local, work.pair[broken], work.generation)
        demanded, distance = self._demand(at_start, room), distance[broken]
        return [
            self._violation(at_start, k, float(distance[k]), demanded[k])
            for k in np.flatnonzero(~(distance >= demanded)).tolist()
        ]

    def _ball(self, placed: Placed, sample: Ints, pair: Ints) -> Array:
        a, b = self.pairs.boxes[pair].T
        rotation, centre = self.rig.at(placed, sample, b)
        inside = np.einsum("kji,kj->ki", rotation, placed.centre[sample, a] - centre)
        outside = np.maximum(np.abs(inside) - self.rig.half[b], 0.0)
        return np.asarray(np.sqrt(np.einsum("ki,ki->k", outside, outside)) - self.rig.radius[a])

    def _relative(self, placed: Placed, sample: Ints, pair: Ints) -> tuple[Array, Array]:
        """Rotation (k, 3, 3) and centre (k, 3) of A in the frame of B."""
        a, b = self.pairs.boxes[pair].T
        rotation, centre = self.rig.at(placed, sample, b)
        back = rotation.transpose(0, 2, 1)
        return back @ placed.rotation[sample, a], np.einsum(
            "kij,kj->ki", back, placed.centre[sample, a] - centre
        )

    def _faces(self, rotation: Array, centre: Array, pair: Ints) -> Array:
        """(k, 3) outward normal of the face of B that A is farthest beyond."""
        a, b = self.pairs.boxes[pair].T
        reach = np.einsum("kij,kj->ki", np.abs(rotation), self.rig.half[a]) + self.rig.half[b]
        best = np.argmax(np.abs(centre) - reach, axis=1)
        normal = np.zeros((len(pair), 3))
        k = np.arange(len(pair))
        normal[k, best] = np.where(centre[k, best] < 0, -1.0, 1.0)
        return normal

    def _gap(self, normal: Array, relative: tuple[Array, Array], pair: Ints) -> Array:
        """(k,) width of the slab along ``normal`` (frame of B) that separates A from B; a lower bound of
        their distance."""
        rotation, centre = relative
        a, b = self.pairs.boxes[pair].T
        turned = np.abs(np.einsum("ki,kij->kj", normal, rotation))
        return np.asarray(
            np.einsum("ki,ki->k", normal, centre)
            - np.einsum("ki,ki->k", np.abs(normal), self.rig.half[b])
            - np.einsum("ki,ki->k", turned, self.rig.half[a])
        )

    def _carried(
        self,
        normal: Array,
        d0: tuple[Array, Array],
        d1: tuple[Array, Array],
        pair: Ints,
        curved: Array,
        moved: Array,
    ) -> Array:
        """Lower bound of the distance over the whole piece from one plane fixed in B."""
        g0, g1 = self._gap(normal, d0, pair), self._gap(normal, d1, pair)
        return np.fmax(np.minimum(g0, g1) - curved, g0 - moved)

    def _coal(self, q: Array, sample: Ints, pair: Ints) -> tuple[Array, Array]:
        """World normals (k, 3) from B to A and distances (k,)."""
        normals, distances = np.empty((len(pair), 3)), np.empty(len(pair))
        last = -1
        for k in np.argsort(sample, kind="stable"):
            if sample[k] != last:
                last = int(sample[k])
                self._update(q[last])
            result = pinocchio.computeDistance(self.geometry, self.geometry_data, int(pair[k]))
            normals[k], distances[k] = result.normal, result.min_distance
        return -normals, distances

    def _update(self, q: Array) -> None:
        pinocchio.updateGeometryPlacements(
            self.rig.model, self.rig.data, self.geometry, self.geometry_data, q
        )

    def nearest(self, q: Array, move: Ints) -> tuple[Array, Array]:
        """Exact smallest distance (m,) to the cell and of the self pairs, at configurations ``q`` of the
        given moves; infinite where there is nothing to be near."""
        placed = self.rig.place(self.rig.poses(q))
        out = np.full((2, len(q)), np.inf)
        a, b = self.pairs.boxes.T
        bounds = self.near.centre_to_box(placed.centre)[:, a, b] - self.rig.radius[a]
        bounds[~np.isfinite(self.floors[move])] = np.inf
        kinds = [np.nonzero(self.pairs.cell)[0], np.nonzero(~self.pairs.cell)[0]]
        for i, bound in enumerate(bounds):
            self._update(q[i])
            for kind, mine in enumerate(kinds):
                for k in mine[np.argsort(bound[mine], kind="stable")].tolist():
                    if bound[k] >= out[kind, i]:
                        break
                    result = pinocchio.computeDistance(self.geometry, self.geometry_data, k)
                    out[kind, i] = min(out[kind, i], result.min_distance)
        return out[0], out[1]
