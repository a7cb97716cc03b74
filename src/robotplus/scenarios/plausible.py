"""Guards against the wrong unit: a figure a thousand times too small or too large for what it describes.

The bounds are wide. What passes them may still be wrong; what does not is metres where millimetres belong, grams
where kilograms do, or the like.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from robotplus.errors import NeedError
from robotplus.scenarios.need import NeedTable

Measure = Callable[[Any], Sequence[float]]


def each(value: Any) -> Sequence[float]:
    """Every number by itself."""
    return value if isinstance(value, (list, tuple)) else [value]


def largest(value: Sequence[float]) -> Sequence[float]:
    """The longest edge: a sheet may be thin, but not small all round."""
    return [max(value)]


def distance(value: Sequence[float]) -> Sequence[float]:
    """Distance from the origin of its frame."""
    return [math.hypot(*value)]


def span(value: Sequence[float]) -> Sequence[float]:
    """From the lowest to the highest."""
    return [value[1] - value[0]]


def extent(value: Sequence[Sequence[float]]) -> Sequence[float]:
    """Longest edge of the box around points."""
    return [max(max(axis) - min(axis) for axis in zip(*value, strict=True))]


# key: how it is measured, lowest, highest, whether 0 has a meaning of its own
BOUNDS: dict[str, tuple[Measure, float, float, bool]] = {
    "size_mm": (largest, 3.0, 50_000.0, False),
    "length_mm": (each, 2.0, 50_000.0, False),
    "width_mm": (each, 2.0, 50_000.0, False),
    "radius_mm": (each, 0.5, 20_000.0, False),
    "approach_mm": (each, 1.0, 5_000.0, True),
    "retract_mm": (each, 1.0, 5_000.0, True),
    "run_up_mm": (each, 0.5, 5_000.0, True),
    "ramp_mm": (each, 0.05, 5_000.0, True),
    "standoff_mm": (each, 0.5, 5_000.0, True),
    "gap_mm": (each, 0.2, 2_000.0, True),
    "speed_mm_s": (each, 0.5, 10_000.0, False),
    "x_mm": (span, 20.0, 100_000.0, True),
    "y_mm": (span, 20.0, 100_000.0, True),
    "heights_mm": (each, 10.0, 20_000.0, True),
    "min_clearance_mm": (each, 0.1, 1_000.0, True),
    "tool_clearance_mm": (each, 0.1, 1_000.0, True),
    "base_tolerance_mm": (each, 0.1, 1_000.0, True),
    "path_tolerance_mm": (each, 0.005, 100.0, False),
    "repeatability_mm": (each, 0.001, 10.0, False),
    "mass_kg": (each, 0.0005, 2_500.0, True),
}
POINTS = (
    extent,
    2.0,
    100_000.0,
    True,
)  # of one stroke's polyline; points that coincide are refused elsewhere
TCP = (distance, 5.0, 5_000.0, True)  # from the flange
SAID = {largest: "longest edge of ", distance: "distance of ", span: "span of ", extent: "extent of "}


def refuse_implausible(need: NeedTable, where: str) -> None:
    """Refuse the first figure that cannot be meant.

    Raises:
        NeedError: names the key, its value and what is plausible.
    """
    for path, name, value, (measure, low, high, zero) in _figures(need, ""):
        for amount in measure(value):
            if low <= abs(amount) <= high or (zero and amount == 0):
                continue
            allowed = f"{low:g} <= {SAID.get(measure, '')}{name} <= {high:g}{', or 0' if zero else ''}"
            fix = (
                "metres where millimetres belong?"
                if name.endswith(("mm", "mm_s"))
                else "grams for kilograms?"
            )
            shown = f"{amount:g}" if measure in (each, extent) else list(value)
            raise NeedError("not plausible", f"{where}: {path}", value=shown, allowed=allowed, fix=fix)


def _figures(
    table: BaseModel, path: str
) -> Iterator[tuple[str, str, Any, tuple[Measure, float, float, bool]]]:
    """Every figure that has bounds: where it stands, its key, its value and the bounds."""
    for name in type(table).model_fields:
        value = getattr(table, name)
        here = f"{path}.{name}" if path else name
        if isinstance(value, BaseModel):
            yield from _figures(value, here)
        elif isinstance(value, list) and value and isinstance(value[0], BaseModel):
            for i, item in enumerate(value):
                yield from _figures(item, f"{here}[{i}]")
        elif value is not None and (bounds := _bounds(name, path)) is not None:
            yield here, name, value, bounds


def _bounds(name: str, path: str) -> tuple[Measure, float, float, bool] | None:
    if name == "points_mm":
        return POINTS if path.endswith("polyline") else None
    if name == "position_mm":
        return TCP if path.endswith("tcp") else None
    return BOUNDS.get(name)
