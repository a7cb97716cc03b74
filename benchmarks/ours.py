"""The calls into robotplus that the benchmarks time and judge: one place to see what is measured."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable

import numpy as np

from benchmarks.scene import Cell
from robotplus.certificates.certificate import Base, Certificate, Refusal, Verdict, read_certificate
from robotplus.checking.check import check
from robotplus.proving.body import make_body
from robotplus.proving.context import make_context
from robotplus.proving.evaluate import evaluate
from robotplus.proving.outcome import Found
from robotplus.proving.prove import prove as solve
from robotplus.proving.search import DEFAULT, search
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Need


@functools.cache
def catalogue() -> Catalogue:
    """The built-in catalogue."""
    return load_catalogue()


def prove(
    need: Need, robot: Robot, base: Base | None = None, *, effort: float = 1.0
) -> Certificate | Refusal:
    """One robot and one task; the base is sought unless given."""
    place = None if base is None else (*base.xyz, base.yaw)
    return solve(need, robot, base=place, effort=effort)


def evaluation(need: Need, cell: Cell, *, prepared: bool = True) -> Callable[[], bool]:
    """A call that evaluates the whole task at the cell's base and says whether it can be done.

    Args:
        need: the task.
        cell: robot and base.
        prepared: what is the same for every robot and base (waypoints, which tool poses clear the cell) and
            what is the same for every base (limits, boxes, pairs) is made before, not in the call.
    """
    context = make_context(need)
    body = make_body(cell.robot, context.program, load_kg=context.load_kg)
    place = np.array([*cell.base.xyz, cell.base.yaw])
    body = search(body, context, budget=DEFAULT, seed=need.seed, given=place).body  # without its coarse pairs

    def ask() -> bool:
        return isinstance(evaluate(body, context, cell.world_from_base, seed=need.seed), Found)

    def ask_anew() -> bool:
        fresh = make_context(need)
        make_body(cell.robot, fresh.program, load_kg=fresh.load_kg)
        return isinstance(evaluate(body, fresh, cell.world_from_base, seed=need.seed), Found)

    return ask if prepared else ask_anew


def judge(certificate: Certificate, need: Need) -> Verdict:
    """What `check` says about the certificate as a reader of its file would see it."""
    return check(read_certificate(json.dumps(certificate.to_document())), catalogue(), need=need)
