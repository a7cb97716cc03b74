"""A takt that is not written but follows: from pieces an hour, or from a year's output and its working time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from robotplus.reading.figures import Figure

SHIFT_H = 8.0  # where the hours of a shift are not written
_HOUR_S = 3600.0
_USED = ("requirement", "workpiece", "context")


@dataclass(frozen=True, slots=True)
class Derived:
    """A value [s] and how it was derived, as one line."""

    value: float
    how: str


def takt_s(figures: Iterable[Figure]) -> Derived | None:
    """The takt that the figures state in another shape; None when they do not.

    An hourly rate: ``takt = 3600 s / rate``. A year's output: ``takt = days x shifts x hours x 3600 s x share of
    time in use / pieces``, with eight hours a shift and full use where neither is written, and never without the days.
    """
    used = [f for f in figures if f.role in _USED and len(f.amount) == 1]
    for figure in used:
        hourly = figure.dimension == "rate" and figure.field == "throughput_per_h"
        if hourly and not _by_mass(figure) and figure.amount[0] > 0:
            return Derived(_HOUR_S / figure.amount[0], f"3600 s / ({figure.quote})")
    yearly = next((f for f in used if f.dimension == "rate per year"), None)
    days = next(
        (
            f
            for f in used
            if f.dimension == "days" and f.unit in ("天", "days", "工作日") and 100 <= f.value_number <= 366
        ),
        None,
    )
    if yearly is None or days is None or yearly.amount[0] <= 0:
        return None
    pieces = yearly.amount[0]
    shifts = _shifts(used)
    hours = next((f for f in used if f.field == "runtime_h" and "班" in f.said), None)
    share = next(
        (
            f
            for f in used
            if f.dimension == "ratio" and any(w in f.said for w in ("开动", "利用", "稼动", "oee", "utili"))
        ),
        None,
    )
    hour = hours.amount[0] / _HOUR_S if hours else SHIFT_H
    part = share.amount[0] / 100 if share else 1.0
    value = days.value_number * shifts * hour * _HOUR_S * part / pieces
    how = f"{days.quote} x {shifts:g} shifts x {hour:g} h x {part:g} / ({yearly.quote})"
    return Derived(value, how if hours else f"{how}, eight hours a shift assumed")


def _by_mass(figure: Figure) -> bool:
    """Tonnes an hour are no pieces."""
    unit = (figure.unit or "").lower()
    return any(mass in unit for mass in ("吨", "斤", "千克", "kg", "t/", "亩", "m2", "㎡", "平", "ha"))


def _shifts(figures: list[Figure]) -> float:
    for figure in figures:
        if figure.unit and figure.unit.startswith(("班", "shift")) and figure.value_number <= 4:
            return figure.value_number
    return 1.0
