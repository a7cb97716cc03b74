"""What an evaluation is made of and ends with: paths, planned moves, and found or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from robotplus.certificates.motion import Move, MoveKind
from robotplus.robots.model import Array

Band = tuple[float, float, float, float]  # lowest, wanted, highest tool speed [m/s], ramp [m]
INSIDE = 0.1  # share of either half of a speed band that is kept free
FREE: Band = (0.0, 0.0, 0.0, 0.0)  # no speed asked

Stage = Literal["ladder", "refine", "tool_speed", "acceleration", "limits", "travel", "clearance"]


@dataclass(frozen=True)
class Failed:
    """Where an evaluation ended; ``position`` in the order, ``pair`` the self pair that met (links), if one did."""

    stage: Stage
    position: int
    detail: str = ""
    pair: tuple[int, int] | None = None


@dataclass(frozen=True)
class Path:
    """A joint path to be timed: parameter s (n,), joints q (n, 7), spline second derivatives m (n, 7), speed band."""

    s: Array
    q: Array
    m: Array
    speed: Band


@dataclass(frozen=True)
class Planned:
    """One move and what it was timed from (several paths when a travel rests at via points; none for a dwell)."""

    kind: MoveKind
    position: int
    move: Move
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Found:
    """A proven motion at a base place."""

    world_from_base: Array
    planned: tuple[Planned, ...]
    clearance: float
    self_clearance: float
    limits_used: tuple[float, float, float]
    cost: float
