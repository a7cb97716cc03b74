"""The fastest way along a joint path under speed and acceleration limits, in plain NumPy.

In: sampled joint paths and limits |q̇| <= v, |q̈| <= a. Out: the least time of each path, at rest at both
ends. It judges cycle times without the prover's own timing and shares no code with it. The method is
reachability analysis on the squared path speed (Pham and Pham, "A New Approach to Time-Optimal Path
Parameterization Based on Reachability Analysis", IEEE T-RO 2018): with q = q(s), x = ṡ² and u = s̈,

    q̇² = q'² x,        q̈ = q' u + q'' x,        x[i + 1] = x[i] + 2 h u[i]

One backward pass finds, at every sample, the greatest x from which the end can still be reached at rest; one
forward pass then takes the greatest u it may. Every condition on (u, x) has the form lo <= u + b x <= hi, so
the greatest x is a minimum over pairs of conditions and no solver is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robotplus.robots.model import Array

_STILL = 1e-12  # |dq/ds| below this does not limit the path acceleration


@dataclass(frozen=True, slots=True)
class Traverse:
    """How a path is traversed. ``speed_squared`` is ṡ² at each sample, s running from 0 to 1.

    Shapes: speed_squared (..., n), duration (...) [s].
    """

    speed_squared: Array
    duration: Array

    def times(self) -> Array:
        """(..., n) moment at which each sample is passed [s], 0 at the first."""
        return np.concatenate(
            [np.zeros((*self.duration.shape, 1)), np.cumsum(_interval_times(self.speed_squared), -1)], -1
        )


def fastest(path: Array, velocity: Array, acceleration: Array) -> Traverse:
    """Time-optimal traverse of joint paths, from rest to rest.

    Args:
        path: (..., n, dof) joint values at n >= 3 evenly spaced path parameters; neighbours must differ.
        velocity: (..., dof) greatest joint speeds, positive.
        acceleration: (..., dof) greatest joint accelerations, positive.

    Returns:
        The squared path speeds and the durations.

    Raises:
        ValueError: fewer than three samples.
    """
    n = path.shape[-2]
    if n < 3:
        raise ValueError(f"a path needs at least three samples, got {n}")
    h = 1.0 / (n - 1)
    first = np.gradient(path, h, axis=-2, edge_order=2)
    inner = (path[..., 2:, :] - 2.0 * path[..., 1:-1, :] + path[..., :-2, :]) / h**2
    second = np.concatenate([inner[..., :1, :], inner, inner[..., -1:, :]], -2)
    batch = np.broadcast_shapes(path.shape[:-2], np.shape(velocity)[:-1], np.shape(acceleration)[:-1])
    speed_cap = np.min((np.asarray(velocity)[..., None, :] / np.maximum(np.abs(first), _STILL)) ** 2, -1)

    # u + slope x in [-bound, bound], one row a joint and sample
    sign = np.where(first < 0.0, -1.0, 1.0)
    steep = np.maximum(np.abs(first), _STILL)
    slope = sign * second / steep
    bound = np.asarray(acceleration)[..., None, :] / steep
    slope, bound = (np.broadcast_to(v, (*batch, n, path.shape[-1])) for v in (slope, bound))
    speed_cap = np.broadcast_to(speed_cap, (*batch, n))

    reachable = np.zeros((*batch, n))
    for i in range(n - 2, -1, -1):
        b, low, high = _conditions(slope, bound, reachable[..., i + 1], i, h)
        gap = b[..., :, None] - b[..., None, :]
        room = high[..., :, None] - low[..., None, :]
        limit = np.where(gap > 1e-9, room / np.where(gap > 1e-9, gap, 1.0), np.inf).min((-2, -1))
        reachable[..., i] = np.maximum(np.minimum(limit, speed_cap[..., i]), 0.0)

    x = np.zeros((*batch, n))
    for i in range(n - 1):
        b, _, high = _conditions(slope, bound, reachable[..., i + 1], i, h)
        u = np.min(high - b * x[..., i, None], -1)
        x[..., i + 1] = np.clip(x[..., i] + 2.0 * h * u, 0.0, reachable[..., i + 1])
    return Traverse(x, _interval_times(x).sum(-1))


def _conditions(slope: Array, bound: Array, next_cap: Array, i: int, h: float) -> tuple[Array, Array, Array]:
    """Rows (b, lo, hi) of lo <= u + b x <= hi at sample i: joint accelerations at both ends of the interval
    (the far end seen through x[i + 1] = x + 2 h u), and 0 <= x[i + 1] <= next_cap."""
    far = 1.0 + 2.0 * h * slope[..., i + 1, :]  # q̈/q' = u + slope (x + 2 h u) = far · u + slope · x
    flip = np.where(far < 0.0, -1.0, 1.0)
    far = np.maximum(np.abs(far), 1e-6)
    zero = np.zeros((*next_cap.shape, 1))
    b = np.concatenate([slope[..., i, :], flip * slope[..., i + 1, :] / far, zero + 0.5 / h], -1)
    high = np.concatenate([bound[..., i, :], bound[..., i + 1, :] / far, next_cap[..., None] / (2.0 * h)], -1)
    low = np.concatenate([-high[..., :-1], zero], -1)
    return b, low, high


def _interval_times(x: Array) -> Array:
    """(..., n - 1) time of each interval at constant path acceleration: 2 h / (ṡ[i] + ṡ[i + 1]) [s]."""
    root = np.sqrt(x)
    pair = np.maximum(root[..., 1:] + root[..., :-1], 1e-9)
    return np.asarray(2.0 / (x.shape[-1] - 1) / pair)
