"""The steps of a handling task: pairs and palletising patterns written out as single grasps and releases."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from robotplus.errors import NeedError
from robotplus.scenarios.handling import PartTable, PatternTable, PickPlaceTable, PlaceTable

MAX_STEPS = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """One grasp or release of the part called ``part``."""

    name: str
    part: str
    do: Literal["pick", "place"]
    at: PlaceTable
    gripper: int


def steps(task: PickPlaceTable, where: str) -> list[Step]:
    """Every step in its order.

    Raises:
        NeedError: a pattern for a part that is no box or with too low an approach, or more steps than allowed.
    """
    if task.step is not None:
        return [Step(s.name, s.part or s.name, s.do, s.at, s.gripper) for s in task.step]
    out: list[Step] = []
    if task.pair is not None:
        for pair in task.pair:
            out.append(Step(pair.name, pair.name, "pick", pair.pick, 1))
            out.append(Step(pair.name, pair.name, "place", pair.place, 1))
    elif task.pattern is not None:
        refuse_low_approach(task, task.pattern, where)
        for i, pose in enumerate(stack(task.pattern, task.part, f"{where}.pattern")):
            name = f"{task.part.name} {i + 1}"
            out.append(Step(name, name, "pick", task.pattern.pick, 1))
            out.append(Step(name, name, "place", pose, 1))
    if len(out) > MAX_STEPS:
        raise NeedError("too many steps", where, value=len(out), allowed=f"<= {MAX_STEPS}")
    return out


def refuse_low_approach(task: PickPlaceTable, pattern: PatternTable, where: str) -> None:
    """Refuse an approach that begins below the top of the neighbours, beside which a part has to come down."""
    height = task.part.height_mm
    neighbours = pattern.columns * pattern.rows > 1 or math.prod(pattern.interlock or (0,)) > 1
    if neighbours and task.approach_mm <= height:
        raise NeedError(
            "a part of a pattern comes down beside its neighbours from above them",
            f"{where}.approach_mm",
            value=task.approach_mm,
            allowed=f"approach_mm > {height:g}, the part's height",
        )


def stack(pattern: PatternTable, part: PartTable, where: str) -> list[PlaceTable]:
    """Poses of the parts of a stack in the order they are put down, layer by layer.

    Within a layer the corner ``start`` comes first and columns fill one after another.
    """
    if part.size_mm is None:
        raise NeedError("a pattern stacks boxes", where, fix="give the part's size_mm")
    most = max(pattern.columns * pattern.rows, math.prod(pattern.interlock or (0,))) * pattern.layers
    if 2 * most > MAX_STEPS:
        raise NeedError("the pattern has too many parts", where, value=most, allowed=f"<= {MAX_STEPS // 2}")
    length, width, height = part.size_mm
    turn = math.radians(pattern.yaw_deg)
    out = []
    for layer in range(pattern.layers):
        turned = layer % 2 == 1 and pattern.interlock is not None
        columns, rows = pattern.interlock if turned and pattern.interlock else (pattern.columns, pattern.rows)
        dx, dy = (width, length) if turned else (length, width)
        cells = [(c, r) for c in range(columns) for r in range(rows)]
        cells.sort(key=lambda cell: _rank(cell, pattern.start))
        for c, r in cells:
            x = (c + 0.5) * dx + c * pattern.gap_mm
            y = (r + 0.5) * dy + r * pattern.gap_mm
            position = (
                pattern.origin_mm[0] + x * math.cos(turn) - y * math.sin(turn),
                pattern.origin_mm[1] + x * math.sin(turn) + y * math.cos(turn),
                pattern.origin_mm[2] + layer * height,
            )
            yaw = pattern.yaw_deg + (90.0 if turned else 0.0)
            out.append(PlaceTable(position_mm=position, rpy_deg=(0.0, 0.0, yaw), on=pattern.on))
    return out


def _rank(cell: tuple[int, int], start: str) -> tuple[int, int]:
    column, row = cell
    return (column if start[1] == "-" else -column, row if start[3] == "-" else -row)
