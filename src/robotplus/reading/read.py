"""``read(text)``: the figures of a text, each linked to its place in it, and the scenario it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    figures = sorted(found, key=lambda figure: figure.start)
    scenario, runner_up = recognise(folded)
    return Reading(text, scenario, runner_up, tuple(_siblings(figures, folded)))


_SIBLING = re.compile(
    r"[ ]*[、,和]?[ ]*(?:长|宽|高|深|厚)度?(?:约|为|:|[ ])*|[ ](?:wide|long|high|deep|tall)(?:,| and)[ ]"
)


def _siblings(figures: list[Figure], folded: str) -> Iterator[Figure]:
    """``台面最长2.4米、宽1.2米``: the width is of the same thing as the length before it."""
    last: Figure | None = None
    for figure in figures:
        one_thing = last and _SIBLING.fullmatch(folded, last.end, figure.start)
        if (
            last
            and one_thing
            and last.dimension == "length"
            and (last.field, figure.field) == ("other", "dims_mm")
        ):
            figure = replace(figure, field="other", name=last.name, dim="", canon=None, role=last.role)
        yield figure
        last = figure
