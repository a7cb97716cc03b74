"""One way of having the robot at one point of its uncertain inputs: investment, running costs, savings, appraisal.

Money is before tax in the cost file's currency. A range is a list [low, high]; a point picks one value for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robotplus.costing import arithmetic
from robotplus.costing.subsidies import rule_of
from robotplus.costing.tables import LINES, WAYS, CostTable, Price, Way

Values = Mapping[str, float]
Span = tuple[float, float]


@dataclass(frozen=True)
class Figures:
    """What a way comes to. None: never, or no single rate; per m² also where no area is stated.

    ``investment``: after the subsidy. ``running_year``: with supervision. ``saving_year``: against people, who go on
    doing what the robot has no time for. ``tco``: present value of all costs over life. ``month``, ``hour``,
    ``piece``, ``m2``: the equivalent yearly cost, spread. ``utilisation``: share of the planned hours.
    """

    investment: float
    running_year: float
    saving_year: float
    npv: float
    irr: float | None
    payback_years: float | None
    discounted_payback_years: int | None
    tco: float
    month: float
    hour: float
    piece: float
    m2: float | None
    good_pieces_year: float
    hours_year: float
    utilisation: float
    oee: float


def ways(costs: CostTable) -> dict[str, Way]:
    """The ways that the file gives, by name."""
    return {name: way for name in WAYS if (way := getattr(costs, name)) is not None}


def unlike(price: Price, costs: CostTable) -> str | None:
    """Why a price cannot be compared with the others; None when it can."""
    if price.currency != costs.currency:
        return f"{price.line}_currency"
    if price.tax_included and price.tax_rate_percent is None:
        return f"{price.line}_tax_rate"
    if price.basis == "kwh" and costs.production.energy_kwh_piece is None:
        return f"{price.line}_kwh_piece"
    if price.basis == "m2" and costs.production.area_m2_piece is None:
        return f"{price.line}_area_m2_piece"
    return None


def missing(costs: CostTable, name: str) -> tuple[str, ...]:
    """Lines that no comparable price accounts for; ``energy_kwh_piece`` and the like name what a price lacks."""
    prices = ways(costs)[name].price
    found = [reason for p in prices if (reason := unlike(p, costs))]
    stated = {line for p in prices for line in (p.line, *p.covers)}
    return (*found, *(line for line in LINES if line not in stated))


def inputs(costs: CostTable) -> dict[str, Span]:
    """Every number of the file that may be a range, by the place it stands in; equal ends for a plain number."""
    found: dict[str, float | list[float] | None] = {}
    for table in ("production", "human", "finance"):
        for key, value in getattr(costs, table):
            if isinstance(value, (float, int, list)):
                found[f"{table}.{key}"] = value
    for name, way in ways(costs).items():
        found[f"{name}.residual_percent"] = way.residual_percent
        for price in way.price:
            found[f"{name}.{price.line}"] = price.amount
    rule = rule_of(costs)
    if rule is not None and rule[1] == "applies":
        found["subsidy.rate_percent"] = [0.0, rule[0].rate_percent]  # a rule states the most, not a grant
    return {
        key: (float(v[0]), float(v[1])) if isinstance(v, list) else (float(v), float(v))
        for key, v in found.items()
        if v is not None
    }


def evaluate(costs: CostTable, name: str, at: Values, *, more_once: float = 0.0) -> Figures:
    """A way's figures at one point.

    Args:
        at: one value for each of ``inputs``; ``production.cycle_s`` among them.
        more_once: an investment beside the stated prices, before tax.
    """
    p = {key.removeprefix("production."): v for key, v in at.items() if key.startswith("production.")}
    rate, years = at["finance.rate_percent"] / 100, costs.finance.life_years
    down = 1 - p["availability_percent"] / 100
    effect = arithmetic.oee(1 - down, p["performance_percent"] / 100, p["quality_percent"] / 100)
    planned = p["days_year"] * max(0.0, p["hours_day"] - p["changeovers_day"] * p["changeover_min"] / 60)
    hourly = 3600 / p["cycle_s"] * p["pieces_cycle"] * effect
    good = min(p["good_pieces_year"], planned * hourly)
    hours = good / hourly
    volume = {
        "year": 1.0,
        "month": 12.0,
        "hour": hours,
        "piece": good,
        "m2": good * p.get("area_m2_piece", 0.0),
        "kwh": good * p.get("energy_kwh_piece", 0.0),
        "hour_down": planned * down,
    }
    once, running, removal, robot = more_once, 0.0, 0.0, more_once
    for price in ways(costs)[name].price:
        if unlike(price, costs):
            continue
        tax = (price.tax_rate_percent or 0.0) / 100 if price.tax_included else 0.0
        amount = at[f"{name}.{price.line}"] / (1 + tax)
        if price.basis != "once":
            running += amount * volume[price.basis]
        elif price.line == "removal":
            removal += amount
        else:
            once += amount
            robot += amount if price.line == "robot" else 0.0
    investment = once - subsidy(costs, once, at)
    wage = at["human.cost_year"]
    running += at["human.supervision_people"] * wage
    share = good / p["good_pieces_year"]
    saving = at["human.people"] * wage * share - running
    left = robot * at[f"{name}.residual_percent"] / 100 - removal
    flows = [-investment, *[saving] * years]
    flows[-1] += left
    tco = -arithmetic.npv(rate, [-investment, *[-running] * (years - 1), left - running])
    yearly = arithmetic.capital_recovery(rate, years) * tco
    return Figures(
        investment=investment,
        running_year=running,
        saving_year=saving,
        npv=arithmetic.npv(rate, flows),
        irr=arithmetic.irr(flows),
        payback_years=arithmetic.simple_payback(investment, saving),
        discounted_payback_years=arithmetic.discounted_payback(rate, investment, saving, years=years),
        tco=tco,
        month=yearly / 12,
        hour=yearly / hours if hours else 0.0,
        piece=yearly / good if good else 0.0,
        m2=yearly / volume["m2"] if volume["m2"] else None,
        good_pieces_year=good,
        hours_year=hours,
        utilisation=hours / planned if planned else 0.0,
        oee=effect,
    )


def subsidy(costs: CostTable, once: float, at: Values) -> float:
    """What the rule in force pays of an investment before tax."""
    rule = rule_of(costs)
    share = at.get("subsidy.rate_percent", 0.0) / 100
    return min(share * once, rule[0].cap) if rule is not None and share else 0.0


def affordable(costs: CostTable, name: str, at: Values) -> float:
    """The most that may still be invested, before tax, for payback within the wanted years; negative: too much now.

    Net investment max(g(1 - s), g - cap) <= wanted years x saving, solved for the gross g.
    """
    now = evaluate(costs, name, at)
    target = costs.finance.payback_wanted_years * now.saving_year
    rule = rule_of(costs)
    share = at.get("subsidy.rate_percent", 0.0) / 100
    gross_now = now.investment
    gross = target
    if rule is not None and share:
        cap = rule[0].cap
        gross_now = min(now.investment / (1 - share), now.investment + cap)
        gross = min(target / (1 - share), target + cap)
    return gross - gross_now
