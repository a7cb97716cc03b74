"""The need file's form: one pydantic model a table. Every number's key names its unit.

The rule: a key that carries a quantity ends with its unit (``_mm``, ``_deg``, ``_s``, ``_kg``, ``_mm_s``) and
its value is a bare number in that unit; directions are unitless vectors. Lowering turns all of it into SI.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MAX_POINTS = 20_000
MAX_TRIANGLES = 20_000
SHORTEST_DIRECTION = 1e-6

Mm = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-100_000, le=100_000)]
Length = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=100_000)]
Distance = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=100_000)]
Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-720, le=720)]
Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=86_400)]
Takt = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=86_400)]
Mass = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=5_000)]
Speed = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=10_000)]
Unitless = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e6, le=1e6)]
Celsius = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-90, le=200)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Flag = Annotated[bool, Field(strict=True)]

Point = tuple[Mm, Mm, Mm]
Sizes = tuple[Length, Length, Length]
Angles = tuple[Degrees, Degrees, Degrees]


def _has_length(v: tuple[float, float, float]) -> tuple[float, float, float]:
    if math.hypot(*v) < SHORTEST_DIRECTION:
        raise ValueError("a direction must not be zero")
    return v


Direction = Annotated[tuple[Unitless, Unitless, Unitless], AfterValidator(_has_length)]
Points = Annotated[list[Point], Field(min_length=1, max_length=MAX_POINTS)]
Directions = Annotated[list[Direction], Field(min_length=1, max_length=MAX_POINTS)]


class Table(BaseModel):
    """A table of the need file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def exactly_one(table: Table, names: tuple[str, ...]) -> None:
    given = [n for n in names if getattr(table, n) is not None]
    if len(given) != 1:
        raise ValueError(
            f"give exactly one of {', '.join(names)} (given: {', '.join(given) if given else 'none'})"
        )


class BoxTable(Table):
    """A box by its centre, full edge lengths and URDF roll, pitch, yaw."""

    name: Name
    position_mm: Point
    size_mm: Sizes
    rpy_deg: Angles = (0.0, 0.0, 0.0)
    role: Literal["part", "fixture", "cell"] = "cell"


class CylinderTable(Table):
    """A cylinder by its centre, axis, radius and length."""

    name: Name
    position_mm: Point
    axis: Direction = (0.0, 0.0, 1.0)
    radius_mm: Length
    length_mm: Length
    role: Literal["part", "fixture", "cell"] = "cell"


class MeshTable(Table):
    """Triangles in the mesh's own frame; ``stl`` names a file, a stored need holds the triangles."""

    stl: Name | None = None
    vertices_mm: Annotated[list[Point], Field(min_length=3, max_length=3 * MAX_TRIANGLES)] | None = None
    faces: Annotated[list[tuple[int, int, int]], Field(min_length=1, max_length=MAX_TRIANGLES)] | None = None
    scale: Annotated[float, Field(strict=True, gt=0, le=1e4)] = 1.0
    position_mm: Point = (0.0, 0.0, 0.0)
    rpy_deg: Angles = (0.0, 0.0, 0.0)

    @model_validator(mode="after")
    def _source(self) -> MeshTable:
        if (self.vertices_mm is None) != (self.faces is None):
            raise ValueError("vertices_mm and faces go together")
        exactly_one(self, ("stl", "vertices_mm"))
        if self.vertices_mm is not None and self.faces is not None:
            n = len(self.vertices_mm)
            if any(not 0 <= i < n for face in self.faces for i in face):
                raise ValueError(f"faces must number the {n} vertices from 0")
        return self


class CellMeshTable(MeshTable):
    """A mesh in the cell, covered by at most ``boxes`` boxes."""

    name: Name
    boxes: Annotated[int, Field(strict=True, ge=1, le=64)] = 16
    role: Literal["part", "fixture", "cell"] = "cell"


class CellTable(Table):
    """What stands in the cell. ``floor``: the ground is solid below z = 0."""

    floor: Flag = True
    box: list[BoxTable] = []
    cylinder: list[CylinderTable] = []
    mesh: list[CellMeshTable] = []

    @model_validator(mode="after")
    def _names(self) -> CellTable:
        names = [b.name for b in self.box] + [c.name for c in self.cylinder] + [m.name for m in self.mesh]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice or "floor" in names:
            raise ValueError(f"two things in the cell are called {(twice or ['floor'])[0]!r}")
        return self


class BaseTable(Table):
    """Where the robot's base may stand."""

    x_mm: tuple[Mm, Mm]
    y_mm: tuple[Mm, Mm]
    heights_mm: Annotated[list[Mm], Field(min_length=1, max_length=32)] = [0.0]
    mounting: Literal["floor", "wall", "ceiling"] = "floor"
    yaws_deg: Annotated[list[Degrees], Field(min_length=1, max_length=360)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> BaseTable:
        for key in ("x_mm", "y_mm"):
            low, high = getattr(self, key)
            if low > high:
                raise ValueError(f"{key} must be [lowest, highest], got [{low:g}, {high:g}]")
        return self


class ToolBoxTable(Table):
    """A box of the tool in the flange frame (z out of the flange)."""

    position_mm: Point
    size_mm: Sizes
    rpy_deg: Angles = (0.0, 0.0, 0.0)


class TcpTable(Table):
    """A tool centre point in the flange frame; its z points out of the tool into the work."""

    position_mm: Point
    rpy_deg: Angles = (0.0, 0.0, 0.0)


class ToolTable(Table):
    """The end effector with everything that turns with the flange."""

    name: Name
    mass_kg: Mass
    com_mm: Point
    tcp: TcpTable
    second_tcp: TcpTable | None = None
    box: Annotated[list[ToolBoxTable], Field(min_length=1, max_length=16)]
    inertia_kgm2: tuple[Unitless, Unitless, Unitless, Unitless, Unitless, Unitless] | None = None


class RequirementsTable(Table):
    """What must hold besides reach; see docs/needs.md for what each default stands for."""

    takt_s: Takt | None = None
    min_clearance_mm: Distance = 10.0
    tool_clearance_mm: Distance = 2.0
    base_tolerance_mm: Distance = 5.0
    base_tolerance_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=10)] = 0.5
    path_tolerance_mm: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=100)] = 1.0
    angle_tolerance_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=45)] = 1.0
    repeatability_mm: Length | None = None
    ip: Annotated[str, Field(pattern=r"^IP[0-6X][0-9X]$")] | None = None
    explosion_zone: Literal["zone 0", "zone 1", "zone 2", "zone 20", "zone 21", "zone 22"] | None = None
    temperature_c: tuple[Celsius, Celsius] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> RequirementsTable:
        if self.temperature_c and self.temperature_c[0] > self.temperature_c[1]:
            raise ValueError("temperature_c must be [lowest, highest]")
        return self
