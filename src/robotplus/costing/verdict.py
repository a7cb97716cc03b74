"""Automate, automate if, or do not automate yet: argued from payback, volume, variability and negative cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from robotplus.costing.tables import CostTable

if TYPE_CHECKING:
    from robotplus.costing.study import Bar, WayResult

LEAST_UTILISATION = 0.3
MOST_CHANGEOVER = 0.2


@dataclass(frozen=True)
class Reason:
    """One argument by its code; ``figures`` are what it is argued from, ``words`` names and texts."""

    code: str
    figures: dict[str, float | None] = field(default_factory=dict)
    words: tuple[str, ...] = ()


def judge(costs: CostTable, ways: Sequence[WayResult], bars: Sequence[Bar]) -> tuple[str, tuple[Reason, ...]]:
    """The verdict ("automate", "automate_if", "not_yet") and its reasons."""
    wanted = costs.finance.payback_wanted_years
    sure = [w for w in ways if not w.missing and _surely(w, wanted)]
    concerns = _concerns(costs, ways)
    if sure:
        best = max(sure, key=lambda w: w.figures["npv"].point or 0.0)
        return "automate_if" if concerns else "automate", (_payback("pays_back", best, wanted), *concerns)
    perhaps = [w for w in ways if not w.missing and _perhaps(w, wanted)]
    open_ = [w for w in ways if w.missing and w.affordable is not None and (w.affordable.high or 0.0) > 0]
    conditions = [_payback("may_pay_back", w, wanted) for w in perhaps]
    if perhaps and bars:
        conditions.append(Reason("decides_most", {"swing": bars[0].swing}, (bars[0].input,)))
    for w in open_:
        assert w.affordable is not None
        limits: dict[str, float | None] = {
            "surely_below": w.affordable.low,
            "never_above": w.affordable.high,
            "wanted_years": wanted,
        }
        conditions.append(Reason("price_below", limits, (w.name, *w.missing)))
    if conditions:
        return "automate_if", (*conditions, *concerns)
    return "not_yet", (*(_payback("no_payback", w, wanted) for w in ways), *concerns)


def _surely(way: WayResult, wanted: float) -> bool:
    years, value = way.figures["payback_years"].high, way.figures["npv"].low
    return years is not None and years <= wanted and value is not None and value > 0


def _perhaps(way: WayResult, wanted: float) -> bool:
    years, value = way.figures["payback_years"].low, way.figures["npv"].high
    return years is not None and years <= wanted and value is not None and value > 0


def _payback(code: str, way: WayResult, wanted: float) -> Reason:
    years, value = way.figures["payback_years"], way.figures["npv"]
    figures = {
        "years_low": years.low,
        "years_high": years.high,
        "wanted_years": wanted,
        "npv_low": value.low,
        "npv_high": value.high,
    }
    return Reason(code, figures, (way.name,))


def _concerns(costs: CostTable, ways: Sequence[WayResult]) -> tuple[Reason, ...]:
    found = []
    p = costs.production
    used = ways[0].figures["utilisation"]
    if (used.high or 0.0) < LEAST_UTILISATION:
        found.append(Reason("volume", {"utilisation": used.high, "least": LEAST_UTILISATION}))
    changing = _most(p.changeovers_day) * _most(p.changeover_min) / 60 / p.hours_day
    if changing > MOST_CHANGEOVER:
        found.append(Reason("variability", {"share": changing, "most": MOST_CHANGEOVER}))
    made, wanted = ways[0].figures["good_pieces_year"], _most(p.good_pieces_year)
    if made.low is not None and made.low < _least(p.good_pieces_year) * (1 - 1e-9):
        found.append(Reason("capacity", {"good_pieces_year": made.low, "wanted": wanted}))
    unanswered = [c for c in costs.negative_case if c.answered is None]
    found += [Reason("negative_case", {}, (c.text, c.source)) for c in unanswered]
    return tuple(found)


def _most(value: float | list[float]) -> float:
    return value[1] if isinstance(value, list) else value


def _least(value: float | list[float]) -> float:
    return value[0] if isinstance(value, list) else value
