"""Process paths lowered to stops: planted positions, corners, rasters, run-ups, defaults."""

import math

import numpy as np
import pytest
from need_documents import LINE, need, stroke

from robotplus.errors import NeedError
from robotplus.scenarios.files import need_from_document

UP, DOWN = [0, 0, 1], [0, 0, -1]
BLOCK = {"name": "part", "position_mm": [0, 0, 495], "size_mm": [100, 100, 100]}


def stops(document):
    return need_from_document(document).program.stops


def test_a_line_in_metres_with_defaults():
    (stop,) = stops(need())
    p, z, x = stop.curve.frames(np.array([0.0, 0.1, 0.4]))
    assert np.allclose(p, [[0, 0, 0.5], [0.1, 0, 0.5], [0.4, 0, 0.5]])
    assert np.allclose(z, [0, 0, -1]) and np.allclose(x, [1, 0, 0])
    assert (stop.spins, stop.speed, stop.tilt_tolerance, stop.dwell) == (None, None, 0.0, 0.0)
    assert (stop.approach, stop.retract, stop.ramp) == (0.05, 0.05, 0.005)


def test_the_stroke_overrides_the_path():
    path = {
        "speed_mm_s": 100,
        "approach_mm": 20,
        "spins_deg": [0, 90],
        "stroke": [
            {"name": "a", "polyline": LINE},
            {
                "name": "b",
                "polyline": LINE,
                "speed_mm_s": [10, 20, 40],
                "approach_mm": 0,
                "spins_deg": "free",
            },
        ],
    }
    a, b = stops(need(process_path=path))
    assert a.speed == pytest.approx((0.095, 0.1, 0.105)) and a.approach == 0.02
    assert a.spins == pytest.approx((0, math.pi / 2))
    assert b.speed == pytest.approx((0.01, 0.02, 0.04)) and b.approach == 0 and b.spins is None


def test_a_zero_given_for_a_stroke_is_not_a_missing_value():
    path = {
        "retract_mm": 30,
        "run_up_mm": 40,
        "stroke": [{"name": "a", "polyline": LINE, "retract_mm": 0, "run_up_mm": 0}],
    }
    (a,) = stops(need(process_path=path))
    assert a.retract == 0 and a.curve.length == pytest.approx(0.4)


def test_sharp_corners_become_stops_and_small_ones_do_not():
    def bent(degrees):
        a = math.radians(degrees)
        points = [[0, 0, 500], [100, 0, 500], [100 + 100 * math.cos(a), 100 * math.sin(a), 500]]
        return stops(stroke(polyline={"points_mm": points, "direction": [0, 0, -1]}, run_up_mm=10))

    assert len(bent(14)) == 1
    first, second = bent(16)
    assert (first.retract, second.approach) == (0, 0) and first.approach > 0 and second.retract > 0
    assert first.curve.length == pytest.approx(0.11) and second.curve.length == pytest.approx(0.11)
    end, start = first.curve.frames(np.array([0.11]))[0], second.curve.frames(np.array([0.0]))[0]
    assert np.allclose(end, start) and np.allclose(end, [[0.1, 0, 0.5]])


def test_a_free_spin_is_carried_round_corners_and_a_fixed_one_follows_the_path():
    points = [[0, 0, 500], [100, 0, 500], [100, 100, 500]]
    for spins, after in (("free", [1, 0, 0]), ([0], [0, 1, 0])):
        first, second = stops(stroke(polyline={"points_mm": points, "direction": DOWN}, spins_deg=spins))
        assert np.allclose(first.curve.frames(np.array([0.05]))[2], [1, 0, 0])
        assert np.allclose(second.curve.frames(np.array([0.05]))[2], after)


def test_full_orientation_fixes_the_spin():
    points = [[0, 0, 500], [400, 0, 500]]
    (stop,) = stops(stroke(polyline={"points_mm": points, "rpys_deg": [[180, 0, 90], [180, 0, 90]]}))
    _, z, x = stop.curve.frames(np.array([0.2]))
    assert np.allclose(z, [0, 0, -1]) and np.allclose(x, [0, 1, 0])
    assert stop.spins == (0.0,)


def test_three_point_arc_equals_the_arc_about_its_centre():
    a = [
        [300, 0, 500],
        [300 * math.cos(2.0), 300 * math.sin(2.0), 500],
        [300 * math.cos(4.0), 300 * math.sin(4.0), 500],
    ]
    (three,) = stops(stroke(arc={"points_mm": a, "direction_local": [0.6, 0, -0.8]}))
    centre = {
        "centre_mm": [0, 0, 500],
        "start_mm": a[0],
        "angle_deg": math.degrees(4.0),
        "direction_local": [0.6, 0, -0.8],
    }
    (centred,) = stops(stroke(arc=centre))
    s = np.linspace(0, centred.curve.length, 50)
    assert three.curve.length == pytest.approx(1.2)
    for got, want in zip(three.curve.frames(s), centred.curve.frames(s), strict=True):
        assert np.allclose(got, want, atol=1e-9)
    _, z, _ = centred.curve.frames(np.array([0.0]))
    assert np.allclose(z, [[0.6, 0, -0.8]])


