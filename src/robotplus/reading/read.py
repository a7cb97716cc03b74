"""``read(text)``: the figures of a text, each linked to its place in it, and the scenario it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from robotplus.reading.figures import Figure, figure_of, figure_of_symbol
from robotplus.reading.folding import fold
from robotplus.reading.quantities import quantities
from robotplus.reading.recognising import recognise
from robotplus.reading.surroundings import Page
from robotplus.reading.symbols import symbols


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the scenario (an id of ``data/scenarios.toml``, or None), the next likely one, the figures."""

    text: str
    scenario: str | None
    runner_up: str | None
    figures: tuple[Figure, ...]

    def to_document(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "runner_up": self.runner_up,
            "figures": [figure.to_document() for figure in self.figures],
        }


def read(text: str) -> Reading:
    """Read a text in Chinese or English. Deterministic and offline."""
    folded = fold(text)
    names = symbols(text, folded)
    amounts = quantities(text, folded, taken=[(s.start, s.end) for s in names])
    spans = sorted([(s.start, s.end) for s in names] + [(q.start, q.end) for q in amounts])
    page = Page(folded, spans)
    found = [figure_of_symbol(s, page.around(s.start, s.end), text) for s in names]
    found += [f for q in amounts if (f := figure_of(q, page.around(q.start, q.end), text))]
    scenario, runner_up = recognise(folded)
    return Reading(text, scenario, runner_up, tuple(sorted(found, key=lambda figure: figure.start)))
