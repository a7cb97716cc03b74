"""The tool follows its path: position, direction, spin and speed on strokes and straight moves, between
samples too.

The witness is a monotone arc length s_i for every sample, 0 at the first and the whole length at the last;
between two samples s is taken to run evenly. Any such witness proves the curve covered; a poor one only
enlarges the deviation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robotplus.checking.bounds import behind, displacement, rates
from robotplus.checking.clearance import samples
from robotplus.checking.pieces import Bools, Ints, Pieces, halve_where
from robotplus.checking.rig import Rig
from robotplus.robots.model import Array
from robotplus.scenarios.task import Curve

GENERATIONS = 12


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


def follow(rig: Rig, pieces: Pieces, demand: Demand) -> Followed:
    """Bounds on how a move follows its curve, refined until they meet the demand or are seen not to."""
    for _ in range(GENERATIONS):
        result, loose = _measure(rig, pieces, demand)
        if not loose.any() or len(pieces) > 20_000:
            break
        pieces = halve_where(pieces, loose)
    return result


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


def _measure(rig: Rig, pieces: Pieces, demand: Demand) -> tuple[Followed, Bools]:
    q, i0, i1 = samples(pieces)
    poses = rig.poses(q)
    rotation, tip = rig.tcp(poses)
    s = progress(demand.curve, tip)
    place, z, x = demand.curve.frames(s)
    middle = 0.5 * (s[i0] + s[i1])
    _, z_mid, x_mid = demand.curve.frames(middle)
    ds = s[i1] - s[i0]

    zero = np.zeros(1)
    radii = rig.radii(poses, tip[:, None], zero)[i0]
    mask = behind(np.array([rig.dof]), 0, rig.dof)
    change, speed, acceleration = pieces.excursion(), pieces.speed(), pieces.acceleration()
    grown = radii[:, 0] + np.where(
        rig.revolute,
        np.minimum(displacement(radii, change, mask=mask, revolute=rig.revolute), rig.reach[0]),
        0.0,
    )
    c = rates(speed, acceleration, revolute=rig.revolute, first=0)
    bend = np.einsum("nj,nj->n", grown, c) * pieces.h**2 / 8
    turn = np.where(rig.revolute, c, 0.0).sum(axis=1) * pieces.h**2 / 8

    off = np.linalg.norm(tip - place, axis=1)
    chord = np.einsum("ni,ni->n", place[i1] - place[i0], place[i1] - place[i0])
    sag = 0.5 * np.sqrt(np.maximum(ds**2 - chord, 0.0))
    position = np.maximum(off[i0], off[i1]) + bend + sag

    lean = np.linalg.norm(rotation[:, :, 2] - z, axis=1)
    direction = _angle(np.maximum(lean[i0], lean[i1]) + turn + _slack(z, z_mid, i0, i1))
    exact_direction = _angle(lean)

    spin = np.zeros(len(pieces))
    exact_spin = np.zeros(len(q))
    if demand.spin_value is not None:
        difference = spin_of(rotation, z, x) - demand.spin_value
        exact_spin = np.abs((difference + np.pi) % (2 * np.pi) - np.pi)
        extra = turn + _slack(x, x_mid, i0, i1)
        if demand.tilted:
            extra = extra + turn + _slack(z, z_mid, i0, i1)
        spin = np.maximum(exact_spin[i0], exact_spin[i1]) + 2 * extra

    loose = (
        ((position > demand.position) & (np.maximum(off[i0], off[i1]) <= demand.position))
        | ((direction > demand.direction)
           & (np.maximum(exact_direction[i0], exact_direction[i1]) <= demand.direction))
        | ((spin > demand.spin) & (np.maximum(exact_spin[i0], exact_spin[i1]) <= demand.spin))
    )  # fmt: skip
    slowest, fastest, top = np.inf, -np.inf, -np.inf
    if demand.speed is not None:
        low, high, inside, undecided = _speeds(rig, pieces, demand, s=s, grown=grown)
        loose |= undecided
        slowest = float(low[inside].min(initial=np.inf))
        fastest, top = float(high[inside].max(initial=-np.inf)), float(high.max())
    bounds = float(position.max()), float(direction.max()), float(spin.max())
    return Followed(*bounds, slowest, fastest, top), loose


def _angle(chord: Array) -> Array:
    return np.asarray(2 * np.arcsin(np.clip(chord / 2, 0.0, 1.0)))


def _slack(v: Array, v_mid: Array, i0: Ints, i1: Ints) -> Array:
    """How far a direction of the curve leaves the straight line between its samples: it turns evenly, or has
    one vertex on the piece, which shows at least half at the middle."""
    step = v[i1] - v[i0]
    kink = np.linalg.norm(v_mid - 0.5 * (v[i0] + v[i1]), axis=1)
    return np.asarray(np.maximum(np.einsum("ki,ki->k", step, step) / 7, 2 * kink))


def progress(curve: Curve, tip: Array) -> Array:
    """(m,) monotone arc lengths near which the tool points (m, 3) lie, from 0 to the curve's length."""
    length = curve.length
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(tip, axis=0), axis=1))])
    total = travelled[-1]
    s = travelled * (length / total) if total > 0 else np.linspace(0.0, length, len(tip))
    step = max(1e-7, 1e-5 * length)
    for _ in range(4):
        a, b = np.clip(s - step, 0.0, length), np.clip(s + step, 0.0, length)
        at, before, after = (curve.frames(v)[0] for v in (s, a, b))
        tangent = (after - before) / np.maximum(b - a, 1e-12)[:, None]
        s = np.clip(s + np.einsum("ki,ki->k", tip - at, tangent), 0.0, length)
    s[0], s[-1] = 0.0, length
    return np.asarray(np.maximum.accumulate(s))


def _speeds(
    rig: Rig, pieces: Pieces, demand: Demand, *, s: Array, grown: Array
) -> tuple[Array, Array, Bools, Bools]:
    """Tool speed bounds (lowest, highest) of the pieces, which lie outside the ramps, and which are too
    coarse."""
    assert demand.speed is not None
    q, i0, i1 = samples(pieces)
    jacobian = rig.jacobian(rig.poses(q))[:, :3]
    rate = pieces.velocities()
    v0 = np.einsum("nij,nj->ni", jacobian[i0], rate[:, 0])
    v1 = np.einsum("nij,nj->ni", jacobian[i1], rate[:, -1])
    speed, acceleration, jerk = pieces.speed(), pieces.acceleration(), pieces.jerk()
    total, hard = speed.sum(axis=1), acceleration.sum(axis=1)
    arm = np.maximum(grown.max(axis=1), 1.0)
    bend = arm * (jerk.sum(axis=1) + 3 * total * hard + total**3) * pieces.h**2 / 8
    mean = v0 + v1
    along = mean / np.maximum(np.linalg.norm(mean, axis=1), 1e-12)[:, None]
    low = np.minimum(np.einsum("ni,ni->n", along, v0), np.einsum("ni,ni->n", along, v1)) - bend
    ends = np.linalg.norm(np.stack([v0, v1]), axis=2)
    high = ends.max(axis=0) + bend
    first, last = demand.ramp, demand.curve.length - demand.ramp
    inside = (s[i0] >= first - 1e-9) & (s[i1] <= last + 1e-9)
    touching = (s[i1] > first) & (s[i0] < last) & ~inside & (s[i1] - s[i0] > 1e-3)
    slow = inside & (low < demand.speed[0]) & (ends.min(axis=0) >= demand.speed[0])
    fast = (high > demand.speed[1]) & (ends.max(axis=0) <= demand.speed[1])
    return low, high, inside, slow | fast | touching
