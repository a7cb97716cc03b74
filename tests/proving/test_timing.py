"""Splines through joints and the speed they are run at: limits, rest at the ends, the process speed."""

from __future__ import annotations

import ctypes
import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proving_cases import CATALOGUE, seam_need, stand, wide
from reference_chains import flange, limits, random_joints
from scipy.interpolate import CubicSpline

from robotplus.certificates.motion import Move, bernstein, evaluate, hull
from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.pack import PackedRobot, pack
from robotplus.robots.frames import transform
from robotplus.robots.model import Array, Coupling

ROBOT = CATALOGUE["yaskawa_ar2010"]
ACCELERATION = np.array([6.0, 6.0, 7.0, 12.0, 14.0, 20.0])
SPEED = np.array([j.velocity for j in ROBOT.joints], dtype=float)
PACKED = pack(ROBOT, amax=ACCELERATION.tolist())
FREE = (0.0, 0.0, 0.0, 0.0)
TOO_FAST, TOO_SHARP = -1, -2


def spline(s: Array, q: Array) -> Array:
    """Second derivatives (n, 7) by the kernel."""
    rows, m = wide(q), np.zeros((len(s), 7))
    kernels().rp_spline(len(s), q.shape[1], p(s), p(rows), p(m))
    return m


def timed(
    s: Array, q: Array, band: tuple[float, float, float, float] = FREE, *, packed: PackedRobot = PACKED
) -> Move | int:
    """The path as a move, or why it cannot be timed."""
    rows, m = wide(q), spline(s, q)
    cap = 4 * len(s) + 64
    t, oq, od, oa = np.zeros(cap), np.zeros((cap, 7)), np.zeros((cap, 7)), np.zeros((cap, 7))
    n = kernels().rp_time_path(
        packed.pointer,
        len(s),
        p(s),
        p(rows),
        p(m),
        p(np.array(band)),
        ctypes.c_double(1.0),
        cap,
        p(t),
        p(oq),
        p(od),
        p(oa),
    )
    d = q.shape[1]
    return int(n) if n < 0 else Move("stroke", 0, t[:n], oq[:n, :d], od[:n, :d], oa[:n, :d])


def random_path(
    rng: np.random.Generator, *, n: int = 40, length: float = 0.4, bend: float = 0.5
) -> tuple[Array, Array]:
    """Arc lengths and joints of a smooth path."""
    steps = np.concatenate([[0.0], rng.uniform(0.3, 1.0, n - 1)])
    s = np.cumsum(steps) * (length / steps.sum())
    lower, upper = limits(ROBOT)
    middle = (lower + upper) / 2
    a, b, c = rng.normal(0, bend, (3, ROBOT.dof))
    u = (s / length)[:, None]
    return s, middle + a * u + b * u**2 + 0.3 * c * np.sin(2 * math.pi * u)


def reference(s: Array, q: Array) -> CubicSpline:
    """SciPy's spline with the kernel's second derivatives at its two ends: those fix all the others."""
    ends = spline(s, q)[[0, -1], : q.shape[1]]
    return CubicSpline(s, q, bc_type=((2, ends[0]), (2, ends[1])))


@pytest.mark.parametrize("n", [3, 4, 17, 6000])
def test_the_spline_is_the_one_with_parabolas_at_its_ends(n: int) -> None:
    rng = np.random.default_rng(n)
    s = np.cumsum(rng.uniform(0.01, 0.05, n))
    q = np.cumsum(rng.normal(0, 0.05, (n, 6)), axis=0)
    found = spline(s, q)[:, :6]
    expected = reference(s, q)(s, 2)
    assert np.allclose(found, expected, atol=1e-9 * np.abs(expected).max())
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[-1], found[-2])


def test_two_points_are_joined_straight() -> None:
    assert not spline(np.array([0.0, 1.0]), np.array([[0.0] * 6, [1.0] * 6])).any()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.booleans())
