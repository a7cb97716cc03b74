"""A task laid out for the kernels: coarse waypoints among fine samples, poses of the curves, order."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from proving_cases import handling_need, seam_need

from robotplus.proving.layers import FREE_SPINS, Layers, make_layers, short_order, tcp_from_flange
from robotplus.robots.frames import transform
from robotplus.scenarios.task import Need, Program


def strokes(*kinds: dict[str, Any], **path: Any) -> Need:
    return seam_need(
        process_path={
            "stroke": [{"name": f"stroke {k}", **kind} for k, kind in enumerate(kinds)],
            "speed_mm_s": 50.0,
            **path,
        }
    )


ARC = {
    "arc": {
        "centre_mm": [0, 0, 400],
        "start_mm": [80, 0, 400],
        "angle_deg": 150,
        "direction_local": [0.5, 0, -1],
    }
}
CORNER = {
    "polyline": {"points_mm": [[0, 0, 300], [150, 0, 300], [150, 120, 300]], "direction": [0.0, 0.0, -1.0]}
}
SPOTS = {"spots": {"points_mm": [[0, 0, 300], [200, 0, 300]], "direction": [0, 0, -1], "dwell_s": 0.5}}
NEEDS = {
    "seam": seam_need(),
    "arc": strokes(ARC, approach_mm=40.0, retract_mm=0.0),
    "corner": strokes(CORNER, approach_mm=0.0, retract_mm=0.0),
    "spots": strokes(SPOTS, spins_deg=[0.0, 90.0], approach_mm=30.0),
    "handling": handling_need(),
    "mixed": strokes(ARC, CORNER, SPOTS, approach_mm=50.0, retract_mm=30.0),
}


def laid_out(program: Program) -> Layers:
    return make_layers(program, short_order(program))


@pytest.mark.parametrize("name", NEEDS)
def test_coarse_waypoints_are_fine_samples(name: str) -> None:
    layers = laid_out(NEEDS[name].program)
    assert (np.diff(layers.sample) > 0).all()
    for coarse, fine in (
        (layers.pose, layers.fine_pose),
        (layers.stop, layers.fine_stop),
        (layers.carry, layers.fine_carry),
        (layers.near, layers.fine_near),
    ):
        assert np.array_equal(coarse, fine[layers.sample])
    assert layers.joined[0] == 0 and set(layers.joined.tolist()) <= {0, 1}
    ends = {s for a in layers.segments for s in (a.first, a.last - 1)}
    assert {s.first for s in layers.segments if s.kind == "stroke"} <= set(layers.sample.tolist()) and ends


@pytest.mark.parametrize("name", NEEDS)
def test_samples_of_a_stroke_are_on_its_curve(name: str) -> None:
    program = NEEDS[name].program
    layers = laid_out(program)
    for segment in layers.segments:
        stop = program.stops[layers.order[segment.position]]
        pose = layers.fine_pose[segment.first : segment.last].reshape(-1, 3, 4)
        assert len(segment.s) == len(pose) and segment.s[0] == 0 and (np.diff(segment.s) > 0).all()
        rotation = pose[:, :, :3]
        assert np.allclose(rotation @ rotation.transpose(0, 2, 1), np.eye(3), atol=1e-9)
        assert np.allclose(np.linalg.det(rotation), 1.0)
        if segment.kind == "stroke":
            place, z, x = stop.curve.frames(segment.s)
            assert segment.s[-1] == pytest.approx(stop.curve.length)
            assert np.allclose(pose[:, :, 3], place) and np.allclose(pose[:, :, 2], z)
            assert np.allclose(pose[:, :, 0], x)
            turn = np.arccos(np.clip((z[1:] * z[:-1]).sum(axis=1), -1, 1))
            assert np.diff(segment.s).max() < 0.009 and turn.max(initial=0.0) < math.radians(3.1)
            continue
        end = 0.0 if segment.kind == "approach" else stop.curve.length
        length = stop.approach if segment.kind == "approach" else stop.retract
        place, z, _ = (v[0] for v in stop.curve.frames(np.array([end])))
        away = -z if stop.approach_axis is None else np.array(stop.approach_axis)
        out = length - segment.s if segment.kind == "approach" else segment.s
        assert segment.s[-1] == pytest.approx(length)
        assert np.allclose(pose[:, :, 3], place + out[:, None] * away, atol=1e-9)
        assert np.allclose(pose[:, :, 2], z, atol=1e-9)


@pytest.mark.parametrize("name", NEEDS)
def test_travel_arrives_where_a_stop_begins_and_leaves_where_it_ends(name: str) -> None:
    program = NEEDS[name].program
    layers = laid_out(program)
    for position, index in enumerate(layers.order):
        stop = program.stops[index]
        own = np.flatnonzero(layers.fine_stop == position)
        assert layers.arrive[position] == own[0] and layers.leave[position] == own[-1]
        assert layers.continues[position] or not layers.joined[list(layers.stop).index(position)]
        assert layers.fine_carry[own[0]] == (-1 if stop.carry_in is None else stop.carry_in)
        if stop.retract > 0:
            assert layers.fine_carry[own[-1]] == (-1 if stop.carry_out is None else stop.carry_out)
            assert not layers.fine_near[own[-1]]


def test_stops_that_follow_share_their_place() -> None:
    """A corner without lifting: the second stroke starts where the first ended, at the same spin."""
    layers = laid_out(NEEDS["corner"].program)
    assert layers.continues == (False, True)
    a, b = layers.leave[0], layers.arrive[1]
    assert np.allclose(layers.fine_pose[a].reshape(3, 4)[:, 3], layers.fine_pose[b].reshape(3, 4)[:, 3])
    k = int(np.flatnonzero(layers.sample == b)[0])
    assert layers.joined[k] and layers.hold_spin[k]
    assert (b, a) in layers.twins


def test_spins_are_the_stops_or_the_whole_circle() -> None:
    layers = laid_out(NEEDS["spots"].program)
    assert set(layers.slot_count.tolist()) == {2}
    assert np.allclose(np.unique(layers.spin), [0.0, math.pi / 2])
    free = laid_out(NEEDS["seam"].program)
    assert set(free.slot_count.tolist()) == {FREE_SPINS}
    assert np.array_equal(free.slot_first, np.cumsum(free.slot_count) - free.slot_count)


def test_the_time_of_a_step_is_that_of_the_process() -> None:
    program = NEEDS["arc"].program
    layers = laid_out(program)
    stroke = next(s for s in layers.segments if s.kind == "stroke")
    speed = program.stops[0].speed
    assert speed is not None
    assert layers.dt.sum() == pytest.approx(stroke.s[-1] / speed[1])


@pytest.mark.parametrize("cyclic", [False, True])
def test_a_free_order_is_nearly_the_shortest(cyclic: bool) -> None:
    rng = np.random.default_rng(5)
    lengths = []
    for _ in range(6):
        points = rng.uniform(-500, 500, (6, 2))
        kinds = [
            {"spots": {"points_mm": [[x, y, 300.0]], "direction": [0, 0, -1], "dwell_s": 0.1}}
            for x, y in points
        ]
        program = strokes(*kinds, order="free", cyclic=cyclic).program
        order = short_order(program)
        assert sorted(order) == list(range(6))

        def length(tour: tuple[int, ...], points: Any = points) -> float:
            closed = [*tour, tour[0]] if cyclic else [*tour]
            return float(np.linalg.norm(np.diff(points[closed], axis=0), axis=1).sum())

        best = min(length(t) for t in itertools.permutations(range(6)) if t[0] == order[0])
        lengths.append(length(order) / best)
    assert max(lengths) < 1.1 and np.median(lengths) < 1.001


def test_the_tool_frame_is_inverted() -> None:
    tool = seam_need(tool__tcp={"position_mm": [10.0, 20.0, 180.0], "rpy_deg": [10.0, -35.0, 80.0]}).program
    back = tcp_from_flange(tool)
    assert np.allclose(back @ transform(tool.tool.tcp_xyz, tool.tool.tcp_rpy), np.eye(4), atol=1e-12)
