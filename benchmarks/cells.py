"""Cells to compare on: the benchmark scenes' seams alone, with robots that stand here and there."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peer import closed_form
from benchmarks.peer_geometry import Geometry
from benchmarks.scene import Cell, limits
from robotplus.certificates.certificate import Base
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.model import Robot
from robotplus.scenarios.files import need_from_document, read_need
from robotplus.scenarios.task import Need

NEEDS = Path(__file__).parent.parent / "examples" / "needs"
SCENES = ("bench_seam", "bench_seam", "bench_clutter", "bench_tunnel")  # half of the cells are the plain one
STANDARD = (  # robot, x, y, z, yaw [deg]: one with a spherical wrist, one with three parallel axes
    ("abb_irb2400_12_155", 0.0, -1.2, 0.4, 90.0),
    ("ur_ur10e", 0.0, -1.0, 0.6, 90.0),
)
OUT_OF_REACH = (("abb_irb2400_12_155", 1.5, -1.5, 0.0, 90.0), ("ur_ur10e", 1.5, -1.5, 0.0, 90.0))


@dataclass(frozen=True)
class Case:
    """A cell and the need it comes from."""

    need: Need
    cell: Cell


def seam_alone(name: str) -> Need:
    """A benchmark scene without travel, takt and base tolerance, which the peer does not know.

    Approach and retract stay: the engine proves them on top of the stroke.
    """
    document = copy.deepcopy(read_need(NEEDS / f"{name}.toml").document)
    document["id"] = f"{name}_alone"
    document["process_path"]["cyclic"] = False
    document["requirements"] |= {"base_tolerance_mm": 0.0, "base_tolerance_deg": 0.0}
    document["requirements"].pop("takt_s", None)
    return need_from_document(document)


def standing(need: Need, robot: Robot, x: float, y: float, z: float, yaw_deg: float) -> Case:
    """A robot on the floor or on a pedestal."""
    base = Base((x, y, z), math.radians(yaw_deg), "floor")
    return Case(need, Cell(robot, need.program, base))


def standard(catalogue: Catalogue, rows: tuple[tuple[str, float, float, float, float], ...]) -> list[Case]:
    """The fixed cells, on the plain scene."""
    need = seam_alone("bench_seam")
    return [standing(need, catalogue[robot], x, y, z, yaw) for robot, x, y, z, yaw in rows]


def comparable(robot: Robot, load_kg: float) -> bool:
    """Whether both sides can treat the robot: complete data, load carried, six axes in closed form, on the floor.

    The peer knows nothing of mountings: a robot made for ceilings or shelves would be a no of ours alone.
    """
    if robot.mounting is not None and "floor" not in robot.mounting.value:
        return False
    complete = all(None not in (j.lower, j.upper, j.velocity) for j in robot.joints)
    complete = complete and all(link.boxes for link in robot.links)
    known = robot.velocity is not None and robot.velocity.value == "data" and robot.payload_kg is not None
    if not (complete and known and robot.payload_kg and robot.payload_kg.value >= load_kg):
        return False
    turning = [j.kind for j in robot.joints] == ["revolute"] * 6
    return turning and bool(closed_form(robot)[0].hasKnownDecomposition()) and _exact(robot)


def _exact(robot: Robot) -> bool:
    """Whether EAIK's closed form meets the chain: slightly off its class it would answer wrongly."""
    solver, _ = closed_form(robot)
    rng = np.random.default_rng(0)
    lower, upper, _ = limits(robot)
    for _ in range(5):
        q = rng.uniform(lower, upper)
        pose = solver.fwdKin(q)
        found = solver.IK(pose)
        errors = [np.abs(solver.fwdKin(row) - pose).max() for row in found.Q[~np.ravel(found.is_LS)]]
        if not errors or max(errors) > 1e-6:
            return False
    return True


def varied(catalogue: Catalogue, count: int, seed: int) -> Iterator[Case]:
    """Robots at random places round the benchmark scenes, turned roughly towards the seam."""
    rng = np.random.default_rng(seed)
    needs = {name: seam_alone(name) for name in SCENES}
    load = needs[SCENES[0]].program.tool.mass_kg
    robots = [r for r in catalogue.values() if r.reach_m is not None and comparable(r, load)]
    while count > 0:
        need = needs[SCENES[rng.integers(len(SCENES))]]
        robot = robots[rng.integers(len(robots))]
        region = need.program.base
        stroke = next(s for s in need.program.stops if s.curve.length > 0)
        middle = stroke.curve.frames(np.array([stroke.curve.length / 2]))[0][0]
        reach = robot.reach_m.value if robot.reach_m else 1.0
        away, round_ = rng.uniform(0.25, 0.8) * reach, rng.uniform(0.0, 2.0 * math.pi)
        x, y = middle[0] + away * math.cos(round_), middle[1] + away * math.sin(round_)
        yaw = math.degrees(round_) + 180.0 + rng.uniform(-30.0, 30.0)
        if region.x[0] <= x <= region.x[1] and region.y[0] <= y <= region.y[1]:
            height = region.heights[rng.integers(len(region.heights))]
            case = standing(need, robot, float(x), float(y), height, (yaw + 180.0) % 360.0 - 180.0)
            if Geometry(case.cell, ()).base_free:  # a base inside the table says nothing about either side
                yield case
                count -= 1
