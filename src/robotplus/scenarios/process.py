"""Process paths lowered: every stroke of a need becomes one or more stops along exact curves."""

from __future__ import annotations

import math
from dataclasses import dataclass

from robotplus.errors import NeedError
from robotplus.robots.model import Array, Vec3
from robotplus.scenarios.cell import metres
from robotplus.scenarios.curves import unit
from robotplus.scenarios.pieces import Shaping, pieces_of
from robotplus.scenarios.schema import RequirementsTable
from robotplus.scenarios.strokes import Process, ProcessPathTable
from robotplus.scenarios.task import Stop

MAX_STOPS = 1_000
SPEED_BAND = 0.05  # a single speed means itself within this share
ROUNDING = 0.25  # bends of a polyline are rounded within this share of the path and angle tolerance
DEFAULT_APPROACH_MM = 50.0
DEFAULT_RAMP_MM = 5.0


@dataclass(frozen=True)
class Settings:
    """How a stroke is done, in SI, with every default filled in."""

    speed: tuple[float, float, float] | None
    spins: tuple[float, ...] | None
    tilt: float
    approach: float
    retract: float
    run_up: float
    ramp: float
    approach_axis: Vec3 | None


def settings(path: Process, stroke: Process, *, oriented: bool) -> Settings:
    """The stroke's own values over the path's over the defaults.

    Args:
        oriented: the stroke gives full orientations, so its spin is fixed unless asked otherwise.
    """

    def length(key: str, default: float) -> float:
        for table in (stroke, path):
            if (value := getattr(table, key)) is not None:
                return float(value)
        return default

    speed = stroke.speed_mm_s or path.speed_mm_s
    if isinstance(speed, float):
        speed = (speed * (1 - SPEED_BAND), speed, speed * (1 + SPEED_BAND))
    spins = stroke.spins_deg or path.spins_deg or ([0.0] if oriented else "free")
    run_up = length("run_up_mm", 0.0)
    come = stroke.approach_from or path.approach_from
    return Settings(
        speed=None if speed is None else metres(speed),
        spins=None if isinstance(spins, str) else tuple(math.radians(a) for a in spins),
        tilt=math.radians(length("tilt_tolerance_deg", 0.0)),
        approach=length("approach_mm", DEFAULT_APPROACH_MM) / 1000,
        retract=length("retract_mm", DEFAULT_APPROACH_MM) / 1000,
        run_up=run_up / 1000,
        ramp=length("ramp_mm", run_up or DEFAULT_RAMP_MM) / 1000,
        approach_axis=None if come is None else _vec3(unit(come)),
    )


def lower_process(
    path: ProcessPathTable, needed: RequirementsTable, where: str
) -> tuple[tuple[Stop, ...], tuple[tuple[int, ...], ...] | None]:
    """Stops in their given order, and the blocks that may be permuted (None: fixed order).

    Raises:
        NeedError: coinciding points, a tool direction that turns about between two points, a flat arc.
    """
    stops: list[Stop] = []
    blocks: list[tuple[int, ...]] = []
    for number, stroke in enumerate(path.stroke):
        at = f"{where}: process_path.stroke[{number}] ({stroke.name})"
        oriented = stroke.polyline is not None and stroke.polyline.rpys_deg is not None
        how = settings(path, stroke, oriented=oriented)
        shaping = Shaping(
            run_up=how.run_up,
            corner=math.radians(path.corner_deg),
            bend=ROUNDING * needed.path_tolerance_mm / 1000,
            turn=ROUNDING * math.radians(needed.angle_tolerance_deg),
            free=how.spins is None,
        )
        pieces = pieces_of(stroke, shaping, at)
        first = len(stops)
        if first + len(pieces) > MAX_STOPS:
            raise NeedError(
                "the path has too many stops", at, allowed=f"<= {MAX_STOPS} strokes, corners and spots"
            )
        for i, piece in enumerate(pieces):
            ends = i + 1 == len(pieces) or not pieces[i + 1].joined
            stops.append(
                Stop(
                    name=stroke.name if len(pieces) == 1 else f"{stroke.name} {i + 1}",
                    curve=piece.curve,
                    spins=how.spins,
                    tilt_tolerance=how.tilt,
                    speed=how.speed if piece.curve.length > 0 else None,
                    ramp=min(how.ramp, piece.curve.length / 2),
                    dwell=piece.dwell,
                    approach=0.0 if piece.joined else how.approach,
                    retract=how.retract if ends else 0.0,
                    approach_axis=how.approach_axis,
                    carry_in=None,
                    carry_out=None,
                    touches=(),
                )
            )
        if stroke.spots is not None:
            blocks += [(i,) for i in range(first, len(stops))]
        else:
            blocks.append(tuple(range(first, len(stops))))
    return tuple(stops), tuple(blocks) if path.order == "free" else None


def _vec3(v: Array) -> Vec3:
    return float(v[0]), float(v[1]), float(v[2])
