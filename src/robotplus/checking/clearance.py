"""Distances kept on the whole motion, between samples too.

For a pair of boxes A, B (A behind more joints) and a piece of motion of duration h, three bounds are tried,
the cheap ones on all pairs at once:

1. the ball around A against box B at the start, less how far A can move on the piece;
2. a separating plane fixed in B: the gap along its normal at both ends, less a h²/8, with a bounding the
   acceleration of A's points as seen from B; the plane is the best of B's faces;
3. the same with the plane that Coal finds. A gap along any direction is a lower bound of the distance, so
   the numeric tolerance of Coal's search cannot make it too high.

Where none suffices the piece is halved. A distance measured below the demand ends the search: that is a
violation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pinocchio

from robotplus.checking.bounds import behind, displacement, rates
from robotplus.checking.pairs import PEDESTAL, PairTable
from robotplus.checking.pieces import Bools, Ints, Pieces
from robotplus.checking.rig import Placed, Poses, Rig
from robotplus.checking.room import Correction, Levers, own_room, world_room
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
    """Pieces with the first piece each comes from, and the (piece, pair) combinations still open."""

    pieces: Pieces
    root: Ints
    piece: Ints
    pair: Ints
    generation: int


class Clearance:
    """Shows that pairs keep their distances.

    Args:
        rig: the robot at its place.
        pairs: what to look at.
        floors: (moves, pairs) distance to show [m]; -inf where the pair is not looked at.
        correction: demand room for a displaced base too.
    """

    def __init__(self, rig: Rig, pairs: PairTable, *, floors: Array, correction: Correction | None) -> None:
        self.rig, self.pairs, self.floors, self.correction = rig, pairs, floors, correction
        under = np.array([body == PEDESTAL for _, body in pairs.bodies], dtype=bool)
        moves_along = ~pairs.cell | under  # with the base when that is displaced
        kinds = np.stack([moves_along.astype(np.int64), pairs.first])
        self.groups, inverse = np.unique(kinds, axis=1, return_inverse=True)
        self.group = inverse.ravel()
        self.geometry, self.geometry_data = rig.geometry(pairs.boxes)
        for request in self.geometry_data.distanceRequests:
            request.gjk_tolerance = GJK

    def violations(self, pieces: Pieces) -> list[Violation]:
        """Pairs that come too close, worst first, as seen where they are first seen; empty: all clear."""
        spent = 0
        size = max(1, CHUNK // max(1, len(self.pairs.boxes)))
        for k in range(0, len(pieces), size):
            index = np.arange(k, min(k + size, len(pieces)))
            part = pieces.take(index)
            piece, pair = np.nonzero(np.isfinite(self.floors[part.move]))
            stack = [_Work(part, index, piece, pair, 0)] if len(piece) else []
            while stack:
                work = stack.pop()
                spent += len(work.piece)
                demanded, open_, found = self._generation(work)
                if found:
                    return sorted(found, key=lambda v: v.shortfall, reverse=True)
                if not open_.any():
                    continue
                if work.generation >= GENERATIONS or spent > BUDGET:
                    return [self._undecided(work, demanded, open_)]
                stack += self._halved(work, open_)
        return []

    def _undecided(self, work: _Work, demanded: Array, open_: Bools) -> Violation:
        k = int(np.argmax(open_))
        piece = int(work.piece[k])
        move, time = int(work.pieces.move[piece]), float(work.pieces.start[piece])
        return Violation(int(work.pair[k]), move, time, None, float(demanded[k]))

    def _halved(self, work: _Work, open_: Bools) -> list[_Work]:
        """What is still open, on pieces half as long, in portions of bounded size."""
        piece, pair = work.piece[open_], work.pair[open_]
        out = []
        for portion in np.array_split(np.arange(len(piece)), 1 + 2 * len(piece) // CHUNK):
            used, local = np.unique(piece[portion], return_inverse=True)
            both = np.concatenate([2 * local, 2 * local + 1])
            out.append(
                _Work(
                    work.pieces.take(used).halves(),
                    np.repeat(work.root[used], 2),
                    both,
                    np.tile(pair[portion], 2),
                    work.generation + 1,
                )
            )
        return out

    def _generation(self, work: _Work) -> tuple[Array, Bools, list[Violation]]:
        """Demand of each combination, which stay open, and violations."""
        p = work.pieces
        q, i0, i1 = samples(p)
        poses = self.rig.poses(q)
        placed = self.rig.place(poses)
        shift, bend, room = self._motion_bounds(work, poses, placed, i0)
        a, group = self.pairs.boxes[work.pair, 0], self.group[work.pair]
        demanded = self.floors[p.move[work.piece], work.pair]
        demanded = np.maximum(demanded, room[group, work.piece, a])
        moved = shift[group, work.piece, a]
        curved = bend[group, work.piece, a]

        todo = np.arange(len(work.piece))
        ball = self._ball(placed, i0[work.piece], work.pair) - moved
        todo = todo[~(ball >= demanded)]
        d0 = self._relative(placed, i0[work.piece[todo]], work.pair[todo])
        d1 = self._relative(placed, i1[work.piece[todo]], work.pair[todo])
        normal = self._faces(*d0, work.pair[todo])
        shown = self._carried(normal, d0, d1, work.pair[todo], curved[todo], moved[todo])
        left = ~(shown >= demanded[todo])
        todo = todo[left]
        world, distance = self._coal(q, i0[work.piece[todo]], work.pair[todo])
        rotation_b = placed.rotation[i0[work.piece[todo]], self.pairs.boxes[work.pair[todo], 1]]
        normal = np.einsum("kji,kj->ki", rotation_b, world)
        d0, d1 = (d0[0][left], d0[1][left]), (d1[0][left], d1[1][left])
        shown = self._carried(normal, d0, d1, work.pair[todo], curved[todo], moved[todo])
        found = [
            Violation(
                int(work.pair[k]),
                int(p.move[work.piece[k]]),
                float(p.start[work.piece[k]]),
                float(d),
                float(demanded[k]),
            )
            for k, d in zip(todo, distance, strict=True)
            if not d >= demanded[k]
        ]
        open_ = np.zeros(len(work.piece), dtype=bool)
        open_[todo[~(shown >= demanded[todo])]] = True
        return demanded, open_, found

    def _motion_bounds(
        self, work: _Work, poses: Poses, placed: Placed, start: Ints
    ) -> tuple[Array, Array, Array]:
        """Per group, piece and box: displacement on the piece, curvature loss a h²/8, room for a displaced
        base."""
        p, rig = work.pieces, self.rig
        at = Poses(poses.rotation[start], poses.origin[start], poses.axis[start])
        centre = placed.centre[start]
        radii = rig.radii(at, centre, rig.radius)
        vertical = np.linalg.norm(centre[..., :2] - rig.world_from_base[:2, 3], axis=2) + rig.radius
        speed, acceleration, change = p.speed(), p.acceleration(), p.excursion()
        shape = (self.groups.shape[1], len(p), len(rig.boxes))
        shift, bend, room = np.empty(shape), np.empty(shape), np.full(shape, -np.inf)
        for g, (moves_along, first) in enumerate(self.groups.T):
            mask = behind(rig.link, int(first), rig.dof)
            shift[g] = displacement(radii, change, mask=mask, revolute=rig.revolute)
            c = rates(speed, acceleration, revolute=rig.revolute, first=int(first))
            grown = np.einsum("nbj,nj,bj->nb", radii, c, mask, optimize=True)
            growth = np.einsum("nj,bj->nb", np.where(rig.revolute, c, 0.0), mask)
            with np.errstate(invalid="ignore"):
                bend[g] = (grown + shift[g] * growth) * (p.h**2 / 8)[:, None]
            if self.correction is not None:
                levers = Levers(radii, vertical, change, mask, rig.revolute)
                mine = self.correction.take(work.root)
                room[g] = own_room(levers, mine) if moves_along else world_room(levers, mine)
        return shift, bend, room

    def _ball(self, placed: Placed, sample: Ints, pair: Ints) -> Array:
        a, b = self.pairs.boxes[pair].T
        apart = placed.centre[sample, a] - placed.centre[sample, b]
        inside = np.einsum("kji,kj->ki", placed.rotation[sample, b], apart)
        outside = np.maximum(np.abs(inside) - self.rig.half[b], 0.0)
        return np.asarray(np.sqrt(np.einsum("ki,ki->k", outside, outside)) - self.rig.radius[a])

    def _relative(self, placed: Placed, sample: Ints, pair: Ints) -> tuple[Array, Array]:
        """Rotation (k, 3, 3) and centre (k, 3) of A in the frame of B."""
        a, b = self.pairs.boxes[pair].T
        back = placed.rotation[sample, b].transpose(0, 2, 1)
        apart = placed.centre[sample, a] - placed.centre[sample, b]
        return back @ placed.rotation[sample, a], np.einsum("kij,kj->ki", back, apart)

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
        sample, pair = (v.ravel() for v in np.indices((len(q), len(self.pairs.boxes))))
        bounds = self._ball(placed, sample, pair).reshape(len(q), -1)
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


def samples(pieces: Pieces) -> tuple[Array, Ints, Ints]:
    """The configurations at the ends of all pieces, each once where pieces join, and the index of each start
    and end."""
    joined = np.zeros(len(pieces), dtype=bool)
    joined[1:] = (pieces.b[1:, 0] == pieces.b[:-1, 5]).all(axis=1)
    i1 = np.cumsum(np.where(joined, 1, 2)) - 1
    i0 = i1 - 1
    q = np.empty((int(i1[-1]) + 1 if len(pieces) else 0, pieces.b.shape[2]))
    q[i0], q[i1] = pieces.q0, pieces.q1
    return q, i0, i1