def test_limits_hold_between_knots_and_both_ends_rest(seed: int, long: bool) -> None:
    rng = np.random.default_rng(seed)
    s, q = random_path(rng, n=90 if long else 12)
    move = timed(s, q)
    assert isinstance(move, Move)
    assert (np.diff(move.t) > 0).all()
    times = np.linspace(0, move.duration, 2000)
    at, speed, acceleration = evaluate(move, times)
    assert (np.abs(speed) <= SPEED).all() and (np.abs(acceleration) <= ACCELERATION * 1.0001).all()
    assert not move.qd[[0, -1]].any() and not move.qdd[[0, -1]].any()
    assert np.allclose(at[[0, -1]], q[[0, -1]], atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_the_motion_stays_on_its_spline(seed: int) -> None:
    s, q = random_path(np.random.default_rng(seed))
    move = timed(s, q)
    assert isinstance(move, Move)
    on_path = reference(s, q)(np.linspace(s[0], s[-1], 4000))
    at = evaluate(move, np.linspace(0, move.duration, 60))[0]
    gaps = np.abs(at[:, None] - on_path[None]).max(axis=2).min(axis=1)
    step = np.abs(np.diff(on_path, axis=0)).max()
    assert gaps.max() < step + 2e-4


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-2.0, 2.0), min_size=6, max_size=6).filter(lambda d: max(map(abs, d)) > 1e-3))
def test_a_straight_line_takes_little_longer_than_the_bang_bang_bound(change: list[float]) -> None:
    """The least time from rest to rest under constant limits on speed v and acceleration a over d is
    2 sqrt(d / a), or d / v + v / a when v is reached; for one joint after the other that is exact."""
    d = np.abs(change)
    q = np.stack([np.zeros(6), np.array(change)])
    move = timed(np.array([0.0, 1.0]), q)
    assert isinstance(move, Move)
    rate, gain = (SPEED / np.maximum(d, 1e-12)).min(), (ACCELERATION / np.maximum(d, 1e-12)).min()
    least = 2 / math.sqrt(gain) if math.sqrt(gain) <= rate else 1 / rate + rate / gain
    assert least <= move.duration <= 1.15 * least
    _, speed, acceleration = evaluate(move, np.linspace(0, move.duration, 500))
    assert (np.abs(speed) <= SPEED).all() and (np.abs(acceleration) <= ACCELERATION * (1 + 1e-9)).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(1.0, 4.0))
def test_more_acceleration_is_never_slower(seed: int, factor: float) -> None:
    s, q = random_path(np.random.default_rng(seed))
    slow, fast = timed(s, q), timed(s, q, packed=pack(ROBOT, amax=(ACCELERATION * factor).tolist()))
    assert isinstance(slow, Move) and isinstance(fast, Move)
    assert fast.duration <= slow.duration + 1e-9


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.floats(0.005, 0.2), st.floats(0.01, 0.1))
def test_the_speed_is_held_outside_the_ramps(seed: int, wanted: float, ramp: float) -> None:
    """In arc length, which is a seventh joint here."""
    s, q = random_path(np.random.default_rng(seed), bend=0.2)
    band = (0.8 * wanted, wanted, 1.2 * wanted, ramp)
    move = timed(s, q, band)
    if not isinstance(move, Move):
        assert move in (TOO_FAST, TOO_SHARP)
        return
    lengths = np.linspace(s[0], s[-1], 20_000)
    rates = np.linalg.norm(reference(s, q)(lengths, 1), axis=1)
    walked = np.concatenate([[0], np.cumsum((rates[1:] + rates[:-1]) / 2 * np.diff(lengths))])
    times = np.linspace(0, move.duration, 4001)
    speed = np.linalg.norm(evaluate(move, times)[1], axis=1)
    joint_walked = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(times))])
    at = np.interp(joint_walked, walked, lengths)
    held = (at > s[0] + ramp) & (at < s[-1] - ramp)
    along = (speed / np.interp(at, lengths, rates))[held]
    assert (along >= 0.8 * wanted * 0.999).all() and (along <= 1.2 * wanted * 1.001).all()


