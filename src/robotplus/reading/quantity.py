"""One quantity: numbers with their unit, as written and in the dimension's own unit."""

from __future__ import annotations

from dataclasses import dataclass

from robotplus.reading.units import Unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """Numbers with a unit.

    ``values`` are in the unit as written; ``factor`` takes them to the dimension's own unit. ``shape`` is one, range
    or list. ``odd`` means somewhat more than the number (``20多``). ``tolerance`` is what followed ±, as written.
    """

    start: int
    end: int
    values: tuple[float, ...]
    shape: str
    unit: str | None
    dimension: str
    factor: float
    pm: bool = False
    odd: bool = False
    tolerance: tuple[float, bool] | None = None
    each: bool = False


def parts_of(unit: Unit | None) -> tuple[str | None, str, float]:
    return (unit.written, unit.dimension, unit.factor) if unit else (None, "bare", 1.0)