def test_circle():
    (stop,) = stops(
        stroke(circle={"centre_mm": [100, 0, 500], "radius_mm": 50, "start_deg": 90, "direction": [0, 0, -1]})
    )
    p, _, _ = stop.curve.frames(np.array([0.0, stop.curve.length / 4, stop.curve.length]))
    assert np.allclose(p, [[0.1, 0.05, 0.5], [0.05, 0, 0.5], [0.1, 0.05, 0.5]])


def raster(**changes):
    table = {
        "corner_mm": [0, 0, 500],
        "along": [1, 0, 0],
        "across": [0, 1, 0],
        "length_mm": 400,
        "width_mm": 300,
        "swath_mm": 100,
        "overlap": 0.3,
        "standoff_mm": 150,
    }
    return stroke(raster={**table, **changes}, run_up_mm=50)


def test_raster_covers_the_patch_to_and_fro():
    lines = stops(raster())
    assert len(lines) == 4  # 200 mm to spare at a pitch of at most 70 mm
    y = []
    for i, line in enumerate(lines):
        p, z, _ = line.curve.frames(np.array([0.0, line.curve.length]))
        assert np.allclose(z, [0, 0, -1]) and np.allclose(p[:, 2], 0.65)
        assert np.allclose(p[:, 0], [-0.05, 0.45] if i % 2 == 0 else [0.45, -0.05])
        y.append(p[0, 1])
    assert np.allclose(y, np.linspace(0.05, 0.25, 4))
    assert [line.approach > 0 for line in lines] == [True, False, False, False]
    assert [line.retract > 0 for line in lines] == [False, False, False, True]
    assert all(line.ramp == pytest.approx(0.05) for line in lines)


def test_raster_one_way_with_lifts():
    lines = stops(raster(one_way=True, lift_between=True))
    assert all(line.approach > 0 and line.retract > 0 for line in lines)
    assert all(line.curve.frames(np.array([0.0]))[0][0, 0] == pytest.approx(-0.05) for line in lines)


def test_spots_dwell_one_by_one_in_free_order():
    path = {
        "order": "free",
        "approach_from": [0, 0, 2],
        "stroke": [
            {
                "name": "s",
                "spots": {"points_mm": [[0, 0, 500], [50, 0, 500]], "direction": [0, 1, 0], "dwell_s": 0.9},
            }
        ],
    }
    program = need_from_document(need(process_path=path)).program
    assert [s.dwell for s in program.stops] == [0.9, 0.9] and program.stops[0].speed is None
    assert program.free_order == ((0,), (1,))
    assert program.stops[0].approach_axis == (0.0, 0.0, 1.0)


def test_free_strokes_keep_their_pieces_together():
    corner = {"points_mm": [[0, 0, 500], [100, 0, 500], [100, 100, 500]], "direction": [0, 0, -1]}
    path = {"order": "free", "stroke": [{"name": "a", "polyline": corner}, {"name": "b", "polyline": LINE}]}
    assert need_from_document(need(process_path=path)).program.free_order == ((0, 1), (2,))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (stroke(polyline={**LINE, "points_mm": [[0, 0, 500]] * 2}), "points 0 and 1 coincide"),
        (
            stroke(polyline={**LINE, "direction": None, "directions": [UP, DOWN]}),
            "the tool turns about between points 0",
        ),
        (stroke(arc={"points_mm": [[0, 0, 5], [1, 0, 5], [2, 0, 5]], "direction": DOWN}), "lie on a line"),
        (
            stroke(arc={"centre_mm": [0, 0, 0], "start_mm": [0, 0, 9], "angle_deg": 90, "direction": DOWN}),
            "the radius is 0",
        ),
        (
            stroke(spots={"points_mm": [[0, 0, 500]] * 1001, "direction": DOWN, "dwell_s": 1}),
            "too many stops",
        ),
        (raster(across=[1, 1, 0]), "right angles"),
        (need(cell={"box": [BLOCK]}), "45.0 mm inside 'part'"),
        (stroke(polyline={**LINE, "points_mm": [[0, 0, -20], [9, 0, -20]]}), "20.0 mm inside 'floor'"),
    ],
)
def test_tasks_that_contradict_themselves(document, message):
    with pytest.raises(NeedError, match=message):
        need_from_document(document)
