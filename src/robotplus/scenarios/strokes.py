"""The need file's process path: strokes, each one kind of line the tool follows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from robotplus.scenarios.schema import (
    MAX_POINTS,
    Angles,
    Degrees,
    Direction,
    Directions,
    Distance,
    Length,
    MeshTable,
    Name,
    Point,
    Points,
    Seconds,
    Speed,
    Table,
    exactly_one,
)

Lean = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=90)]


class PolylineTable(Table):
    """Straight lines through points, with one ``direction``, one for each point, or full ``rpys_deg``."""

    points_mm: Annotated[list[Point], Field(min_length=2, max_length=MAX_POINTS)]
    direction: Direction | None = None
    directions: Directions | None = None
    rpys_deg: Annotated[list[Angles], Field(min_length=2, max_length=MAX_POINTS)] | None = None
    references: Directions | None = None

    @model_validator(mode="after")
    def _lengths(self) -> PolylineTable:
        exactly_one(self, ("direction", "directions", "rpys_deg"))
        for key in ("directions", "rpys_deg", "references"):
            values = getattr(self, key)
            if values is not None and len(values) != len(self.points_mm):
                raise ValueError(f"{key} has {len(values)} entries for {len(self.points_mm)} points")
        if self.references is not None and self.rpys_deg is not None:
            raise ValueError("rpys_deg already fixes the reference directions")
        return self


class ArcTable(Table):
    """A circular arc: three points, or centre, start point, normal and angle.

    ``direction`` stays fixed in the world; ``direction_local`` = (outward, along, normal) turns with the arc.
    """

    points_mm: tuple[Point, Point, Point] | None = None
    centre_mm: Point | None = None
    start_mm: Point | None = None
    normal: Direction = (0.0, 0.0, 1.0)
    angle_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-360, le=360)] | None = None
    direction: Direction | None = None
    direction_local: Direction | None = None

    @model_validator(mode="after")
    def _kind(self) -> ArcTable:
        exactly_one(self, ("direction", "direction_local"))
        exactly_one(self, ("points_mm", "centre_mm"))
        if self.centre_mm is not None and (self.start_mm is None or not self.angle_deg):
            raise ValueError("an arc about centre_mm needs start_mm and an angle_deg that is not 0")
        if self.points_mm is not None and (self.start_mm is not None or self.angle_deg is not None):
            raise ValueError("an arc through three points takes no start_mm or angle_deg")
        return self


class CircleTable(Table):
    """A full circle about ``centre_mm``, counter-clockwise about ``normal``, from ``start_deg``."""

    centre_mm: Point
    radius_mm: Length
    normal: Direction = (0.0, 0.0, 1.0)
    start_deg: Degrees = 0.0
    direction: Direction | None = None
    direction_local: Direction | None = None

    @model_validator(mode="after")
    def _kind(self) -> CircleTable:
        exactly_one(self, ("direction", "direction_local"))
        return self


class Lines(Table):
    """What both rasters share: lines of a swath's width laid side by side.

    ``overlap`` is the share of a swath covered again by the next; lines run to and fro unless ``one_way``.
    """

    swath_mm: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.5, le=100_000)]
    overlap: Annotated[float, Field(strict=True, ge=0, le=0.95)] = 0.0
    standoff_mm: Distance = 0.0
    one_way: Annotated[bool, Field(strict=True)] = False
    lift_between: Annotated[bool, Field(strict=True)] = False


class RasterTable(Lines):
    """Parallel lines over a flat patch, from its corner ``length_mm`` along and ``width_mm`` across.

    The surface faces along x across; the tool points against it.
    """

    corner_mm: Point
    along: Direction
    across: Direction
    length_mm: Length
    width_mm: Length


class SurfaceTable(Lines):
    """Parallel lines over a mesh seen from ``facing``; the tool points against its smoothed normals."""

    mesh: MeshTable
    facing: Direction
    along: Direction
    step_mm: Annotated[float, Field(strict=True, ge=0.5, le=1_000)] = 10.0
    smooth_mm: Distance = 40.0
    margin_mm: Distance = 0.0


class SpotsTable(Table):
    """Points where the tool stays for ``dwell_s``."""

    points_mm: Points
    direction: Direction | None = None
    directions: Directions | None = None
    references: Directions | None = None
    dwell_s: Seconds

    @model_validator(mode="after")
    def _lengths(self) -> SpotsTable:
        exactly_one(self, ("direction", "directions"))
        for key in ("directions", "references"):
            values = getattr(self, key)
            if values is not None and len(values) != len(self.points_mm):
                raise ValueError(f"{key} has {len(values)} entries for {len(self.points_mm)} points")
        return self


class Process(Table):
    """How a stroke is done; given for the whole path and, where one differs, for the stroke."""

    speed_mm_s: Speed | tuple[Speed, Speed, Speed] | None = None
    spins_deg: Literal["free"] | Annotated[list[Degrees], Field(min_length=1, max_length=72)] | None = None
    tilt_tolerance_deg: Lean | None = None
    approach_mm: Distance | None = None
    retract_mm: Distance | None = None
    run_up_mm: Distance | None = None
    ramp_mm: Distance | None = None
    approach_from: Direction | None = None

    @model_validator(mode="after")
    def _speeds(self) -> Process:
        if isinstance(self.speed_mm_s, tuple) and sorted(self.speed_mm_s) != list(self.speed_mm_s):
            raise ValueError("speed_mm_s must be [lowest, wanted, highest]")
        return self


KINDS = ("polyline", "arc", "circle", "raster", "surface", "csv", "spots")


class StrokeTable(Process):
    """One stroke, of exactly one kind; ``csv`` names a file, a stored need holds it as a polyline."""

    name: Name
    polyline: PolylineTable | None = None
    arc: ArcTable | None = None
    circle: CircleTable | None = None
    raster: RasterTable | None = None
    surface: SurfaceTable | None = None
    csv: Name | None = None
    spots: SpotsTable | None = None

    @model_validator(mode="after")
    def _one(self) -> StrokeTable:
        exactly_one(self, KINDS)
        return self


class ProcessPathTable(Process):
    """One or many strokes, done in the order given unless ``order`` is free."""

    stroke: Annotated[list[StrokeTable], Field(min_length=1, max_length=500)]
    order: Literal["fixed", "free"] = "fixed"
    cyclic: Annotated[bool, Field(strict=True)] = True
    corner_deg: Annotated[float, Field(strict=True, gt=0, le=180)] = 15.0
