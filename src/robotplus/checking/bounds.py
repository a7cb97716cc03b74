"""How far and how wildly a point of the robot can move on a piece of motion: bounds from joint rates and
lever arms.

A point p behind joints j (from the shallowest to the deepest) has ∂p/∂q_j of size r_j, its distance from
axis j (1 for a prismatic joint), and ∂²p/∂q_j∂q_k of size at most r of the deeper of the two where the
shallower one is revolute, else 0. Hence

    |p'|  <= Σ_j r_j |q̇_j|
    |p''| <= Σ_j r_j |q̈_j| + Σ_jk r_max(j,k) |q̇_j| |q̇_k|
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robotplus.checking.pieces import Bools, Ints
from robotplus.robots.model import Array

MOST_TURN = 0.95  # [rad] beyond this the bound on a displacement is useless


@dataclass(frozen=True)
class Rates:
    """Joint rates on n pieces, so that |p''| <= Σ_j r_j c_j for points behind joints ``first``, first + 1, …
    with c_j = |q̈_j| + |q̇_j| (ω_j + 2 Σ_{first <= i < j} ω_i), ω the rates of revolute joints.

    ``alone`` (n, dof): c for ``first`` = 0. ``speed`` (n, dof). ``before`` (n, dof): Σ_{i < j} ω_i.
    """

    alone: Array
    speed: Array
    before: Array

    @staticmethod
    def of(speed: Array, acceleration: Array, revolute: Bools) -> Rates:
        """From the highest joint rates (n, dof) on each piece."""
        turning = np.where(revolute, speed, 0.0)
        before = np.cumsum(turning, axis=1) - turning
        return Rates(acceleration + speed * (turning + 2.0 * before), speed, before)

    def behind(self, piece: Ints, first: Ints) -> Array:
        """(k, dof) factors c of the joints from ``first`` (k,) on, for pieces (k,); 0 before them."""
        out = self.alone[piece] - 2.0 * self.speed[piece] * self.before[piece, first][:, None]
        return np.where(np.arange(out.shape[1]) >= first[:, None], out, 0.0)


class Sums:
    """How far points move when the joints move by given amounts at most: sums over the first joints, so that a
    run of joints is a difference of two.

    Lever arms grow by no more than the displacement D itself, so D <= Σ (r_j + D) w_j over revolute
    joints (r_j = 1 and no growth for prismatic ones), that is D <= Σ r_j w_j / (1 - Σ w_j).

    Args:
        radii: (n, boxes, dof) lever arms at the start. amounts: (n, dof) bounds w on |Δq|.
    """

    def __init__(self, radii: Array, amounts: Array, revolute: Bools) -> None:
        n, boxes, dof = radii.shape
        self.moved = np.zeros((n, boxes, dof + 1))
        np.cumsum(radii * amounts[:, None], axis=2, out=self.moved[..., 1:])
        self.turned = np.zeros((n, dof + 1))
        np.cumsum(np.where(revolute, amounts, 0.0), axis=1, out=self.turned[:, 1:])

    def all(
        self, first: Ints | int, last: Ints | int, *, more: Array | float = 0.0, turn: float = 0.0
    ) -> Array:
        """(n, boxes) displacement of every box by joints first … last - 1 (0-based; numbers or (boxes,)).

        Args:
            more: what else moves the box [m]. turn: what else turns it [rad].
        """
        box = np.arange(self.moved.shape[1])
        begin, end = np.broadcast_to(first, box.shape), np.broadcast_to(last, box.shape)
        moved = self.moved[:, box, end] - self.moved[:, box, begin] + more
        return _grown(moved, self.turned[:, end] - self.turned[:, begin] + turn)

    def some(self, piece: Ints, box: Ints, first: Ints, last: Ints) -> Array:
        """(k,) the same for chosen pieces and boxes."""
        moved = self.moved[piece, box, last] - self.moved[piece, box, first]
        return _grown(moved, self.turned[piece, last] - self.turned[piece, first])


def _grown(moved: Array, turned: Array) -> Array:
    """[m]; infinite where the joints turn by more than about a radian in all."""
    return np.asarray(np.where(turned < MOST_TURN, moved / np.maximum(1.0 - turned, 1 - MOST_TURN), np.inf))
