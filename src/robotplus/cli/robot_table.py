"""One robot in a terminal: each figure with source and confidence, joints with their limits."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from robotplus.reporting.figures import quantity
from robotplus.robots.model import Figure, Robot

RATINGS = (
    "payload_kg",
    "reach_m",
    "repeatability_mm",
    "mass_kg",
    "ip",
    "explosion_zone",
    "temperature_c",
    "mounting",
    "wrist_moment_nm",
    "wrist_inertia_kgm2",
    "rated_power_w",
    "limits",
    "velocity",
)


def print_robot(robot: Robot, console: Console) -> None:
    """Ratings, joints, flags and notes."""
    console.print(Text.assemble((f"{robot.maker} {robot.model}", "bold"), f"  {robot.id}, {robot.kind}"))
    console.print(Text(f"{robot.sha256}; geometry: {robot.geometry_source}", style="dim"))
    ratings = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("figure", "value", "confidence", "source"):
        ratings.add_column(column, overflow="fold")
    for name in RATINGS:
        figure: Figure[Any] | None = getattr(robot, name)
        if figure is None:
            ratings.add_row(name, Text("unknown", style="yellow"), "", "")
        else:
            sure = Text(figure.confidence, style="blue" if figure.needs_confirmation else "")
            ratings.add_row(name, Text(quantity(figure.value)), sure, Text(figure.source))
    console.print(ratings)
    joints = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("joint", "kind", "from", "to", "speed"):
        joints.add_column(column, justify="right" if column in ("from", "to", "speed") else "left")
    for joint in robot.joints:
        turn = joint.kind == "revolute"
        values = (_amount(v, turn) for v in (joint.lower, joint.upper, joint.velocity))
        low, high, speed = values
        joints.add_row(Text(joint.name), joint.kind, low, high, f"{speed}/s" if joint.velocity else speed)
    console.print(joints)
    for coupling in robot.couplings:
        console.print(Text(f"coupled limit: {coupling.note}"))
    for line in (*robot.flags, *robot.notes):
        console.print(Text(f"· {line}", style="dim"))


def _amount(value: float | None, turn: bool) -> str:
    if value is None:
        return "unknown"
    return f"{math.degrees(value):.1f}°" if turn else f"{value:.3f} m"
