"""Wrist demands that are only stated are found as high as `check` finds them, however far apart the knots are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import honesty
from robotplus.proving.wrist import AXES, SPREAD, _spread


@pytest.mark.parametrize(("first", "name"), [(100015, "random-100015-36"), (100143, "random-100143-11")])
def test_a_demand_between_sparse_knots_is_not_overlooked(first: int, name: str) -> None:
    """Two pairs in 10,000 on which check found up to 14 % more than the certificate stated."""
    (outcome,) = [o for o in honesty.attempt(50, first, 1) if o.name == name]
    assert outcome.verdict == "proven_if_confirmed" and not outcome.refused


@given(st.lists(st.lists(st.floats(-3, 3), min_size=6, max_size=6), min_size=2, max_size=40))
def test_samples_follow_the_wrist_and_end_with_the_move(knots: list[list[float]]) -> None:
    q = np.array(knots)
    middle = (q[1:] + q[:-1]) / 2
    kept = _spread(q, middle)
    assert (kept[0] == q[0]).all() and (kept[-1] == q[-1]).all()
    widest = np.abs(np.diff(q[:, -AXES:], axis=0)).sum(axis=1).max() / 2
    steps = np.abs(np.diff(kept[:, -AXES:], axis=0)).sum(axis=1)
    assert (steps <= max(SPREAD, 0.0) + widest + 1e-9).all()
