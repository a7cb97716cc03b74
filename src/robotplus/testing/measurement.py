"""What a measurement from a supplier's records says: metrics with intervals, and thresholds met, missed or not shown.

The basis is always *declared*: the arithmetic is done here, but the supplier holds the records. Nothing in here is
ever called proven.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from robotplus.errors import InputError
from robotplus.robots.model import Array
from robotplus.testing.intervals import Interval, clopper_pearson, quantile, quantile_interval, wilson
from robotplus.testing.resampling import Pooled, PooledQuantile

FORMAT = "robotplus.measurement/1"
CONFIDENCE = 0.95
STANDING: dict[str, tuple[str, str]] = {
    "met": ("met", "达到"),
    "not_shown": ("not shown", "未能证实"),
    "missed": ("missed", "未达到"),
}
BASIS = (
    "basis: declared. Recomputed from records that the supplier holds; nobody else has verified them.",
    "依据：自我声明。由供应商自存的记录重新计算，未经他人核实。",
)
NEVER_SHOWN: tuple[tuple[str, str], ...] = (
    ("that the records are genuine, complete and untouched", "记录真实、完整、未经改动"),
    (
        "that the test set is like the place of use, or was unknown to the maker before",
        "测试集与使用现场相符，且厂商事先未见过",
    ),
    (
        "that the cases are independent of each other: every interval supposes it",
        "各样本相互独立（各区间均以此为前提）",
    ),
    ("that the product sold is the one that was recorded", "所售产品即被记录的产品"),
)

_THRESHOLD = re.compile(r"\s*(.+?)\s*(>=|<=)\s*([^@\s]+)\s*(?:@\s*(\S+?)\s*)?")


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """One figure of a measurement.

    Attributes:
        name: as thresholds call it.
        labels: English, Chinese.
        unit: "" for shares and rates.
        estimate: None when it has no bound, as half of the readings are missing.
        cases: what the figure counts, such as images, and how many.
        method: how the interval comes about.
        interval: at a two-sided confidence in (0, 1).
        wilson: at 95 %, for shares only; it never decides.
    """

    name: str
    labels: tuple[str, str]
    unit: str
    estimate: float | None
    cases: tuple[int, str]
    method: Literal["clopper_pearson", "order_statistics", "resampling"]
    interval: Callable[[float], Interval]
    wilson: tuple[float, float] | None = None

    def to_document(self) -> dict[str, Any]:
        low, high = self.interval(CONFIDENCE)
        out: dict[str, Any] = {
            "name": self.name,
            "label_en": self.labels[0],
            "label_zh": self.labels[1],
            "unit": self.unit,
            "estimate": self.estimate,
            "interval_95": [low, high],
            "method": self.method,
            "count": self.cases[0],
            "counted": self.cases[1],
        }
        return out if self.wilson is None else {**out, "wilson_95": list(self.wilson)}


def share(name: str, labels: tuple[str, str], successes: int, trials: int, *, counted: str) -> Metric:
    """A share of independent cases, with the exact interval."""
    return Metric(
        name,
        labels,
        "",
        successes / trials,
        (trials, counted),
        "clopper_pearson",
        lambda confidence: clopper_pearson(successes, trials, confidence),
        wilson(successes, trials, CONFIDENCE),
    )


def percentile(
    name: str, labels: tuple[str, str], ordered: Array, at: float, *, unit: str, counted: str
) -> Metric:
    """A quantile of independent values, sorted (n,); infinite ones are missing readings."""
    found = quantile(ordered, at)
    return Metric(
        name,
        labels,
        unit,
        found if math.isfinite(found) else None,
        (len(ordered), counted),
        "order_statistics",
        lambda confidence: quantile_interval(ordered, at, confidence),
    )


def pooled(
    name: str, labels: tuple[str, str], figure: Pooled | PooledQuantile, *, counted: str, unit: str = ""
) -> Metric:
    """A figure pooled over units, with the resampled interval."""
    units = figure.units if isinstance(figure, Pooled) else figure.groups
    return Metric(name, labels, unit, figure.estimate, (units, counted), "resampling", figure.interval)


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a metric must reach, with which two-sided confidence."""

    metric: str
    relation: Literal[">=", "<="]
    value: float
    confidence: float = CONFIDENCE

    def __str__(self) -> str:
        return f"{self.metric} {self.relation} {self.value:g} @ {100.0 * self.confidence:g} %"


def threshold(text: str) -> Threshold:
    """Read ``sensitivity>=0.9@95``: metric, relation, value, confidence in percent (95 when it is left out).

    Raises:
        InputError: it has another form, or a number is out of its range.
    """
    found = _THRESHOLD.fullmatch(text)
    if found is None:
        raise InputError("not understood", "--threshold", value=text, allowed="such as sensitivity>=0.9@95")
    value, confidence = _number(found[3], text), _number(found[4] or "95", text)
    if not 50.0 <= confidence <= 99.0:
        raise InputError(
            "confidence out of range", "--threshold", value=text, allowed="50 <= confidence <= 99"
        )
    return Threshold(found[1], ">=" if found[2] == ">=" else "<=", value, confidence / 100.0)


def _number(text: str, whole: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("not a finite number", "--threshold", value=whole)
    return value


@dataclass(frozen=True, slots=True)
class Judged:
    """A threshold with the interval at its confidence, and how it stands."""

    threshold: Threshold
    low: float
    high: float | None
    standing: Literal["met", "not_shown", "missed"]


def judge(wanted: Threshold, metrics: Sequence[Metric]) -> Judged:
    """Met only when the whole interval meets it, missed only when none of it does.

    Raises:
        InputError: nothing of that name was measured.
    """
    metric = next((m for m in metrics if m.name == wanted.metric), None)
    if metric is None:
        names = ", ".join(m.name for m in metrics[:20])
        raise InputError("this was not measured", "--threshold", value=wanted.metric, allowed=names)
    low, high = metric.interval(wanted.confidence)
    if wanted.relation == ">=":
        met, missed = low >= wanted.value, high is not None and high < wanted.value
    else:
        met, missed = high is not None and high <= wanted.value, low > wanted.value
    return Judged(wanted, low, high, "met" if met else "missed" if missed else "not_shown")


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """The metrics of one kind, the thresholds judged, and what was read.

    Attributes:
        digests: SHA-256 of the truth's and of the records' bytes.
        missing: cases of the truth for which there is no record; they count against the supplier.
        invented: the built-in set for trying the arithmetic was read, which is about no robot.
    """

    kind: str
    metrics: tuple[Metric, ...]
    judged: tuple[Judged, ...]
    digests: tuple[str, str]
    missing: int
    invented: bool

    @property
    def all_met(self) -> bool:
        return all(j.standing == "met" for j in self.judged)

    def to_document(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "kind": self.kind,
            "basis": "declared",
            "invented": self.invented,
            "truth_sha256": self.digests[0],
            "records_sha256": self.digests[1],
            "missing": self.missing,
            "metrics": [m.to_document() for m in self.metrics],
            "thresholds": [
                {
                    "metric": j.threshold.metric,
                    "relation": j.threshold.relation,
                    "value": j.threshold.value,
                    "confidence": j.threshold.confidence,
                    "interval": [j.low, j.high],
                    "standing": j.standing,
                }
                for j in self.judged
            ],
            "never_shown": [en for en, _ in NEVER_SHOWN],
        }
