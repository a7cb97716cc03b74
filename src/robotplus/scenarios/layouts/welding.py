"""Welding layouts: fillet seams on a clamped plate with an upright."""

from __future__ import annotations

import math
from typing import Any

from robotplus.scenarios.layouts.common import Numbers, box, layout, region

TORCH_BEND = 35.0  # [deg] of a usual robot torch neck
STICK_OUT = 20.0  # [mm] of wire between nozzle and tip


def torch(mass: float) -> dict[str, Any]:
    """A bent welding torch: body along the flange axis, neck along the wire up to the stick-out."""
    c, s = math.cos(math.radians(TORCH_BEND)), math.sin(math.radians(TORCH_BEND))
    elbow, reach = 240.0, 150.0
    middle = (reach - STICK_OUT) / 2
    return {
        "name": "welding torch",
        "mass_kg": mass,
        "com_mm": [10.0, 0.0, 130.0],
        "tcp": {"position_mm": [reach * s, 0.0, elbow + reach * c], "rpy_deg": [0.0, TORCH_BEND, 0.0]},
        "box": [
            {"position_mm": [0.0, 0.0, elbow / 2], "size_mm": [90.0, 80.0, elbow]},
            {
                "position_mm": [middle * s, 0.0, elbow + middle * c],
                "size_mm": [20.0, 20.0, reach - STICK_OUT],
                "rpy_deg": [0.0, TORCH_BEND, 0.0],
            },
        ],
    }


@layout("fillet_seams")
def fillet_seams(n: Numbers) -> dict[str, Any]:
    """Seams in a row along the fillet between a plate and the upright behind it; torch from the front."""
    count, length, gap = int(n["seam_count"]), n["seam_length_mm"], n["seam_gap_mm"]
    total = count * length + (count - 1) * gap
    top = n["table_height_mm"]
    plate = top + 20.0
    half = total / 2 + 120.0
    angle = math.radians(n["work_angle_deg"])
    direction = [0.0, math.cos(angle), -math.sin(angle)]  # into the corner, work angle from the plate
    seams = []
    for i in range(count):
        x = -total / 2 + i * (length + gap)
        points = [[x, 0.0, plate], [x + length, 0.0, plate]]
        seams.append({"name": f"seam {i + 1}", "polyline": {"points_mm": points, "direction": direction}})
    cell = [
        box("table", (-half, -300.0, 0.0), (half, 300.0, top), "fixture"),
        box("plate", (-half + 20, -200.0, top), (half - 20, 200.0, plate), "part"),
        box("upright", (-half + 20, 0.0, plate), (half - 20, 12.0, plate + 150.0), "part"),
        box("clamp left", (-half + 20, -140.0, plate), (-half + 80, -80.0, plate + 70.0), "fixture"),
        box("clamp right", (half - 80, -140.0, plate), (half - 20, -80.0, plate + 70.0), "fixture"),
        box("post", (-half - 250, 380.0, 0.0), (-half - 150, 480.0, 1800.0)),
        box("power source", (half + 150, 500.0, 0.0), (half + 650, 1100.0, 1200.0)),
    ]
    return {
        "tool": torch(n["torch_mass_kg"]),
        "base": region(1500.0, [0.0, 200.0, 400.0, 600.0]),
        "cell": {"box": cell},
        "requirements": {"takt_s": n["takt_s"], "path_tolerance_mm": 0.5},
        "process_path": {
            "speed_mm_s": n["weld_speed_mm_s"],
            "tilt_tolerance_deg": 5.0,
            "approach_mm": 60.0,
            "retract_mm": 60.0,
            "stroke": seams,
        },
    }


def spot_gun(mass: float) -> dict[str, Any]:
    """An open C-gun: fixed electrode at the TCP, the moving one 60 mm away, throat 250 mm deep.

    TCP z is the electrode axis (along flange x). The fixed electrode's box stops 10 mm short of the sheet.
    """
    return {
        "name": "spot welding C-gun",
        "mass_kg": mass,
        "com_mm": [20.0, 0.0, 170.0],
        "tcp": {"position_mm": [0.0, 0.0, 500.0], "rpy_deg": [0.0, 90.0, 0.0]},
        "box": [
            {"position_mm": [0.0, 0.0, 125.0], "size_mm": [320.0, 220.0, 250.0]},
            {"position_mm": [-75.0, 0.0, 390.0], "size_mm": [30.0, 60.0, 280.0]},
            {"position_mm": [-35.0, 0.0, 500.0], "size_mm": [50.0, 30.0, 30.0]},
            {"position_mm": [135.0, 0.0, 390.0], "size_mm": [50.0, 60.0, 280.0]},
            {"position_mm": [85.0, 0.0, 500.0], "size_mm": [50.0, 30.0, 30.0]},
        ],
    }


@layout("spot_row")
def spot_row(n: Numbers) -> dict[str, Any]:
    """Spots in a row under the upper edge of an upright sheet; the gun comes from above, over the edge."""
    count, pitch, top = int(n["spot_count"]), n["spot_pitch_mm"], n["edge_height_mm"]
    half = (count - 1) * pitch / 2
    wide = half + 150.0
    z = top - 15.0
    points = [[-half + i * pitch, 0.0, z] for i in range(count)]
    cell = [
        box("sheet", (-wide, 0.0, top - 600.0), (wide, 2.0, top), "part"),
        box("fixture foot", (-wide, -250.0, 0.0), (wide, 250.0, top - 600.0), "fixture"),
        box("clamp left", (-wide, -60.0, top - 400.0), (-wide + 80.0, 62.0, top - 320.0), "fixture"),
        box("clamp right", (wide - 80.0, -60.0, top - 400.0), (wide, 62.0, top - 320.0), "fixture"),
        box("transformer cabinet", (wide + 300.0, 700.0, 0.0), (wide + 900.0, 1300.0, 1800.0)),
    ]
    return {
        "tool": spot_gun(n["gun_mass_kg"]),
        "base": {"x_mm": [-1500.0, 1500.0], "y_mm": [-3000.0, -300.0], "heights_mm": [0.0, 300.0]},
        "cell": {"box": cell},
        "requirements": {"takt_s": n["takt_s"], "path_tolerance_mm": 1.0},
        "process_path": {
            "tilt_tolerance_deg": 3.0,
            "approach_mm": n["lift_mm"],
            "retract_mm": n["lift_mm"],
            "approach_from": [0.0, 0.0, 1.0],
            "stroke": [
                {
                    "name": "spot",
                    "spots": {"points_mm": points, "direction": [0.0, 1.0, 0.0], "dwell_s": n["spot_time_s"]},
                }
            ],
        },
    }
