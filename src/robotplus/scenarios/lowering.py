"""A validated need lowered to the Program that solvers and checkers read."""

from __future__ import annotations

import numpy as np

from robotplus.errors import NeedError
from robotplus.robots.frames import box_transform, inverse
from robotplus.robots.model import Array, OrientedBox
from robotplus.scenarios.cell import base_region, metres, obstacles, radians
from robotplus.scenarios.grasping import lower_handling
from robotplus.scenarios.need import NeedTable
from robotplus.scenarios.process import lower_process
from robotplus.scenarios.schema import RequirementsTable, ToolTable
from robotplus.scenarios.task import Obstacle, Part, Program, Requirements, Stop, Tool

INSIDE = 0.5e-3  # [m] a tool point deeper than this in something solid is inside it
INSIDE_SAMPLES = 65


def lower(need: NeedTable, where: str) -> Program:
    """The program of a need.

    Raises:
        NeedError: the task contradicts itself (points that coincide, a tool point inside the part, ...).
    """
    things = obstacles(need.cell)
    parts: tuple[Part, ...] = ()
    placed: tuple[Obstacle, ...] = ()
    if need.process_path is not None:
        stops, free = lower_process(need.process_path, need.requirements, where)
        cyclic = need.process_path.cyclic
    elif need.pick_place is not None:
        handling = lower_handling(need.pick_place, need.tool, [o.name for o in things], where)
        stops, parts, free = handling.stops, handling.parts, handling.free_order
        placed = handling.placed
        cyclic = need.pick_place.cyclic
    refuse_inside(stops, things, where)
    return Program(
        stops=stops,
        parts=parts,
        free_order=free,
        tool=tool(need.tool),
        obstacles=things + placed,
        base=base_region(need.base),
        requirements=requirements(need.requirements),
        cyclic=cyclic,
    )


def tool(table: ToolTable) -> Tool:
    """The tool in metres, flange frame."""
    return Tool(
        name=table.name,
        mass_kg=table.mass_kg,
        com=metres(table.com_mm),
        tcp_xyz=metres(table.tcp.position_mm),
        tcp_rpy=radians(table.tcp.rpy_deg),
        boxes=tuple(
            OrientedBox(metres(b.position_mm), radians(b.rpy_deg), metres(b.size_mm)) for b in table.box
        ),
        inertia=table.inertia_kgm2,
    )


def requirements(table: RequirementsTable) -> Requirements:
    """Requirements in SI."""
    return Requirements(
        takt=table.takt_s,
        min_clearance=table.min_clearance_mm / 1000,
        tool_clearance=table.tool_clearance_mm / 1000,
        base_tolerance_xy=table.base_tolerance_mm / 1000,
        base_tolerance_angle=float(np.radians(table.base_tolerance_deg)),
        path_tolerance=table.path_tolerance_mm / 1000,
        angle_tolerance=float(np.radians(table.angle_tolerance_deg)),
        repeatability_mm=table.repeatability_mm,
        ip=table.ip,
        explosion_zone=table.explosion_zone,
        temperature_c=table.temperature_c,
    )


def depth_inside(points: Array, box: OrientedBox) -> Array:
    """(n,) how deep world points (n, 3) [m] lie inside a box; negative outside."""
    m = inverse(box_transform(box))
    local = points @ m[:3, :3].T + m[:3, 3]
    out: Array = np.min(np.array(box.size) / 2 - np.abs(local), axis=1)
    return out


def refuse_inside(stops: tuple[Stop, ...], things: tuple[Obstacle, ...], where: str) -> None:
    """Refuse tool points that lie inside something solid: the usual slip of a wrong datum or sign."""
    for number, stop in enumerate(stops):
        samples = INSIDE_SAMPLES if stop.curve.length > 0 else 1
        p, _, _ = stop.curve.frames(np.linspace(0.0, stop.curve.length, samples))
        for thing in things:
            for box in thing.boxes:
                depth = depth_inside(p, box)
                if depth.max() > INSIDE:
                    at = p[int(np.argmax(depth))] * 1000
                    raise NeedError(
                        f"the tool point lies {depth.max() * 1000:.1f} mm inside {thing.name!r}",
                        f"{where}: stop {number + 1} ({stop.name})",
                        value=[round(float(v), 1) for v in at],
                        allowed="tool points on or outside what is solid",
                    )
