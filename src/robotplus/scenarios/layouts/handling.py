"""Handling layouts: a pallet beside a conveyor, a lathe with its tables, an assembly table with feeders."""

from __future__ import annotations

import math
from typing import Any

from robotplus.scenarios.layouts.common import Numbers, box, layout

EUR_PALLET = (1200.0, 800.0, 144.0)  # [mm] EN 13698-1


def vacuum_gripper(mass: float, length: float, width: float) -> dict[str, Any]:
    """A plate of suction cups; the boxes stop 30 mm above the grasp, where the cups begin."""
    return {
        "name": "vacuum gripper",
        "mass_kg": mass,
        "com_mm": [0.0, 0.0, 90.0],
        "tcp": {"position_mm": [0.0, 0.0, 200.0]},
        "box": [
            {"position_mm": [0.0, 0.0, 60.0], "size_mm": [120.0, 120.0, 120.0]},
            {"position_mm": [0.0, 0.0, 145.0], "size_mm": [length, width, 50.0]},
        ],
    }


@layout("pallet_beside_conveyor")
def pallet_beside_conveyor(n: Numbers) -> dict[str, Any]:
    """Cases from a conveyor's end onto a EUR pallet, layer by layer, the far side first."""
    size = [n["case_length_mm"], n["case_width_mm"], n["case_height_mm"]]
    columns, rows, layers = int(n["columns"]), int(n["rows"]), int(n["layers"])
    gap = 10.0
    spread = [columns * size[0] + (columns - 1) * gap, rows * size[1] + (rows - 1) * gap]
    if spread[0] > EUR_PALLET[0] + 20 or spread[1] > EUR_PALLET[1] + 20:
        raise ValueError(f"a layer of {spread[0]:g} × {spread[1]:g} mm overhangs the 1200 × 800 mm pallet")
    front = 700.0
    middle = front + EUR_PALLET[1] / 2
    belt = n["conveyor_height_mm"]
    cell = [
        box("pallet", (-600.0, front, 0.0), (600.0, front + EUR_PALLET[1], EUR_PALLET[2]), "fixture"),
        box("conveyor", (850.0, -900.0, 0.0), (850.0 + max(500.0, size[0] + 60.0), 100.0, belt), "fixture"),
    ]
    x = 850.0 + max(500.0, size[0] + 60.0) / 2
    return {
        "tool": vacuum_gripper(n["gripper_mass_kg"], size[0] - 60.0, size[1] - 60.0),
        "base": {
            "x_mm": [-600.0, 600.0],
            "y_mm": [-900.0, 450.0],
            "heights_mm": [0.0, 200.0, 400.0, 600.0],
        },
        "cell": {"box": cell},
        "requirements": {
            "takt_s": n["takt_per_case_s"] * columns * rows * layers,
            "path_tolerance_mm": 2.0,
            "angle_tolerance_deg": 1.0,
        },
        "pick_place": {
            "part": {"name": "case", "mass_kg": n["case_mass_kg"], "size_mm": size},
            "grasp_yaws_deg": [0.0, 180.0],
            "approach_mm": size[2] + 60.0,  # a case comes down beside its neighbours from above them
            "retract_mm": size[2] + 60.0,
            "pattern": {
                "pick": {"position_mm": [x, 100.0 - size[1] / 2 - 30.0, belt], "on": ["conveyor"]},
                "origin_mm": [-spread[0] / 2, middle - spread[1] / 2, EUR_PALLET[2]],
                "columns": columns,
                "rows": rows,
                "layers": layers,
                "gap_mm": gap,
                "start": "x-y+",
                "on": ["pallet"],
            },
        },
    }


