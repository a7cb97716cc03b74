"""Tasks made from motions that are known to be feasible: the robot and its base pose are the hidden answer.

The need only states a region that holds the base. Boxes stand near the motion, farther from it than the
need's clearance and what its base tolerance moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.oracle_boxes import Array
from benchmarks.peer_geometry import self_pairs
from benchmarks.planted_loads import wrist_holds
from benchmarks.planted_motions import SHORTEST, handling_motion, stroke_motion
from benchmarks.postures import Arm, Body, apart, least, standing
from robotplus.errors import NeedError
from robotplus.robots.frames import rotation, transform
from robotplus.robots.model import OrientedBox, Robot, Vec3
from robotplus.scenarios.cell import pedestal
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need, Tool

CLEAR = 0.04  # [m] from everything in the cell: min_clearance 10 mm, base tolerance 5 mm and 0.5°
SELF_CLEAR = 0.01  # [m]
HANDLING = 0.25  # share of tasks that carry a part
PART_MASS = 0.3  # of the payload
FLOOR = OrientedBox((0.0, 0.0, -0.5), (0.0, 0.0, 0.0), (20.0, 20.0, 1.0))


@dataclass(frozen=True)
class Planted:
    """A task with its hidden answer: ``base`` (x, y, z, yaw), and the postures ``q`` (k, dof) that do it."""

    need: Need
    arm: Arm
    pairs: list[tuple[str, str]]
    base: tuple[float, float, float, float]
    q: Array
    free_spin: bool


def plant(robot: Robot, rng: np.random.Generator, name: str) -> Planted | None:
    """One attempt at a planted task; None where chance gave no usable motion."""
    reach = robot.reach_m.value if robot.reach_m else 1.0
    payload = robot.payload_kg.value if robot.payload_kg else 1.0
    arm = Arm(robot, random_tool(robot, rng))
    pairs = self_pairs(robot, arm.tool)
    if robot.dof >= 6 and rng.random() < HANDLING:
        x, y, z = rng.uniform(0.03, 0.1, 3) * min(1.0, reach)
        motion = handling_motion(arm, rng, (float(x), float(y), float(z)))
        pairs = [*pairs, *((f"link_{i}", "part") for i in range(robot.dof - 1))]
    else:
        motion = stroke_motion(arm, rng)
    if motion is None:
        return None
    arm = Arm(robot, arm.tool, part=motion.part)
    if not wrist_holds(arm, motion.known, PART_MASS * payload):
        return None
    height = float(rng.choice([0.0, 0.4]))
    x, y, yaw = rng.uniform(-1.0, 1.0), rng.uniform(-1.0, 1.0), rng.uniform(-math.pi, math.pi)
    base = (float(x), float(y), height, float(yaw))
    world_from_base = transform(base[:3], (0.0, 0.0, base[3]))
    bodies = arm.bodies(motion.known, world_from_base)
    under = pedestal(robot, xyz=base[:3], yaw=base[3], mounting="floor")
    if not apart(bodies, pairs, SELF_CLEAR) or not _above(bodies, under, len(motion.known)):
        return None
    path = (world_from_base @ motion.poses)[:, :3, 3]
    document = {
        "id": name,
        "title_en": "planted task",
        "tool": tool_document(arm.tool),
        "base": _region(base, rng),
        "cell": {
            "box": [box_document(f"box {i}", b) for i, b in enumerate(_boxes(bodies, path, rng, under))]
        },
        **motion.task(world_from_base, PART_MASS * payload),
    }
    try:
        need = need_from_document(document, name)
    except NeedError:
        return None  # such as a tool point inside a box: not a task anybody would ask
    if motion.part is None and (len(need.program.stops) > 1 or need.program.stops[0].curve.length < SHORTEST):
        return None  # a path with a cusp, or hardly any
    return Planted(need, arm, pairs, base, motion.q, motion.free_spin)


def _above(bodies: list[Body], under: OrientedBox | None, count: int) -> bool:
    """Whether what moves stays clear of floor and pedestal."""
    moving = [b for b in bodies if b.number >= 2]
    ground = [standing(box, count) for box in (FLOOR, under) if box is not None]
    return all(least(b.boxes, box, CLEAR) >= CLEAR for b in moving for box in ground)


def _region(base: tuple[float, float, float, float], rng: np.random.Generator) -> dict[str, Any]:
    """A square of any size round the base, not in its middle."""
    smallest, largest = (6.0, 15.0) if rng.random() < 0.25 else (0.1, 6.0)  # enough with a small share
    width = float(np.exp(rng.uniform(math.log(smallest), math.log(largest))))
    low = np.array(base[:2]) - width * rng.uniform(0.1, 0.9, 2)
    x, y = ([v * 1000, (v + width) * 1000] for v in low.tolist())
    return {"x_mm": x, "y_mm": y, "heights_mm": [base[2] * 1000]}


def random_tool(robot: Robot, rng: np.random.Generator) -> Tool:
    """A stick with a bent tip, sized to the robot."""
    payload = robot.payload_kg.value if robot.payload_kg else 1.0
    reach = robot.reach_m.value if robot.reach_m else 1.0
    long = float(rng.uniform(0.06, 0.25)) * min(1.0, reach)
    thick = float(rng.uniform(0.15, 0.4)) * long
    bend = math.radians(float(rng.choice([0.0, 0.0, 20.0, 40.0]))) if robot.dof >= 6 else 0.0
    tip = 0.5 * long
    lean = rotation((0.0, bend, 0.0)) @ np.array([0.0, 0.0, tip])
    body = OrientedBox((0.0, 0.0, long / 2), (0.0, 0.0, 0.0), (thick, thick, long))
    middle = np.array([0.0, 0.0, long]) + 0.4 * lean
    neck = OrientedBox(_vec3(middle), (0.0, bend, 0.0), (thick / 3, thick / 3, 0.7 * tip))
    tcp = np.array([0.0, 0.0, long]) + lean
    mass = float(rng.uniform(0.1, 0.5)) * payload
    return Tool("stick", mass, (0.0, 0.0, long / 2), _vec3(tcp), (0.0, bend, 0.0), (body, neck))


def _boxes(
    bodies: list[Body], path: Array, rng: np.random.Generator, under: OrientedBox | None
) -> list[OrientedBox]:
    """Boxes round the path, none nearer to the known motion than ``CLEAR``, none in the base or its stand."""
    out: list[OrientedBox] = []
    count = len(bodies[0].boxes.centre)
    fixed_bodies = [standing(under, 1)] if under else []
    for _ in range(int(rng.integers(3, 9)) * 4):
        if len(out) >= 8:
            break
        x, y, z = np.exp(rng.uniform(math.log(0.04), math.log(0.7), 3))
        centre = path[rng.integers(len(path))] + rng.normal(size=3) * 0.35
        box = OrientedBox(
            tuple(centre), (0.0, 0.0, float(rng.uniform(0, math.pi))), (float(x), float(y), float(z))
        )
        clear = all(least(b.boxes, standing(box, count), CLEAR) >= CLEAR for b in bodies)
        if clear and all(least(b, standing(box, 1), CLEAR) >= CLEAR for b in fixed_bodies):
            out.append(box)
    return out


def tool_document(tool: Tool) -> dict[str, Any]:
    """A tool as a need file holds it."""
    return {
        "name": tool.name,
        "mass_kg": tool.mass_kg,
        "com_mm": _mm(tool.com),
        "tcp": {"position_mm": _mm(tool.tcp_xyz), "rpy_deg": _deg(tool.tcp_rpy)},
        "box": [
            {"position_mm": _mm(b.xyz), "size_mm": _mm(b.size), "rpy_deg": _deg(b.rpy)} for b in tool.boxes
        ],
    }


def box_document(name: str, box: OrientedBox) -> dict[str, Any]:
    """A box of the cell as a need file holds it."""
    return {"name": name, "position_mm": _mm(box.xyz), "size_mm": _mm(box.size), "rpy_deg": _deg(box.rpy)}


def _vec3(v: Array) -> Vec3:
    return float(v[0]), float(v[1]), float(v[2])


def _mm(v: Any) -> list[float]:
    return [float(x) * 1000 for x in v]


def _deg(v: Any) -> list[float]:
    return [math.degrees(float(x)) for x in v]


def planted(robots: list[Robot], count: int, rng: np.random.Generator, name: str) -> Iterator[Planted]:
    """``count`` planted tasks on robots drawn at random."""
    made = 0
    while made < count:
        task = plant(robots[rng.integers(len(robots))], rng, f"{name}_{made}")
        if task is not None:
            yield task
            made += 1
