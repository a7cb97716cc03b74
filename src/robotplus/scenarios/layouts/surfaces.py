"""Layouts that sweep a surface: spray painting a hanging panel, scanning a curved panel."""

from __future__ import annotations

import math
from typing import Any

from robotplus.scenarios.layouts.common import Numbers, box, layout


def spray_gun(mass: float) -> dict[str, Any]:
    """A spray gun on a short bracket, its jet 60° off the flange axis; the TCP is the nozzle."""
    return {
        "name": "spray gun",
        "mass_kg": mass,
        "com_mm": [20.0, 0.0, 90.0],
        "tcp": {"position_mm": [160.0, 0.0, 150.0], "rpy_deg": [0.0, 60.0, 0.0]},
        "box": [
            {"position_mm": [0.0, 0.0, 60.0], "size_mm": [80.0, 80.0, 120.0]},
            {"position_mm": [50.0, 0.0, 150.0], "size_mm": [180.0, 70.0, 60.0]},
        ],
    }


@layout("hanging_panel")
def hanging_panel(n: Numbers) -> dict[str, Any]:
    """A flat panel hanging in a booth, painted in level lines from the front, past its edges."""
    length, height = n["panel_length_mm"], n["panel_height_mm"]
    low = n["lower_edge_mm"]
    half = length / 2
    speed = n["gun_speed_mm_s"]
    cell = [
        box("panel", (-half, 0.0, low), (half, 20.0, low + height), "part"),
        box("hanger", (-60.0, -20.0, low + height + 30.0), (60.0, 40.0, low + height + 250.0), "fixture"),
        box("booth back", (-half - 900.0, 900.0, 0.0), (half + 900.0, 950.0, 3000.0)),
        box("booth left", (-half - 1000.0, -2600.0, 0.0), (-half - 950.0, 950.0, 3000.0)),
        box("booth right", (half + 950.0, -2600.0, 0.0), (half + 1000.0, 950.0, 3000.0)),
    ]
    return {
        "tool": spray_gun(n["gun_mass_kg"]),
        "base": {
            "x_mm": [-1000.0, 1000.0],
            "y_mm": [-2300.0, -500.0],
            "heights_mm": [0.0, 300.0, 600.0],
        },
        "cell": {"box": cell},
        "requirements": {
            "takt_s": n["takt_s"],
            "path_tolerance_mm": 5.0,
            "angle_tolerance_deg": 3.0,
            "tool_clearance_mm": 50.0,
            "explosion_zone": "zone 1",
        },
        "process_path": {
            "speed_mm_s": [0.9 * speed, speed, 1.1 * speed],
            "tilt_tolerance_deg": 5.0,
            "approach_mm": 50.0,
            "retract_mm": 50.0,
            "run_up_mm": 150.0,
            "stroke": [
                {
                    "name": "line",
                    "raster": {
                        "corner_mm": [-half, 0.0, low],
                        "along": [1.0, 0.0, 0.0],
                        "across": [0.0, 0.0, 1.0],
                        "length_mm": length,
                        "width_mm": height,
                        "swath_mm": n["fan_width_mm"],
                        "overlap": n["overlap"],
                        "standoff_mm": n["standoff_mm"],
                    },
                }
            ],
        },
    }


def scanner(mass: float) -> dict[str, Any]:
    """A line scanner looking along the flange axis; the TCP is its window."""
    return {
        "name": "line scanner",
        "mass_kg": mass,
        "com_mm": [0.0, 0.0, 70.0],
        "tcp": {"position_mm": [0.0, 0.0, 150.0]},
        "box": [{"position_mm": [0.0, 0.0, 75.0], "size_mm": [240.0, 120.0, 150.0]}],
    }


def curved_panel(length: float, width: float, rise: float, steps: int = 24) -> dict[str, Any]:
    """A panel round the origin that bulges upwards by ``rise`` [mm] in the middle, as triangles."""
    across = max(2, round(steps * width / length))
    vertices = [
        [
            length * (i / steps - 0.5),
            width * (j / across - 0.5),
            rise * math.sin(math.pi * i / steps) * math.sin(math.pi * j / across),
        ]
        for i in range(steps + 1)
        for j in range(across + 1)
    ]
    faces = []
    for i in range(steps):
        for j in range(across):
            a = i * (across + 1) + j
            b = a + across + 1
            faces += [[a, b, b + 1], [a, b + 1, a + 1]]
    return {"vertices_mm": vertices, "faces": faces}


@layout("scanned_panel")
def scanned_panel(n: Numbers) -> dict[str, Any]:
    """A curved panel on a stand, scanned from above in lines; the stand-off is kept along the normals."""
    length, width, top = n["part_length_mm"], n["part_width_mm"], n["stand_height_mm"]
    mesh = {**curved_panel(length, width, n["part_rise_mm"]), "position_mm": [0.0, 0.0, top + 5.0]}
    half, deep = length / 2, width / 2
    speed = n["scan_speed_mm_s"]
    cell = [
        box("stand", (-half - 50.0, -deep - 50.0, 0.0), (half + 50.0, deep + 50.0, top), "fixture"),
        box("controller", (half + 700.0, 600.0, 0.0), (half + 1200.0, 1100.0, 1000.0)),
    ]
    return {
        "tool": scanner(n["scanner_mass_kg"]),
        "base": {
            "x_mm": [-1500.0, 1500.0],
            "y_mm": [-1500.0, 1500.0],
            "heights_mm": [0.0, 200.0, 400.0, 600.0],
        },
        "cell": {"box": cell, "mesh": [{"name": "panel", "role": "part", "boxes": 12, **mesh}]},
        "requirements": {
            "takt_s": n["takt_s"],
            "path_tolerance_mm": 2.0,
            "tool_clearance_mm": 50.0,
            "repeatability_mm": 0.1,
        },
        "process_path": {
            "speed_mm_s": [0.5 * speed, speed, 1.1 * speed],
            "tilt_tolerance_deg": 5.0,
            "approach_mm": 50.0,
            "retract_mm": 50.0,
            "ramp_mm": 30.0,
            "stroke": [
                {
                    "name": "scan",
                    "surface": {
                        "mesh": mesh,
                        "facing": [0.0, 0.0, 1.0],
                        "along": [1.0, 0.0, 0.0],
                        "swath_mm": n["scan_width_mm"],
                        "overlap": n["overlap"],
                        "standoff_mm": n["standoff_mm"],
                        "smooth_mm": 120.0,
                        "step_mm": 20.0,
                    },
                }
            ],
        },
    }
