"""A search that really does many times the work: the measure of how complete an answer is.

The engine's own larger budget ends with its grid of base places. Here the grid is finer as well: so many times as
many places are surveyed, and of those where every key waypoint has a posture so many times as many are evaluated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks import ours
from robotplus.certificates.certificate import Base, Certificate
from robotplus.proving.body import Body, make_body
from robotplus.proving.context import Context, make_context
from robotplus.proving.search import DEFAULT, SPACING, candidates, key_layers, search, survey
from robotplus.robots.model import Array
from robotplus.scenarios.files import read_need

BATCH = 256  # places surveyed in one call


@dataclass(frozen=True)
class Outcome:
    """Whether more work proves a robot, and the numbers of places surveyed and evaluated."""

    robot: str
    found: bool
    places: int
    evaluations: int


def look(path: str, robot_id: str, factor: float) -> list[Outcome]:
    """Look for a base place with ``factor`` times the usual work.

    Args:
        path: the need's file.
        robot_id: a robot of the built-in catalogue.
        factor: how many times as many places as usual are looked at.
    """
    context, robot = _context(path), ours.catalogue()[robot_id]
    body = make_body(robot, context.program, load_kg=context.load_kg)
    grid = candidates(body, context, spacing=SPACING / math.sqrt(factor))
    if not len(grid):
        return [Outcome(robot_id, False, 0, 0)]
    seed, tried = context.need.seed, 0
    body = search(body, context, budget=DEFAULT, seed=seed, given=grid[0]).body  # without its coarse pairs
    for place in promising(body, context, grid)[: math.ceil(DEFAULT.evaluations * factor)]:
        tried += 1
        if search(body, context, budget=DEFAULT, seed=seed, given=place).found is None:
            continue
        x, y, z, yaw = (float(v) for v in place)
        base = Base((x, y, z), yaw, context.program.base.mounting)
        if isinstance(ours.prove(context.need, robot, base), Certificate):
            return [Outcome(robot_id, True, len(grid), tried)]
    return [Outcome(robot_id, False, len(grid), tried)]


def promising(body: Body, context: Context, grid: Array) -> Array:
    """(n, 4) base places at which every key waypoint has a posture, those with most postures first."""
    layers = key_layers(context)
    alive, count = np.zeros(len(grid), dtype=int), np.zeros(len(grid), dtype=int)
    for first in range(0, len(grid), BATCH):
        part = slice(first, first + BATCH)
        alive[part], count[part] = survey(body, context, grid[part], layers)
    order = np.argsort(-count, kind="stable")
    chosen: Array = grid[order[alive[order] == len(layers)]]
    return chosen


@lru_cache(maxsize=1)
def _context(path: str) -> Context:
    return make_context(read_need(Path(path)))
