"""How much of the distance between bodies a displaced base may use up (docs/check.md, "Base tolerance")."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robotplus.checking.bounds import displacement
from robotplus.checking.pieces import Bools, Ints
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

    def take(self, index: Ints) -> Correction:
        return Correction(self.xy, self.angle, self.joints[index], self.holds_tool[index])


@dataclass(frozen=True)
class Levers:
    """Lever arms of boxes where pieces start, and the motion on the pieces that makes them longer.

    ``axes`` (pieces, boxes, n): largest distance of the box's points from each joint axis, 1 for a prismatic
    joint. ``vertical`` (pieces, boxes): likewise from the base's vertical. ``change`` (pieces, n): bounds on
    |q - q at the start|. ``mask`` (boxes, n): 1 for the joints between the box and the body it is seen from.
    ``revolute`` (n,).
    """

    axes: Array
    vertical: Array
    change: Array
    mask: Array
    revolute: Bools

    def longest(self) -> tuple[Array, Array]:
        """``axes`` and ``vertical`` anywhere on the pieces: the joints in between move a box away from an axis
        before it; from one after it, those after it do."""
        before, after = (
            displacement(self.axes, self.change, mask=mask, revolute=self.revolute)
            for mask in (self.mask, 1.0 - self.mask)
        )
        longer = np.where(self.mask > 0, before[..., None], after[..., None])
        return self.axes + longer, self.vertical + before


def own_room(levers: Levers, correction: Correction) -> Array:
    """(pieces, boxes) distance [m] to a body of the robot, or to the pedestal: how far a box moves, seen from
    that body."""
    axes, _ = levers.longest()
    return displacement(axes, correction.joints, mask=levers.mask, revolute=levers.revolute)


def world_room(levers: Levers, correction: Correction) -> Array:
    """(pieces, boxes) distance [m] to what stands in the world: how far a box moves, seen from the base or,
    where the tool is held, from the tool."""
    axes, vertical = levers.longest()
    mask, joints, angle = levers.mask, correction.joints, correction.angle
    turn = angle + np.einsum("nj,bj->nb", np.where(levers.revolute, joints, 0.0), mask)
    move = correction.xy + angle * vertical + np.einsum("nbj,nj,bj->nb", axes, joints, mask, optimize=True)
    from_base = np.where(turn < 0.95, move / np.maximum(1.0 - turn, 0.05), np.inf)
    from_tool = displacement(axes, joints, mask=1.0 - mask, revolute=levers.revolute)
    held = correction.holds_tool[:, None]
    return np.asarray(np.where(held, np.minimum(from_base, from_tool), from_base))
