"""Intervals for figures pooled over units: errors over words of texts, precision over images, waits over sessions.

What lies within one unit (the words of a text, the objects of an image, the turns of a session) hangs together, so
whole units are drawn again with replacement, always with the same seed: the percentile bootstrap (Efron, Ann. Stat. 7
(1979) 1; for word errors Bisani and Ney, ICASSP 2004). It is blind to what the sample does not hold: a hundred
faultless texts would give an interval of no width. So the ends are moved out to where they would lie if a kind of unit
that the sample missed, of the largest share that is still likely, were wholly right or wholly wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robotplus.robots.model import Array
from robotplus.testing.intervals import Interval, quantile, unseen_share

DRAWS = 1000
_SEED = 20_261
_CELLS = 1_000_000  # weights held at a time


def weights(units: int, draws: int, width: int) -> Iterator[Array]:
    """Blocks (b, units) that say how often each unit was drawn, ``draws`` rows in all.

    The generator goes on from block to block, so the draws do not depend on how many rows fit into one.
    """
    rng = np.random.default_rng(_SEED)
    block = max(1, _CELLS // max(units, width))
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        drawn = rng.integers(0, units, (rows, units)) + units * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * units)
        yield counts.reshape(rows, units).astype(np.float64)


def resampled(
    statistic: Callable[[Array], Array], units: int, *, draws: int = DRAWS, width: int = 0
) -> Array:
    """The statistic of every new draw, sorted; draws in which it has no value (NaN) are left out.

    Args:
        statistic: from weights (b, units) to (b,).
        units: drawn with replacement.
        draws: how often.
        width: numbers that the statistic holds for each draw, where they are more than the units.
    """
    found = np.concatenate([statistic(block) for block in weights(units, draws, width)])
    return np.sort(found[np.isfinite(found)])


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """A rate between 0 and 1 (error rates may pass 1) over units, with its sorted draws."""

    estimate: float
    units: int
    draws: Array

    def interval(self, confidence: float) -> Interval:
        """The percentile interval, moved out by what the sample may have missed."""
        low, high = _percentiles(self.draws, confidence)
        unseen = unseen_share(self.units, confidence)
        lower, upper = (1.0 - unseen) * self.estimate, (1.0 - unseen) * self.estimate + unseen
        return min(low, lower), max(high, upper, self.estimate)


def pooled_ratio(above: Array, below: Array) -> Pooled:
    """The sum of ``above`` over the sum of ``below``, both (units,) and one number a unit."""

    def ratio(block: Array) -> Array:
        total = block @ below
        return np.where(total > 0.0, (block @ above) / np.where(total > 0.0, total, 1.0), np.nan)

    return Pooled(float(above.sum() / below.sum()), len(above), resampled(ratio, len(above)))


@dataclass(frozen=True, slots=True, eq=False)
class PooledQuantile:
    """A quantile of values that come in groups, with its sorted draws."""

    ordered: Array
    share: float
    groups: int
    draws: Array

    @property
    def estimate(self) -> float:
        return quantile(self.ordered, self.share)

    def interval(self, confidence: float) -> Interval:
        """As for rates; groups that the sample may have missed lie wholly below or wholly above the quantile."""
        low, high = _percentiles(self.draws, confidence)
        unseen = unseen_share(self.groups, confidence)
        least, most = (self.share - unseen) / (1.0 - unseen), self.share / (1.0 - unseen)
        low = min(low, quantile(self.ordered, least)) if least > 0.0 else 0.0
        return low, max(high, quantile(self.ordered, most)) if most <= 1.0 else None


def pooled_quantile(values: Array, group: npt.NDArray[np.intp], groups: int, share: float) -> PooledQuantile:
    """A quantile of values (n,), each of the group with that number (n,) in 0 … groups - 1."""
    order = np.argsort(values, kind="stable")
    ordered, of = values[order], group[order]

    def statistic(block: Array) -> Array:
        gone = np.cumsum(block[:, of], axis=1)
        at = np.argmax(gone >= np.maximum(share * gone[:, -1:] - 1e-9, 1e-9), axis=1)
        return np.where(gone[:, -1] > 0, ordered[at], np.nan)

    return PooledQuantile(ordered, share, groups, resampled(statistic, groups, width=len(values)))


def _percentiles(draws: Array, confidence: float) -> tuple[float, float]:
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail])
    return float(low), float(high)
