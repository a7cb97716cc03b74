"""Sets targets beside what was measured, period by period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from robotplus.portal.programmes.models import Measurement, Target


@dataclass(frozen=True, slots=True)
class Seen:
    """A measurement and what stands after it: its own value, or the sum so far where periods add up."""

    measurement: Measurement
    reached: float


@dataclass(frozen=True, slots=True)
class Followed:
    """A target with what was measured of its indicator until its due date, by end of period."""

    target: Target
    seen: tuple[Seen, ...]

    @property
    def latest(self) -> Seen | None:
        return self.seen[-1] if self.seen else None

    @property
    def met(self) -> bool | None:
        """Whether what stands last meets it; None: nothing was measured."""
        if self.latest is None:
            return None
        if self.target.sense == Target.Sense.AT_LEAST:
            return self.latest.reached >= self.target.value
        return self.latest.reached <= self.target.value

    @property
    def percent(self) -> float | None:
        """How much of it is reached, at most 100; None where that has no meaning."""
        if self.latest is None or self.target.sense != Target.Sense.AT_LEAST or self.target.value <= 0:
            return None
        return max(0.0, min(100.0, 100.0 * self.latest.reached / self.target.value))


def followed(targets: Iterable[Target], measured: Iterable[Measurement]) -> list[Followed]:
    """Each standing target with its measurements. What is struck out counts in neither.

    A measurement belongs to a target of the same indicator and unit whose due date is not before its period's end.
    """
    by_indicator: dict[tuple[str, str], list[Measurement]] = defaultdict(list)
    for one in sorted(measured, key=lambda m: (m.end, m.start, m.pk)):
        if one.struck_at is None:
            by_indicator[one.indicator, one.unit].append(one)
    return [
        Followed(t, _reached(t, by_indicator[t.indicator, t.unit])) for t in targets if t.struck_at is None
    ]


def _reached(target: Target, measured: Iterable[Measurement]) -> tuple[Seen, ...]:
    seen: list[Seen] = []
    total = 0.0
    for one in measured:
        if one.end <= target.due:
            total += one.value
            seen.append(Seen(one, total if target.adds else one.value))
    return tuple(seen)


def table(found: Iterable[Followed]) -> list[list[str | float | dt.date | None]]:
    """Targets and periods as rows for a spreadsheet, the head first; a target without measurements has one row."""
    rows: list[list[str | float | dt.date | None]] = [
        [
            _("Indicator"),
            _("Unit"),
            _("Sense"),
            _("Target"),
            _("Due"),
            _("From"),
            _("Until"),
            _("Value"),
            _("Reached"),
            _("Source"),
        ]
    ]
    for one in found:
        t = one.target
        head: list[str | float | dt.date | None] = [
            t.indicator,
            t.unit,
            t.get_sense_display(),
            t.value,
            t.due.isoformat(),
        ]
        rows += [
            [
                *head,
                s.measurement.start.isoformat(),
                s.measurement.end.isoformat(),
                s.measurement.value,
                s.reached,
                s.measurement.source,
            ]
            for s in one.seen
        ] or [[*head, None, None, None, None, None]]
    return rows
