"""What the pages of scenarios show: indicators as small ranges, reference cases, texts, drawings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from robotplus.portal.catalogue.models import Model
from robotplus.portal.kinds.kind import Label
from robotplus.portal.web.fields import origin
from robotplus.portal.web.phrases import figure_name, sentence
from robotplus.portal.web.templatetags.ui import plain_number
from robotplus.reporting.drawing import robot_svg
from robotplus.robots.files import read_robot
from robotplus.scenarios.library import Indicator, ReferenceCase, Scenario

ROOM = 1.2  # an indicator's axis ends this much beyond its higher end
UNITS: Final = {
    "pct": "%",
    "s": "s",
    "ms": "ms",
    "min": "min",
    "h": "h",
    "mm": "mm",
    "um": "µm",
    "m": "m",
    "km": "km",
    "m2": "m²",
    "kg": "kg",
    "t": "t",
    "kv": "kV",
    "usd": "USD",
    "rmb": "CNY",
    "rpm": "r/min",
    "deg": "°",
}
DRAWING_PX = 360


@dataclass(frozen=True, slots=True)
class ShownIndicator:
    """An indicator with its span on an axis from 0 to 100."""

    indicator: Indicator
    low: float
    high: float
    best: float
    best_value: float
    origin: Label


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A reference case: its figures as (words, value, unit), and a link where its source is an address."""

    case: ReferenceCase
    figures: tuple[tuple[Label, str, str], ...]
    link: str
    origin: Label


def indicator(one: Indicator) -> ShownIndicator:
    low, high = sorted(one.typical)
    end = max(high * ROOM, 1e-9)
    best = low if one.direction == "lower" else high
    places = [max(0.0, min(100.0, 100 * v / end)) for v in (low, high, best)]
    return ShownIndicator(one, places[0], places[1], places[2], best, origin(one.basis))


def case(one: ReferenceCase) -> ShownCase:
    address = re.search(r"https?://[^\s()]+", one.source)
    shown = tuple(_figure(k, v) for k, v in one.numbers.items())
    return ShownCase(one, shown, address[0] if address else "", origin(one.evidence))


def _figure(key: str, value: Any) -> tuple[Label, str, str]:
    """A case's figure: ``manual_arc_on_pct = 20`` reads "manual arc on", "20", "%"."""
    parts = key.split("_")
    unit = ""
    for mark in ("derived", "memory"):
        if parts[-1] == mark:
            parts = [*parts[:-1], f"({mark})"]
    units = [i for i, p in enumerate(parts) if i and p.lower() in UNITS]
    if units:
        unit = UNITS[parts.pop(units[-1]).lower()]
    return figure_name(key, " ".join(parts)), _said_value(value), unit


def _said_value(value: Any) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, (int, float)):
        return plain_number(value)
    if isinstance(value, (list, tuple)):
        numbers = len(value) == 2 and all(isinstance(v, (int, float)) for v in value)
        return ("–" if numbers and value[0] <= value[1] else " / ").join(_said_value(v) for v in value)
    return str(value)


def texts(scenario: Scenario) -> dict[str, list[Label]]:
    """The lists of sentences that a scenario carries, and what people reach without a robot."""
    lists = {
        "constraints": scenario.constraints,
        "credentials": scenario.credentials,
        "standards": scenario.standards,
        "notes": scenario.notes,
        "human": (scenario.human_baseline,) if scenario.human_baseline else (),
    }
    return {name: [sentence(t) for t in found] for name, found in lists.items()}


def drawing(model: Model) -> str:
    """A model to scale beside a person, as an SVG file."""
    assert model.current is not None  # what was proven has a file
    svg = str(robot_svg(read_robot(model.current.values, model.pk), height_px=DRAWING_PX))
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
