"""Refusals that cost microseconds, before any search; and who is to be searched first."""

from __future__ import annotations

from collections.abc import Iterable

from robotplus.certificates.certificate import Refusal
from robotplus.proving import Context
from robotplus.proving.gates import missing_data, rating_short, too_slow
from robotplus.robots.model import Robot


def screen(robots: Iterable[Robot], context: Context) -> tuple[list[Robot], list[Refusal]]:
    """Part the robots into those worth a search and the refusals of the others."""
    survivors, refused = [], []
    for robot in robots:
        refusal = missing_data(robot, context) or rating_short(robot, context) or too_slow(robot, context)
        if refusal is None:
            survivors.append(robot)
        else:
            refused.append(refusal)
    return survivors, refused


def heavy_first(robots: Iterable[Robot]) -> list[Robot]:
    """Robots whose search takes longest (not six axes) first, so that no worker ends with a long one."""
    return sorted(robots, key=lambda robot: (-abs(robot.dof - 6), robot.id))
