"""How hard the joints of an arm accelerate: an estimate, because no data sheet says it.

In: a robot model and the load on its flange. Out: three accelerations a joint (low, nominal, high) and, in
words, what they rest on. The model is one line: a joint reaches full speed in a time

    t = ramp(group) · (reach / 0.7 m)^size_exponent · (1 + load_factor · load / payload)    [s]

so its acceleration is ``velocity / t``. Ramp times are much more alike from arm to arm than accelerations
are: makers pair fast joints with strong motors. The groups are *proximal* (the joints that carry the arm),
*wrist* (the last joints, which carry the tool) and *prismatic*. ``low`` and ``high`` are nominal divided and
multiplied by one spread factor. The constants and what they were fitted to are in ``acceleration.json``;
``python benchmarks/published_cycles.py --fit`` makes that file again.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from robotplus.robots.model import Array, Robot

REFERENCE_REACH_M = 0.7


@dataclass(frozen=True, slots=True)
class Parameters:
    """The model's constants: ramp times [s] at the reference reach without load, and dimensionless factors."""

    proximal_s: float
    wrist_s: float
    prismatic_s: float
    size_exponent: float
    load_factor: float
    spread: float
    provenance: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """Joint accelerations of one arm under one load, each (dof,), rad/s² (m/s² for a prismatic joint).

    A joint whose velocity is unknown has NaN: without a speed nothing can be said.
    """

    low: Array
    nominal: Array
    high: Array
    basis: str


@cache
def parameters() -> Parameters:
    """The constants that ship with robotplus."""
    data = json.loads(files("robotplus.robots").joinpath("acceleration.json").read_text(encoding="utf-8"))
    ramp = data["ramp_s"]
    return Parameters(
        ramp["proximal"],
        ramp["wrist"],
        ramp["prismatic"],
        data["size_exponent"],
        data["load_factor"],
        data["spread"],
        data["provenance"],
    )


def estimate(robot: Robot, load_kg: float, *, constants: Parameters | None = None) -> Estimate:
    """Estimate the accelerations a robot's joints reach with a load on the flange.

    Args:
        robot: the model; its joint velocities, reach and payload are used.
        load_kg: mass beyond the flange (tool and part).
        constants: other constants than the built-in ones (validation refits them).

    Returns:
        Low, nominal and high accelerations. Motions to be promised are timed with ``low``.
    """
    p = constants or parameters()
    payload = robot.payload_kg.value if robot.payload_kg else 0.0
    share = load_kg / payload if payload > 0.0 else 1.0  # unknown: as if fully loaded
    scale = (size_m(robot) / REFERENCE_REACH_M) ** p.size_exponent * (1.0 + p.load_factor * share)
    first_wrist = wrist_start(robot.dof)
    nominal = []
    for k, joint in enumerate(robot.joints):
        ramp = p.prismatic_s if joint.kind == "prismatic" else p.proximal_s if k < first_wrist else p.wrist_s
        nominal.append(math.nan if joint.velocity is None else joint.velocity / (ramp * scale))
    values = np.array(nominal)
    return Estimate(values / p.spread, values, values * p.spread, _basis(p))


def wrist_start(dof: int) -> int:
    """Index of the first wrist joint: an arm's first three joints (four of seven) carry it, the rest the tool."""
    return 4 if dof >= 7 else min(3, dof)


def size_m(robot: Robot) -> float:
    """The published reach, else the length of the chain from the second joint to the flange [m]."""
    if robot.reach_m is not None:
        return robot.reach_m.value
    return sum(math.hypot(*j.origin_xyz) for j in robot.joints[2:]) + math.hypot(*robot.flange_xyz)


@cache
def _basis(p: Parameters) -> str:
    return (
        "estimated, not published: time to full joint speed modelled from reach, joint group and load; "
        f"low and high are nominal divided and multiplied by {p.spread:g} ({p.provenance})"
    )
