"""Curves: arc length, unit and orthogonal directions, exact positions, steady references."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.scenarios.curves import (
    ArcCurve,
    Extended,
    PolylineCurve,
    any_reference,
    unit,
    vertex_references,
)

numbers = st.floats(-1.0, 1.0)
directions = st.tuples(numbers, numbers, numbers).filter(lambda v: math.hypot(*v) > 0.2).map(unit)


def assert_frames(curve, n=101):
    """Positions move no faster than the arc length; z and x are unit and at right angles everywhere."""
    s = np.linspace(0.0, curve.length, n)
    p, z, x = curve.frames(s)
    assert np.allclose(np.linalg.norm(z, axis=1), 1, atol=1e-12)
    assert np.allclose(np.linalg.norm(x, axis=1), 1, atol=1e-12)
    assert np.allclose(np.sum(z * x, axis=1), 0, atol=1e-12)
    assert np.all(np.linalg.norm(np.diff(p, axis=0), axis=1) <= np.diff(s) + 1e-12)
    return p, z, x


def turning(axis, z, x, n):
    """Polyline data whose frame turns about ``axis`` by 40 degrees a vertex."""
    points = np.cumsum(np.tile([[0.3, 0.1, 0.05]], (n, 1)) + 0.05 * np.sin(np.arange(n))[:, None], axis=0)
    frames = [(z, x)]
    for _ in range(n - 1):
        c, s = math.cos(0.7), math.sin(0.7)
        turn = [v * c + np.cross(axis, v) * s + axis * (axis @ v) * (1 - c) for v in frames[-1]]
        frames.append((turn[0], turn[1]))
    return points, np.array([f[0] for f in frames]), np.array([f[1] for f in frames])


@settings(max_examples=60, deadline=None)
@given(directions, directions, st.integers(2, 6))
def test_polyline_frames(axis, z, n):
    points, zs, xs = turning(axis, z, any_reference(z), n)
    curve = PolylineCurve(points, zs, xs)
    assert_frames(curve)
    at = curve.frames(curve.knots)
    for got, want in zip(at, (points, zs, xs), strict=True):
        assert np.allclose(got, want, atol=1e-9)
    assert curve.length == pytest.approx(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


@settings(max_examples=60, deadline=None)
@given(directions, directions)
def test_polyline_turns_evenly_on_the_great_circle(a, b):
    if a @ b < -0.99:
        return
    curve = PolylineCurve(
        np.array([[0.0, 0, 0], [1.0, 0, 0]]), np.array([a, b]), np.array([any_reference(a), any_reference(b)])
    )
    _, z, _ = curve.frames(np.linspace(0, 1, 11))
    whole = math.atan2(np.linalg.norm(np.cross(a, b)), a @ b)
    steps = np.arctan2(np.linalg.norm(np.cross(z[:-1], z[1:]), axis=1), np.sum(z[:-1] * z[1:], axis=1))
    assert np.allclose(steps, whole / 10, atol=1e-9)
    assert np.allclose(z @ np.cross(a, b), 0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(directions, directions, st.floats(0.05, 3.0), st.floats(-2 * math.pi, 2 * math.pi), st.booleans())
def test_arc(normal, z, radius, angle, turns):
    if abs(angle) < 0.01:
        return
    e = any_reference(normal)
    curve = ArcCurve(
        np.array([1.0, 2, 3]), normal, start=np.array([1.0, 2, 3]) + radius * e, angle=angle, z=z, turns=turns
    )
    p, zs, _ = assert_frames(curve)
    r = p - [1.0, 2, 3]
    assert curve.length == pytest.approx(radius * abs(angle))
    assert np.allclose(np.linalg.norm(r, axis=1), radius)
    assert np.allclose(r @ normal, 0, atol=1e-12)
    fine = curve.frames(np.linspace(0, curve.length, 2001))[0]
    measured = np.linalg.norm(np.diff(fine, axis=0), axis=1).sum()
    assert measured == pytest.approx(curve.length, rel=1e-5)
    half = r[50] if abs(angle) < math.pi else None
    if half is not None:  # the sense of turning is that of the angle about the normal
        assert math.copysign(1, np.cross(r[0], half) @ normal) == math.copysign(1, angle)
    if turns:  # constant in the frame that turns with the arc
        out = r / radius
        local = np.column_stack([np.sum(zs * out, 1), zs @ normal])
        assert np.allclose(local, local[0], atol=1e-9)
    else:
        assert np.allclose(zs, z)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 0.3), st.floats(0.0, 0.3), st.floats(0.1, 2.0))
def test_run_up_is_straight_along_the_tangents(before, after, angle):
    z = np.array([0.0, 0.0, -1.0])
    arc = ArcCurve(np.zeros(3), -z, start=np.array([0.5, 0, 0]), angle=angle, z=z, turns=False)
    curve = Extended(arc, before, after)
    assert curve.length == pytest.approx(arc.length + before + after)
    p = assert_frames(curve)[0]
    assert np.allclose(p[0], [0.5, -before, 0], atol=1e-12)
    end = np.array([math.cos(angle), math.sin(angle), 0])
    assert np.allclose(p[-1], 0.5 * end + after * np.array([-end[1], end[0], 0]), atol=1e-12)


def test_references_follow_the_mean_tangent():
    points = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0]])
    z = np.tile([0.0, 0, -1], (3, 1))
    x = vertex_references(points, z)
    assert np.allclose(x, [[1, 0, 0], unit([1.0, 1, 0]), [0, 1, 0]])


def test_references_carry_on_where_the_tool_points_along_the_path():
    points = np.array([[0.0, 0, 0], [1, 0, 0], [1, 0, -1], [1, 0, -2]])
    z = np.tile([0.0, 0, -1], (4, 1))
    x = vertex_references(points, z)
    assert np.allclose(x[2:], [[1, 0, 0], [1, 0, 0]])
    assert np.allclose(np.sum(x * z, axis=1), 0)
