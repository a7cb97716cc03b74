"""What is missing, asked back in the order in which it could change the answer.

The order is a first reckoning without proving anything: how much the number decides (a load or a takt refuses robots, a
table height seldom does) times the width of its plausible range. It does not vary the number and see verdicts flip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from robotplus.reading.filling import Filling, fill, library_scenario
from robotplus.reading.lexicon import document
from robotplus.reading.read import Reading
from robotplus.scenarios.library import Number, Question


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: the number that is missing, its range and what is assumed meanwhile (None: nothing)."""

    name: str
    label_en: str
    label_zh: str
    unit: str
    low: float
    high: float
    assumed: float | None
    reason: str

    def to_document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label_en": self.label_en,
            "label_zh": self.label_zh,
            "unit": self.unit,
            "range": [self.low, self.high],
            "assumed": self.assumed,
            "reason": self.reason,
        }


def asks(reading: Reading, filling: Filling | None = None) -> tuple[Ask, ...]:
    """What to ask, the most telling first; empty when no scenario was recognised.

    Args:
        reading: what was read.
        filling: its task, when it is at hand already.
    """
    if reading.scenario is None:
        return ()
    filling = filling or fill(reading)
    if filling is None:
        missing: list[tuple[Number | Question, float | None]] = [
            (question, None) for question in library_scenario(reading.scenario).questions
        ]
        missing = [
            (q, q.default) for q, _ in missing if isinstance(q, Question) and not _answered(q, reading)
        ]
    else:
        missing = [(f.number, f.number.default) for f in filling.numbers if f.origin == "reference"]
    ordered = sorted(missing, key=lambda each: -_telling(each[0]))
    return tuple(
        Ask(
            n.name,
            n.label_en,
            n.label_zh,
            n.unit,
            n.low,
            n.high,
            assumed,
            f"decides {_weight(n.name):g} of 3",
        )
        for n, assumed in ordered
    )


def _weight(name: str) -> float:
    weights: dict[str, float] = document("filling.toml")["weights"]
    return max((weight for part, weight in weights.items() if part in name), default=1.0)


def _telling(number: Number | Question) -> float:
    """Weight x ln(highest / lowest): a number that may be a hundredfold leaves more open than one that may double."""
    low = number.low if number.low > 0 else number.high / 100 or 1.0
    return _weight(number.name) * math.log(max(number.high / low, 1.001))


def _answered(question: Question, reading: Reading) -> bool:
    """Whether a figure of the question's unit stands beside words of its label."""
    label = [part for part in (question.label_zh[-2:], question.label_en.split(" ")[-1].lower()) if part]
    return any(f.amount and any(part in f.said for part in label) for f in reading.figures)
