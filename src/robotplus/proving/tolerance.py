"""How far the base may stand from its nominal place: the largest shown share of what the need asks.

docs/check.md, "Base tolerance", has the rule; ``check`` bounds the same quantities in its own way.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from robotplus.certificates.motion import Move
from robotplus.proving.body import Body
from robotplus.proving.clearing import padded, phases
from robotplus.proving.context import Context
from robotplus.proving.kernels.calls import PhaseStruct, kernels, p, rows
from robotplus.proving.placed import Scene
from robotplus.robots.model import Array

STEPS = 64  # the share is a whole number of these parts


def base_tolerance(
    body: Body, context: Context, world_from_base: Array, moves: Sequence[Move]
) -> tuple[float, float]:
    """Base displacements under which the tool can still do the same work.

    Args:
        body: with the self pairs that are left out of the certificate left out.
        context: the need; its requirements name the displacements asked for.
        world_from_base: (4, 4) the nominal base pose.
        moves: the motion.

    Returns:
        ``(xy, angle)``: radius of the disc [m] and turn about the vertical to either side [rad], both the
        same share of what is asked; (0, 0) when nothing can be shown, as with fewer than six joints.
    """
    asked = context.program.requirements
    xy, angle = asked.base_tolerance_xy / STEPS, asked.base_tolerance_angle / STEPS
    if body.dof < 6 or xy + angle <= 0:
        return 0.0, 0.0
    scene = Scene(body, context, world_from_base)
    steps: int = kernels().rp_base_tolerated(scene.buffer, ctypes.c_double(xy), ctypes.c_double(angle), STEPS)
    for item in moves:
        if item.kind != "travel":
            steps = _tolerated(scene, item, xy=xy, angle=angle, most=steps)
    travels = [item for item in moves if item.kind == "travel"]
    shown = [-1] * len(travels)
    while any(k != steps for k in shown):  # where a travel lets go of the tool depends on the share
        for i, item in enumerate(travels):
            if shown[i] != steps:
                steps = shown[i] = _tolerated(scene, item, xy=xy, angle=angle, most=steps)
    return steps * xy, steps * angle


def _tolerated(scene: Scene, item: Move, *, xy: float, angle: float, most: int) -> int:
    """The largest number of steps, at most ``most``, that one move bears."""
    if not most:
        return 0
    of_move = phases(scene.context, item, len(scene.context.layers.order))
    t, q, qd, qdd = padded(item)
    tcp = rows(scene.context.tcp)
    steps: int = kernels().rp_tolerated(
        scene.buffer,
        (PhaseStruct * len(of_move))(*of_move),
        len(of_move),
        p(tcp),
        int(item.kind == "travel"),
        len(t),
        p(t),
        p(q),
        p(qd),
        p(qdd),
        ctypes.c_double(xy),
        ctypes.c_double(angle),
        most,
    )
    return steps
