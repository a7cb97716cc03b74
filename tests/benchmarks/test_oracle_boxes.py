"""The oracle's own box distances against Coal, which it does not use."""

import coal
import numpy as np
import pytest
from benchmarks.oracle_boxes import Boxes, bounds_gap, distance, separation
from benchmarks.oracle_robot import pose
from hypothesis import given, settings
from hypothesis import strategies as st


def random_boxes(rng: np.random.Generator, count: int, spread: float) -> Boxes:
    turn, _ = np.linalg.qr(rng.normal(size=(count, 3, 3)))
    turn[:, :, 0] *= np.linalg.det(turn)[:, None]
    return Boxes(rng.uniform(-spread, spread, (count, 3)), turn, rng.uniform(0.02, 0.5, (count, 3)))


def coal_distance(a: Boxes, b: Boxes, i: int) -> float:
    shapes = [coal.Box(*(2 * box.half[i])) for box in (a, b)]
    poses = [coal.Transform3s(box.axes[i], box.centre[i]) for box in (a, b)]
    result = coal.DistanceResult()
    return float(coal.distance(shapes[0], poses[0], shapes[1], poses[1], coal.DistanceRequest(), result))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.3, 0.8, 2.0]))
def test_bounds_enclose_coals_distance(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = random_boxes(rng, 60, spread), random_boxes(rng, 60, spread)
    mine, gap = distance(a, b), separation(a, b)
    for i in range(60):
        true = coal_distance(a, b, i)
        assert (gap[i] > 0.0) == (true > 0.0) or abs(true) < 1e-6
        assert mine[i] == pytest.approx(max(true, 0.0), abs=1e-5)
        if true > 1e-6:
            assert gap[i] <= true + 1e-5
            assert bounds_gap(a, b)[i] <= true + 1e-9


def test_a_known_gap_and_a_known_overlap() -> None:
    turn = pose((0, 0, 0), (0, 0, np.pi / 4))[:3, :3]
    a = Boxes(np.zeros((2, 3)), np.stack([np.eye(3)] * 2), np.full((2, 3), 0.5))
    b = Boxes(np.array([[2.0, 0, 0], [1.0, 0, 0]]), np.stack([turn] * 2), np.full((2, 3), 0.5))
    assert distance(a, b) == pytest.approx([1.5 - np.sqrt(0.5), 0.0])
    assert separation(a, b)[1] == pytest.approx(0.5 - np.sqrt(0.5))
