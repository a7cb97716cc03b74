"""Needs, cells and robots for the tests of the prover, and distances to judge it by."""

from __future__ import annotations

import copy
import ctypes
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import coal
import numpy as np
from reference_chains import link_frames

from robotplus.proving.body import Body, make_body, without_pairs
from robotplus.proving.cell import World
from robotplus.proving.context import Context, make_context
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.pairs import coarse_pairs
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import box_transform, transform
from robotplus.robots.model import Array, OrientedBox, Robot
from robotplus.scenarios.cell import pedestal, world_from_base
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need, Obstacle

CATALOGUE = load_catalogue()
# one robot of each way to solve inverse kinematics, their blocking data known
OF_CLASS = {
    "opw": "yaskawa_ar2010",
    "ur": "ur_ur10e",
    "scan": "fanuc_crx10ia_l",
    "redundant": "kuka_lbr_iiwa14_r820",
    "numeric": "ufactory_xarm5",
}

_SEAM: dict[str, Any] = {
    "id": "prover-seam",
    "title_en": "Seam for tests of the prover",
    "tool": {
        "name": "torch",
        "mass_kg": 1.0,
        "com_mm": [0.0, 0.0, 60.0],
        "tcp": {"position_mm": [0.0, 0.0, 180.0]},
        "box": [
            {"position_mm": [0.0, 0.0, 50.0], "size_mm": [60.0, 60.0, 100.0]},
            {"position_mm": [0.0, 0.0, 135.0], "size_mm": [20.0, 20.0, 70.0]},
        ],
    },
    "base": {"x_mm": [-1200.0, 1200.0], "y_mm": [-1200.0, 1200.0]},
    "cell": {"box": []},
    "requirements": {"path_tolerance_mm": 1.0, "angle_tolerance_deg": 1.0},
    "process_path": {
        "approach_mm": 50.0,
        "retract_mm": 50.0,
        "speed_mm_s": [15.0, 20.0, 25.0],
        "ramp_mm": 10.0,
        "stroke": [
            {
                "name": "seam",
                "polyline": {
                    "points_mm": [[-100.0, 0.0, 300.0], [100.0, 0.0, 300.0]],
                    "direction": [0.0, 0.0, -1.0],
                },
            }
        ],
    },
}

_HANDLING: dict[str, Any] = {
    "id": "prover-handling",
    "title_en": "Handling for tests of the prover",
    "tool": {
        "name": "gripper",
        "mass_kg": 0.8,
        "com_mm": [0.0, 0.0, 50.0],
        "tcp": {"position_mm": [0.0, 0.0, 120.0]},
        "box": [{"position_mm": [0.0, 0.0, 55.0], "size_mm": [60.0, 60.0, 110.0]}],
    },
    "base": {"x_mm": [-1000.0, 1000.0], "y_mm": [-1000.0, 1000.0]},
    "cell": {
        "box": [
            {"name": "left", "position_mm": [0.0, 250.0, 100.0], "size_mm": [160.0, 160.0, 200.0]},
            {"name": "right", "position_mm": [0.0, -250.0, 100.0], "size_mm": [160.0, 160.0, 200.0]},
        ]
    },
    "pick_place": {
        "part": {"name": "block", "mass_kg": 0.4, "size_mm": [50.0, 50.0, 50.0]},
        "pair": [
            {
                "name": "block",
                "pick": {"position_mm": [0.0, 250.0, 201.0], "on": ["left"]},
                "place": {"position_mm": [0.0, -250.0, 201.0], "on": ["right"]},
            }
        ],
        "approach_mm": 60.0,
        "retract_mm": 60.0,
    },
}


def changed(document: dict[str, Any], changes: dict[str, Any]) -> Need:
    """A need from a document, entries replaced at paths like ``process_path__stroke__0__name``."""
    document = copy.deepcopy(document)
    for path, value in changes.items():
        table: Any = document
        *parents, key = path.split("__")
        for parent in parents:
            table = table[int(parent)] if parent.isdigit() else table.setdefault(parent, {})
        table[key] = value
    return need_from_document(document)


def seam_need(**changes: Any) -> Need:
    """A straight 200 mm seam 300 mm above the floor, the torch pointing down."""
    return changed(_SEAM, changes)


def handling_need(**changes: Any) -> Need:
    """One block carried from a stand to another."""
    return changed(_HANDLING, changes)


def boxes_near(rng: np.random.Generator, n: int, reach: float) -> list[dict[str, Any]]:
    """``n`` boxes at random round a robot that stands at the origin."""
    out = []
    for k in range(n):
        far = rng.uniform(0.4, 1.0) * reach
        round_ = rng.uniform(-np.pi, np.pi)
        at = [far * np.cos(round_), far * np.sin(round_), rng.uniform(0.1, 0.9) * reach]
        out.append(
            {
                "name": f"box {k}",
                "position_mm": [1000 * v for v in at],
                "rpy_deg": rng.uniform(-180, 180, 3).tolist(),
                "size_mm": (rng.uniform(0.1, 0.5, 3) * reach * 1000).tolist(),
            }
        )
    return out


