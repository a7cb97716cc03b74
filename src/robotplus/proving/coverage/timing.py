"""How long a leg takes, in words: docs/coverage.md. A machine stands still at every corner of a polyline.

A straight of length d from rest to rest at speed v and acceleration a takes d/v + v/a where it reaches v
(d >= v^2/a), else 2 sqrt(d/a). A corner of angle w takes w over the turn rate for a machine that turns on the
spot, nothing for one that moves sideways.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from robotplus.certificates.plan import Driving, Leg
from robotplus.robots.model import Array

LOW, HIGH = 1, 0  # the quick end of the estimates gives the low end of the time


def straight(d: Array, speed: float, acceleration: float) -> Array:
    """Seconds for straights of lengths ``d`` [m] of any shape, from rest to rest."""
    full = d / speed + speed / acceleration
    return np.where(d >= speed * speed / acceleration, full, 2 * np.sqrt(d / acceleration))


def leg_seconds(leg: Leg, driving: Driving, end: int) -> float:
    """Seconds of one leg; ``end`` is `LOW` or `HIGH`. The turn into its first straight is not in it."""
    if leg.kind == "wait":
        return leg.seconds
    points = np.array(leg.xy)
    steps = np.diff(points, axis=0)
    speed = driving.work_speed if leg.kind == "work" else driving.move_speed
    total = float(straight(np.hypot(*steps.T), speed, driving.acceleration[end]).sum())
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    return total + sum(turn_seconds(a, b, driving, end) for a, b in itertools.pairwise(headings))


def turn_seconds(before: float, after: float, driving: Driving, end: int) -> float:
    """Seconds to turn from one heading [rad] to another, the shorter way round."""
    if driving.turning == "side":
        return 0.0
    return abs(math.remainder(after - before, 2 * math.pi)) / driving.turn_rate[end]


def plan_seconds(legs: Sequence[Leg], driving: Driving, end: int) -> list[float]:
    """Seconds of every leg, each with the turn into it. The first heading is the machine's own."""
    out, heading = [], None
    for leg in legs:
        seconds = leg_seconds(leg, driving, end)
        if len(leg.xy) > 1:
            first, last = _heading(leg.xy[0], leg.xy[1]), _heading(leg.xy[-2], leg.xy[-1])
            if heading is not None:
                seconds += turn_seconds(heading, first, driving, end)
            heading = last
        out.append(seconds)
    return out


def _heading(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.atan2(b[1] - a[1], b[0] - a[0])
