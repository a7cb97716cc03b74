"""Polylines as smooth curves: bends rounded by arcs, turns of the tool blended, within stated bounds.

A path with a kink cannot be followed at speed, and a sampled smooth path has one at every point. Here the
tangent and the rate of turning are continuous: at every inner vertex the two straight lines are joined by the
arc that touches both (within ``bend`` of the vertex, or up to half of each line). The orientation turns
evenly between two vertices (slerp) and goes over from one turning to the next by a quadratic Bézier curve on
the unit quaternions (within ``turn`` of the vertex's own).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from robotplus.robots.model import Array
from robotplus.scenarios.curves import Frames, unit

Indices = npt.NDArray[np.integer]
STRAIGHT = 1e-7  # [rad] a smaller bend needs no arc


class PolylineCurve:
    """Straight lines through vertices with rounded bends.

    Args:
        points: (n, 3), n >= 2, neighbours apart.
        z: (n, 3) unit tool directions. x: (n, 3) unit reference directions at right angles to z; neighbouring
            frames less than half a turn apart.
        bend: [m] how far a rounded bend may stay from its vertex.
        turn: [rad] how far a blended orientation may stay from its vertex's.
    """

    def __init__(self, points: Array, z: Array, x: Array, *, bend: float, turn: float) -> None:
        segment = np.diff(points, axis=0)
        size = np.linalg.norm(segment, axis=1)
        self._points, self._tangent = points, segment / size[:, None]
        a, b = self._tangent[:-1], self._tangent[1:]
        cosine = np.clip(np.sum(a * b, axis=1), -1.0, 1.0)
        across = b - cosine[:, None] * a
        sine = np.linalg.norm(across, axis=1)
        self._angle = np.where(sine > STRAIGHT, np.arctan2(sine, cosine), 0.0)
        self._side = across / np.maximum(sine, 1e-300)[:, None]
        # The arc that starts d before the vertex stays d tan(angle / 4) from it.
        room = np.minimum(size[:-1], size[1:]) / 2
        quarter, half = np.tan(self._angle / 4), np.tan(self._angle / 2)
        bent = self._angle > 0
        self._setback = np.where(bent, np.minimum(room, bend / np.where(bent, quarter, 1.0)), 0.0)
        self._radius = np.where(bent, self._setback / np.where(bent, half, 1.0), 1.0)
        arc = self._radius * self._angle
        ends = np.concatenate([[0.0], self._setback, [0.0]])
        straight = size - ends[:-1] - ends[1:]
        pieces = np.zeros(2 * len(size) - 1)  # straight, arc, straight, …, straight
        pieces[::2], pieces[1::2] = straight, arc
        self._start = np.concatenate([[0.0], np.cumsum(pieces)])
        self._lead = ends[:-1]
        self.length = float(self._start[-1])
        self.knots = np.concatenate([[0.0], self._start[1:-1:2] + arc / 2, [self.length]])
        self._orientation = Orientation(quaternions(x, z), self.knots, turn)

    def end_tangents(self) -> tuple[Array, Array]:
        """Unit tangents (3,) at start and end."""
        return self._tangent[0], self._tangent[-1]

    def frames(self, s: Array) -> Frames:
        """Positions, tool directions and references, each (m, 3), at arc lengths ``s`` (m,)."""
        s = np.clip(np.atleast_1d(np.asarray(s, dtype=float)), 0.0, self.length)
        piece = np.clip(np.searchsorted(self._start, s, side="right") - 1, 0, len(self._start) - 2)
        within = s - self._start[piece]
        k = piece // 2
        p = self._points[k] + (self._lead[k] + within)[:, None] * self._tangent[k]
        bent = piece % 2 == 1
        if bent.any():
            p[bent] = self._on_arc(k[bent], within[bent])
        q = self._orientation.at(s)
        return p, rotated_z(q), rotated_x(q)

    def _on_arc(self, i: Indices, within: Array) -> Array:
        """Points of the arc that rounds inner vertex ``i`` + 1."""
        r = self._radius[i]
        phi = within / r
        ahead = r * np.sin(phi) - self._setback[i]
        inward = r * (1 - np.cos(phi))
        out: Array = self._points[i + 1] + ahead[:, None] * self._tangent[i] + inward[:, None] * self._side[i]
        return out


class Orientation:
    """Orientations over arc length: slerp between knots, blended at the inner ones.

    Args:
        q: (n, 4) unit quaternions (w, x, y, z) at the knots. knots: (n,) increasing. turn: [rad], see above.
    """

    def __init__(self, q: Array, knots: Array, turn: float) -> None:
        flips = np.cumprod(np.concatenate([[1.0], np.where(np.sum(q[:-1] * q[1:], axis=1) < 0, -1.0, 1.0)]))
        q = q * flips[:, None]
        self._knots, self._q = knots, q
        step = np.diff(knots)
        rate = rotation_vectors(q[:-1], q[1:]) / step[:, None]
        change = np.linalg.norm(np.diff(rate, axis=0), axis=1)
        # Blended over w either side, the curve passes w |change of rate| / 4 from the knot's orientation.
        room = np.minimum(step[:-1], step[1:]) / 2
        inner = np.where(change > 1e-12, np.minimum(room, 4 * turn / np.maximum(change, 1e-12)), 0.0)
        self._reach = np.concatenate([[0.0], inner, [0.0]])
        self._even = Slerp(q[:-1], q[1:])
        order = np.arange(len(step))
        before = self._even.at(
            order, 1 - self._reach[1:] / step
        )  # where the blend round the next knot starts
        after = self._even.at(order, self._reach[:-1] / step)
        # Row i belongs to knot i; the ends have no blend and only keep the rows in step.
        self._rise = Slerp(np.concatenate([q[:1], before]), q)
        self._fall = Slerp(q, np.concatenate([after, q[-1:]]))
        self._constant = bool(np.all(np.abs(q - q[0]) < 1e-15))

    def at(self, s: Array) -> Array:
        """(m, 4) unit quaternions at ``s`` (m,)."""
        if self._constant:
            return np.tile(self._q[0], (len(s), 1))
        k = np.clip(np.searchsorted(self._knots, s, side="right") - 1, 0, len(self._knots) - 2)
        ahead, left = s - self._knots[k], self._knots[k + 1] - s
        out = self._even.at(k, ahead / (ahead + left))
        knot = np.where(ahead < left, k, k + 1)
        near = np.minimum(ahead, left) < self._reach[knot]
        if near.any():
            i = knot[near]
            u = (s[near] - self._knots[i] + self._reach[i]) / (2 * self._reach[i])
            out[near] = Slerp(self._rise.at(i, u), self._fall.at(i, u)).at(np.arange(len(i)), u)
        return out


class Slerp:
    """Even turns between pairs of unit quaternions a, b (n, 4), less than a full turn apart."""

    def __init__(self, a: Array, b: Array) -> None:
        self._a, self._b = a, b
        self._angle = 2 * np.arctan2(_norm(b - a), _norm(a + b))
        self._still = self._angle < 1e-8
        self._sine = np.where(self._still, 1.0, np.sin(self._angle))

    def at(self, i: Indices, u: Array) -> Array:
        """(m, 4) the quaternions of pairs ``i`` (m,) at shares ``u`` (m,) of the way."""
        angle, sine, still = self._angle[i], self._sine[i], self._still[i]
        first = np.where(still, 1 - u, np.sin((1 - u) * angle) / sine)
        last = np.where(still, u, np.sin(u * angle) / sine)
        out = first[:, None] * self._a[i] + last[:, None] * self._b[i]
        out /= _norm(out)[:, None]
        return out


def _norm(v: Array) -> Array:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", v, v)))


def quaternions(x: Array, z: Array) -> Array:
    """(n, 4) unit quaternions (w, x, y, z) of frames whose x and z axes are given (Shepperd's method)."""
    y = np.cross(z, x)
    m = np.stack([x, y, z], axis=2)
    d = np.einsum("nii->ni", m)
    trace = d.sum(axis=1)
    squares = np.column_stack([trace, 2 * d - trace[:, None]]) + 1  # 4 w², 4 x², 4 y², 4 z²
    v = np.column_stack([m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]])
    pairs = m + m.transpose(0, 2, 1)
    rows = np.zeros((len(x), 4, 4))  # row i is 4 q_i q
    rows[:, 0, 1:] = rows[:, 1:, 0] = v
    rows[:, 1:, 1:] = pairs
    rows[:, range(4), range(4)] = squares
    best = np.argmax(squares, axis=1)
    return unit(rows[np.arange(len(x)), best])


def rotation_vectors(a: Array, b: Array) -> Array:
    """(n, 3) rotation vectors [rad] that lead from a to b, in the frame of a (which b shares along them)."""
    w = np.sum(a * b, axis=1)
    v = a[:, :1] * b[:, 1:] - b[:, :1] * a[:, 1:] - np.cross(a[:, 1:], b[:, 1:])
    size = np.linalg.norm(v, axis=1)
    angle = 2 * np.arctan2(size, w)
    return np.asarray(np.where(size > 1e-15, angle / np.maximum(size, 1e-15), 2.0)[:, None] * v)


def rotated_x(q: Array) -> Array:
    """(n, 3) x axes of the frames of unit quaternions."""
    w, x, y, z = q.T
    return np.column_stack([w * w + x * x - y * y - z * z, 2 * (x * y + w * z), 2 * (x * z - w * y)])


def rotated_z(q: Array) -> Array:
    """(n, 3) z axes of the frames of unit quaternions."""
    w, x, y, z = q.T
    return np.column_stack([2 * (x * z + w * y), 2 * (y * z - w * x), w * w - x * x - y * y + z * z])
