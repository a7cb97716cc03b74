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
    figures = _apart(found)
    scenario, runner_up = recognise(folded)
    return Reading(text, scenario, runner_up, tuple(_siblings(figures, folded)))


def _apart(found: list[Figure]) -> list[Figure]:
    """The figures by their place; of two that overlap the one found first stays: names come before amounts."""
    kept: list[Figure] = []
    for figure in found:
        if all(figure.end <= other.start or other.end <= figure.start for other in kept):
            kept.append(figure)
    return sorted(kept, key=lambda figure: figure.start)


_SIBLING = re.compile(
    r"[ ]*[、,和]?[ ]*(?:长|宽|高|深|厚)度?(?:约|为|:|[ ])*|[ ](?:wide|long|high|deep|tall)(?:,| and)[ ]"
)
_SIDED = re.compile(r"长|宽|高|厚|深|wide|long|high|deep|tall|length|width|height")
_SEEN_FROM = re.compile(r"[ ]*(?:at|@|\(|under an?|in|per|/)[ ]*")


def _siblings(figures: list[Figure], folded: str) -> Iterator[Figure]:
    """Figures with what the one before says of them.

    ``台面最长2.4米、宽1.2米``: the width is of the same thing as the length. ``±5 mm at 10 m``: the second is a
    distance.
    """
    last: Figure | None = None
    for figure in figures:
        if last and last.dimension == figure.dimension == "length":
            between = (last.end, figure.start)
            sides = _SIBLING.fullmatch(folded, *between) and _SIDED.search(last.said)
            if sides and (last.field, figure.field) == ("other", "dims_mm"):
                figure = replace(figure, field="other", name=last.name, dim="", canon=None, role=last.role)
            elif _SEEN_FROM.fullmatch(folded, *between) and last.field == figure.field == "accuracy_mm":
                figure = replace(figure, field="other", name="distance_m", op="=", canon=None, flags={})
        yield figure
        last = figure
