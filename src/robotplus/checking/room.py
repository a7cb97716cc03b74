"""How much of the distance between bodies a displaced base may use up (docs/check.md, "Base tolerance")."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robotplus.checking.bounds import Sums
from robotplus.checking.pieces import Bools, Ints
from robotplus.checking.sweep import Sweep
from robotplus.robots.model import Array


@dataclass(frozen=True)
class Correction:
    """What a displaced base makes the robot do: joints move by at most ``joints`` (pieces, n) on each piece.

    ``holds_tool`` (pieces,): the tool keeps its world pose there.
    """

    xy: float
    angle: float
    joints: Array
    holds_tool: Bools

    def take(self, index: Ints | Bools) -> Correction:
        return Correction(self.xy, self.angle, self.joints[index], self.holds_tool[index])


def longest(sweep: Sweep) -> tuple[Array, Array]:
    """Lever arms of the robot's boxes from each joint axis (n, own, dof) and from the base's vertical (n, own)
    anywhere on the pieces: the joints up to a box move it away from an axis before it; from one after it, those
    after it do."""
    rig = sweep.rig
    link = rig.link[: rig.own]
    vertical = np.linalg.norm(sweep.centre[..., :2] - rig.world_from_base[:2, 3], axis=2)
    vertical += rig.radius[: rig.own]
    after = sweep.change.all(link, rig.dof)
    ahead = np.arange(rig.dof) < link[:, None]
    longer = np.where(ahead, sweep.moved[..., None], after[..., None])
    return sweep.radii + longer, vertical + sweep.moved


class Room:
    """Bounds on how far boxes move when the base does.

    ``world`` (n, own): seen from what stands in the world [m], the least of what follows from the base and,
    where the tool is held, from the tool. ``base`` (n, own): seen from the base.
    """

    def __init__(self, sweep: Sweep, correction: Correction) -> None:
        rig = sweep.rig
        axes, vertical = longest(sweep)
        self.link, self.joints = rig.link[: rig.own], Sums(axes, correction.joints, rig.revolute)
        self.base = self.joints.all(0, self.link)
        displaced = correction.xy + correction.angle * vertical
        self.world = self.joints.all(0, self.link, more=displaced, turn=correction.angle)
        held = correction.holds_tool
        from_tool = self.joints.all(self.link, rig.dof)[held]
        self.world[held] = np.minimum(self.world[held], from_tool)

    def apart(self, piece: Ints, box: Ints, first: Ints) -> Array:
        """(k,) the same seen from link ``first`` of the robot."""
        return self.joints.some(piece, box, first, self.link[box])
