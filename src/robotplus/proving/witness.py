"""Proof that no allowed base place brings every waypoint within reach."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from robotplus.proving.body import Body
from robotplus.proving.context import Context
from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.search import circles
from robotplus.scenarios.cell import world_from_base

LEAF = 0.02  # [m] smallest cell looked at


def out_of_reach(body: Body, context: Context) -> tuple[dict[str, Any], float] | None:
    """The witness and a lower bound of how far the best place falls short [m], or None when it cannot be shown.

    Layers where the carried tool is away from the path (approach, retract) count as well: they are part of the task.
    """
    if body.struct.prismatic & 1 or body.struct.prismatic >> (body.dof - 1) & 1:
        return None
    region, need = context.program.base, context.program.requirements
    centre, axis, ring = circles(body, context)
    on_path = context.layers.near.astype(bool) | (np.array([s.approach == 0 for s in _stops(context)]))
    local = context.from_tcp[:3, :3] @ body.universal + context.from_tcp[:3, 3]
    lean = max(s.tilt_tolerance for s in context.program.stops) + need.angle_tolerance
    slack = need.path_tolerance + 2 * np.sin(min(lean, np.pi) / 2) * float(np.linalg.norm(local)) + 1e-4
    ringed = np.ascontiguousarray(np.column_stack([centre, axis, np.full(len(centre), ring)])[on_path])
    if not len(ringed):
        return None
    for z in region.heights:
        turn = world_from_base((0.0, 0.0, 0.0), 0.0, region.mounting)[:3, :3] @ body.shoulder
        offset = np.array([0.0, 0.0, turn[2]])
        off_axis = float(np.hypot(turn[0], turn[1]))  # swept round by any yaw
        cells = kernels().rp_reach_cover(
            p(np.array(region.x)),
            p(np.array(region.y)),
            ctypes.c_double(z),
            p(offset),
            ctypes.c_double(body.radius),
            ctypes.c_double(slack + off_axis),
            p(ringed),
            len(ringed),
            ctypes.c_double(LEAF),
        )
        if not cells:
            return None
    witness = {"kind": "reach", "points": body.axis_points.tolist(), "radius": body.radius + 1e-9}
    return witness, _shortfall(body, context, ringed, slack)


def _stops(context: Context) -> list[Any]:
    return [context.program.stops[context.layers.order[k]] for k in context.layers.stop]


def _shortfall(body: Body, context: Context, ringed: Any, slack: float) -> float:
    """Least over a grid of places of what is missing at the farthest waypoint [m]: what a longer arm would need."""
    region = context.program.base
    xs, ys = np.linspace(*region.x, 13), np.linspace(*region.y, 13)
    turn = world_from_base((0.0, 0.0, 0.0), 0.0, region.mounting)[:3, :3] @ body.shoulder
    slack += float(np.hypot(turn[0], turn[1]))  # swept round by any yaw
    s = np.array([(x, y, z + turn[2]) for z in region.heights for x in xs for y in ys])
    d = s[:, None] - ringed[None, :, :3]
    h = (d * ringed[None, :, 3:6]).sum(axis=2)
    flat = np.sqrt(np.maximum(0, (d * d).sum(axis=2) - h * h)) - ringed[0, 6]
    return float((np.sqrt(h * h + flat * flat).max(axis=1)).min() - body.radius - slack)