@dataclass(frozen=True)
class Stand:
    """A robot at a base place in a need's cell: the kernels' scene and what is in it, for other readers."""

    body: Body
    context: Context
    world_from_base: Array
    yaw: float
    world: World
    buffer: Any

    @property
    def obstacles(self) -> Iterator[tuple[Obstacle, OrientedBox]]:
        """Every box of the cell, the pedestal's too, in the world."""
        for obstacle in self.context.program.obstacles:
            for box in obstacle.boxes:
                yield obstacle, box
        x, y, z = self.world_from_base[:3, 3]
        under = pedestal(self.body.robot, xyz=(x, y, z), yaw=self.yaw, mounting="floor")
        if under is not None:
            yield Obstacle("pedestal", (under,), "floor"), under


def stand(robot: Robot, need: Need, *, xyz: Sequence[float] = (0.0, 0.0, 0.0), yaw: float = 0.0) -> Stand:
    """Set a robot up on the floor, tool pairs that boxes are too coarse for left out."""
    context = make_context(need)
    body = make_body(robot, context.program, load_kg=context.load_kg)
    tools = [(i, j) for i, j in body.pairs.tolist() if j > body.dof and i == body.dof - 2]
    body = without_pairs(body, set(coarse_pairs(body.struct, tools)))
    pose = world_from_base((xyz[0], xyz[1], xyz[2]), yaw, "floor")
    world = context.world_for(body, xyz[2])
    buffer = ctypes.create_string_buffer(kernels().rp_sizeof_scene())
    pairs = len(body.pairs)
    kernels().rp_scene_init(buffer, body.pointer, world.pointer, p(rows(pose)), p(body.pairs), pairs)
    return Stand(body, context, pose, yaw, world, buffer)


def wide(q: Array) -> Array:
    """Joints (n, dof) as the kernels' rows of 7."""
    out = np.zeros((len(q), 7))
    out[:, : q.shape[1]] = q
    return out


@functools.cache
def coal_box(half: tuple[float, float, float]) -> coal.Box:
    return coal.Box(*(2 * h for h in half))


def coal_distance(pose_a: Array, half_a: Array, pose_b: Array, half_b: Array) -> float:
    """[m] between two boxes at (4, 4) poses; negative: how deep they overlap."""
    shapes = [coal_box(tuple(float(v) for v in h)) for h in (half_a, half_b)]
    at = [coal.Transform3s(m[:3, :3], m[:3, 3]) for m in (pose_a, pose_b)]
    return float(
        coal.distance(shapes[0], at[0], shapes[1], at[1], coal.DistanceRequest(), coal.DistanceResult())
    )


@dataclass(frozen=True)
class Solid:
    """A box of a robot, tool or carried part: link number as the kernels count, world pose and half edges."""

    link: int
    pose: Array
    half: Array


def solids(at: Stand, q: Array) -> list[Solid]:
    """All boxes that move with the robot at joints ``q`` (dof,), by the URDF convention in plain NumPy."""
    robot, program = at.body.robot, at.context.program
    frames = [at.world_from_base @ f for f in link_frames(robot, q)]
    flange = frames[-1] @ transform(robot.flange_xyz, robot.flange_rpy)
    tcp = flange @ transform(program.tool.tcp_xyz, program.tool.tcp_rpy)
    groups = [(k, frames[k], link.boxes or ()) for k, link in enumerate(robot.links)]
    groups.append((robot.dof + 1, flange, program.tool.boxes))
    groups += [(robot.dof + 2 + k, tcp, part.boxes) for k, part in enumerate(program.parts)]
    return [Solid(k, m @ box_transform(b), np.array(b.size) / 2) for k, m, boxes in groups for b in boxes]


def distances(
    at: Stand, q: Array, *, stop: int, carry: int, near: bool, tool: bool = True
) -> Iterator[tuple[float, float]]:
    """(what is asked, distance by Coal) of every pair of boxes that counts at joints ``q``: cell pairs, then
    self pairs, which ask for 0. Pairs whose balls are more than 0.3 m apart are left out."""
    dof, need = at.body.dof, at.context.program.requirements
    order = at.context.layers.order
    touches = at.context.program.stops[order[stop]].touches if stop < len(order) and near else ()
    moving = [s for s in solids(at, q) if s.link <= dof + 1 or s.link == dof + 2 + carry]
    for obstacle, box in at.obstacles:
        if not (obstacle.first is None or obstacle.first <= stop):
            continue
        if not (obstacle.last is None or stop <= obstacle.last):
            continue
        fixed = Solid(0, box_transform(box), np.array(box.size) / 2)
        for s in moving:
            if s.link == 0 or (s.link == 1 and obstacle.role == "floor") or (s.link > dof and not tool):
                continue
            if s.link > dof + 1 and obstacle.name in touches:
                continue
            asked = need.tool_clearance if near and s.link > dof else need.min_clearance
            if _balls_apart(fixed, s) < 0.3:
                yield asked, coal_distance(fixed.pose, fixed.half, s.pose, s.half)
    pairs = {(int(i), int(j)) for i, j in at.body.pairs}
    for k, a in enumerate(moving):
        for b in moving[k + 1 :]:
            if (a.link, b.link) in pairs and _balls_apart(a, b) < 0.3:
                yield 0.0, coal_distance(a.pose, a.half, b.pose, b.half)


def room(at: Stand, q: Array) -> float:
    """[m] by which the nearest pair is farther apart than asked, travelling at joints ``q``."""
    return min((d - asked for asked, d in distances(at, q, stop=0, carry=-1, near=False)), default=1.0)


def _balls_apart(a: Solid, b: Solid) -> float:
    apart = np.linalg.norm(a.pose[:3, 3] - b.pose[:3, 3])
    return float(apart - np.linalg.norm(a.half) - np.linalg.norm(b.half))
