"""What a planted motion asks of the wrist, against figures worked out by hand."""

import dataclasses

import numpy as np
import pytest
from benchmarks.planted_loads import GRAVITY, ROOM, wrist_holds
from benchmarks.postures import Arm

from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.model import OrientedBox
from robotplus.scenarios.task import Tool

SIDE, MASS, ARM = 0.1, 2.0, 0.3  # [m], [kg], [m] of the tool's middle from the axis of the last joint
BOX = OrientedBox((ARM, 0.0, 0.0), (0.0, 0.0, 0.0), (SIDE, SIDE, SIDE))
TOOL = Tool("cube", MASS, (ARM, 0.0, 0.0), (0.0, 0.0, 0.1), (0.0, 0.0, 0.0), (BOX,))
INERTIA = MASS * (ARM**2 + 3 * SIDE**2 / 12)
AMPLE = (1e3, 1e3)


def arm(moment: float | None, inertia: float | None, part: OrientedBox | None = None) -> Arm:
    """An arm with these ratings of its last axis, which passes through the flange along z, and ample others."""
    robot = load_catalogue()["ur_ur5e"]
    figure = load_catalogue()["fanuc_m710ic_20l"].wrist_moment_nm
    assert figure is not None
    moments, inertias = (
        None if v is None else dataclasses.replace(figure, value=(*AMPLE, v)) for v in (moment, inertia)
    )
    rated = dataclasses.replace(robot, wrist_moment_nm=moments, wrist_inertia_kgm2=inertias)
    return Arm(rated, TOOL, part=part)


@pytest.mark.parametrize("share, holds", [(1.02, True), (0.98, False)])
def test_moment_and_inertia_are_judged(share: float, holds: bool) -> None:
    q = np.zeros((1, 6))
    assert wrist_holds(arm(share / ROOM * MASS * GRAVITY * ARM, None), q, 0.0) is holds
    assert wrist_holds(arm(None, share / ROOM * INERTIA), q, 0.0) is holds


def test_a_carried_part_counts() -> None:
    part = OrientedBox((0.2, 0.0, 0.0), (0.0, 0.0, 0.0), (SIDE, SIDE, SIDE))
    with_part = INERTIA + 1.5 * (0.2**2 + 3 * SIDE**2 / 12)
    q = np.zeros((1, 6))
    assert wrist_holds(arm(None, 1.01 / ROOM * with_part, part), q, 1.5)
    assert not wrist_holds(arm(None, 0.99 / ROOM * with_part, part), q, 1.5)


def test_unknown_ratings_are_no_hindrance() -> None:
    assert wrist_holds(arm(None, None), np.zeros((1, 6)), 1e3)
