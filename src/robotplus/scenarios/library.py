"""The built-in scenarios of the plan's five fields: one data file each, with its figures and their sources.

Some can be proven: a task family and a layout build a need from the *numbers* that a plant engineer knows. The
others have no family yet; their files hold the same facts, and in place of numbers the *questions* that a
method will read once it is there.
"""

from __future__ import annotations

import difflib
import functools
import math
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from robotplus.errors import NeedError
from robotplus.scenarios.need import unknown_key

FIELDS = ("manufacturing", "agriculture", "construction", "public_service", "special")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a scenario; its name is the key in the need file and ends with its unit."""

    name: str
    label_en: str
    label_zh: str
    unit: str
    default: float
    low: float
    high: float
    source: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a user of a scenario without a task family knows of the job; the name ends with the unit.

    ``default`` is a figure of a reference case that ``source`` names; None where no case gives one.
    """

    name: str
    label_en: str
    label_zh: str
    unit: str
    low: float
    high: float
    source: str
    default: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """A KPI with its typical span over the few cases found (not a population range) and the basis of that."""

    name_en: str
    name_zh: str
    unit: str
    direction: str
    typical: tuple[float, float]
    source: str
    basis: str


@dataclass(frozen=True, slots=True)
class ReferenceCase:
    """A published case: where, what it reported, and how the figures were seen."""

    title: str
    where: str
    source: str
    evidence: str
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A scenario of the action plan by its five fields: case, need, technology, indicators, constraints.

    ``plan_name`` is the plan's own word. ``family`` and ``layout`` are empty while nothing can be proven; then
    there are ``questions``, else ``numbers``. ``chinese`` says sentences in Chinese, by the English.
    """

    id: str
    plan_name: str
    name_en: str
    name_zh: str
    field: str
    family: str
    layout: str
    about_en: str
    about_zh: str
    numbers: tuple[Number, ...]
    questions: tuple[Question, ...]
    indicators: tuple[Indicator, ...]
    constraints: tuple[str, ...]
    credentials: tuple[str, ...]
    standards: tuple[str, ...]
    cases: tuple[ReferenceCase, ...]
    human_baseline: str
    human_baseline_source: str
    notes: tuple[str, ...]
    chinese: dict[str, str]

    def values(self, given: dict[str, float], where: str) -> dict[str, float]:
        """Every number of the scenario: the given ones over the defaults.

        Raises:
            NeedError: an unknown number, or one outside its range.
        """
        known = {n.name: n for n in self.numbers}
        for key, value in given.items():
            at = f"{where}: numbers.{key}"
            if key not in known:
                raise unknown_key(key, list(known), at)
            n = known[key]
            allowed = f"{n.low:g} <= {key} <= {n.high:g} {n.unit}".rstrip()
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise NeedError("not a number", at, value=value, allowed=allowed)
            if not n.low <= value <= n.high:
                raise NeedError("out of range", at, value=value, allowed=allowed, fix=_meant(n, value))
            if n.whole and value != int(value):
                raise NeedError("must be a whole number", at, value=value, allowed=allowed)
        return {n.name: float(given.get(n.name, n.default)) for n in self.numbers}


def _meant(number: Number, value: float) -> str | None:
    """The same figure in the number's unit, when that is what was meant: 0.8 for 800 mm, 3500 for 3.5 kg."""
    for factor in (1000.0, 0.001):
        if number.unit and number.low <= value * factor <= number.high:
            return f"did you mean {value * factor:g} {number.unit}?"
    return None


@functools.cache
def scenarios() -> tuple[Scenario, ...]:
    """Every built-in scenario, by field and id."""
    out = []
    for field in FIELDS:
        folder = resources.files("robotplus.scenarios") / "data" / field
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".toml"):
                out.append(_read(tomllib.loads(entry.read_text(encoding="utf-8"))))
    return tuple(out)


def get_scenario(scenario_id: str, where: str = "scenario") -> Scenario:
    """The scenario of that id.

    Raises:
        NeedError: no such scenario; those that can be proven are named.
    """
    known = {s.id: s for s in scenarios()}
    if scenario_id in known:
        return known[scenario_id]
    near = difflib.get_close_matches(scenario_id, list(known), 1, 0.6)
    fix = f"did you mean {near[0]!r}?" if near else "robotplus scenarios lists them all"
    provable = ", ".join(s.id for s in scenarios() if s.family)
    raise NeedError("unknown scenario", where, value=scenario_id, allowed=f"{provable} …", fix=fix)


def _read(doc: dict[str, Any]) -> Scenario:
    rest: dict[str, Any] = dict(doc)
    numbers = tuple(Number(**_span(n)) for n in rest.pop("number", ()))
    questions = tuple(Question(**_span(q)) for q in rest.pop("question", ()))
    indicators = tuple(Indicator(**{**k, "typical": tuple(k["typical"])}) for k in rest.pop("kpi", ()))
    baseline = rest.pop("human_baseline")
    chinese: dict[str, str] = {}
    cases = tuple(_case(c, chinese) for c in rest.pop("case", ()))
    lists: dict[str, Any] = {
        k: tuple(_english(text, chinese) for text in rest.pop(k, ()))
        for k in ("constraints", "credentials", "standards", "notes")
    }
    return Scenario(
        **rest,
        **lists,
        numbers=numbers,
        questions=questions,
        indicators=indicators,
        cases=cases,
        human_baseline=_english(baseline["value"], chinese),
        human_baseline_source=baseline["source"],
        chinese=chinese,
    )


def _span(table: dict[str, Any]) -> dict[str, Any]:
    """A number's table with its range as two keys."""
    return {k: v for k, v in table.items() if k != "range"} | dict(
        zip(("low", "high"), table["range"], strict=True)
    )


def _case(table: dict[str, Any], chinese: dict[str, str]) -> ReferenceCase:
    numbers = {k: _english(v, chinese) if isinstance(v, dict) else v for k, v in table["numbers"].items()}
    return ReferenceCase(**{**table, "where": _english(table["where"], chinese), "numbers": numbers})


def _english(text: str | dict[str, str], chinese: dict[str, str]) -> str:
    """The English of a sentence; its Chinese, where the file gives it beside (``{ en, zh }``), is kept."""
    if isinstance(text, str):
        return text
    chinese[text["en"]] = text["zh"]
    return text["en"]
