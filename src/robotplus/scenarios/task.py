"""What a job is, lowered to the one form solvers and checkers read: a Program of stops.

Frames: everything stands in the world frame, z up. A tool's TCP frame has z pointing out of the tool into the
work; a waypoint's *tool direction* is where TCP z points. *Spin* is the rotation about that axis, measured
from the stop's reference x direction. SI units.

A process stroke is a stop with a path; a spot weld, a grasp or a release is a stop with a point and a dwell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from robotplus.robots.model import Array, OrientedBox, Vec3


@dataclass(frozen=True, slots=True)
class Tool:
    """An end effector; ``boxes``, ``com`` and the TCP pose are given in the flange frame."""

    name: str
    mass_kg: float
    com: Vec3
    tcp_xyz: Vec3
    tcp_rpy: Vec3
    boxes: tuple[OrientedBox, ...]
    inertia: tuple[float, float, float, float, float, float] | None = None  # about com, flange axes


@dataclass(frozen=True, slots=True)
class Part:
    """What is carried: mass, and shape as boxes in the *TCP frame* while gripped."""

    name: str
    mass_kg: float
    com: Vec3  # in the TCP frame
    boxes: tuple[OrientedBox, ...]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something the robot must not touch, as boxes in the world that cover its shape.

    ``first``, ``last``: it is there from the travel that leads to stop number ``first`` until the retract
    from stop number ``last`` (inclusive, positions in the executed order); None means always.
    """

    name: str
    boxes: tuple[OrientedBox, ...]
    role: Literal["part", "fixture", "cell", "floor", "placed"]
    first: int | None = None
    last: int | None = None


class Curve(Protocol):
    """A tool path by arc length. ``frames(s)`` gives positions (n, 3), tool directions z (n, 3), references x
    (n, 3), for arc lengths ``s`` (n,) in [0, length]."""

    length: float

    def frames(self, s: Array) -> tuple[Array, Array, Array]: ...


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing done at a place: a stroke along ``curve``, or a dwell at its single point (length 0)."""

    name: str
    curve: Curve
    spins: tuple[float, ...] | None  # allowed spins [rad]; None: any spin, and it may change along the path
    tilt_tolerance: float  # [rad] the tool may lean from its direction by this much
    speed: tuple[float, float, float] | None  # (lowest, wanted, highest) [m/s]; None: a point, or any speed
    ramp: float  # [m] at each end of the path in which the speed may still ramp
    dwell: float  # [s] at the end of the path
    approach: float  # [m] straight in along the tool direction before the path
    retract: float  # [m] straight out against the tool direction after the path
    approach_axis: Vec3 | None  # unit world direction to come from; None: from -z of the tool
    carry_in: int | None  # index into Program.parts while approaching
    carry_out: int | None  # index into Program.parts while leaving
    touches: tuple[str, ...]  # obstacle names the carried part may touch in approach, dwell and retract


@dataclass(frozen=True, slots=True)
class BaseRegion:
    """Where the base may stand: an axis-aligned rectangle, heights, mounting; yaw is free unless listed."""

    x: tuple[float, float]
    y: tuple[float, float]
    heights: tuple[float, ...]
    mounting: Literal["floor", "wall", "ceiling"]
    yaws: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Requirements:
    """What must hold besides reach: times, clearances, tolerances, environment."""

    takt: float | None  # [s] for one whole cycle
    min_clearance: float  # [m] links and tool against everything in the cell
    tool_clearance: float  # [m] tool against obstacles while on a stroke, approach or retract
    base_tolerance_xy: float  # [m]
    base_tolerance_angle: float  # [rad]
    path_tolerance: float  # [m] tool point against its path
    angle_tolerance: float  # [rad] tool direction against its path, beyond tilt_tolerance
    repeatability_mm: float | None  # worst repeatability allowed; None: derived from path_tolerance
    ip: str | None
    explosion_zone: str | None
    temperature_c: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Program:
    """A task lowered: the stops in their given order, the parts carried, the cell, and the requirements."""

    stops: tuple[Stop, ...]
    parts: tuple[Part, ...]
    free_order: tuple[tuple[int, ...], ...] | None  # blocks of stops that may be permuted; None: fixed order
    tool: Tool
    obstacles: tuple[Obstacle, ...]
    base: BaseRegion
    requirements: Requirements
    cyclic: bool  # travel back from the last stop to the first


@dataclass(frozen=True)
class Need:
    """A need as read: the document (self-contained, files inlined), its digest and the lowered program."""

    id: str
    title_en: str
    title_zh: str
    scenario: str
    family: Literal["process_path", "pick_place"]
    document: dict[str, Any]
    sha256: str
    seed: int
    program: Program
