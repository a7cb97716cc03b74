"""Intervals against scipy's distributions, against stated values, and by what they must do over many draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from robotplus.testing.intervals import (
    clopper_pearson,
    quantile,
    quantile_interval,
    unseen_share,
    wilson,
)
from robotplus.testing.resampling import pooled_quantile, pooled_ratio

counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.99)


@given(counts, levels)
@example((0, 1), 0.95)
@example((50_000, 50_000), 0.99)
@example((31_000, 50_000), 0.95)
@settings(max_examples=60, deadline=None)
def test_clopper_pearson_is_that_of_the_beta_distribution(count: tuple[int, int], level: float) -> None:
    k, n = count
    tail = (1.0 - level) / 2.0
    low = stats.beta.ppf(tail, k, n - k + 1) if k else 0.0
    high = stats.beta.ppf(1.0 - tail, k + 1, n - k) if k < n else 1.0
    assert clopper_pearson(k, n, level) == pytest.approx((low, high), abs=2e-8)


def test_stated_values() -> None:
    assert clopper_pearson(45, 50, 0.95) == pytest.approx((0.781865, 0.966725), abs=1e-6)
    assert wilson(45, 50, 0.95) == pytest.approx((0.786398, 0.956524), abs=1e-6)
    assert clopper_pearson(30, 30, 0.9)[0] == pytest.approx(0.904966, abs=1e-6)


@given(counts, levels)
@settings(max_examples=60, deadline=None)
def test_shares_lie_in_their_intervals_and_mirror(count: tuple[int, int], level: float) -> None:
    k, n = count
    for interval in (clopper_pearson, wilson):
        low, high = interval(k, n, level)
        assert 0.0 <= low <= k / n <= high <= 1.0
        assert interval(n - k, n, level) == pytest.approx((1.0 - high, 1.0 - low), abs=1e-9)
        wider = interval(k, n, 0.995)
        assert wider[0] <= low and high <= wider[1]


@given(st.integers(1, 300), st.floats(0.05, 0.95), levels)
@settings(max_examples=60, deadline=None)
def test_quantile_ranks_are_those_of_the_binomial(n: int, share: float, level: float) -> None:
    tail = (1.0 - level) / 2.0
    ordered = np.arange(1.0, n + 1.0)
    low, high = quantile_interval(ordered, share, level)
    for edge in stats.binom.cdf(np.arange(n + 1), n, share):
        assume(min(abs(edge - tail), abs(1.0 - edge - tail)) > 1e-9)
    assert stats.binom.cdf(low - 1, n, share) <= tail < stats.binom.cdf(low, n, share)
    if high is None:
        assert stats.binom.sf(n - 1, n, share) > tail
    else:
        assert stats.binom.sf(high - 1, n, share) <= tail < stats.binom.sf(high - 2, n, share)
        assert low <= quantile(ordered, share) <= high


def test_the_95th_percentile_needs_72_cases() -> None:
    assert quantile_interval(np.arange(71.0), 0.95, 0.95)[1] is None
    assert quantile_interval(np.arange(72.0), 0.95, 0.95)[1] == 71.0


def test_missing_readings_leave_no_upper_end() -> None:
    low, high = quantile_interval(np.array([0.1, 0.2] + [math.inf] * 40), 0.5, 0.95)
    assert (low, high) == (0.2, None)


def test_the_quantile_interval_holds_as_often_as_stated() -> None:
    """Planted truth: the 90th percentile of an exponential distribution is ln 10."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        low, high = quantile_interval(np.sort(rng.exponential(size=150)), 0.9, 0.9)
        held += low <= math.log(10.0) and (high is None or math.log(10.0) <= high)
    assert held >= stats.binom.ppf(0.001, 400, 0.9)


def test_a_pooled_rate_holds_as_often_as_stated_even_when_errors_are_rare() -> None:
    """Planted truth: one text in 60 is wholly wrong, so that a third of the samples hold no error at all."""
    rng = np.random.default_rng(4)
    words = np.full(60, 10.0)
    held = 0
    for _ in range(150):
        low, high = pooled_ratio(10.0 * (rng.random(60) < 1.0 / 60.0), words).interval(0.95)
        assert high is not None
        held += low <= 1.0 / 60.0 <= high
    assert held >= stats.binom.ppf(0.001, 150, 0.95)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=40), levels)
@settings(max_examples=25, deadline=None)
def test_a_pooled_rate_lies_in_its_interval(rows: list[tuple[int, int]], level: float) -> None:
    above, below = np.array(rows, dtype=float).T
    figure = pooled_ratio(above, below)
    low, high = figure.interval(level)
    assert high is not None and low <= figure.estimate <= high
    assert figure.estimate == pytest.approx(sum(a for a, _ in rows) / sum(b for _, b in rows))
    if figure.estimate <= 1.0:
        assert low <= figure.estimate * (1.0 - unseen_share(len(rows), level)) + 1e-12


@given(st.lists(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=5), min_size=1, max_size=30), levels)
@settings(max_examples=25, deadline=None)
def test_a_pooled_quantile_lies_in_its_interval(groups: list[list[float]], level: float) -> None:
    values = np.array([v for g in groups for v in g])
    group = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    figure = pooled_quantile(values, group, len(groups), 0.9)
    low, high = figure.interval(level)
    assert figure.estimate == np.quantile(values, 0.9, method="inverted_cdf")
    assert low <= figure.estimate and (high is None or figure.estimate <= high)


def test_the_same_records_give_the_same_interval() -> None:
    errors, words = np.arange(30.0) % 3, np.full(30, 7.0)
    assert pooled_ratio(errors, words).interval(0.95) == pooled_ratio(errors, words).interval(0.95)
