"""What the playback and the curves show is the certificate's motion."""

from __future__ import annotations

import dataclasses

import numpy as np
import report_sample
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.certificates.motion import Move, evaluate
from robotplus.matching.answer import Answer
from robotplus.reporting import charts, timeline


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    tolerance=st.sampled_from([1e-4, 1e-3, 1e-2]),
    knots=st.integers(2, 8),
)
def test_thinning_never_strays_further_than_asked(seed: int, tolerance: float, knots: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 0.6, knots - 1))])
    q, qd, qdd = rng.normal(size=(3, knots, 6))
    dense = np.linspace(0.0, t[-1], 700)
    values, _, _ = evaluate(Move("travel", 0, t, q, qd, qdd), dense)
    levers = rng.uniform(0.1, 2.0, 6)
    keep = timeline.thin(dense, values, levers=levers, tolerance=tolerance)
    chords = np.stack([np.interp(dense, dense[keep], values[keep, j]) for j in range(6)], axis=1)
    assert (np.abs(values - chords) @ levers).max() <= tolerance * (1 + 1e-9)
    assert keep[0] == 0 and keep[-1] == len(dense) - 1
    assert len(keep) < len(dense)


def test_the_clock_runs_through_every_move_without_gaps(answer: Answer) -> None:
    certificate = answer.solutions[0].certificate
    t, q, _ = timeline.sample(certificate, 0.01)
    assert t[0] == 0.0 and np.isclose(t[-1], certificate.claims["cycle_time_s"]["high"])
    assert np.diff(t).min() > 0 and np.diff(t).max() <= 0.01 + 1e-9
    speeds = np.abs(np.diff(q, axis=0)).max(axis=1) / np.diff(t)
    assert speeds.max() < 11.0  # no jump between moves: nothing is faster than the fastest joint
    for span in timeline.spans(certificate):
        assert np.allclose(q[np.argmin(np.abs(t - span.start))], span.move.q[0], atol=1e-9)


def test_a_part_is_in_the_gripper_from_its_pick_to_its_place(answer: Answer) -> None:
    certificate, need = answer.solutions[0].certificate, answer.need
    moves = {(s.move.stop, s.move.kind): s for s in timeline.spans(certificate)}
    windows = timeline.carried(certificate, need)
    for part, (pick, place) in enumerate([(0, 1), (2, 3)]):
        assert len(windows[part]) == 1
        start, end = windows[part][0]
        assert moves[pick, "dwell"].start < start < moves[pick, "dwell"].end
        assert moves[place, "dwell"].start < end < moves[place, "dwell"].end


def test_obstacles_are_there_when_the_need_says(answer: Answer) -> None:
    certificate, need = answer.solutions[0].certificate, answer.need
    by_name = {o.name: o for o in need.program.obstacles}
    end = certificate.claims["cycle_time_s"]["high"]
    moves = {(s.move.stop, s.move.kind): s for s in timeline.spans(certificate)}
    assert timeline.present(by_name["table"], certificate) is None
    waiting = timeline.present(by_name["crate 2 waiting"], certificate)
    assert waiting is not None and waiting == (0.0, moves[2, "retract"].end)
    placed = timeline.present(by_name["crate 1 placed"], certificate)
    assert placed is not None and placed[0] == moves[2, "travel"].start and np.isclose(placed[1], end)


def test_unmeasured_curves_come_from_the_motion_formula(answer: Answer) -> None:
    unchecked = answer.solutions[2]
    curves = timeline.profile(
        unchecked.certificate, unchecked.robot, need=answer.need, checked=unchecked.checked
    )
    assert curves.clearance is None and curves.speed_used is not None and curves.tool_speed is not None
    stroke = next(s for s in timeline.spans(unchecked.certificate) if s.move.kind == "stroke")
    inside = (curves.t > stroke.start) & (curves.t < stroke.end)
    travelled = np.trapezoid(curves.tool_speed[inside], curves.t[inside])
    assert abs(travelled - 0.5) < 0.01  # the seam is half a metre long


