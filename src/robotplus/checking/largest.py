"""The largest base tolerance that `check` would pass, for a claim or for a reader who wants to know."""

from __future__ import annotations

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.checking.clearance import Clearance
from robotplus.checking.holding import corrected
from robotplus.checking.pieces import Repeats, cut
from robotplus.checking.placement import base_room
from robotplus.checking.scene import build_scene
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Program


def largest_base_tolerance(
    certificate: Certificate, robot: Robot, program: Program, *, steps: int = 5
) -> tuple[float, float]:
    """The largest share, in parts of 2**-steps, of the base tolerance the need asks for that can be shown.

    Args:
        certificate: one that holds with a base tolerance of 0. Its own claim is not looked at.

    Returns:
        (xy [m], angle [rad]) for ``claims["base_tolerance"]``.
    """
    asked = program.requirements.base_tolerance_xy, program.requirements.base_tolerance_angle
    scene = build_scene(certificate, robot, program)
    repeats = Repeats.of(certificate.moves)
    motion = repeats.once(cut(certificate.moves))
    touching = np.where(np.isfinite(scene.pairs.needed), 0.0, -np.inf)

    def holds(share: float) -> bool:
        xy, angle = share * asked[0], share * asked[1]
        if base_room(scene.base, xy=xy, angle=angle) is not None:
            return False
        pieces, correction, failure = corrected(scene.rig, motion, certificate.moves, xy=xy, angle=angle)
        clearance = Clearance(scene.rig, scene.pairs, floors=touching, repeats=repeats)
        return failure is None and not clearance.violations(pieces, correction)

    with np.errstate(all="ignore"):
        if holds(1.0):
            return asked
        shown, step = 0, 2**steps
        while step > 1:
            step //= 2
            if holds((shown + step) / 2**steps):
                shown += step
    share = shown / 2**steps
    return share * asked[0], share * asked[1]
