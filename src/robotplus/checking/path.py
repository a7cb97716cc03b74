"""The tool follows its path: position, direction, spin and speed on strokes and straight moves, between
samples too.

The witness is a monotone arc length s_i for every sample, 0 at the first and the whole length at the last;
between two samples s is taken to run evenly. Any such witness proves the curve covered; a poor one only
enlarges the deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from robotplus.checking.bounds import Rates, Sums
from robotplus.checking.pieces import Bools, Ints, Pieces, halve_where
from robotplus.checking.rig import Rig
from robotplus.checking.sweep import samples
from robotplus.robots.model import Array
from robotplus.scenarios.task import Curve

GENERATIONS = 12
INNER = 3  # samples of the curve's directions inside a piece
MOST = 20_000  # pieces of one move


@dataclass
class Line:
    """A straight line with a constant tool frame, as a curve by arc length."""

    start: Array
    toward: Array
    length: float
    z: Array
    x: Array

    def frames(self, s: Array) -> tuple[Array, Array, Array]:
        n = len(s)
        p = self.start + np.asarray(s)[:, None] * self.toward
        return p, np.tile(self.z, (n, 1)), np.tile(self.x, (n, 1))


@dataclass(frozen=True)
class Demand:
    """What a move has to keep to.

    ``position`` [m], ``direction`` [rad] and ``spin`` [rad]: largest deviations. ``spin_value``: the spin to
    hold, None when free. ``speed``: (lowest, highest) [m/s] outside ``ramp`` [m] at both ends, None when
    free.
    ``tilted``: the tool may lean, so that the reference of its spin leans with it.
    """

    curve: Curve
    position: float
    direction: float
    spin: float
    spin_value: float | None
    speed: tuple[float, float] | None
    ramp: float
    tilted: bool


@dataclass(frozen=True)
class Followed:
    """Bounds shown on one move: deviations [m], [rad], [rad] and tool speeds [m/s]: slowest
    and fastest outside the ramps (inf, -inf if nothing is), ``top`` anywhere."""

    position: float
    direction: float
    spin: float
    slowest: float
    fastest: float
    top: float


def follow(rig: Rig, pieces: Pieces, demands: Sequence[Demand], of: Ints) -> list[Followed]:
    """Bounds on how moves follow their curves, refined until they meet the demands or are seen not to.

    Args:
        of: (n,) which demand each piece has to meet; the pieces of one move stand together, in order.
    """
    out: dict[int, Followed] = {}
    for _ in range(GENERATIONS):
        run = _Run(rig, pieces, demands, of)
        out |= run.followed()
        loose = run.loose()
        rough = np.unique(of[loose])
        again = np.isin(of, rough[np.bincount(of)[rough] <= MOST])
        if not again.any():
            break
        pieces, of, loose = pieces.take(again), of[again], loose[again]
        pieces, of = halve_where(pieces, loose), np.repeat(of, np.where(loose, 2, 1))
    return [out[k] for k in range(len(demands))]


def spin_of(rotation: Array, z: Array, x: Array) -> Array:
    """(n,) spin of TCP frames (n, 3, 3) about their own z from reference directions x, carried from z (n, 3)
    to the TCP's z by the smallest turn."""
    carried = carry(x, z, rotation[:, :, 2])
    y = np.cross(rotation[:, :, 2], carried)
    along, across = (np.einsum("ki,ki->k", rotation[:, :, 0], v) for v in (carried, y))
    return np.asarray(np.arctan2(across, along))


def carry(x: Array, z: Array, onto: Array) -> Array:
    """(n, 3) x turned by the smallest rotation that takes unit z to unit ``onto``."""
    v, c = np.cross(z, onto), np.einsum("ki,ki->k", z, onto)
    dot = np.einsum("ki,ki->k", v, x)
    return np.asarray(c[:, None] * x + np.cross(v, x) + v * (dot / np.maximum(1 + c, 1e-12))[:, None])


