"""What is done for many moves at once is what would be done for each alone."""

from __future__ import annotations

import numpy as np
import pytest
from proving_cases import CATALOGUE, OF_CLASS, handling_need, seam_need

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import evaluate, evaluate_all
from robotplus.proving.body import Body, make_body
from robotplus.proving.certify import tolerating
from robotplus.proving.context import make_context
from robotplus.proving.following import all_follow, follows
from robotplus.proving.outcome import FREE, Found, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.prove import attempt
from robotplus.proving.search import DEFAULT, search
from robotplus.proving.timing import durations, make_path, time_path, time_paths
from robotplus.proving.wrist import _halfway
from robotplus.robots.model import Array


def body_of(robot_id: str) -> Body:
    context = make_context(seam_need())
    return make_body(CATALOGUE[robot_id], context.program, load_kg=context.load_kg)


def some_paths(seed: int) -> tuple[list[Array], list[Array]]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 30, 12)
    lengths = [np.cumsum(np.concatenate([[0.0], rng.uniform(0.005, 0.03, n - 1)])) for n in sizes]
    joints = []
    for n in sizes:
        q = np.zeros((n, 7))
        q[:, :6] = rng.uniform(-0.5, 0.5, 6) + np.linspace(0, 1, n)[:, None] * rng.uniform(-0.4, 0.4, 6)
        joints.append(q)
    return lengths, joints


@pytest.mark.parametrize("seed", range(4))
def test_paths_are_timed_as_each_alone(seed: int) -> None:
    body = body_of(OF_CLASS["opw"])
    lengths, joints = some_paths(seed)
    bands = [FREE, (4.75, 5.0, 5.25, 0.001), (0.0095, 0.01, 0.0105, 0.005)] * 4
    together = time_paths(body, lengths, joints, bands)
    outcomes = set()
    for (path, knots), s, q, band in zip(together, lengths, joints, bands, strict=True):
        alone = make_path(body, s, q, band)
        for name in ("s", "q", "m", "speed"):
            np.testing.assert_array_equal(getattr(path, name), getattr(alone, name))
        expected = time_path(body, alone)
        outcomes.add(expected if isinstance(expected, str) else "timed")
        if isinstance(expected, str):
            assert knots == expected
        else:
            assert not isinstance(knots, str)
            for a, b in zip(knots, expected, strict=True):
                np.testing.assert_array_equal(a, b)
    assert "timed" in outcomes and len(outcomes) > 1


def test_the_duration_is_that_of_the_knots() -> None:
    body = body_of(OF_CLASS["opw"])
    lengths, joints = some_paths(9)
    timed = time_paths(body, lengths, joints, [FREE] * len(lengths))
    amax = np.array(body.struct.amax)[: body.dof]
    of_knots = [-1.0 if isinstance(knots, str) else knots[0][-1] for _, knots in timed]
    np.testing.assert_allclose(durations(body, [path for path, _ in timed], amax), of_knots, rtol=1e-9)


def found_at(robot_id: str) -> tuple[Scene, Found]:
    """The handling need done where the search finds a place for it."""
    context, robot = make_context(handling_need()), CATALOGUE[robot_id]
    body = make_body(robot, context.program, load_kg=context.load_kg)
    outcome = search(body, context, budget=DEFAULT, seed=0)
    assert outcome.found is not None
    return Scene(outcome.body, context, outcome.found.world_from_base), outcome.found


def test_all_follow_as_each_alone() -> None:
    """As found, and with one path moved aside."""
    scene, found = found_at(OF_CLASS["opw"])
    layers, program = scene.context.layers, scene.context.program
    moves = [m for m in found.planned if m.kind in ("approach", "stroke", "retract")]
    stops = [program.stops[layers.order[s.position]] for s in layers.segments]
    bands = [FREE] * len(stops)
    aside = moves[1].paths[0]
    q = aside.q.copy()
    q[1:-1, 0] += 0.01
    beside = make_path(scene.body, aside.s, q, FREE)
    for k, path in ((None, None), (1, beside)):
        timed = [
            m if i != k or path is None else Planned(m.kind, m.position, m.move, (path,))
            for i, m in enumerate(moves)
        ]
        together = all_follow(scene, layers.segments, timed, stops, bands)
        alone = [
            follows(scene, s, m, stop, FREE) for s, m, stop in zip(layers.segments, timed, stops, strict=True)
        ]
        assert together == alone
        assert together.count(False) == (k is not None)


def test_halfway_is_the_quintic_s_middle() -> None:
    _, found = found_at(OF_CLASS["opw"])
    for item, middle in zip(found.planned, _halfway(found), strict=True):
        t = item.move.t
        np.testing.assert_allclose(middle, evaluate(item.move, (t[1:] + t[:-1]) / 2)[0], atol=1e-12)


def test_a_tolerance_worked_out_later_is_the_same() -> None:
    """Also where self pairs have been left out on the way."""
    need, robot = handling_need(), CATALOGUE[OF_CLASS["opw"]]
    context = make_context(need)
    at_once, later = (attempt(context, robot, tolerance=t).result for t in (True, False))
    assert isinstance(at_once, Certificate) and isinstance(later, Certificate)
    assert later.claims["base_tolerance"] == {"xy_m": 0.0, "angle_rad": 0.0}
    assert tolerating(later, robot, context).claims == at_once.claims
    assert at_once.claims["base_tolerance"]["xy_m"] > 0


def test_moves_are_evaluated_as_each_alone() -> None:
    _, found = found_at(OF_CLASS["opw"])
    moves = [item.move for item in found.planned]
    times = [np.linspace(0.0, move.duration, 3 + k % 5) for k, move in enumerate(moves)]
    alone = [evaluate(move, t) for move, t in zip(moves, times, strict=True)]
    for k, together in enumerate(evaluate_all(moves, times)):
        np.testing.assert_allclose(together, np.concatenate([a[k] for a in alone]), rtol=0, atol=1e-12)