def chuck_gripper(mass: float, *, dual: bool) -> dict[str, Any]:
    """Two-jaw heads for round parts: one along the flange axis, or two at 45° either side of it."""
    head = 160.0
    if not dual:
        return {
            "name": "gripper",
            "mass_kg": mass,
            "com_mm": [0.0, 0.0, 80.0],
            "tcp": {"position_mm": [0.0, 0.0, 220.0]},
            "box": [
                {"position_mm": [0.0, 0.0, 30.0], "size_mm": [100.0, 100.0, 60.0]},
                {"position_mm": [0.0, 0.0, 130.0], "size_mm": [110.0, 110.0, 140.0]},
            ],
        }
    s = math.sqrt(0.5)
    tcp, middle = head + 60.0, 40.0 + head / 2
    heads = [
        {
            "position_mm": [side * s * middle, 0.0, 50.0 + s * middle],
            "size_mm": [110.0, 110.0, head - 20.0],
            "rpy_deg": [0.0, side * 45.0, 0.0],
        }
        for side in (1.0, -1.0)
    ]
    return {
        "name": "dual gripper",
        "mass_kg": mass,
        "com_mm": [0.0, 0.0, 90.0],
        "tcp": {"position_mm": [s * tcp, 0.0, 50.0 + s * tcp], "rpy_deg": [0.0, 45.0, 0.0]},
        "second_tcp": {"position_mm": [-s * tcp, 0.0, 50.0 + s * tcp], "rpy_deg": [0.0, -45.0, 0.0]},
        "box": [{"position_mm": [0.0, 0.0, 50.0], "size_mm": [140.0, 120.0, 100.0]}, *heads],
    }


@layout("lathe_with_tables")
def lathe_with_tables(n: Numbers) -> dict[str, Any]:
    """A lathe loaded through its door, raw parts from one spot of a table, finished parts to another.

    With one gripper the finished part is carried out before the raw part is fetched; with two the robot comes
    with the raw part and changes them at the chuck.
    """
    radius, length = n["part_diameter_mm"] / 2, n["part_length_mm"]
    dual = n["dual_gripper"] == 1
    table = n["table_height_mm"]
    cell = [
        box("headstock", (-900.0, 650.0, 0.0), (-250.0, 1700.0, 1900.0), "fixture"),
        box("bed", (-250.0, 650.0, 0.0), (1000.0, 1700.0, 700.0), "fixture"),
        box("back wall", (-250.0, 1650.0, 700.0), (1000.0, 1700.0, 1900.0), "fixture"),
        box("right wall", (950.0, 650.0, 700.0), (1000.0, 1650.0, 1900.0), "fixture"),
        box("roof", (-250.0, 650.0, 1900.0), (1000.0, 1700.0, 1950.0), "fixture"),
        box("raw table", (900.0, -700.0, 0.0), (1300.0, -300.0, table), "fixture"),
        box("finished table", (900.0, -200.0, 0.0), (1300.0, 200.0, table), "fixture"),
    ]
    chuck = {
        "name": "chuck",
        "position_mm": [-200.0, 1050.0, 1150.0],
        "axis": [1.0, 0.0, 0.0],
        "radius_mm": 110.0,
        "length_mm": 100.0,
        "role": "fixture",
    }
    raw = {"position_mm": [1100.0, -500.0, table], "on": ["raw table"]}
    finished = {"position_mm": [1100.0, 0.0, table], "on": ["finished table"]}
    # The part's axis points out of the chuck along +x; its x is turned so that the second gripper's flange
    # comes from the door side.
    spindle = {"position_mm": [-150.0, 1050.0, 1150.0], "rpy_deg": [90.0, 0.0, 90.0], "on": ["chuck"]}
    if dual:
        steps = [
            {"name": "raw", "do": "pick", "at": raw},
            {"name": "finished", "do": "pick", "at": spindle, "gripper": 2},
            {"name": "raw", "do": "place", "at": spindle},
            {"name": "finished", "do": "place", "at": finished, "gripper": 2},
        ]
    else:
        steps = [
            {"name": "finished", "do": "pick", "at": spindle},
            {"name": "finished", "do": "place", "at": finished},
            {"name": "raw", "do": "pick", "at": raw},
            {"name": "raw", "do": "place", "at": spindle},
        ]
    return {
        "tool": chuck_gripper(n["gripper_mass_kg"], dual=dual),
        "base": {
            "x_mm": [-800.0, 700.0],
            "y_mm": [-800.0, 400.0],
            "heights_mm": [0.0, 200.0, 400.0, 600.0],
        },
        "cell": {"box": cell, "cylinder": [chuck]},
        "requirements": {"takt_s": n["takt_s"], "path_tolerance_mm": 0.5, "ip": "IP54"},
        "pick_place": {
            "part": {
                "name": "blank",
                "mass_kg": n["part_mass_kg"],
                "radius_mm": radius,
                "length_mm": length,
                "grasp_depth_mm": min(30.0, length / 2),
            },
            "grasp_yaws_deg": "free",
            "approach_mm": 120.0,
            "retract_mm": 120.0,
            "grip_s": n["grip_time_s"],
            "release_s": n["grip_time_s"],
            "parts_stay": False,
            "step": steps,
        },
    }


