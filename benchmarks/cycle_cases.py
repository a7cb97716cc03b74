"""Published cycle times as cases: the row, the robot that did it, and the joint paths of its cycle."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from robotplus.robots.acceleration import Parameters, estimate
from robotplus.robots.model import Array, Figure, Robot, Vec3
from robotplus.testing.pick_cycle import PickCycle, cycle_time, joint_paths

DATA = Path(__file__).parent / "data" / "published_motion.json"
USUAL_OVERLAP = PickCycle().overlap
USUAL_LOAD_KG = 1.0  # the load most six-axis rows state; taken where a row states none

Row = dict[str, Any]


def published() -> dict[str, list[Row]]:
    """The published figures: cycles, joints, derating."""
    rows: dict[str, list[Row]] = json.loads(DATA.read_text(encoding="utf-8"))
    return rows


def unused(row: Row) -> str | None:
    """Why a published cycle is not used, or None when it is.

    The rule looks at what was published and never at how well it is predicted.
    """
    if row["kinematics"] != "six-axis":
        return f"{row['kinematics']}: another machine than the six-axis arms the estimate is judged on"
    if row["metric"] != "standard_pick_cycle":
        return "not the standard pick cycle: a single comparison below"
    if row["seconds"] is None:
        return "a range over variants"
    if "bound" in row:
        return "a bound (at most), not a value"
    if "catalogue_id" not in row and "speeds_rad_s" not in row:
        return "joint speeds of this model not known"
    return None


@dataclass(frozen=True)
class Case:
    """A used row with its robot and the joint paths of its cycle (paths, samples, dof).

    ``stand_in`` is the catalogue arm whose geometry was scaled, None when the catalogue has the model itself.
    """

    row: Row
    robot: Robot
    stand_in: str | None
    load_kg: float
    paths: Array

    def times(self, constants: Parameters | None = None) -> Array:
        """(3,) cycle time with low, nominal and high accelerations [s]; None: with the built-in constants."""
        guess = estimate(self.robot, self.load_kg, constants=constants)
        velocity = np.array([j.velocity for j in self.robot.joints], dtype=float)
        return cycle_time(self.paths, velocity, np.stack([guess.low, guess.nominal, guess.high]))


def case(row: Row, catalogue: Mapping[str, Robot], *, overlap: float = USUAL_OVERLAP) -> Case:
    """The row's case.

    The robot is the catalogue's, else the maker's (else anyone's) industrial six-axis arm of nearest reach,
    scaled to the published reach and given the published joint speeds.
    """
    stand_in = None
    if "catalogue_id" in row:
        robot = catalogue[row["catalogue_id"]]
    else:
        arms = [r for r in catalogue.values() if r.kind == "industrial" and r.dof == 6 and r.reach_m]
        arms = [r for r in arms if r.maker == row["maker"]] or arms
        nearest = min(arms, key=lambda r: (abs(_reach(r) - row["reach_m"]), r.id))
        stand_in = nearest.id
        robot = _scaled(nearest, row["reach_m"] / _reach(nearest), row["speeds_rad_s"])
    robot = dataclasses.replace(
        robot,
        payload_kg=Figure(row["payload_kg"], row["source"], row["confidence"]),
        reach_m=Figure(row["reach_m"], row["source"], row["confidence"]),
    )
    load = USUAL_LOAD_KG if row["load_kg"] is None else row["load_kg"]
    return Case(row, robot, stand_in, load, joint_paths(robot, cycle_of(row, overlap=overlap)))


def cases(catalogue: Mapping[str, Robot], *, overlap: float = USUAL_OVERLAP) -> list[Case]:
    """Every used row as a case, with arches of the given overlap."""
    return [case(row, catalogue, overlap=overlap) for row in published()["cycles"] if unused(row) is None]


def cycle_of(row: Row, *, overlap: float = USUAL_OVERLAP) -> PickCycle:
    """The shape of a row's cycle; a point-to-point move has no height."""
    return PickCycle(row["height_m"] or 0.0, row["length_m"], math.radians(row.get("turn_deg", 0.0)), overlap)


def _reach(robot: Robot) -> float:
    return robot.reach_m.value if robot.reach_m else math.nan


def _scaled(robot: Robot, factor: float, speeds: Sequence[float]) -> Robot:
    """The arm with every length multiplied by ``factor`` and other joint speeds [rad/s]."""

    def times(xyz: Vec3) -> Vec3:
        return (xyz[0] * factor, xyz[1] * factor, xyz[2] * factor)

    joints = tuple(
        dataclasses.replace(j, origin_xyz=times(j.origin_xyz), velocity=v)
        for j, v in zip(robot.joints, speeds, strict=True)
    )
    return dataclasses.replace(robot, joints=joints, flange_xyz=times(robot.flange_xyz))