def test_why_a_speed_cannot_be_kept() -> None:
    s = np.linspace(0, 0.4, 41)
    q = np.zeros((41, 6))
    q[:, 0] = 10 * s  # 10 rad/m on a joint of about 3 rad/s
    assert timed(s, q, (0.5, 0.5, 0.5, 0.05)) == TOO_FAST
    assert timed(s, q, (0.2, 0.2, 0.2, 0.002)) == TOO_SHARP  # 2 mm of ramp
    assert isinstance(timed(s, q, (0.2, 0.2, 0.2, 0.1)), Move)
    slowed = timed(s, q, (0.1, 0.5, 0.5, 0.1))
    assert isinstance(slowed, Move) and np.abs(slowed.qd[:, 0]).max() < SPEED[0]


def test_what_does_not_move_takes_finite_time() -> None:
    move = timed(np.array([0.0, 1.0]), np.zeros((2, 6)))
    assert isinstance(move, Move) and 0 < move.duration < 10


def test_a_stroke_of_any_length_is_timed() -> None:
    """More samples than any fixed array would hold."""
    s = np.linspace(0, 80, 10_001)
    q = np.zeros((10_001, 6))
    q[:, 1] = 0.3 * np.sin(s)
    move = timed(s, q, (0.5, 0.5, 0.5, 0.1))
    assert isinstance(move, Move) and move.duration == pytest.approx(160, rel=0.02)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_the_use_of_limits_is_that_of_the_hull(seed: int) -> None:
    s, q = random_path(np.random.default_rng(seed))
    move = timed(s, q)
    assert isinstance(move, Move)
    low, high, speed, acceleration = hull(move)
    lower, upper = limits(ROBOT)
    middle, half = (lower + upper) / 2, (upper - lower) / 2
    coupling = Coupling((0.0, 1.0, -1.0, 0.0, 0.0, 0.0), -3.0, 2.0, "made")
    for couplings in ((), (coupling,)):
        packed = pack(dataclasses.replace(ROBOT, couplings=couplings), amax=ACCELERATION.tolist())
        use = np.zeros(3)
        t, a, b, c = np.ascontiguousarray(move.t), wide(move.q), wide(move.qd), wide(move.qdd)
        kernels().rp_limits_used(packed.pointer, len(t), p(t), p(a), p(b), p(c), p(use))
        ranges = [np.abs((low - middle) / half).max(), np.abs((high - middle) / half).max()]
        if couplings:
            sums = bernstein(move) @ np.array(coupling.coefficients)
            ranges.append(np.abs((sums + 0.5) / 2.5).max())
        assert use == pytest.approx([max(ranges), (speed / SPEED).max(), (acceleration / ACCELERATION).max()])


def test_the_track_is_the_tool_s() -> None:
    """Place, directions and speed of the TCP against forward kinematics and differences."""
    at = stand(ROBOT, seam_need())
    tcp = transform((0.05, 0.02, 0.3), (0.3, -0.5, 0.8))
    rng = np.random.default_rng(2)
    for q in random_joints(ROBOT, 5, seed=1):
        qd, h = rng.normal(size=6), 1e-6
        out, row = np.zeros(10), np.ascontiguousarray(tcp[:3]).reshape(12)
        kernels().rp_track(at.body.pointer, p(row), 1, p(wide(q[None])), p(wide(qd[None])), p(out))
        pose = flange(ROBOT, q) @ tcp
        later, before = (flange(ROBOT, q + k * h * qd) @ tcp for k in (1, -1))
        assert np.allclose(out[:9], np.concatenate([pose[:3, 3], pose[:3, 2], pose[:3, 0]]))
        assert out[9] == pytest.approx(np.linalg.norm(later - before, axis=0)[3] / (2 * h), rel=1e-6)
