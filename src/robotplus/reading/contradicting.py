"""Figures of one field that cannot both hold: ``payload at least 20 kg`` and ``payload 10 kg``."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from robotplus.reading.figures import Figure

# what a text states once; speeds, sizes, cycles and numbers of machines may well differ from part to part
SINGLE = (
    "payload_kg",
    "reach_mm",
    "repeatability_mm",
    "mass_kg",
    "dof",
    "slope_deg",
    "step_mm",
    "delivery_days",
)
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two figures and the field they contradict each other in."""

    field: str
    first: Figure
    second: Figure


def contradictions(figures: tuple[Figure, ...]) -> tuple[Contradiction, ...]:
    """Every pair of required figures of one field whose admitted values have nothing in common."""
    out = []
    for name in SINGLE:
        same = [f for f in figures if f.field == name and f.role == "requirement" and _admitted(f)]
        for first, second in itertools.combinations(same, 2):
            a, b = _admitted(first), _admitted(second)
            assert a is not None and b is not None
            if max(a[0], b[0]) > min(a[1], b[1]) + _SLACK:
                out.append(Contradiction(name, first, second))
    return tuple(out)


def _admitted(figure: Figure) -> tuple[float, float] | None:
    """Lowest and highest value the figure admits, in the field's unit; None for what is no number."""
    if isinstance(figure.canon, tuple):
        low, high = figure.canon[0], figure.canon[-1]
        return (low, high) if figure.op == "range" else None
    if figure.canon is None:
        return None
    if figure.op == ">=":
        return figure.canon, math.inf
    if figure.op == "<=":
        return -math.inf, figure.canon
    return figure.canon, figure.canon
