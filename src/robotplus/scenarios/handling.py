"""The need file's pick-and-place task: a part, and pairs, a palletising pattern or single steps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from robotplus.scenarios.schema import (
    Angles,
    Count,
    Degrees,
    Distance,
    Flag,
    Length,
    Mass,
    Name,
    Point,
    Seconds,
    Sizes,
    Table,
    exactly_one,
)


class PartTable(Table):
    """What is carried: a box (``size_mm``) or a cylinder standing on its end (``radius_mm``, ``length_mm``).

    The part's own frame stands at the middle of its lower face, z up. The tool takes it from above along the
    part's -z, its TCP ``grasp_depth_mm`` below the middle of the upper face.
    """

    name: Name
    mass_kg: Mass
    size_mm: Sizes | None = None
    radius_mm: Length | None = None
    length_mm: Length | None = None
    grasp_depth_mm: Distance = 0.0

    @model_validator(mode="after")
    def _shape(self) -> PartTable:
        exactly_one(self, ("size_mm", "radius_mm"))
        if (self.radius_mm is None) != (self.length_mm is None):
            raise ValueError("radius_mm and length_mm go together")
        if self.grasp_depth_mm > self.height_mm:
            raise ValueError(f"grasp_depth_mm is deeper than the part is high ({self.height_mm:g} mm)")
        return self

    @property
    def height_mm(self) -> float:
        """The part's extent along its own z."""
        if self.size_mm is not None:
            return self.size_mm[2]
        return self.length_mm or 0.0


class PlaceTable(Table):
    """A pose of the part: the middle of its lower face and URDF rpy. ``on``: what it may touch there."""

    position_mm: Point
    rpy_deg: Angles = (0.0, 0.0, 0.0)
    on: tuple[Name, ...] = ()


class PairTable(Table):
    """Take the part here, put it there."""

    name: Name
    pick: PlaceTable
    place: PlaceTable


class PatternTable(Table):
    """A stack built layer by layer from its corner ``origin_mm``: columns along its x, rows along its y.

    ``interlock``: every second layer has its cases turned by 90°, ``[columns, rows]`` of them.
    ``start``: the corner of a layer that is filled first.
    """

    pick: PlaceTable
    origin_mm: Point
    yaw_deg: Degrees = 0.0
    columns: Count
    rows: Count
    layers: Count
    gap_mm: Distance = 10.0
    interlock: tuple[Count, Count] | None = None
    start: Literal["x-y-", "x+y-", "x-y+", "x+y+"] = "x-y-"
    on: tuple[Name, ...] = ()


class StepTable(Table):
    """One grasp or release of the part called ``part`` (the step's name unless given).

    ``gripper`` 2 is the tool's second TCP.
    """

    name: Name
    part: Name | None = None
    do: Literal["pick", "place"]
    at: PlaceTable
    gripper: Annotated[int, Field(strict=True, ge=1, le=2)] = 1


class PickPlaceTable(Table):
    """A handling task: exactly one of ``pair``, ``pattern`` and ``step``."""

    part: PartTable
    pair: Annotated[list[PairTable], Field(min_length=1, max_length=500)] | None = None
    pattern: PatternTable | None = None
    step: Annotated[list[StepTable], Field(min_length=2, max_length=500)] | None = None
    grasp_yaws_deg: Literal["free"] | Annotated[tuple[Degrees, ...], Field(min_length=1, max_length=16)] = (
        0.0,
    )
    approach_mm: Distance = 100.0
    retract_mm: Distance = 100.0
    grip_s: Seconds = 0.5
    release_s: Seconds = 0.5
    parts_stay: Flag = True
    order: Literal["fixed", "free"] = "fixed"
    cyclic: Flag = True

    @model_validator(mode="after")
    def _one(self) -> PickPlaceTable:
        exactly_one(self, ("pair", "pattern", "step"))
        if self.order == "free" and self.pair is None:
            raise ValueError("only pairs can be done in free order")
        if self.order == "free" and self.parts_stay:
            raise ValueError(
                "a free order needs parts_stay = false: parts that stay are in the way of later ones"
            )
        return self
