"""The calls into robotplus that the benchmarks time and judge: one place to see what is measured."""

from __future__ import annotations

import functools
import json
from typing import Any

from benchmarks.scene import Cell
from robotplus.certificates.certificate import Base, Certificate, Refusal, Verdict, read_certificate
from robotplus.checking.check import check
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
    from robotplus.proving.prove import prove as solve

    return solve(need, robot, base=base, effort=effort)


def evaluation(cell: Cell) -> Any:
    """A call that evaluates the cell's stroke in full; what queries may share is built before."""
    from robotplus.proving.prove import cell_evaluation

    return cell_evaluation(cell.robot, cell.program, cell.base)


def judge(certificate: Certificate, need: Need) -> Verdict:
    """What `check` says about the certificate as a reader of its file would see it."""
    return check(read_certificate(json.dumps(certificate.to_document())), catalogue(), need=need)