def small_gripper(mass: float) -> dict[str, Any]:
    """A small parallel gripper; its fingers' box ends 15 mm before the grasp."""
    return {
        "name": "small parallel gripper",
        "mass_kg": mass,
        "com_mm": [0.0, 0.0, 60.0],
        "tcp": {"position_mm": [0.0, 0.0, 150.0]},
        "box": [
            {"position_mm": [0.0, 0.0, 45.0], "size_mm": [75.0, 75.0, 90.0]},
            {"position_mm": [0.0, 0.0, 112.5], "size_mm": [60.0, 25.0, 45.0]},
        ],
    }


@layout("assembly_table")
def assembly_table(n: Numbers) -> dict[str, Any]:
    """Small parts from feeders at the table's sides onto a housing in its middle, one after another."""
    count, table = int(n["part_count"]), n["table_height_mm"]
    size = [n["part_length_mm"], n["part_width_mm"], n["part_height_mm"]]
    pitch = size[1] + 50.0
    deep = (count - 1) * pitch / 2
    cell = [
        box("table", (-600.0, 250.0, 0.0), (600.0, 950.0, table), "fixture"),
        box(
            "housing",
            (-120.0, 550.0 - deep - 80.0, table),
            (120.0, 550.0 + deep + 80.0, table + 40.0),
            "part",
        ),
        box(
            "feeder",
            (-480.0, 550.0 - deep - 80.0, table),
            (-340.0, 550.0 + deep + 80.0, table + 60.0),
            "fixture",
        ),
        box("screen", (550.0, 900.0, table), (600.0, 950.0, table + 600.0)),
    ]
    pairs = []
    for i in range(count):
        y = 550.0 + deep - i * pitch  # the far part first: nothing placed stands in the way of the next
        pairs.append(
            {
                "name": f"part {i + 1}",
                "pick": {"position_mm": [-410.0, y, table + 60.0], "on": ["feeder"]},
                "place": {"position_mm": [0.0, y, table + 40.0], "on": ["housing"]},
            }
        )
    return {
        "tool": small_gripper(n["gripper_mass_kg"]),
        "base": {
            "x_mm": [-800.0, 800.0],
            "y_mm": [-500.0, 100.0],
            "heights_mm": [0.0, 300.0, 600.0, 800.0],
        },
        "cell": {"box": cell},
        "requirements": {
            "takt_s": n["takt_per_part_s"] * count,
            "path_tolerance_mm": 0.2,
            "angle_tolerance_deg": 0.5,
            "repeatability_mm": n["repeatability_mm"],
        },
        "pick_place": {
            "part": {"name": "part", "mass_kg": n["part_mass_kg"], "size_mm": size, "grasp_depth_mm": 5.0},
            "grasp_yaws_deg": [0.0, 180.0],
            "approach_mm": 60.0,
            "retract_mm": 60.0,
            "grip_s": 0.3,
            "release_s": 0.5,
            "pair": pairs,
        },
    }
