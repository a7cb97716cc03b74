"""What the pages of scenarios show: indicators as small ranges, reference cases, texts, drawings."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
UNITS: Final = {  # as the keys of cases write them, without capitals
    **{u: u for u in ("s", "ms", "min", "h", "mm", "cm", "m", "km", "kg", "g", "t", "ha", "bar")},
    **{
        "pct": "%",
        "um": "µm",
        "m2": "m²",
        "m3": "m³",
        "cm2": "cm²",
        "inch": "in",
        "l": "L",
        "x": "×",
        "deg": "°",
    },
    **{"kv": "kV", "w": "W", "kwh": "kWh", "j": "J", "mj": "mJ", "c": "°C", "rpm": "r/min"},
    **{"usd": "USD", "rmb": "CNY"},
}
RATES: Final = frozenset(  # two units that stand for one divided by the other
    tuple(pair.split("/"))
    for pair in ("kg/min", "m/min", "m/s", "mm/s", "km/h", "m2/h", "kg/ha", "l/s", "j/m2", "mj/cm2")
)
DRAWING_PX = 360


@dataclass(frozen=True, slots=True)
class ShownIndicator:
    """An indicator with its span on an axis of 0 to 100 that holds zero; a change may be negative."""

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
    where: Label
    figures: tuple[tuple[Label, Label, str], ...]
    link: str
    origin: Label


def indicator(one: Indicator) -> ShownIndicator:
    low, high = sorted(one.typical)
    start, end = min(low * ROOM, 0.0), max(high * ROOM, 0.0)
    best = low if one.direction == "lower" else high
    places = [100 * (v - start) / max(end - start, 1e-9) for v in (low, high, best)]
    return ShownIndicator(one, places[0], places[1], places[2], best, origin(one.basis))


def case(one: ReferenceCase, chinese: Mapping[str, str]) -> ShownCase:
    """A reference case as its page shows it; ``chinese`` is the scenario's own, by the English."""
    address = re.search(r"https?://[^\s()]+", one.source)
    shown = tuple(_figure(k, v, chinese) for k, v in one.numbers.items())
    where = Label(chinese.get(one.where, one.where), one.where)
    return ShownCase(one, where, shown, address[0] if address else "", origin(one.evidence))


def _figure(key: str, value: Any, chinese: Mapping[str, str]) -> tuple[Label, Label, str]:
    """A case's figure: ``manual_arc_on_pct = 20`` reads "manual arc on", "20", "%"."""
    parts = [f"({p})" if p in ("derived", "memory") else p for p in key.split("_")]
    start, end = _unit_of(key.lower().split("_"))
    unit = "/".join(UNITS[u.lower()] for u in parts[start:end] if u != "per")
    name = figure_name(key, " ".join(parts[:start] + parts[end:]))
    if unit:  # the Chinese name need not say it again
        name = Label(re.sub(r" ?\[[^\]]*\]$", "", name.zh), name.en)
    text = _said_value(value)
    return name, Label(chinese.get(text, text), text), unit


def _unit_of(words: list[str]) -> tuple[int, int]:
    """Where the unit stands among the words of a key; an empty span where there is none.

    A ``min`` behind another unit is "at least", unless the two make a rate.
    """
    for i in range(len(words) - 1, 0, -1):
        before = words[i - 1]
        if words[i] not in UNITS:
            continue
        if (before, words[i]) in RATES:
            return i - 1, i + 1
        if before == "per":
            if i > 2 and words[i - 2] in UNITS:
                return i - 2, i + 1
            continue  # things per hour: the name says it
        if words[i] != "min" or before not in UNITS:
            return i, i + 1
    return len(words), len(words)


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
    own = scenario.chinese
    return {
        name: [Label(own[t], t) if t in own else sentence(t) for t in found] for name, found in lists.items()
    }


def drawing(model: Model) -> str:
    """A model to scale beside a person, as an SVG file."""
    assert model.current is not None  # what was proven has a file
    svg = str(robot_svg(read_robot(model.current.values, model.pk), height_px=DRAWING_PX))
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
