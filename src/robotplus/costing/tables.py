"""The cost file's form: quantities end with their unit, a price keeps its currency, basis, tax, scope and date."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from robotplus.scenarios.need import Identifier
from robotplus.scenarios.schema import Flag, Name, Table

Accounted = Literal[
    "robot",
    "tooling",
    "integration",
    "installation",
    "training",
    "maintenance",
    "consumables",
    "energy",
    "floor_space",
]
LINES: tuple[str, ...] = get_args(Accounted)
"""What every way must account for before it is compared: by a price of its own, or in the scope of another."""
Line = Accounted | Literal["downtime", "removal"]
Basis = Literal["once", "year", "month", "hour", "piece", "m2", "kwh", "hour_down"]
WAYS = ("buy", "rent", "by_hour", "by_piece")

_Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1e12)]
_Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=100)]


def _in_order(value: float | list[float]) -> float | list[float]:
    if isinstance(value, list) and value[0] > value[1]:
        raise ValueError("a range is [lowest, highest]")
    return value


def _above_zero(value: float | list[float]) -> float | list[float]:
    if (value[0] if isinstance(value, list) else value) <= 0:
        raise ValueError("must be above 0")
    return value


Amount = Annotated[
    _Number | Annotated[list[_Number], Field(min_length=2, max_length=2)], AfterValidator(_in_order)
]
Percent = Annotated[
    _Share | Annotated[list[_Share], Field(min_length=2, max_length=2)], AfterValidator(_in_order)
]
Positive = Annotated[Amount, AfterValidator(_above_zero)]
Efficiency = Annotated[Percent, AfterValidator(_above_zero)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class Price(Table):
    """One price as it was stated; ``covers`` are the other lines that are in it."""

    line: Line
    amount: Amount
    currency: Currency
    basis: Basis
    tax_included: Flag
    tax_rate_percent: _Share | None = None
    covers: Annotated[tuple[Line, ...], Field(max_length=12)] = ()
    date: datetime.date
    source: Text


class Way(Table):
    """One way of having the robot. ``residual_percent``: of the robot's price, left at the end of life."""

    price: Annotated[tuple[Price, ...], Field(max_length=40)] = ()
    residual_percent: Percent = 0.0

    @model_validator(mode="after")
    def _no_line_twice(self) -> Way:
        lines = [line for p in self.price for line in (p.line, *p.covers)]
        if twice := sorted({line for line in lines if lines.count(line) > 1}):
            raise ValueError(f"{twice[0]} is priced twice")
        return self


class Production(Table):
    """What is made and when. ``cycle_s`` is of the robot and may come from an answer."""

    good_pieces_year: Positive
    cycle_s: Positive | None = None
    pieces_cycle: Positive = 1.0
    hours_day: Annotated[float, Field(strict=True, gt=0, le=24)]
    days_year: Annotated[float, Field(strict=True, gt=0, le=366)]
    changeovers_day: Amount = 0.0
    changeover_min: Amount = 0.0
    availability_percent: Efficiency
    performance_percent: Efficiency
    quality_percent: Efficiency
    energy_kwh_piece: Amount | None = None
    area_m2_piece: Positive | None = None


class Human(Table):
    """The baseline: who does the work today, and who looks after the robot; wages with all that they carry."""

    people: Positive
    cost_year: Positive
    supervision_people: Amount = 0.0
    source: Text


class Finance(Table):
    """How money is judged."""

    rate_percent: Percent
    life_years: Annotated[int, Field(strict=True, ge=1, le=40)]
    payback_wanted_years: Annotated[float, Field(strict=True, gt=0, le=40)] = 2.0


class SubsidyRule(Table):
    """A rule on paper: at most ``rate_percent`` of the investment before tax, at most ``cap``."""

    id: Identifier
    title_en: Name
    title_zh: Name
    region: Name
    rate_percent: Annotated[float, Field(strict=True, gt=0, lt=100)]
    cap: _Number
    currency: Currency
    valid_from: datetime.date
    valid_until: datetime.date | None = None
    eligibility: Text
    source: Text


class NegativeCase(Table):
    """Where such automation failed or disappointed, and what makes this case another, if anything does."""

    text: Text
    source: Text
    answered: Text | None = None


class CostTable(Table):
    """A cost file in full."""

    id: Identifier
    title_en: Name
    title_zh: Name
    currency: Currency
    date: datetime.date
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 0
    production: Production
    human: Human
    finance: Finance
    buy: Way | None = None
    rent: Way | None = None
    by_hour: Way | None = None
    by_piece: Way | None = None
    subsidy_rule: Identifier | None = None
    subsidy: SubsidyRule | None = None
    negative_case: Annotated[tuple[NegativeCase, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _has_a_way(self) -> CostTable:
        if all(getattr(self, name) is None for name in WAYS):
            raise ValueError(f"give at least one of {', '.join(WAYS)}")
        if self.subsidy is not None and self.subsidy_rule is not None:
            raise ValueError("subsidy and subsidy_rule exclude each other")
        return self
