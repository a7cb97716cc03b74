"""A measurement in a terminal: figures with intervals, thresholds, the basis, and what it never shows."""

from __future__ import annotations

from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from robotplus.testing.intervals import Interval
from robotplus.testing.measurement import BASIS, NEVER_SHOWN, STANDING, Measurement, Metric

COLOURS = {"met": "green", "not_shown": "yellow", "missed": "red"}
INVENTED = (
    "an invented set for trying the arithmetic: it is about no robot and says nothing about any",
    "虚构数据，仅供试算：与任何机器人无关，不说明任何产品的性能",
)
MISSING = ("cases without a record, counted as failed: {}", "没有记录、按失败计的样本：{}")
NEVER = ("It never shows:", "它从不证明：")
HEADS = (("figure", "指标"), ("value", "数值"), ("95 % interval", "95% 区间"), ("from", "样本数"))
THRESHOLD_HEADS = (("threshold", "阈值"), ("interval", "区间"), ("standing", "结论"))
UNBOUNDED = ("no bound", "无上界")


def print_measurement(
    measured: Measurement, console: Console, *, language: Literal["en", "zh"] = "en"
) -> None:
    """Everything a reader needs before believing a figure, in one of the two languages."""
    at = 1 if language == "zh" else 0
    if measured.invented:
        console.print(Text(INVENTED[at], style="bold yellow"))
    table = _table(HEADS, at)
    for metric in measured.metrics:
        name = (
            f"{metric.name}  ({metric.labels[at]})" if at or metric.labels[0] != metric.name else metric.name
        )
        count = f"{metric.cases[0]}" if at else f"{metric.cases[0]} {metric.cases[1]}"
        table.add_row(name, _value(metric, at), _span(metric.interval(0.95), at), count)
    console.print(table)
    if measured.missing:
        console.print(MISSING[at].format(measured.missing))
    if measured.judged:
        table = _table(THRESHOLD_HEADS, at)
        for judged in measured.judged:
            told = Text(STANDING[judged.standing][at], style=COLOURS[judged.standing])
            table.add_row(str(judged.threshold), _span((judged.low, judged.high), at), told)
        console.print(table)
    console.print(BASIS[at], soft_wrap=True)
    console.print(NEVER[at])
    for sentence in NEVER_SHOWN:
        console.print(f"  - {sentence[at]}", soft_wrap=True)


def _table(heads: tuple[tuple[str, str], ...], at: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in heads:
        table.add_column(head[at], overflow="fold")
    return table


def _value(metric: Metric, at: int) -> str:
    found = UNBOUNDED[at] if metric.estimate is None else f"{metric.estimate:.4g}"
    return f"{found} {metric.unit}".rstrip()


def _span(ends: Interval, at: int) -> str:
    """Rounded outwards, so that no reader takes an end for better than it is."""
    low, high = ends
    return f"{_rounded(low, -1)} – {UNBOUNDED[at] if high is None else _rounded(high, 1)}"


def _rounded(value: float, towards: int) -> str:
    text = f"{value:.4g}"
    if (float(text) - value) * towards >= 0.0:
        return text
    step = 10.0 ** (int(f"{value:.3e}".split("e")[1]) - 3)
    return f"{float(text) + towards * step:.4g}"
