"""The curves of a stroke: each kind of line as one or more exact paths."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from robotplus.errors import NeedError
from robotplus.robots.frames import rotation
from robotplus.robots.model import Array
from robotplus.scenarios.cell import radians
from robotplus.scenarios.curves import (
    ArcCurve,
    Extended,
    Path,
    PointCurve,
    any_reference,
    carried_references,
    unit,
    vertex_references,
)
from robotplus.scenarios.polyline import PolylineCurve, quaternions
from robotplus.scenarios.strokes import (
    ArcTable,
    CircleTable,
    Lines,
    PolylineTable,
    RasterTable,
    SpotsTable,
    StrokeTable,
    SurfaceTable,
)
from robotplus.scenarios.surface import line_offsets, surface_lines
from robotplus.scenarios.task import Curve

SAME_POINT = 1e-6  # [m] two neighbouring points closer than this are one
OPPOSITE = math.radians(179.0)  # frames farther apart have no definite way between them


@dataclass(frozen=True)
class Shaping:
    """How lines are made: run-ups [m], the bend [rad] that is a corner, how far rounding may go [m, rad].

    ``free``: the spin is free, so references are carried along; else they follow the path's direction.
    """

    run_up: float
    corner: float
    bend: float
    turn: float
    free: bool


@dataclass(frozen=True)
class Piece:
    """One curve of a stroke; ``joined``: it goes on from the piece before without retract and approach."""

    curve: Curve
    joined: bool
    dwell: float = 0.0


def pieces_of(stroke: StrokeTable, shaping: Shaping, where: str) -> list[Piece]:
    """The curves of a stroke in their order.

    Raises:
        NeedError: points that coincide, a tool that turns about between two points, a flat arc.
    """
    run_up = shaping.run_up
    if stroke.polyline is not None:
        return polyline_pieces(stroke.polyline, shaping, f"{where}.polyline")
    if stroke.arc is not None:
        return [Piece(_extended(arc_curve(stroke.arc, f"{where}.arc"), run_up, run_up), False)]
    if stroke.circle is not None:
        return [Piece(_extended(circle_curve(stroke.circle), run_up, run_up), False)]
    if stroke.raster is not None:
        return raster_pieces(stroke.raster, shaping, f"{where}.raster")
    if stroke.surface is not None:
        return surface_pieces(stroke.surface, shaping, f"{where}.surface")
    if stroke.spots is not None:
        return spot_pieces(stroke.spots)
    raise NeedError("a CSV file is read only from a need file on disk", where, fix="inline its points")


def _extended(path: Path, before: float, after: float) -> Path:
    return Extended(path, before, after) if before or after else path


def polyline_pieces(table: PolylineTable, shaping: Shaping, where: str) -> list[Piece]:
    """A polyline cut at its corners; run-ups extend its two ends."""
    p = np.array(table.points_mm, dtype=float) / 1000
    seg = np.diff(p, axis=0)
    size = np.linalg.norm(seg, axis=1)
    if (size < SAME_POINT).any():
        i = int(np.argmax(size < SAME_POINT))
        raise NeedError(f"points {i} and {i + 1} coincide", where, value=list(table.points_mm[i + 1]))
    z, x = _orientations(table, p)
    swing = np.arccos(np.clip(np.sum(z[:-1] * z[1:], axis=1), -1, 1))
    _refuse_turning_about(swing, 0, where)
    if x is None and shaping.free:
        x = carried_references(seg[0], z)
    bend = np.arccos(np.clip(np.sum(seg[:-1] * seg[1:], axis=1) / (size[:-1] * size[1:]), -1, 1))
    cuts = [0, *(int(i) + 1 for i in np.flatnonzero(bend > shaping.corner)), len(p) - 1]
    pieces = []
    for i, (a, b) in enumerate(itertools.pairwise(cuts)):
        part = slice(a, b + 1)
        ref = x[part] if x is not None else vertex_references(p[part], z[part])
        q = quaternions(ref, z[part])
        _refuse_turning_about(2 * np.arccos(np.clip(np.abs(np.sum(q[:-1] * q[1:], axis=1)), 0, 1)), a, where)
        curve = PolylineCurve(p[part], z[part], ref, bend=shaping.bend, turn=shaping.turn)
        before, after = (shaping.run_up if end else 0.0 for end in (i == 0, b == len(p) - 1))
        pieces.append(Piece(_extended(curve, before, after), i > 0))
    return pieces


def _refuse_turning_about(angles: Array, first: int, where: str) -> None:
    """Refuse turns [rad] from one point to the next, the first ``first``, with no definite way between."""
    if (angles > OPPOSITE).any():
        i = first + int(np.argmax(angles))
        fix = "add a point between"
        raise NeedError(f"the tool turns about between points {i} and {i + 1}", where, fix=fix)


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


def raster_pieces(table: RasterTable, shaping: Shaping, where: str) -> list[Piece]:
    """Parallel lines over the patch, to and fro."""
    u, v = unit(table.along), unit(table.across)
    if abs(u @ v) > 1e-3:
        raise NeedError("along and across must be at right angles", where, value=round(float(u @ v), 3))
    normal = np.cross(u, v)
    corner = np.array(table.corner_mm) / 1000 + normal * table.standoff_mm / 1000
    offsets = line_offsets(table.width_mm / 1000, table.swath_mm / 1000, table.overlap, where)
    length = table.length_mm / 1000
    lines = [np.array([corner + o * v, corner + o * v + length * u]) for o in offsets]
    return _lines([[(line, np.tile(normal, (2, 1)))] for line in lines], table, shaping)


def surface_pieces(table: SurfaceTable, shaping: Shaping, where: str) -> list[Piece]:
    """Lines over the seen side of a mesh, lifted off by the stand-off along the smoothed normals."""
    lift = table.standoff_mm / 1000
    lines = [[(p + lift * n, n) for p, n in runs] for runs in surface_lines(table, where)]
    return _lines(lines, table, shaping)


def _lines(lines: list[list[tuple[Array, Array]]], table: Lines, shaping: Shaping) -> list[Piece]:
    """Runs of points and outward normals as pieces; every other line runs back unless ``one_way``."""
    pieces: list[Piece] = []
    for number, runs in enumerate(lines):
        back = number % 2 == 1 and not table.one_way
        for k, (points, normals) in enumerate(reversed(runs) if back else runs):
            p, z = (points[::-1], -normals[::-1]) if back else (points, -normals)
            ahead = points[1] - points[0]  # there and back alike, so that the tool need not turn round
            x = carried_references(ahead, z) if shaping.free else vertex_references(p, z)
            curve = _extended(
                PolylineCurve(p, z, x, bend=shaping.bend, turn=shaping.turn), shaping.run_up, shaping.run_up
            )
            pieces.append(Piece(curve, joined=bool(pieces) and k == 0 and not table.lift_between))
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