def test_a_checked_profile_is_taken_as_it_is_and_bad_ones_are_left_out(answer: Answer) -> None:
    first = answer.solutions[0]
    assert first.checked is not None
    measured = first.checked.measured["profile"]
    curves = timeline.profile(first.certificate, first.robot, need=answer.need, checked=first.checked)
    assert curves.clearance is not None and curves.clearance.tolist() == measured["clearance_m"]
    broken = dataclasses.replace(
        first.checked,
        measured={"profile": {**measured, "clearance_m": [None] * 400, "velocity_used": [float("inf")] * 3}},
    )
    curves = timeline.profile(first.certificate, first.robot, need=answer.need, checked=broken)
    assert curves.clearance is None and curves.speed_used is None and curves.tool_speed is not None


@given(seed=st.integers(0, 2**32 - 1), gaps=st.sampled_from([0.0, 0.1, 0.9, 1.0]))
def test_drawing_a_curve_loses_no_extreme(seed: int, gaps: float) -> None:
    rng = np.random.default_rng(seed)
    curve = rng.exponential(size=900)
    curve[rng.random(900) < gaps] = np.nan
    keep = charts.thin_curve(np.arange(len(curve)) * 0.01, curve)
    assert len(keep) <= 700
    if np.isfinite(curve).any():
        assert np.nanmin(curve[keep]) == np.nanmin(curve)
        assert np.nanmax(curve[keep]) == np.nanmax(curve)


def test_time_strips_show_the_worst_moment_of_each_stretch() -> None:
    t = np.linspace(0.0, 24.0, 5000)
    clearance = np.full(5000, 0.5)
    clearance[1234] = 0.011
    ratio = charts.clearance_ratio(clearance, np.full(5000, 0.01))
    worst = charts.worst_in_bins(t, ratio, lowest=True)
    assert np.argmin(worst) == int(t[1234] / 24.0 * charts.STRIP_BINS)
    assert [charts.clearance_level(float(v)) for v in worst].count("tight") == 1
    assert 1234 in charts.dips(t, clearance)


def test_dips_are_the_lowest_minima_apart_from_each_other() -> None:
    t = np.linspace(0.0, 10.0, 1001)
    curve = 5.0 - (1.0 - np.abs(t - 3.5)).clip(0) - (2.0 - np.abs(t - 6.5)).clip(0)
    assert [float(t[i]) for i in charts.dips(t, curve, 2)] == [3.5, 6.5]
    assert charts.dips(t, np.full(1001, np.nan)) == []
    assert len(charts.dips(t, np.where(np.abs(t - 5) < 3, 1.0, 2.0), 3)) == 1  # one long low stretch


def test_levels_at_their_borders() -> None:
    asked = np.array([0.01, 0.01, 0.01, 0.0])  # contact allowed counts as 1 mm
    ratios = charts.clearance_ratio(np.array([0.0149, 0.0151, 0.0301, 0.0014]), asked)
    assert [charts.clearance_level(float(r)) for r in ratios] == ["tight", "fair", "ample", "tight"]
    assert [charts.speed_level(u) for u in (0.91, 0.9, 0.6)] == ["tight", "fair", "ample"]
    assert charts.clearance_level(float("nan")) == charts.speed_level(float("nan")) == "unmeasured"


def test_tool_and_part_may_come_nearer_while_they_work(answer: Answer) -> None:
    certificate, need = answer.solutions[0].certificate, answer.need
    asked = {
        s.move.kind: timeline.clearance_asked(certificate, need, np.array([(s.start + s.end) / 2]))[0]
        for s in timeline.spans(certificate)
    }
    assert asked == {"travel": 0.01, "approach": 0.005, "stroke": 0.005, "dwell": 0.005, "retract": 0.005}


@given(value=st.floats(1e-6, 1e6))
def test_axis_ends_are_round_and_near(value: float) -> None:
    top = charts.nice_ceiling(value)
    assert value * (1 - 1e-9) <= top <= value * 1.7
    ticks = charts.time_ticks(value)
    assert 3 <= len(ticks) <= 10 and ticks[0] == 0.0 and ticks[-1] <= value * (1 + 1e-9)


def test_sample_motion_is_what_it_says() -> None:
    """The planted truth itself: TCP at every stop's point."""
    arm, task = report_sample.robot(), report_sample.need()
    certificate = report_sample.certificate(arm, task)
    for span in timeline.spans(certificate):
        if span.move.kind == "dwell":
            stop = task.program.stops[span.move.stop]
            point, _, _ = stop.curve.frames(np.array([0.0]))
            tcp = timeline.tcp_path(arm, task.program.tool, base=certificate.base, q=span.move.q[:1])
            assert np.allclose(tcp, point, atol=1e-8)
