"""Confidence intervals that follow from counting alone: for a share, and for a quantile.

In: counts or sorted values, and a two-sided confidence level in (0, 1). Out: (low, high), which hold at least at
that level for independent draws, whatever the distribution; ``None`` for high: the sample is too small to bound it.

Sources: Clopper and Pearson, Biometrika 26 (1934) 404; Wilson, J. Am. Stat. Assoc. 22 (1927) 209; for quantiles
David and Nagaraja, Order Statistics, 3rd ed., section 7.1.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from robotplus.robots.model import Array

Interval = tuple[float, float | None]

_HALVINGS = 60


def clopper_pearson(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """The exact interval for a share: what p leaves at least (1 - confidence) / 2 to so few or so many successes."""
    tail = (1.0 - confidence) / 2.0
    low, high = 0.0, 1.0
    if successes > 0:
        low = _bisect(lambda p: at_least(successes, trials, p) <= tail)[0]
    if successes < trials:
        high = _bisect(lambda p: at_most(successes, trials, p) > tail)[1]
    return low, high


def wilson(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """The score interval for a share: right on average, not for every share; shown beside the exact one."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2.0) / (1.0 + weight)
    half = z * math.sqrt(share * (1.0 - share) / trials + weight / (4.0 * trials)) / (1.0 + weight)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def quantile(ordered: Array, share: float) -> float:
    """The smallest of the sorted values (n,) that at least a share of them do not exceed."""
    return float(ordered[max(math.ceil(share * len(ordered) - 1e-9), 1) - 1])


def quantile_interval(ordered: Array, share: float, confidence: float) -> Interval:
    """Order statistics that enclose a quantile of a quantity that is never negative.

    Args:
        ordered: (n,) sorted values; infinite ones stand for readings that are missing.
        share: of the population that the quantile leaves below it, in (0, 1).
        confidence: two-sided.
    """
    n, tail = len(ordered), (1.0 - confidence) / 2.0
    below = np.cumsum(_mass(n, share))  # P(at most k of n lie below the quantile)
    rank = int(np.searchsorted(below, tail, side="right"))  # the largest l with P(fewer than l) <= tail
    over = int(np.argmax(1.0 - below <= tail)) + 1  # the smallest r with P(at least r) <= tail
    low = float(ordered[rank - 1]) if rank else 0.0
    high = float(ordered[over - 1]) if over <= n else math.inf
    if math.isinf(low):  # what holds above every reading holds above the largest one
        low = float(np.max(ordered, where=np.isfinite(ordered), initial=0.0))
    return low, high if math.isfinite(high) else None


def unseen_share(trials: int, confidence: float) -> float:
    """The largest share that a kind of case may have of which ``trials`` draws hold none, at this confidence."""
    return float(-math.expm1(math.log((1.0 - confidence) / 2.0) / trials))


def at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) of a binomial X."""
    return float(_mass(n, p)[k:].sum())


def at_most(k: int, n: int, p: float) -> float:
    """P(X <= k) of a binomial X."""
    return float(_mass(n, p)[: k + 1].sum())


def _mass(n: int, p: float) -> Array:
    """(n + 1,) probabilities of 0 … n successes."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(_coefficients(n) + k * math.log(p) + (n - k) * math.log1p(-p)))


@functools.lru_cache(maxsize=8)
def _coefficients(n: int) -> Array:
    """(n + 1,) logarithms of the binomial coefficients."""
    k = np.arange(n)
    return np.concatenate([[0.0], np.cumsum(np.log((n - k) / (k + 1.0)))])


def _bisect(before: Callable[[float], bool]) -> tuple[float, float]:
    """Neighbouring numbers in (0, 1): the last one known before a change, the first one known after it."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if middle in (low, high) or middle == 1.0:
            break
        low, high = (middle, high) if before(middle) else (low, middle)
    return low, high