class _Run:
    """The tool on n pieces, at their ends and between, beside the curves it should follow.

    Each measure is the value at the worse end and the bound over the piece, both (n,).
    """

    def __init__(self, rig: Rig, pieces: Pieces, demands: Sequence[Demand], of: Ints) -> None:
        self.rig, self.pieces, self.of, self.demands = rig, pieces, of, demands
        q, self.i0, self.i1 = samples(pieces, of)
        self.poses = rig.poses(q)
        self.rotation, self.tip = rig.tcp(self.poses)
        self.runs, self.first, self.index = np.unique(of, return_index=True, return_inverse=True)
        self._place_curves(np.append(self.first[1:], len(of)) - 1)
        self._bound_motion()
        self.rows = (
            (self._position(), self._each(lambda d: d.position)),
            (self._direction(), self._each(lambda d: d.direction)),
            (self._spin(), self._each(lambda d: d.spin)),
        )
        self.speed = self._speeds() if any(demands[k].speed for k in self.runs) else None

    def _each(self, value: Callable[[Demand], Any]) -> Array:
        """(n, …) a number, or numbers, of each piece's demand."""
        return np.array([value(self.demands[k]) for k in self.runs], dtype=float)[self.index]

    def _place_curves(self, last: Ints) -> None:
        """Arc lengths of the samples, and the curves there and inside the pieces."""
        m, n = len(self.tip), len(self.pieces)
        self.s = np.empty(m)
        self.place, self.z, self.x = (np.empty((m, 3)) for _ in range(3))
        self.inner_z, self.inner_x = np.empty((INNER, n, 3)), np.empty((INNER, n, 3))
        shares = np.linspace(0.0, 1.0, INNER + 2)[1:-1, None]
        self.shares = shares[..., None]
        for k, a, b in zip(self.runs.tolist(), self.first, last, strict=True):
            mine, curve = slice(self.i0[a], self.i1[b] + 1), self.demands[k].curve
            self.s[mine] = s = progress(curve, self.tip[mine])
            self.place[mine], self.z[mine], self.x[mine] = curve.frames(s)
            begin, end = self.s[self.i0[a : b + 1]], self.s[self.i1[a : b + 1]]
            _, z, x = curve.frames((begin + shares * (end - begin)).ravel())
            shape = (INNER, b + 1 - a, 3)
            self.inner_z[:, a : b + 1], self.inner_x[:, a : b + 1] = z.reshape(shape), x.reshape(shape)

    def followed(self) -> dict[int, Followed]:
        """The bounds on each move with the pieces as they are."""
        bounds = [np.maximum.reduceat(over, self.first) for (_, over), _ in self.rows]
        count = len(self.runs)
        slowest, fastest, top = np.full(count, np.inf), np.full(count, -np.inf), np.full(count, -np.inf)
        if self.speed is not None:
            low, high, inside, _ = self.speed
            asked = np.array([self.demands[k].speed is not None for k in self.runs])
            slowest = np.minimum.reduceat(np.where(inside, low, np.inf), self.first)
            fastest = np.maximum.reduceat(np.where(inside, high, -np.inf), self.first)
            top = np.where(asked, np.maximum.reduceat(high, self.first), -np.inf)
        columns = zip(*bounds, slowest, fastest, top, strict=True)
        return {
            k: Followed(*(float(v) for v in row)) for k, row in zip(self.runs.tolist(), columns, strict=True)
        }

    def loose(self) -> Bools:
        """(n,) which pieces are too coarse to meet the demand though their ends do."""
        out = np.zeros(len(self.pieces), dtype=bool)
        for (ends, over), most in self.rows:
            out |= (over > most) & (ends <= most)
        return out if self.speed is None else out | self.speed[3]

    def _bound_motion(self) -> None:
        """Lever arms on the pieces, and how far tool point and tool axes stray from the line between the
        ends."""
        rig, pieces = self.rig, self.pieces
        arms = rig.radii(self.poses, self.tip[:, None], np.zeros(1))[self.i0]
        shift = Sums(arms, pieces.excursion(), rig.revolute).all(0, rig.dof)
        self.arm = arms[:, 0] + np.where(rig.revolute, np.minimum(shift, rig.reach[0]), 0.0)
        c = Rates.of(pieces.speed(), pieces.acceleration(), rig.revolute).alone
        self.bend = np.einsum("nj,nj->n", self.arm, c) * pieces.h**2 / 8
        self.turn = np.where(rig.revolute, c, 0.0).sum(axis=1) * pieces.h**2 / 8

    def _worse(self, value: Array) -> Array:
        return np.asarray(np.maximum(value[self.i0], value[self.i1]))

    def _slack(self, v: Array, inner: Array) -> Array:
        """How far a direction of the curve leaves the straight line between its ends: it turns evenly, or has
        vertices, which show at least half at the samples between."""
        a, b = v[self.i0], v[self.i1]
        kink = np.linalg.norm(inner - (a + self.shares * (b - a)), axis=2).max(axis=0)
        return np.asarray(np.maximum(np.einsum("ki,ki->k", b - a, b - a) / 7, 2 * kink))

    def _position(self) -> tuple[Array, Array]:
        """Distance of the tool point from its place on the curve."""
        off = self._worse(np.linalg.norm(self.tip - self.place, axis=1))
        chord = self.place[self.i1] - self.place[self.i0]
        along = self.s[self.i1] - self.s[self.i0]
        sag = 0.5 * np.sqrt(np.maximum(along**2 - np.einsum("ni,ni->n", chord, chord), 0.0))
        return off, off + self.bend + sag

    def _direction(self) -> tuple[Array, Array]:
        """Angle between the tool's z and the curve's."""
        lean = self._worse(np.linalg.norm(self.rotation[:, :, 2] - self.z, axis=1))
        return _angle(lean), _angle(lean + self.turn + self._slack(self.z, self.inner_z))

    def _spin(self) -> tuple[Array, Array]:
        """Angle from the listed spin; 0 when any is allowed."""
        difference = spin_of(self.rotation, self.z, self.x)
        value = self._each(lambda d: np.nan if d.spin_value is None else d.spin_value)
        ends = np.stack([difference[self.i0], difference[self.i1]]) - value
        off = np.abs((ends + np.pi) % (2 * np.pi) - np.pi).max(axis=0)
        extra = self.turn + self._slack(self.x, self.inner_x)
        extra += self._each(lambda d: d.tilted) * (self.turn + self._slack(self.z, self.inner_z))
        free = np.isnan(value)
        return np.where(free, 0.0, off), np.where(free, 0.0, off + 2 * extra)

    def _speeds(self) -> tuple[Array, Array, Bools, Bools]:
        """Tool speed bounds (lowest, highest), which pieces lie outside the ramps, and which are too coarse.

        The velocity strays from the line between its ends by at most h²/8 times its second derivative, which
        is at most R (Σ|q⃛| + 3 Σ|q̇| Σ|q̈| + (Σ|q̇|)³).
        """
        pieces, s = self.pieces, self.s
        jacobian, rate = self.rig.jacobian(self.poses)[:, :3], pieces.velocities()
        v0 = np.einsum("nij,nj->ni", jacobian[self.i0], rate[:, 0])
        v1 = np.einsum("nij,nj->ni", jacobian[self.i1], rate[:, -1])
        total, hard = pieces.speed().sum(axis=1), pieces.acceleration().sum(axis=1)
        reach = np.maximum(self.arm.max(axis=1), 1.0)
        bend = reach * (pieces.jerk().sum(axis=1) + 3 * total * hard + total**3) * pieces.h**2 / 8
        mean = v0 + v1
        along = mean / np.maximum(np.linalg.norm(mean, axis=1), 1e-12)[:, None]
        low = np.minimum(np.einsum("ni,ni->n", along, v0), np.einsum("ni,ni->n", along, v1)) - bend
        ends = np.linalg.norm(np.stack([v0, v1]), axis=2)
        high = ends.max(axis=0) + bend
        least, most = self._each(lambda d: d.speed or (np.nan, np.nan)).T
        first, last = self._each(lambda d: (d.ramp, d.curve.length - d.ramp)).T
        steady = np.isfinite(least)
        begin, end = s[self.i0], s[self.i1]
        inside = steady & (begin >= first - 1e-9) & (end <= last + 1e-9)
        straddling = steady & (end > first) & (begin < last) & ~inside & (end - begin > 1e-3)
        slow = inside & (low < least) & (ends.min(axis=0) >= least)
        fast = (high > most) & (ends.max(axis=0) <= most)
        return low, high, inside, slow | fast | straddling


def _angle(chord: Array) -> Array:
    return np.asarray(2 * np.arcsin(np.clip(chord / 2, 0.0, 1.0)))


def progress(curve: Curve, tip: Array) -> Array:
    """(m,) monotone arc lengths near which the tool points (m, 3) lie, from 0 to the curve's length."""
    length = curve.length
    if isinstance(curve, Line):
        s = np.clip((tip - curve.start) @ curve.toward, 0.0, length)
        s[0], s[-1] = 0.0, length
        return np.asarray(np.maximum.accumulate(s))
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(tip, axis=0), axis=1))])
    total = travelled[-1]
    s = travelled * (length / total) if total > 0 else np.linspace(0.0, length, len(tip))
    step = max(1e-7, 1e-5 * length)
    for _ in range(3):
        before, after = np.maximum(s - step, 0.0), np.minimum(s + step, length)
        at, a, b = np.split(curve.frames(np.concatenate([s, before, after]))[0], 3)
        tangent = (b - a) / np.maximum(after - before, 1e-12)[:, None]
        s = np.clip(s + np.einsum("ki,ki->k", tip - at, tangent), 0.0, length)
    s[0], s[-1] = 0.0, length
    return np.asarray(np.maximum.accumulate(s))
