"""How far and how wildly a point of the robot can move on a piece of motion: bounds from joint rates and
lever arms.

A point p behind joints j (from the shallowest to the deepest) has ∂p/∂q_j of size r_j, its distance from
axis j (1 for a prismatic joint), and ∂²p/∂q_j∂q_k of size at most r of the deeper of the two where the
shallower one is revolute, else 0. Hence

    |p'|  <= Σ_j r_j |q̇_j|
    |p''| <= Σ_j r_j |q̈_j| + Σ_jk r_max(j,k) |q̇_j| |q̇_k|
"""

from __future__ import annotations

import numpy as np

from robotplus.checking.pieces import Bools, Ints
from robotplus.robots.model import Array


def rates(speed: Array, acceleration: Array, *, revolute: Bools, first: int) -> Array:
    """(n, dof) factors c so that |p''| <= Σ_j r_j c_j for points behind joints ``first``, first + 1, …

    Args:
        speed, acceleration: (n, dof) highest joint rates on each piece.
        revolute: (dof,). first: index of the shallowest joint that counts (0-based).
    """
    turning = np.where(revolute, speed, 0.0)
    before = np.cumsum(turning, axis=1) - turning
    if first:
        before = before - before[:, first : first + 1]
    out = acceleration + speed * (turning + 2.0 * before)
    out[:, :first] = 0.0
    return np.asarray(out)


def behind(link: Ints, first: int, dof: int) -> Array:
    """(boxes, dof) 1 where joint j (0-based) lies between link ``first`` and the box's link, else 0."""
    j = np.arange(dof)
    return np.asarray(((j >= first) & (j < link[:, None])).astype(float))


def displacement(radii: Array, change: Array, *, mask: Array, revolute: Bools) -> Array:
    """How far points move when every joint moves by at most ``change``.

    Lever arms grow by no more than the displacement D itself, so D <= Σ (r_j + D) change_j over revolute
    joints (r_j = 1 and no growth for prismatic ones), that is D <= Σ r_j change_j / (1 - Σ change_j).

    Args:
        radii: (n, boxes, dof) lever arms at the start. change: (n, dof). mask: (boxes, dof) joints that
        count.

    Returns:
        (n, boxes) [m]; infinite where the joints move by more than a radian in all.
    """
    first_order = np.einsum("nbj,nj,bj->nb", radii, change, mask, optimize=True)
    turn = np.einsum("nj,bj->nb", np.where(revolute, change, 0.0), mask)
    return np.asarray(np.where(turn < 0.95, first_order / np.maximum(1.0 - turn, 0.05), np.inf))
