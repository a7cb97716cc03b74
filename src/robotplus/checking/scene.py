"""What stands where: the rig, its surroundings and the pairs to keep apart, rebuilt from task and model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.checking.pairs import PEDESTAL, PairTable, build_pairs
from robotplus.checking.placement import Nearby, base_clearance
from robotplus.checking.rig import Rig
from robotplus.robots.model import Robot
from robotplus.scenarios.cell import pedestal, world_from_base
from robotplus.scenarios.task import Program


@dataclass(frozen=True)
class Scene:
    """``base``: how near the base link and the pedestal stand to each obstacle."""

    rig: Rig
    pairs: PairTable
    base: list[Nearby]


def build_scene(certificate: Certificate, robot: Robot, program: Program) -> Scene:
    """The scene of a certificate whose structure is in order."""
    base = certificate.base
    place = world_from_base(base.xyz, base.yaw, base.mounting)
    under = pedestal(robot, xyz=base.xyz, yaw=base.yaw, mounting=base.mounting)
    obstacles = {f"{i} {o.name}": o for i, o in enumerate(program.obstacles)}
    fixed = [(name, o.boxes) for name, o in obstacles.items()]
    if under is not None:
        fixed.append((PEDESTAL, (under,)))
    rig = Rig(robot, program.tool, parts=program.parts, world_from_base=np.asarray(place), fixed=fixed)
    return Scene(
        rig,
        build_pairs(rig, program, certificate, obstacles=obstacles),
        base_clearance(robot, place, pedestal=under, obstacles=program.obstacles),
    )
