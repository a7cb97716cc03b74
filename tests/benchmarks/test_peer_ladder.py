"""The NumPy ladder search against enumeration of every chain."""

import itertools

import numpy as np
from benchmarks.ladder import TURN, Ladder, unwrap
from benchmarks.scene import Candidates
from hypothesis import given, settings
from hypothesis import strategies as st

RUNGS, DOF = 4, 2


def random_candidates(rng: np.random.Generator) -> Candidates:
    waypoint = np.repeat(np.arange(RUNGS), rng.integers(1, 4, RUNGS))
    return Candidates(waypoint, np.zeros_like(waypoint), rng.uniform(-3, 3, (len(waypoint), DOF)))


def cheapest(candidates: Candidates, blocked: np.ndarray, *, speed: np.ndarray, seconds: float) -> float:
    """The least cost over all chains, joint 1 compared modulo a turn; infinite when there is none."""
    rungs = [[i for i in np.flatnonzero(candidates.waypoint == k) if not blocked[i]] for k in range(RUNGS)]
    best = np.inf
    for chain in itertools.product(*rungs):
        step = np.diff(candidates.q[list(chain)], axis=0)
        step[:, 0] -= TURN * np.round(step[:, 0] / TURN)
        if (np.abs(step) <= speed * seconds).all():
            best = min(best, float(((step / speed) ** 2).sum()))
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 2.0, 6.0]))
def test_shortest_is_the_best_of_all_chains(seed: int, seconds: float) -> None:
    rng = np.random.default_rng(seed)
    candidates, speed = random_candidates(rng), np.array([1.0, 0.7])
    wraps = np.array([True, False])
    ladder = Ladder(candidates, RUNGS, speed=speed, seconds=np.full(RUNGS - 1, seconds), wraps=wraps)
    first = 0
    while True:
        chain = ladder.shortest(first)
        best = cheapest(candidates, ladder.blocked, speed=speed, seconds=seconds)
        if chain is None:
            assert best == np.inf
            return
        assert (candidates.waypoint[chain] == np.arange(RUNGS)).all() and not ladder.blocked[chain].any()
        step = np.diff(candidates.q[chain], axis=0)
        step[:, 0] -= TURN * np.round(step[:, 0] / TURN)
        np.testing.assert_allclose(((step / speed) ** 2).sum(), best)
        first = int(rng.integers(RUNGS))  # strike one out and search on from its rung
        ladder.blocked[chain[first]] = True


def test_unwrap_joins_turns_and_respects_limits() -> None:
    turning = np.array([[3.0], [-3.1], [-2.9]])
    wide, wraps = np.array([7.0]), np.array([True])
    joined = unwrap(turning, lower=-wide, upper=wide, wraps=wraps)
    assert joined is not None
    np.testing.assert_allclose(joined[:, 0], [3.0, TURN - 3.1, TURN - 2.9])
    narrow = np.array([3.2])
    shifted = unwrap(turning - 0.2, lower=np.array([-4.0]), upper=narrow, wraps=wraps)
    assert shifted is not None and shifted.min() >= -4.0 and np.abs(np.diff(shifted[:, 0])).max() < 0.3
    assert unwrap(turning, lower=-narrow, upper=narrow, wraps=wraps) is None
