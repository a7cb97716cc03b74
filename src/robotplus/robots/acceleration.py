"""How hard the joints of an arm accelerate: an estimate, because data sheets do not say it.

In: a robot model and the load on its flange. Out: three accelerations a joint (low, nominal, high) and, in
words, what they rest on. A joint is taken to reach its full speed in the time

    t = ramp · wrist_share [wrist joints] · collaborative_factor [no industrial arm]
        · (reach / 0.7 m)^size_exponent · (1 + load_factor · (load / payload)²)               [s]

so that its acceleration is ``velocity / t``. Ramp times are much more alike from arm to arm than
accelerations are: makers pair fast joints with strong motors, and a larger arm is a slower one. Low and high
stand apart by a factor that grows with the distance from the arms that the model was calibrated on (0.5 to
0.9 m, light loads):

    ln(high / nominal)² = ln(base)² + (size_error · ln(reach / 0.7 m))² + (load_error · share)² + class_error²

with ``share`` the part of t that the load adds. The few arms whose makers publish accelerations use those.
All constants lie in ``acceleration.json``; ``python -m benchmarks.published_cycles --fit`` makes it again.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from robotplus.robots.model import Array, Robot

REFERENCE_REACH_M = 0.7


@dataclass(frozen=True, slots=True)
class Parameters:
    """The model's constants: ramp times [s], and dimensionless factors and (natural logarithmic) errors."""

    ramp_s: float
    prismatic_s: float
    wrist_share: float
    size_exponent: float
    load_factor: float
    collaborative_factor: float
    base_spread: float
    size_error: float
    load_error: float
    class_error: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Joint accelerations of one arm under one load, each (dof,), rad/s² (m/s² for a prismatic joint).

    A joint whose velocity is unknown has NaN: without a speed nothing can be said. Motions to be promised are
    timed with ``low``; ``basis`` says in one line what the figures rest on.
    """

    low: Array
    nominal: Array
    high: Array
    basis: str


def estimate(robot: Robot, load_kg: float, *, constants: Parameters | None = None) -> Estimate:
    """Estimate the accelerations a robot's joints reach with a load on the flange.

    Args:
        robot: the model; its joint velocities, reach, payload and kind are used.
        load_kg: mass beyond the flange (tool and part).
        constants: other constants than the built-in ones (validation refits them); published accelerations
            are then left aside.

    Returns:
        Low, nominal and high accelerations with their basis.
    """
    p = constants or _built_in()[0]
    payload = robot.payload_kg.value if robot.payload_kg else 0.0
    share = load_kg / payload if payload > 0.0 else 1.0  # unknown: as if fully loaded
    load = 1.0 + p.load_factor * share * share
    if constants is None and (known := _built_in()[1].get(robot.id)) is not None:
        values, source = known
        return Estimate(
            values / load, values, values, f"published by the maker ({source}); low is derated by load"
        )
    collaborative = robot.kind in ("collaborative", "education")
    size = math.log(size_m(robot) / REFERENCE_REACH_M)
    turning = p.ramp_s * load * math.exp(p.size_exponent * size)
    if collaborative:
        turning *= p.collaborative_factor
    first_wrist = wrist_start(robot.dof)
    nominal = []
    for k, joint in enumerate(robot.joints):
        ramp = turning if k < first_wrist else turning * p.wrist_share
        if joint.kind == "prismatic":
            ramp = p.prismatic_s * load
        nominal.append(math.nan if joint.velocity is None else joint.velocity / ramp)
    spread = math.exp(
        math.hypot(
            math.log(p.base_spread),
            p.size_error * size,
            p.load_error * (1.0 - 1.0 / load),
            p.class_error if collaborative else 0.0,
        )
    )
    middle = np.array(nominal)
    return Estimate(middle / spread, middle, middle * spread, _BASIS % (load_kg, spread))


def wrist_start(dof: int) -> int:
    """Index of the first wrist joint: the first three (four of seven) carry the arm, the rest the tool."""
    return 4 if dof >= 7 else min(3, dof)


def size_m(robot: Robot) -> float:
    """The published reach, else the length of the chain from the second joint to the flange [m]."""
    if robot.reach_m is not None:
        return robot.reach_m.value
    return sum(math.hypot(*j.origin_xyz) for j in robot.joints[2:]) + math.hypot(*robot.flange_xyz)


_BASIS = (
    "estimated, not published: time to full joint speed from size, joint and load %.3g kg, calibrated on "
    "makers' pick cycles; low and high are nominal divided and multiplied by %.2f"
)


@cache
def _built_in() -> tuple[Parameters, dict[str, tuple[Array, str]]]:
    """The constants that ship with robotplus, and published accelerations with source by robot id."""
    data: dict[str, Any] = json.loads(
        files("robotplus.robots").joinpath("acceleration.json").read_text(encoding="utf-8")
    )
    known = {
        k: (np.array(v["acceleration"], dtype=float), str(v["source"])) for k, v in data["published"].items()
    }
    return Parameters(**data["constants"]), known
