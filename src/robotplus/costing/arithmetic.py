"""The formulas of investment appraisal on plain numbers: money in any one currency, time in years.

Cash flows are lists; entry t falls at the end of year t, entry 0 now. Rates are fractions, 0.08 for 8 %. The formulas
are those of any textbook of engineering economy; figures are never rounded here, only where they are printed.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

LOWEST_IRR, HIGHEST_IRR = -0.99, 100.0


def npv(rate: float, flows: Sequence[float]) -> float:
    """Net present value Σ CF_t / (1 + i)^t."""
    return sum(flow / (1 + rate) ** t for t, flow in enumerate(flows))


def irr(flows: Sequence[float]) -> float | None:
    """The rate at which the net present value is zero.

    None where flows do not change their sign exactly once (there is no rate, or more than one), or where the rate
    is outside -99 % to 10 000 %.
    """
    signs = [flow > 0 for flow in flows if flow]
    if sum(a != b for a, b in itertools.pairwise(signs)) != 1:
        return None
    low, high = LOWEST_IRR, HIGHEST_IRR
    rising = npv(low, flows) < 0
    if rising == (npv(high, flows) < 0):
        return None
    for _ in range(200):
        middle = (low + high) / 2
        if (npv(middle, flows) < 0) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def capital_recovery(rate: float, years: float) -> float:
    """CRF = i(1 + i)^n / ((1 + i)^n - 1): the yearly payment that repays 1 over n years; 1/n without interest."""
    if rate == 0:
        return 1 / years
    growth: float = (1 + rate) ** years
    return rate * growth / (growth - 1)


def simple_payback(investment: float, saving: float) -> float | None:
    """Years until yearly savings repay an investment; None for never."""
    if investment <= 0:
        return 0.0 if saving >= 0 else None
    return investment / saving if saving > 0 else None


def discounted_payback(rate: float, investment: float, saving: float, *, years: int) -> int | None:
    """The first year at whose end the cumulated present value is not negative; None within ``years``."""
    total = -investment
    for year in range(years + 1):
        total += saving / (1 + rate) ** year if year else 0.0
        if total >= 0:
            return year
    return None


def oee(availability: float, performance: float, quality: float) -> float:
    """Overall equipment effectiveness A·P·Q: run/planned, ideal cycle·count/run, good/total."""
    return availability * performance * quality


def break_even_hours(yearly_fixed: float, *, hourly_fee: float, hourly_variable: float) -> float | None:
    """Hours a year above which owning beats a fee by the hour; None where it never does.

    h* = (CRF·capex + fixed running costs) / (fee - variable running costs).
    """
    margin = hourly_fee - hourly_variable
    return yearly_fixed / margin if margin > 0 else None
