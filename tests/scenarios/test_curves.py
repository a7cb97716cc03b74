"""Curves: arc length, unit and orthogonal directions, exact positions, steady references."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.scenarios.curves import (
    ArcCurve,
    Extended,
    any_reference,
    carried_references,
    unit,
    vertex_references,
)
from robotplus.scenarios.polyline import PolylineCurve

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
@given(directions, directions, st.integers(2, 6), st.floats(0, 0.01), st.floats(0, 0.05))
def test_polyline_stays_near_its_vertices(axis, z, n, bend, turn):
    points, zs, xs = turning(axis, z, any_reference(z), n)
    curve = PolylineCurve(points, zs, xs, bend=bend, turn=turn)
    assert_frames(curve)
    p, z, x = curve.frames(curve.knots)
    assert np.linalg.norm(p - points, axis=1).max() <= bend + 1e-9
    for got, want in ((z, zs), (x, xs)):
        assert np.linalg.norm(got - want, axis=1).max() <= turn + 1e-9
    chords = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
    assert chords - 2 * n * bend * 10 <= curve.length <= chords + 1e-12
    fine = curve.frames(np.linspace(0, curve.length, 20_001))[0]
    assert np.linalg.norm(np.diff(fine, axis=0), axis=1).sum() == pytest.approx(curve.length, rel=1e-6)


def test_polyline_rounds_a_bend_by_the_touching_arc():
    points = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0]])
    z, x = np.tile([0.0, 0, -1], (3, 1)), np.tile([1.0, 0, 0], (3, 1))
    bend = 0.1 * (math.sqrt(2) - 1)  # a radius of 0.1
    curve = PolylineCurve(points, z, x, bend=bend, turn=0.0)
    assert curve.length == pytest.approx(1.8 + 0.05 * math.pi)
    p = curve.frames(np.linspace(0.9, 0.9 + 0.05 * math.pi, 9))[0]
    assert np.allclose(np.linalg.norm(p - [0.9, 0.1, 0], axis=1), 0.1)
    assert np.linalg.norm(p[4] - points[1]) == pytest.approx(bend)
    widest = PolylineCurve(points, z, x, bend=9.0, turn=0.0)
    assert widest.length == pytest.approx(1 + math.pi / 4)  # half of each line at most


def test_a_sampled_circle_comes_back_as_the_circle_inside_its_chords():
    a = np.radians(np.arange(0, 181, 10))
    points = 0.3 * np.column_stack([np.cos(a), np.sin(a), 0 * a])
    z, x = np.tile([0.0, 0, -1], (19, 1)), np.column_stack([-np.sin(a), np.cos(a), 0 * a])
    curve = PolylineCurve(points, z, x, bend=0.01, turn=0.01)
    inner = curve.frames(np.linspace(0.05, curve.length - 0.05, 500))[0]
    assert np.allclose(np.linalg.norm(inner, axis=1), 0.3 * math.cos(math.radians(5)), atol=1e-12)


def test_rounding_leaves_no_jump_in_tangent_or_turning():
    points = np.array([[0.0, 0, 0], [0.1, 0, 0], [0.2, 0.017, 0]])
    z = unit([[0.0, 0, -1], [0.0, 0.2, -1], [0.3, 0, -1]])
    x = vertex_references(points, z)

    def jumps(bend, turn):
        """Largest change of the rates of position, z and x over 10 micrometres."""
        curve = PolylineCurve(points, z, x, bend=bend, turn=turn)
        s = np.arange(0.0, curve.length, 1e-5)
        return [np.linalg.norm(np.diff(track, 2, axis=0), axis=1).max() / 1e-5 for track in curve.frames(s)]

    smooth, sharp = jumps(2e-4, 4e-3), jumps(0.0, 0.0)
    assert sharp[0] > 0.1 and min(sharp[1:]) > 1.0
    assert smooth[0] < 1e-3 and max(smooth[1:]) < 0.05


@settings(max_examples=60, deadline=None)
@given(directions, directions, directions)
def test_polyline_turns_evenly_from_vertex_to_vertex(a, b, other):
    xs = [unit(np.cross(v, other)) for v in (a, b) if np.linalg.norm(np.cross(v, other)) > 0.1]
    if len(xs) < 2:
        return
    frames = np.stack([np.column_stack([x, np.cross(z, x), z]) for x, z in zip(xs, (a, b), strict=True)])
    relative = frames[0].T @ frames[1]
    whole = math.acos(np.clip((np.trace(relative) - 1) / 2, -1, 1))
    if whole > 3.0:
        return
    line = np.array([[0.0, 0, 0], [1.0, 0, 0]])
    curve = PolylineCurve(line, np.array([a, b]), np.array(xs), bend=0.001, turn=0.01)
    _, z, x = curve.frames(np.linspace(0, 1, 11))
    r = np.stack([x, np.cross(z, x), z], axis=2)
    turns = np.arccos(np.clip((np.einsum("nij,nij->n", r[:-1], r[1:]) - 1) / 2, -1, 1))
    assert np.allclose(turns, whole / 10, atol=1e-6)
    assert np.allclose(r[-1], frames[1], atol=1e-9)


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


@settings(max_examples=40, deadline=None)
@given(directions, directions, st.integers(2, 6))
def test_carried_references_do_not_turn_about_the_tool(axis, z, n):
    _, zs, _ = turning(axis, z, any_reference(z), n)
    x = carried_references(np.array([1.0, 0.2, 0.1]), zs)
    assert np.allclose(np.linalg.norm(x, axis=1), 1) and np.allclose(np.sum(x * zs, axis=1), 0, atol=1e-12)
    y = np.cross(zs, x)
    for i in range(n - 1):
        r = np.column_stack([x[i + 1], y[i + 1], zs[i + 1]]) @ np.column_stack([x[i], y[i], zs[i]]).T
        about = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
        assert abs(about @ zs[i]) < 1e-9  # the rotation's axis lies across the tool's


def test_references_carry_on_where_the_tool_points_along_the_path():
    points = np.array([[0.0, 0, 0], [1, 0, 0], [1, 0, -1], [1, 0, -2]])
    z = np.tile([0.0, 0, -1], (4, 1))
    x = vertex_references(points, z)
    assert np.allclose(x[2:], [[1, 0, 0], [1, 0, 0]])
    assert np.allclose(np.sum(x * z, axis=1), 0)
