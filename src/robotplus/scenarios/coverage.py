"""Area coverage: a machine works over every spot of an area, such as cleaning, levelling, spraying or mowing.

Plan coordinates: x east, y north [m]; the area is level unless a slope is given. The need file's table is
``[area_coverage]``; its keys end with their unit, lowering turns all of it into SI.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from shapely import Polygon
from shapely.validation import explain_validity

from robotplus.scenarios.schema import Name, Table

Metres = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-100_000, le=100_000)]
Length = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=10_000)]
Width = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=100)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=100)]
Spot = tuple[Metres, Metres]
Ring = Annotated[list[Spot], Field(min_length=3, max_length=5_000)]
LEAST_AREA_M2 = 0.1
Surface = Literal["floor", "field", "air"]


class AreaCoverageTable(Table):
    """An area to work over, what the work asks, and where batteries and tanks are filled.

    ``kinds``: kinds of machine (docs/machines.md) that do such work; others are not looked at.
    ``wall_margin_m``: a strip along walls and obstacles that is not asked for (done by hand, or left).
    ``apron_m``: how far outside the outline a machine may move, to turn.
    """

    kinds: Annotated[list[Name], Field(min_length=1, max_length=40)]
    surface: Surface = "floor"
    outline_m: Ring
    holes_m: Annotated[tuple[Ring, ...], Field(max_length=200)] = ()
    wall_margin_m: Length = 0.0
    apron_m: Length = 0.0
    dock_m: Spot | None = None
    tool_width_m: Width | None = None
    overlap_percent: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=80)] = 10.0
    passes: Annotated[int, Field(strict=True, ge=1, le=20)] = 1
    min_coverage_percent: Share = 95.0
    work_speed_m_s: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=40)] | None = None
    dose_l_m2: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=100)] | None = None
    refill_min: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=600)] = 5.0
    battery_swap_min: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=600)] | None = None
    reserve_percent: Share = 20.0
    slope_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=60)] = 0.0
    within_h: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=10_000)] | None = None

    @model_validator(mode="after")
    def _an_area(self) -> AreaCoverageTable:
        outline = Polygon(self.outline_m)
        if not outline.is_valid:
            raise ValueError(f"outline_m is not a simple polygon ({explain_validity(outline).lower()})")
        if outline.area < LEAST_AREA_M2:
            raise ValueError(
                f"outline_m encloses {outline.area:g} m2, at least {LEAST_AREA_M2:g} m2 are needed"
            )
        rest = outline
        for i, ring in enumerate(self.holes_m):
            hole = Polygon(ring)
            if not hole.is_valid:
                raise ValueError(f"holes_m[{i}] is not a simple polygon ({explain_validity(hole).lower()})")
            rest = rest.difference(hole)
        if rest.area < LEAST_AREA_M2:
            raise ValueError("the holes leave nothing of the area")
        if self.reserve_percent >= 100:
            raise ValueError("reserve_percent must be below 100")
        return self


@dataclass(frozen=True)
class CoverageTask:
    """An area coverage task in SI; rings are without their closing point.

    ``target`` is what must be covered: outline without holes, both less the margin. ``free`` is where the whole
    machine must stay: outline grown by the apron, without holes.
    """

    kinds: tuple[str, ...]
    surface: Surface
    outline: tuple[tuple[float, float], ...]
    holes: tuple[tuple[tuple[float, float], ...], ...]
    wall_margin: float
    apron: float
    dock: tuple[float, float] | None
    tool_width: float | None
    overlap: float
    passes: int
    min_coverage: float
    work_speed: float | None
    dose: float | None  # [m, that is m3 a m2]
    refill: float  # [s]
    swap: float | None  # [s]
    reserve: float
    slope: float  # [rad]
    within: float | None  # [s]

    @property
    def target(self) -> Any:
        """A shapely geometry [m]."""
        area = self._area()
        return area.buffer(-self.wall_margin, join_style="mitre") if self.wall_margin else area

    @property
    def free(self) -> Any:
        """A shapely geometry [m]."""
        outline = Polygon(self.outline)
        grown = outline.buffer(self.apron, join_style="mitre") if self.apron else outline
        for ring in self.holes:
            grown = grown.difference(Polygon(ring))
        return grown

    def _area(self) -> Any:
        area = Polygon(self.outline)
        for ring in self.holes:
            area = area.difference(Polygon(ring))
        return area


def lower_coverage(table: AreaCoverageTable) -> CoverageTask:
    """The table in SI."""
    return CoverageTask(
        kinds=tuple(table.kinds),
        surface=table.surface,
        outline=tuple(table.outline_m),
        holes=tuple(tuple(ring) for ring in table.holes_m),
        wall_margin=table.wall_margin_m,
        apron=table.apron_m,
        dock=table.dock_m,
        tool_width=table.tool_width_m,
        overlap=table.overlap_percent / 100,
        passes=table.passes,
        min_coverage=table.min_coverage_percent / 100,
        work_speed=table.work_speed_m_s,
        dose=None if table.dose_l_m2 is None else table.dose_l_m2 / 1000,
        refill=60 * table.refill_min,
        swap=None if table.battery_swap_min is None else 60 * table.battery_swap_min,
        reserve=table.reserve_percent / 100,
        slope=math.radians(table.slope_deg),
        within=None if table.within_h is None else 3600 * table.within_h,
    )
