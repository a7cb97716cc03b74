"""A task's numbers from what was read: read, derived from it, or taken from the scenario's reference case."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from robotplus.reading.deriving import takt_s
from robotplus.reading.figures import Figure
from robotplus.reading.lexicon import any_of, document
from robotplus.reading.read import Reading
from robotplus.reading.recognising import profiles
from robotplus.scenarios.library import Number, Scenario, get_scenario

USED_ROLES = ("requirement", "workpiece")
_EX_ZONE = re.compile(r"zone[ ]?(\d{1,2})|(\d{1,2})[ ]?区", re.IGNORECASE)
_IP = re.compile(r"ip[ ]?([0-6x][0-9x])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filled:
    """One number of the task: its value in its own unit and where that came from.

    ``origin`` is read, derived or reference; ``source`` is the quote, how it was derived, or the case's source.
    ``refused`` is what was read but lies outside what the scenario takes.
    """

    number: Number
    value: float
    origin: str
    source: str
    refused: float | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """A task to be: the built-in scenario, its numbers, and what must hold besides."""

    scenario: Scenario
    numbers: tuple[Filled, ...]
    requirements: dict[str, Any]

    def to_need(self, need_id: str, title: str) -> dict[str, Any]:
        """The need's document; only what was read or derived is written, the rest are the scenario's defaults."""
        given = {f.number.name: f.value for f in self.numbers if f.origin != "reference"}
        need: dict[str, Any] = {"id": need_id, "title_en": title, "scenario": self.scenario.id}
        if given:
            need["numbers"] = given
        if self.requirements:
            need["requirements"] = self.requirements
        return need


def library_scenario(scenario_id: str) -> Scenario:
    """The built-in scenario of a recognised one."""
    return get_scenario(next(p.library for p in profiles() if p.id == scenario_id))


def fill(reading: Reading) -> Filling | None:
    """The task of a reading; None when no scenario was recognised or nothing can be proven for it yet."""
    if reading.scenario is None:
        return None
    scenario = library_scenario(reading.scenario)
    if not scenario.family:
        return None
    rules = _rules().get(scenario.id, {})
    numbers = tuple(_filled(number, rules.get(number.name), reading) for number in scenario.numbers)
    return Filling(scenario, numbers, _requirements(reading, {n.name for n in scenario.numbers}))


@functools.cache
def _rules() -> dict[str, dict[str, dict[str, Any]]]:
    return {name: table for name, table in document("filling.toml").items() if name != "weights"}


def _filled(number: Number, rule: dict[str, Any] | None, reading: Reading) -> Filled:
    refused = None
    for figure in _candidates(rule, reading) if rule else ():
        value = _value(figure, rule)
        if value is not None and number.whole:
            value = float(round(value))
        if value is None:
            continue
        if number.low <= value <= number.high:
            return Filled(number, float(f"{value:.6g}"), "read", figure.quote)
        refused = value if refused is None else refused
    derived = takt_s(reading.figures) if number.name.startswith("takt") else None
    if derived and number.low <= derived.value <= number.high:
        return Filled(number, float(f"{derived.value:.6g}"), "derived", derived.how)
    return Filled(number, number.default, "reference", number.source, refused)


def _candidates(rule: dict[str, Any], reading: Reading) -> list[Figure]:
    figures = [f for f in reading.figures if f.role in USED_ROLES and f.amount]
    if "field" in rule:
        return [f for f in figures if f.field == rule["field"]]
    if "list" in rule:
        return [
            f
            for f in figures
            if f.name == "workpiece_dims_mm" and len(f.amount) > rule["list"] and f.op != "range"
        ]
    words = re.compile(any_of(rule["words"]))
    alike = [f for f in figures if f.dimension == rule["dimension"] and f.field == "other"]
    named = [f for f in alike if f.name in rule.get("names", ())]
    return named + [f for f in alike if f not in named and words.search(f.said)]


def _value(figure: Figure, rule: dict[str, Any] | None) -> float | None:
    """The figure in the number's unit; the hard end of a range: the heavier part, the shorter takt."""
    times = float((rule or {}).get("times", 1.0))
    if rule and "list" in rule:
        return figure.amount[int(rule["list"])]
    if len(figure.amount) == 2 and figure.op == "range":
        return times * (min(figure.amount) if figure.dimension == "time" else max(figure.amount))
    return times * figure.amount[0] if len(figure.amount) == 1 else None


def _requirements(reading: Reading, numbers: set[str]) -> dict[str, Any]:
    """What must hold besides: IP, explosion zone, temperature, repeatability."""
    out: dict[str, Any] = {}
    for figure in reading.figures:
        if figure.role != "requirement" or "desirable" in figure.flags:
            continue
        if (
            figure.field == "repeatability_mm"
            and "repeatability_mm" not in numbers
            and isinstance(figure.canon, (int, float))
        ):
            out.setdefault("repeatability_mm", float(figure.canon))
        elif figure.field == "ip" and (code := _IP.search(figure.quote)):
            out.setdefault("ip", f"IP{code[1].upper()}")
        elif figure.field == "explosion_proof" and (zone := _EX_ZONE.search(figure.quote)):
            if (number := zone[1] or zone[2]) in ("0", "1", "2", "20", "21", "22"):
                out.setdefault("explosion_zone", f"zone {number}")
        elif figure.field == "temperature_c" and figure.op == "range" and isinstance(figure.canon, tuple):
            out.setdefault("temperature_c", [float(figure.canon[0]), float(figure.canon[1])])
    return out
