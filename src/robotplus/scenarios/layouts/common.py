"""The registry of layouts and the pieces they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Numbers = dict[str, float]
Layout = Callable[[Numbers], dict[str, Any]]
LAYOUTS: dict[str, Layout] = {}


def layout(name: str) -> Callable[[Layout], Layout]:
    """Register a layout under the name that scenario files use."""

    def keep(function: Layout) -> Layout:
        LAYOUTS[name] = function
        return function

    return keep


def box(
    name: str, low: tuple[float, float, float], high: tuple[float, float, float], role: str = "cell"
) -> dict[str, Any]:
    """A cell box along the axes from its lowest to its highest corner [mm]."""
    return {
        "name": name,
        "position_mm": [(a + b) / 2 for a, b in zip(low, high, strict=True)],
        "size_mm": [b - a for a, b in zip(low, high, strict=True)],
        "role": role,
    }


def region(half: float, heights: list[float]) -> dict[str, Any]:
    """A square base region about the world origin, edges 2 · half [mm], floor mounted."""
    return {"x_mm": [-half, half], "y_mm": [-half, half], "heights_mm": heights, "mounting": "floor"}
