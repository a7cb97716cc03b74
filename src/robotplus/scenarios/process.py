"""Process paths lowered: every stroke of a need becomes one or more stops along exact curves."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from robotplus.errors import NeedError
from robotplus.robots.frames import rotation
from robotplus.robots.model import Array, Vec3
from robotplus.scenarios.cell import metres, radians
from robotplus.scenarios.curves import (
    ArcCurve,
    Extended,
    Path,
    PointCurve,
    PolylineCurve,
    any_reference,
    unit,
    vertex_references,
)
from robotplus.scenarios.strokes import (
    ArcTable,
    CircleTable,
    Lines,
    PolylineTable,
    Process,
    ProcessPathTable,
    RasterTable,
    SpotsTable,
    StrokeTable,
    SurfaceTable,
)
from robotplus.scenarios.surface import line_offsets, surface_lines
from robotplus.scenarios.task import Curve, Stop

SAME_POINT = 1e-6  # [m] two neighbouring points closer than this are one
MAX_STOPS = 1_000
SPEED_BAND = 0.05  # a single speed means itself within this share
DEFAULT_APPROACH_MM = 50.0
DEFAULT_RAMP_MM = 5.0
OPPOSITE = math.radians(179.0)  # neighbouring tool directions farther apart have no definite way between them


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


@dataclass(frozen=True)
class Piece:
    """One curve of a stroke; ``joined``: it goes on from the piece before without retract and approach."""

    curve: Curve
    joined: bool
    dwell: float = 0.0


def lower_process(
    path: ProcessPathTable, where: str
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
        pieces = _pieces(stroke, how.run_up, math.radians(path.corner_deg), at)
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


def _pieces(stroke: StrokeTable, run_up: float, corner: float, where: str) -> list[Piece]:
    if stroke.polyline is not None:
        return polyline_pieces(stroke.polyline, run_up, corner, f"{where}.polyline")
    if stroke.arc is not None:
        return [Piece(_extended(arc_curve(stroke.arc, f"{where}.arc"), run_up, run_up), False)]
    if stroke.circle is not None:
        return [Piece(_extended(circle_curve(stroke.circle), run_up, run_up), False)]
    if stroke.raster is not None:
        return raster_pieces(stroke.raster, run_up, f"{where}.raster")
    if stroke.surface is not None:
        return surface_pieces(stroke.surface, run_up, f"{where}.surface")
    if stroke.spots is not None:
        return spot_pieces(stroke.spots)
    raise NeedError("a CSV file is read only from a need file on disk", where, fix="inline its points")


def _vec3(v: Array) -> Vec3:
    return float(v[0]), float(v[1]), float(v[2])


def _extended(path: Path, before: float, after: float) -> Path:
    return Extended(path, before, after) if before or after else path


def polyline_pieces(table: PolylineTable, run_up: float, corner: float, where: str) -> list[Piece]:
    """A polyline cut at corners sharper than ``corner`` [rad]; run-ups extend its two ends."""
    p = np.array(table.points_mm, dtype=float) / 1000
    seg = np.diff(p, axis=0)
    size = np.linalg.norm(seg, axis=1)
    if (size < SAME_POINT).any():
        i = int(np.argmax(size < SAME_POINT))
        raise NeedError(f"points {i} and {i + 1} coincide", where, value=list(table.points_mm[i + 1]))
    z, x = _orientations(table, p)
    swing = np.arccos(np.clip(np.sum(z[:-1] * z[1:], axis=1), -1, 1))
    if (swing > OPPOSITE).any():
        i = int(np.argmax(swing))
        raise NeedError(f"the tool direction turns about between points {i} and {i + 1}", where)
    bend = np.arccos(np.clip(np.sum(seg[:-1] * seg[1:], axis=1) / (size[:-1] * size[1:]), -1, 1))
    cuts = [0, *(int(i) + 1 for i in np.flatnonzero(bend > corner)), len(p) - 1]
    pieces = []
    for i, (a, b) in enumerate(itertools.pairwise(cuts)):
        part = slice(a, b + 1)
        ref = x[part] if x is not None else vertex_references(p[part], z[part])
        curve = PolylineCurve(p[part], z[part], ref)
        pieces.append(
            Piece(_extended(curve, run_up if i == 0 else 0.0, run_up if b == len(p) - 1 else 0.0), i > 0)
        )
    return pieces


def _orientations(table: PolylineTable, p: Array) -> tuple[Array, Array | None]:
    if table.rpys_deg is not None:
        frames = np.array([rotation(radians(r)) for r in table.rpys_deg])
        return frames[:, :, 2], frames[:, :, 0]
    z = (
        np.tile(unit(table.direction), (len(p), 1))
        if table.direction is not None
        else unit(np.array(table.directions))
    )
    if table.references is None:
        return z, None
    return z, _references(np.array(table.references), z)


def _references(asked: Array, z: Array) -> Array:
    """The asked reference directions seen along z; any direction where they lie along it."""
    flat = unit(asked) - np.sum(unit(asked) * z, axis=1, keepdims=True) * z
    return np.array(
        [unit(f) if np.linalg.norm(f) > 1e-3 else any_reference(d) for f, d in zip(flat, z, strict=True)]
    )


def arc_curve(table: ArcTable, where: str) -> ArcCurve:
    """The arc of three points, or about a centre."""
    if table.points_mm is not None:
        a, b, c = (np.array(v) / 1000 for v in table.points_mm)
        centre, normal, angle = _through(a, b, c, where)
    else:
        a, centre = np.array(table.start_mm) / 1000, np.array(table.centre_mm) / 1000
        normal, angle = unit(table.normal), math.radians(table.angle_deg or 0.0)
        lift = float((a - centre) @ normal)
        centre = centre + lift * normal  # the arc lies in the plane of its start
        if np.linalg.norm(a - centre) < SAME_POINT:
            raise NeedError("start_mm lies on the arc's axis: the radius is 0", where, value=table.start_mm)
    z, turns = _arc_direction(table, a - centre, normal, math.copysign(1.0, angle))
    return ArcCurve(centre, normal, start=a, angle=angle, z=z, turns=turns)


def circle_curve(table: CircleTable) -> ArcCurve:
    """The full circle, from the reference direction of its normal turned by ``start_deg``."""
    normal = unit(table.normal)
    e = any_reference(normal)
    turn = math.radians(table.start_deg)
    radial = (math.cos(turn) * e + math.sin(turn) * np.cross(normal, e)) * table.radius_mm / 1000
    centre = np.array(table.centre_mm) / 1000
    z, turns = _arc_direction(table, radial, normal, 1.0)
    return ArcCurve(centre, normal, start=centre + radial, angle=2 * math.pi, z=z, turns=turns)


def _arc_direction(
    table: ArcTable | CircleTable, radial: Array, normal: Array, sense: float
) -> tuple[Array, bool]:
    if table.direction is not None:
        return unit(table.direction), False
    outward = unit(radial)
    d = unit(table.direction_local or (0.0, 0.0, 1.0))
    return d[0] * outward + d[1] * sense * np.cross(normal, outward) + d[2] * normal, True


def _through(a: Array, b: Array, c: Array, where: str) -> tuple[Array, Array, float]:
    """Centre, unit normal and angle of the arc from a through b to c (circumcircle)."""
    ab, ac = b - a, c - a
    n = np.cross(ab, ac)
    if np.linalg.norm(n) < 1e-9 or np.linalg.norm(n) < 1e-5 * np.linalg.norm(ab) * np.linalg.norm(ac):
        raise NeedError("the three points of the arc lie on a line", where, fix="use a polyline")
    nn = float(n @ n)
    centre = a + (np.cross(n, ab) * float(ac @ ac) + np.cross(ac, n) * float(ab @ ab)) / (2 * nn)
    normal = n / math.sqrt(nn)  # a, b, c run counter-clockwise about it
    r0, r1 = a - centre, c - centre
    angle = math.atan2(float(np.cross(r0, r1) @ normal), float(r0 @ r1))
    return centre, normal, angle if angle > 0 else angle + 2 * math.pi


def raster_pieces(table: RasterTable, run_up: float, where: str) -> list[Piece]:
    """Parallel lines over the patch, to and fro."""
    u, v = unit(table.along), unit(table.across)
    if abs(u @ v) > 1e-3:
        raise NeedError("along and across must be at right angles", where, value=round(float(u @ v), 3))
    normal = np.cross(u, v)
    corner = np.array(table.corner_mm) / 1000 + normal * table.standoff_mm / 1000
    offsets = line_offsets(table.width_mm / 1000, table.swath_mm / 1000, table.overlap, where)
    length = table.length_mm / 1000
    lines = [np.array([corner + o * v, corner + o * v + length * u]) for o in offsets]
    return _lines([[(line, np.tile(normal, (2, 1)))] for line in lines], table, run_up)


def surface_pieces(table: SurfaceTable, run_up: float, where: str) -> list[Piece]:
    """Lines over the seen side of a mesh, lifted off by the stand-off along the smoothed normals."""
    lift = table.standoff_mm / 1000
    lines = [[(p + lift * n, n) for p, n in runs] for runs in surface_lines(table, where)]
    return _lines(lines, table, run_up)


def _lines(lines: list[list[tuple[Array, Array]]], table: Lines, run_up: float) -> list[Piece]:
    """Runs of points and outward normals as pieces; every other line runs back unless ``one_way``."""
    pieces: list[Piece] = []
    for number, runs in enumerate(lines):
        back = number % 2 == 1 and not table.one_way
        for k, (points, normals) in enumerate(reversed(runs) if back else runs):
            p, z = (points[::-1], -normals[::-1]) if back else (points, -normals)
            curve = PolylineCurve(p, z, vertex_references(p, z))
            pieces.append(
                Piece(_extended(curve, run_up, run_up), bool(pieces) and k == 0 and not table.lift_between)
            )
    return pieces


def spot_pieces(table: SpotsTable) -> list[Piece]:
    """Every spot a stop of its own with approach, dwell and retract."""
    p = np.array(table.points_mm, dtype=float) / 1000
    z = (
        np.tile(unit(table.direction), (len(p), 1))
        if table.direction is not None
        else unit(np.array(table.directions))
    )
    asked = (
        np.array(table.references)
        if table.references is not None
        else np.array([any_reference(d) for d in z])
    )
    x = _references(asked, z)
    return [Piece(PointCurve(*frame), False, table.dwell_s) for frame in zip(p, z, x, strict=True)]
