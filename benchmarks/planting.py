"""Tasks made from motions that are known to be feasible: a robot moves somehow, its tool's path is the task.

The base pose is withheld: the need only states a region that holds it. Boxes stand near the motion, farther
from it than the need's clearance and what its base tolerance moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.oracle_boxes import Array
from benchmarks.peer_geometry import self_pairs
from benchmarks.postures import Arm, Body, apart, least, standing
from robotplus.errors import NeedError
from robotplus.robots.acceleration import estimate
from robotplus.robots.frames import rotation, transform
from robotplus.robots.model import OrientedBox, Robot
from robotplus.scenarios.cell import pedestal
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need, Tool

CLEAR = 0.04  # [m] from everything in the cell: min_clearance 10 mm, base tolerance 5 mm and 0.5°
SELF_CLEAR = 0.01  # [m]
FLOOR = OrientedBox((0.0, 0.0, -0.5), (0.0, 0.0, 0.0), (20.0, 20.0, 1.0))
APPROACH = 0.03  # [m]
SHARE_OF_LIMITS = 0.3  # joint speed and acceleration of the planted motion
RAMP = 0.005  # [m] the need file's default
SHORTEST = 0.04  # [m]
CHORD = 2e-4  # [m] the polyline's chords may leave the planted path by this


@dataclass(frozen=True)
class Planted:
    """A task with its hidden answer: ``base`` (x, y, z, yaw) and the postures ``q`` along the stroke."""

    need: Need
    arm: Arm
    pairs: list[tuple[str, str]]
    base: tuple[float, float, float, float]
    q: Array
    free_spin: bool


def plant(robot: Robot, rng: np.random.Generator, name: str) -> Planted | None:
    """One attempt at a planted task; None where chance gave no usable motion."""
    tool = random_tool(robot, rng)
    arm = Arm(robot, tool)
    pairs = self_pairs(robot, tool)
    curve = _curve(arm, rng)
    if curve is None:
        return None
    q, tcp, speed = curve
    height = float(rng.choice([0.0, 0.4]))
    base = (
        float(rng.uniform(-1, 1)),
        float(rng.uniform(-1, 1)),
        height,
        float(rng.uniform(-math.pi, math.pi)),
    )
    world_from_base = transform(base[:3], (0.0, 0.0, base[3]))
    free_spin = (
        bool(rng.random() < 0.5) or robot.dof < 6
    )  # a spin asked of five axes leaves no room for the base
    ends = _straight_ends(arm, q, tcp, free_spin)
    known = np.concatenate([ends[0], q[:: max(1, len(q) // 60)], q[-1:], ends[1]])
    bodies = arm.bodies(known, world_from_base)
    if not apart(bodies, pairs, SELF_CLEAR):
        return None
    under = pedestal(robot, xyz=base[:3], yaw=base[3], mounting="floor")
    ground = [FLOOR, *([under] if under else [])]
    moving = [b for b in bodies if b.number >= 2]
    if any(least(b.boxes, standing(box, len(known)), CLEAR) < CLEAR for b in moving for box in ground):
        return None
    place = world_from_base @ tcp
    boxes = _boxes(bodies, place[:, :3, 3], known, rng, under)
    document = _document(name, tool, boxes, rng, base=base, place=place, speed=speed, free_spin=free_spin)
    approach = APPROACH if len(ends[0]) else 0.0
    document["process_path"] |= {"approach_mm": approach * 1000, "retract_mm": approach * 1000}
    try:
        need = need_from_document(document, name)
    except NeedError:
        return None  # such as a tool point inside a box: not a task anybody would ask
    if len(need.program.stops) > 1 or need.program.stops[0].curve.length < SHORTEST:
        return None  # a path with a cusp
    return Planted(need, arm, pairs, base, q, free_spin)


def random_tool(robot: Robot, rng: np.random.Generator) -> Tool:
    """A stick with a bent tip, sized to the robot."""
    payload = robot.payload_kg.value if robot.payload_kg else 1.0
    reach = robot.reach_m.value if robot.reach_m else 1.0
    long = float(rng.uniform(0.06, 0.25)) * min(1.0, reach)
    thick = float(rng.uniform(0.15, 0.4)) * long
    bend = math.radians(float(rng.choice([0.0, 0.0, 20.0, 40.0])))
    tip = 0.5 * long
    lean = rotation((0.0, bend, 0.0)) @ np.array([0.0, 0.0, tip])
    body = OrientedBox((0.0, 0.0, long / 2), (0.0, 0.0, 0.0), (thick, thick, long))
    middle = np.array([0.0, 0.0, long]) + 0.4 * lean
    neck = OrientedBox(tuple(middle), (0.0, bend, 0.0), (thick / 3, thick / 3, 0.7 * tip))
    tcp = np.array([0.0, 0.0, long]) + lean
    mass = float(rng.uniform(0.1, 0.5)) * payload
    return Tool("stick", mass, (0.0, 0.0, long / 2), tuple(tcp), (0.0, bend, 0.0), (body, neck))


def _curve(arm: Arm, rng: np.random.Generator) -> tuple[Array, Array, float] | None:
    """A smooth joint-space curve: postures (n, dof), base_from_tcp (n, 4, 4), a speed it can be run at."""
    half = np.minimum((arm.upper - arm.lower) / 2, math.pi)
    middle = (arm.upper + arm.lower) / 2
    start = middle + rng.uniform(-0.6, 0.6, len(half)) * half
    straight, bent = rng.normal(size=(2, len(half))) * half * 0.1
    wanted = float(rng.uniform(0.1, 0.5)) * min(1.0, arm.robot.reach_m.value if arm.robot.reach_m else 1.0)
    scale = 1.0
    for _ in range(3):
        u = np.linspace(0.0, 1.0, 401)
        q = start + scale * ((u - 0.5)[:, None] * straight + np.sin(math.pi * u)[:, None] * bent * 0.5)
        tcp = arm.tcp(q)
        step = np.linalg.norm(np.diff(tcp[:, :3, 3], axis=0), axis=1)
        if step.min() < 1e-7:
            return None
        scale *= wanted / step.sum()
    if not arm.inside(q, margin=0.03).all() or scale > 10.0:
        return None
    s = np.concatenate([[0.0], np.cumsum(step)])
    rate = np.gradient(q, s, axis=0)
    bend = np.gradient(rate, s, axis=0)
    acceleration = estimate(arm.robot, arm.tool.mass_kg).low
    fastest = SHARE_OF_LIMITS * float((arm.speed / np.abs(rate).max(axis=0).clip(1e-9)).min())
    sharpest = math.sqrt(SHARE_OF_LIMITS * float((acceleration / np.abs(bend).max(axis=0).clip(1e-9)).min()))
    start = np.abs(rate[[0, -1]]).max(axis=0).clip(1e-9)  # at the ends the speed is reached within the ramp
    soonest = math.sqrt(SHARE_OF_LIMITS * float((2 * RAMP * acceleration / start).min()))
    speed = min(0.1, fastest, sharpest, soonest)
    return (q, tcp, speed) if speed > 0.003 else None


def _straight_ends(arm: Arm, q: Array, tcp: Array, free_spin: bool) -> tuple[Array, Array]:
    """Postures on the approach and on the retract; both empty when one of them cannot be followed."""
    out = []
    for at in (0, -1):
        posture, rows = q[at : at + 1] if at == 0 else q[-1:], []
        for back in np.linspace(0.0, APPROACH, 7)[1:]:
            target = tcp[at][None].copy()
            target[0, :3, 3] -= back * target[0, :3, 2]
            posture, there = arm.reach_for(target, posture, free_spin=free_spin, rounds=6)
            if not there[0]:
                return np.empty((0, q.shape[1])), np.empty((0, q.shape[1]))
            rows.append(posture[0])
        out.append(np.array(rows))
    return out[0], out[1]


def _boxes(
    bodies: list[Body], path: Array, known: Array, rng: np.random.Generator, under: OrientedBox | None
) -> list[OrientedBox]:
    """Boxes round the path, none nearer to the known motion than ``CLEAR``, none in the base or its stand."""
    out: list[OrientedBox] = []
    fixed_bodies = [standing(under, 1)] if under else []
    for _ in range(int(rng.integers(3, 9)) * 4):
        if len(out) >= 8:
            break
        x, y, z = np.exp(rng.uniform(math.log(0.04), math.log(0.7), 3))
        centre = path[rng.integers(len(path))] + rng.normal(size=3) * 0.35
        box = OrientedBox(
            tuple(centre), (0.0, 0.0, float(rng.uniform(0, math.pi))), (float(x), float(y), float(z))
        )
        clear = all(least(b.boxes, standing(box, len(known)), CLEAR) >= CLEAR for b in bodies)
        if clear and all(least(b, standing(box, 1), CLEAR) >= CLEAR for b in fixed_bodies):
            out.append(box)
    return out


def _document(
    name: str,
    tool: Tool,
    boxes: list[OrientedBox],
    rng: np.random.Generator,
    *,
    base: tuple[float, float, float, float],
    place: Array,
    speed: float,
    free_spin: bool,
) -> dict[str, Any]:
    width = float(np.exp(rng.uniform(math.log(0.1), math.log(6.0))))
    low = np.array(base[:2]) - width * rng.uniform(0.1, 0.9, 2)
    stroke = _polyline(place)
    return {
        "id": name,
        "title_en": "planted task",
        "tool": tool_document(tool),
        "base": {
            "x_mm": [low[0] * 1000, (low[0] + width) * 1000],
            "y_mm": [low[1] * 1000, (low[1] + width) * 1000],
            "heights_mm": [base[2] * 1000],
        },
        "cell": {"box": [box_document(f"box {i}", b) for i, b in enumerate(boxes)]},
        "process_path": {
            "speed_mm_s": speed * 1000,
            "cyclic": False,
            "spins_deg": "free" if free_spin else [0.0],
            "stroke": [{"name": "planted", "polyline": stroke}],
        },
    }


def _polyline(place: Array) -> dict[str, Any]:
    """The path as points with directions and references, no denser than its chords need."""
    stride = 1
    while 2 * stride < len(place) // 8:
        coarse = place[:: 2 * stride, :3, 3]
        u = np.linspace(0.0, len(coarse) - 1.0, 2 * stride * (len(coarse) - 1) + 1)
        low = np.minimum(u.astype(int), len(coarse) - 2)
        chords = coarse[low] + (u - low)[:, None] * (coarse[low + 1] - coarse[low])
        if np.linalg.norm(chords - place[: len(chords), :3, 3], axis=1).max() > CHORD:
            break
        stride *= 2
    chosen = place[::stride]
    return {
        "points_mm": (chosen[:, :3, 3] * 1000).tolist(),
        "directions": chosen[:, :3, 2].tolist(),
        "references": chosen[:, :3, 0].tolist(),
    }


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
