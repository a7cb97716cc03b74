"""A cost file worked out: every way with intervals, what is missing, what it may still cost, what matters, a verdict.

Each figure is monotone in each single input wherever flows change their sign once, so its extremes lie at corners
of the box of inputs. Up to 10 ranges all corners are taken; beyond, 2000 points drawn by the file's seed.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from robotplus.costing import arithmetic
from robotplus.costing.subsidies import rule_of
from robotplus.costing.tables import CostTable
from robotplus.costing.verdict import Reason, judge
from robotplus.costing.ways import Figures, Span, Values, affordable, evaluate, inputs, missing, ways
from robotplus.errors import InputError

MOST_CORNERS = 10
SAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """Lowest, middle and highest. None in ``point`` or ``high``: never; in ``low``: never anywhere."""

    low: float | None
    point: float | None
    high: float | None


@dataclass(frozen=True)
class WayResult:
    """One way. ``missing``: lines without a comparable price; then every cost is a lower bound.

    ``affordable``: what the missing may cost at once, before tax, for payback within the wanted years.
    """

    name: str
    figures: dict[str, Interval]
    missing: tuple[str, ...]
    affordable: Interval | None


@dataclass(frozen=True)
class Bar:
    """One input of the tornado: the net present value at both ends of its range, all others at their middle."""

    input: str
    low: float
    high: float
    npv_at_low: float
    npv_at_high: float

    @property
    def swing(self) -> float:
        return abs(self.npv_at_high - self.npv_at_low)


@dataclass(frozen=True)
class Study:
    """The whole result. ``subsidy``: rule id and how it stands. ``break_even_hours``: owning against the hour."""

    costs: CostTable
    ways: tuple[WayResult, ...]
    tornado_of: str
    tornado: tuple[Bar, ...]
    break_even_hours: float | None
    subsidy: tuple[str, str] | None
    verdict: str
    reasons: tuple[Reason, ...]

    def to_document(self) -> dict[str, Any]:
        """The study as JSON; figures are not rounded."""
        return {
            "format": "robotplus.costs/1",
            "costs": self.costs.model_dump(mode="json", exclude_none=True),
            "verdict": self.verdict,
            "reasons": [dataclasses.asdict(r) for r in self.reasons],
            "ways": [dataclasses.asdict(w) for w in self.ways],
            "tornado_of": self.tornado_of,
            "tornado": [{**dataclasses.asdict(b), "swing": b.swing} for b in self.tornado],
            "break_even_hours": self.break_even_hours,
            "subsidy": None
            if self.subsidy is None
            else {"rule": self.subsidy[0], "standing": self.subsidy[1]},
        }


def study(costs: CostTable) -> Study:
    """Work out a cost file.

    Raises:
        InputError: no cycle time, or an unknown subsidy rule.
    """
    if costs.production.cycle_s is None:
        raise InputError(
            "no cycle time",
            "production.cycle_s",
            fix="state it, or take it from an answer (--answer, --robot)",
        )
    box = inputs(costs)
    middle = {key: (low + high) / 2 for key, (low, high) in box.items()}
    places = list(points(box, seed=costs.seed))
    results = tuple(_way(costs, name, middle, places) for name in ways(costs))
    order = sorted(results, key=lambda w: (bool(w.missing), -(w.figures["npv"].point or 0.0)))
    bars = tornado(costs, order[0].name, box, middle)
    rule = rule_of(costs)
    verdict, reasons = judge(costs, results, bars)
    return Study(
        costs=costs,
        ways=results,
        tornado_of=order[0].name,
        tornado=bars,
        break_even_hours=_break_even(costs, middle),
        subsidy=None if rule is None else (rule[0].id, rule[1]),
        verdict=verdict,
        reasons=reasons,
    )


def points(box: dict[str, Span], *, seed: int) -> Iterator[dict[str, float]]:
    """The places of the box at which intervals are taken."""
    fixed = {key: low for key, (low, high) in box.items() if low == high}
    free = [key for key in sorted(box) if key not in fixed]
    if len(free) <= MOST_CORNERS:
        for corner in itertools.product(*(box[key] for key in free)):
            yield {**fixed, **dict(zip(free, corner, strict=True))}
        return
    draw = random.Random(seed)
    for _ in range(SAMPLES):
        yield {**fixed, **{key: draw.uniform(*box[key]) for key in free}}


def tornado(costs: CostTable, name: str, box: dict[str, Span], middle: Values) -> tuple[Bar, ...]:
    """The inputs that move a way's net present value, most first."""
    bars = []
    for key, (low, high) in box.items():
        if low < high:
            ends = [evaluate(costs, name, {**middle, key: value}).npv for value in (low, high)]
            bars.append(Bar(key, low, high, *ends))
    return tuple(sorted((b for b in bars if b.swing > 0), key=lambda b: (-b.swing, b.input)))


def _way(costs: CostTable, name: str, middle: Values, places: Sequence[Values]) -> WayResult:
    here = evaluate(costs, name, middle)
    found = [evaluate(costs, name, at) for at in places]
    figures = {
        f.name: _interval([getattr(x, f.name) for x in found], getattr(here, f.name))
        for f in dataclasses.fields(Figures)
    }
    lacking = missing(costs, name)
    spare = _interval([affordable(costs, name, at) for at in places], affordable(costs, name, middle))
    return WayResult(name, figures, lacking, spare if lacking else None)


def _interval(values: Sequence[float | None], point: float | None) -> Interval:
    known = [v for v in (*values, point) if v is not None]
    never = len(known) <= len(values)
    return Interval(min(known, default=None), point, None if never else max(known))


def _break_even(costs: CostTable, middle: Values) -> float | None:
    given = ways(costs)
    if "buy" not in given or "by_hour" not in given or missing(costs, "buy") or missing(costs, "by_hour"):
        return None
    own, hired = evaluate(costs, "buy", middle), evaluate(costs, "by_hour", middle)
    if not own.hours_year:
        return None
    by_hours = sum(_yearly(costs, "buy", basis, middle) for basis in ("hour", "piece", "m2", "kwh"))
    hired_by_hours = sum(_yearly(costs, "by_hour", basis, middle) for basis in ("hour", "piece", "m2", "kwh"))
    fixed = own.month * 12 - by_hours - (hired.month * 12 - hired_by_hours)
    return arithmetic.break_even_hours(
        max(0.0, fixed),
        hourly_fee=hired_by_hours / hired.hours_year,
        hourly_variable=by_hours / own.hours_year,
    )


def _yearly(costs: CostTable, name: str, basis: str, at: Values) -> float:
    """What the prices of one basis come to in a year."""
    way = ways(costs)[name]
    only = way.model_copy(update={"price": tuple(p for p in way.price if p.basis == basis)})
    none = way.model_copy(update={"price": ()})
    with_, without = (
        evaluate(costs.model_copy(update={name: w}), name, at).running_year for w in (only, none)
    )
    return with_ - without
