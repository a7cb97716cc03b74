"""A motion done again along the same line under the same demand is followed once, and only then."""

from __future__ import annotations

import dataclasses

import numpy as np

from robotplus.checking.path import Demand, Line
from robotplus.checking.pieces import Repeats
from robotplus.checking.strokes import _again


def demand(x: float = 0.0, **changes: float) -> Demand:
    down = np.array([0.0, 0.0, -1.0])
    line = Line(np.array([x, 0.0, 0.3]), down, 0.3, down, np.array([1.0, 0.0, 0.0]))
    return dataclasses.replace(Demand(line, 0.001, 0.01, 0.01, 0.0, None, 0.0, False), **changes)


def test_only_what_is_the_same_in_motion_line_and_demand_is_followed_once() -> None:
    repeats = Repeats(np.array([0, 1, 0, 0, 0, 0]), np.zeros(6))
    demands = [demand(), demand(), demand(), demand(x=0.1), demand(position=0.0005), demand(spin_value=1.0)]
    assert _again(repeats, [0, 1, 2, 3, 4, 5], demands) == [0, 1, 0, 3, 4, 5]


def test_other_curves_are_always_followed() -> None:
    line = demand().curve
    assert isinstance(line, Line)
    bent = dataclasses.replace(demand(), curve=_Bent(line))
    assert _again(Repeats(np.array([0, 0]), np.zeros(2)), [0, 1], [bent, bent]) == [0, 1]


class _Bent:
    """Something that is not a straight line."""

    def __init__(self, line: Line) -> None:
        self.length = line.length
        self.frames = line.frames
