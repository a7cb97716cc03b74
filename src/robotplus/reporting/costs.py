"""A costing in the terminal: verdict, ways beside each other, reasons, what moves the result."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from robotplus.costing.study import Interval, Study
from robotplus.costing.verdict import Reason
from robotplus.reporting.figures import DASH
from robotplus.reporting.strings import Language
from robotplus.reporting.terminal import Words

WORDS: dict[str, tuple[str, str]] = {
    "automate": ("建议自动化", "Automate"),
    "automate_if": ("满足条件时自动化", "Automate if"),
    "not_yet": ("暂不自动化", "Do not automate yet"),
    "buy": ("购买", "buy"),
    "rent": ("短租", "rent"),
    "by_hour": ("按小时共享", "by the hour"),
    "by_piece": ("按件服务", "per piece"),
    "missing": ("缺少", "missing"),
    "moves": ("对净现值影响最大", "what moves the net present value most"),
    "break_even": ("自购优于按小时共享的年小时数", "hours a year above which owning beats the hour"),
    "subsidy": ("补贴规则", "subsidy rule"),
    "at_least": ("至少", "at least "),
}
ROWS: dict[str, tuple[str, str]] = {
    "investment": ("初始投资", "investment"),
    "saving_year": ("年节省", "saving a year"),
    "payback_years": ("静态回收期 年", "payback, years"),
    "discounted_payback_years": ("动态回收期 年", "discounted payback, years"),
    "npv": ("净现值", "net present value"),
    "irr": ("内部收益率", "internal rate of return"),
    "tco": ("总拥有成本", "total cost of ownership"),
    "month": ("每月", "a month"),
    "hour": ("每运行小时", "an hour run"),
    "piece": ("每件合格品", "a good part"),
    "m2": ("每平方米", "a m²"),
}
COSTS = ("investment", "tco", "month", "hour", "piece", "m2")


def number(value: float | None, digits: int = 0) -> str:
    """The figure to so many decimals, thousands apart; a dash for never."""
    return DASH if value is None else f"{value:,.{digits}f}"


def span(name: str, interval: Interval) -> str:
    """An interval as it is printed: money whole, per part to 3 decimals, years to 1, a rate in percent to 1."""
    values = (interval.low, interval.point, interval.high)
    if all(v is None for v in values):
        return DASH
    if name == "irr":
        low, _, high = (DASH if v is None else f"{100 * v:.1f} %" for v in values)
    else:
        digits = {"piece": 3, "m2": 3, "hour": 2, "payback_years": 1}.get(name, 0)
        low, _, high = (number(v, digits) for v in values)
    return low if low == high else f"{low} … {high}"


def sentence(reason: Reason, words: Words, currency: str) -> str:
    """A reason in words."""
    f, w = reason.figures, [words.pick(*WORDS[x]) if x in WORDS else x for x in reason.words]
    g = {key: number(value, 1 if "years" in key else 0) for key, value in f.items()}
    if (f.get("surely_below") or 0.0) < 0:
        g["surely_below"] = "0"  # no price is surely low enough
    match reason.code:
        case "pays_back" | "may_pay_back" | "no_payback":
            zh = (
                f"{w[0]}:回收期 {g['years_low']} 至 {g['years_high']} 年,期望 {g['wanted_years']} 年;"
                f"净现值 {g['npv_low']} 至 {g['npv_high']} {currency}"
            )
            en = (
                f"{w[0]}: pays back in {g['years_low']} to {g['years_high']} years, wanted {g['wanted_years']}; "
                f"net present value {g['npv_low']} to {g['npv_high']} {currency}"
            )
        case "price_below":
            lines = ", ".join(w[1:])
            zh = (
                f"{w[0]}:{lines} 的未税投资合计低于 {g['surely_below']} {currency} 时,{g['wanted_years']} 年内"
                f"必能回收;高于 {g['never_above']} 则不能。请补充其价格(未知的年度费用按零计)"
            )
            en = (
                f"{w[0]}: pays back within {g['wanted_years']} years if {lines} together cost less than "
                f"{g['surely_below']} {currency} before tax, never above {g['never_above']}; what recurs every year "
                f"and is not known counts as nothing. Which prices are they?"
            )
        case "decides_most":
            zh, en = f"最能左右结果的是 {w[0]}", f"what decides most is {w[0]}"
        case "volume":
            zh = f"产量不足:最多占用计划工时的 {100 * (f['utilisation'] or 0):.0f} %"
            en = f"volume: at most {100 * (f['utilisation'] or 0):.0f} % of the planned hours are used"
        case "variability":
            zh = f"换型多:占每天工时的 {100 * (f['share'] or 0):.0f} %"
            en = f"variability: changeovers take {100 * (f['share'] or 0):.0f} % of the day"
        case "capacity":
            zh = f"产能不足:每年可能只有 {g['good_pieces_year']} 件合格品,需要 {g['wanted']}"
            en = f"capacity: perhaps only {g['good_pieces_year']} good parts a year of {g['wanted']}"
        case _:
            zh = f"反例尚未回应:{w[0]}({w[1]})"
            en = f"a negative case is not answered yet: {w[0]} ({w[1]})"
    return words.pick(zh, en)


def print_study(result: Study, console: Console, *, language: Language = "en") -> None:
    """The whole result for a person."""
    words = Words(language)
    costs = result.costs
    console.print(Text(words.pick(costs.title_zh, costs.title_en), style="bold"))
    console.print(Text(words.pick(*WORDS[result.verdict]), style="bold"))
    for reason in result.reasons:
        console.print(f"- {sentence(reason, words, costs.currency)}", soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    table.add_column(costs.currency)
    for way in result.ways:
        table.add_column(words.pick(*WORDS[way.name]), justify="right")
    for name, label in ROWS.items():
        cells = []
        for way in result.ways:
            shown = span(name, way.figures[name])
            if way.missing and shown != DASH:
                shown = words.pick(*WORDS["at_least"]) + shown.split(" … ")[0] if name in COSTS else DASH
            cells.append(shown)
        table.add_row(words.pick(*label), *cells)
    console.print(table)
    for way in result.ways:
        if way.missing:
            console.print(
                f"{words.pick(*WORDS[way.name])}: {words.pick(*WORDS['missing'])} {', '.join(way.missing)}"
            )
    if result.tornado:
        console.print(f"{words.pick(*WORDS['moves'])} ({words.pick(*WORDS[result.tornado_of])}):")
        for bar in result.tornado[:6]:
            ends = f"{number(bar.npv_at_low)} / {number(bar.npv_at_high)}"
            console.print(f"  {bar.input} {bar.low:g} … {bar.high:g}: {ends}", soft_wrap=True)
    if result.break_even_hours is not None:
        console.print(f"{words.pick(*WORDS['break_even'])}: {number(result.break_even_hours)}")
    if result.subsidy is not None:
        console.print(f"{words.pick(*WORDS['subsidy'])}: {result.subsidy[0]}, {result.subsidy[1]}")
