"""Time-optimal traverse of joint paths: closed forms, laws of scale, and an independent linear program."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from robotplus.robots.model import Array
from robotplus.testing.cycle import fastest

positive = st.floats(0.1, 20.0)
seeds = st.integers(0, 2**32 - 1)


def smooth_path(seed: int, samples: int, dof: int = 3) -> Array:
    """A cubic path (samples, dof) with random coefficients."""
    s = np.linspace(0.0, 1.0, samples)[:, None]
    c = np.random.default_rng(seed).uniform(-1.0, 1.0, (3, dof))
    return np.asarray(c[0] * s + c[1] * s**2 + c[2] * s**3)


@given(positive, positive, positive)
def test_one_joint_takes_the_trapezoid_time(distance: float, speed: float, acceleration: float) -> None:
    path = np.linspace(0.0, distance, 401)[:, None]
    duration = fastest(path, np.array([speed]), np.array([acceleration])).duration
    ramp = speed / acceleration
    expected = (
        distance / speed + ramp if speed * ramp <= distance else 2.0 * math.sqrt(distance / acceleration)
    )
    assert duration == pytest.approx(expected, rel=5e-3)


@given(seeds, st.floats(0.2, 5.0))
@settings(max_examples=20)
def test_speeds_times_k_and_accelerations_times_k_squared_divide_the_time_by_k(seed: int, k: float) -> None:
    path, v, a = smooth_path(seed, 81), np.array([1.0, 2.0, 3.0]), np.array([4.0, 9.0, 6.0])
    assert fastest(path, k * v, k * k * a).duration * k == pytest.approx(
        fastest(path, v, a).duration, rel=1e-6
    )


@given(seeds)
@settings(max_examples=20)
def test_reversed_path_takes_the_same_time(seed: int) -> None:
    path, v, a = smooth_path(seed, 301), np.array([1.0, 2.0, 3.0]), np.array([4.0, 9.0, 6.0])
    there, back = fastest(path, v, a).duration, fastest(path[::-1], v, a).duration
    assert there == pytest.approx(back, rel=2e-2)


@given(seeds)
@settings(max_examples=20)
def test_motion_keeps_its_limits_and_always_uses_one(seed: int) -> None:
    path, v, a = smooth_path(seed, 401), np.array([1.0, 1.0, 1.0]), np.array([4.0, 4.0, 4.0])
    t = fastest(path, v, a).times()
    speed = np.diff(path, axis=0) / np.diff(t)[:, None]
    middle = 0.5 * (t[1:] + t[:-1])
    acceleration = np.diff(speed, axis=0) / np.diff(middle)[:, None]
    inner = slice(5, -5)  # differences at rest are coarse
    used_speed = (np.abs(speed[1:]) / v).max(1)[inner]
    used_acceleration = (np.abs(acceleration) / a).max(1)[inner]
    assert used_speed.max() <= 1.001
    assert np.quantile(used_acceleration, 0.98) <= 1.02
    assert np.mean(np.maximum(used_speed, used_acceleration) > 0.97) > 0.95


@given(seeds)
@settings(max_examples=8, deadline=None)
def test_agrees_with_a_linear_program(seed: int) -> None:
    """The optimal profile has the greatest x everywhere, so it also has the greatest sum of x: a plain LP."""
    path, v, a = smooth_path(seed, 61), np.array([1.5, 1.0, 2.0]), np.array([3.0, 5.0, 4.0])
    n, dof = path.shape
    h = 1.0 / (n - 1)
    first = np.gradient(path, h, axis=0, edge_order=2)
    second = np.gradient(np.gradient(path, h, axis=0, edge_order=2), h, axis=0, edge_order=2)
    second[1:-1] = (path[2:] - 2.0 * path[1:-1] + path[:-2]) / h**2
    second[0], second[-1] = second[1], second[-2]
    rows, bounds = [], []
    for i in range(n - 1):  # u[i] = (x[i + 1] - x[i]) / 2 h, joint accelerations at both ends of the interval
        for end in (i, i + 1):
            for j in range(dof):
                row = np.zeros(n)
                row[i + 1] += first[end, j] / (2.0 * h)
                row[i] -= first[end, j] / (2.0 * h)
                row[end] += second[end, j]
                rows += [row, -row]
                bounds += [a[j], a[j]]
    caps = np.min((v / np.maximum(np.abs(first), 1e-12)) ** 2, 1)
    caps[0] = caps[-1] = 0.0
    solved = linprog(-np.ones(n), np.array(rows), bounds, bounds=[(0.0, c) for c in caps], method="highs")
    assert solved.status == 0
    root = np.sqrt(np.maximum(solved.x, 0.0))
    expected = float((2.0 * h / (root[1:] + root[:-1])).sum())
    assert fastest(path, v, a).duration == pytest.approx(expected, rel=1e-4)


def test_paths_and_limits_go_in_batches() -> None:
    paths = np.stack([smooth_path(1, 61), smooth_path(2, 61)])
    v, sets = np.ones(3), np.array([[2.0, 2.0, 2.0], [4.0, 3.0, 5.0]])
    together = fastest(paths, v, sets[:, None, :]).duration
    alone = [[float(fastest(p, v, a).duration) for p in paths] for a in sets]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_agrees_with_toppra() -> None:
    toppra = pytest.importorskip("toppra")
    from toppra import algorithm, constraint

    knots = np.random.default_rng(3).uniform(-1.0, 1.0, (5, 6))
    spline = toppra.SplineInterpolator(np.linspace(0.0, 1.0, 5), knots)
    v, a = np.linspace(1.0, 4.0, 6), np.linspace(5.0, 20.0, 6)
    limits = [
        constraint.JointVelocityConstraint(np.stack([-v, v], 1)),
        constraint.JointAccelerationConstraint(
            np.stack([-a, a], 1), discretization_scheme=constraint.DiscretizationType.Interpolation
        ),
    ]
    grid = np.linspace(0.0, 1.0, 201)
    theirs = algorithm.TOPPRA(limits, spline, gridpoints=grid).compute_trajectory(0, 0).duration
    assert fastest(spline(grid), v, a).duration == pytest.approx(theirs, rel=1e-3)


def test_two_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="three samples"):
        fastest(np.zeros((2, 1)), np.ones(1), np.ones(1))
