"""Random needs: strokes, spots and handling, random cells, tools light and heavy. Many have no answer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.oracle_boxes import Array
from benchmarks.planting import box_document, random_tool, tool_document
from robotplus.errors import NeedError
from robotplus.robots.model import OrientedBox, Robot
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need


def random_need(robot: Robot, rng: np.random.Generator, name: str) -> Need:
    """A need sized to a robot, more or less; drawn again while the need itself is wrong."""
    while True:
        try:
            return need_from_document(_document(robot, rng, name), name)
        except NeedError:
            continue  # such as a tool point inside a box


def _document(robot: Robot, rng: np.random.Generator, name: str) -> dict[str, Any]:
    reach = robot.reach_m.value if robot.reach_m else 1.0
    scale = reach * float(np.exp(rng.uniform(math.log(0.4), math.log(1.3))))
    tool = tool_document(random_tool(robot, rng))
    tool["mass_kg"] *= float(np.exp(rng.uniform(math.log(0.3), math.log(5.0))))  # some too heavy
    centre = np.array([0.0, 0.0, float(rng.uniform(0.15, 0.7)) * scale])
    handling = rng.random() < 0.35
    task = _handling(centre, scale, rng) if handling else _strokes(centre, scale, rng)
    far = rng.random() < 0.1  # a base that cannot stand near enough
    side = scale * (0.25 if far else 1.0)
    shift = 3.0 * reach if far else 0.0
    document: dict[str, Any] = {
        "id": name,
        "title_en": "random task",
        "tool": tool,
        "base": {
            "x_mm": [(shift - side) * 1000, (shift + side) * 1000],
            "y_mm": [-side * 1000, side * 1000],
            "heights_mm": [0.0, 300.0] if rng.random() < 0.5 else [0.0],
            "mounting": str(rng.choice(["floor", "ceiling", "wall"], p=[0.92, 0.04, 0.04])),
        },
        "cell": {"box": _boxes(centre, scale, rng)},
        "requirements": _requirements(rng),
        **task,
    }
    if document["base"]["mounting"] != "floor":
        document["base"]["heights_mm"] = [float(centre[2] + rng.uniform(0.2, 0.9) * scale) * 1000]
    return document


def _requirements(rng: np.random.Generator) -> dict[str, Any]:
    out: dict[str, Any] = {
        "min_clearance_mm": float(rng.choice([5.0, 10.0, 20.0])),
        "base_tolerance_mm": float(rng.choice([0.0, 5.0])),
        "base_tolerance_deg": float(rng.choice([0.0, 0.5])),
        "path_tolerance_mm": float(rng.choice([0.5, 1.0, 3.0])),
    }
    if rng.random() < 0.3:
        out["takt_s"] = float(rng.uniform(2.0, 40.0))
    if rng.random() < 0.1:
        out["ip"] = "IP54"
    return out


def _direction(rng: np.random.Generator) -> list[float]:
    lean = math.radians(float(rng.uniform(0.0, 70.0)))
    round_ = float(rng.uniform(0.0, 2 * math.pi))
    return [math.sin(lean) * math.cos(round_), math.sin(lean) * math.sin(round_), -math.cos(lean)]


def _strokes(centre: Array, scale: float, rng: np.random.Generator) -> dict[str, Any]:
    kinds = (_polyline, _arc, _circle, _raster, _spots)
    strokes = []
    for number in range(int(rng.integers(1, 4))):
        kind = kinds[rng.integers(len(kinds))]
        middle = centre + rng.uniform(-0.2, 0.2, 3) * scale
        strokes.append({"name": f"stroke {number}", **kind(middle, 0.15 * scale, rng)})
    path: dict[str, Any] = {"stroke": strokes, "cyclic": bool(rng.random() < 0.7)}
    path["approach_mm"] = path["retract_mm"] = float(rng.choice([0.0, 30.0, 60.0]))
    if rng.random() < 0.8:
        path["speed_mm_s"] = float(np.exp(rng.uniform(math.log(10), math.log(300))))
    if rng.random() < 0.3:
        path["spins_deg"] = [0.0, 90.0] if rng.random() < 0.5 else [float(rng.uniform(0, 360))]
    if rng.random() < 0.2:
        path["tilt_tolerance_deg"] = 10.0
    if rng.random() < 0.3:
        path["order"] = "free"
    return {"process_path": path}


def _polyline(middle: Array, size: float, rng: np.random.Generator) -> dict[str, Any]:
    points = middle + rng.uniform(-size, size, (int(rng.integers(2, 5)), 3)) * (1, 1, 0.3)
    return {"polyline": {"points_mm": (points * 1000).tolist(), "direction": _direction(rng)}}


def _arc(middle: Array, size: float, rng: np.random.Generator) -> dict[str, Any]:
    start = middle + size * np.array([1.0, 0.0, 0.0])
    angle = float(rng.uniform(30.0, 300.0))
    return {
        "arc": {
            "centre_mm": _mm(middle),
            "start_mm": _mm(start),
            "angle_deg": angle,
            "direction_local": [float(rng.uniform(-0.7, 0.7)), 0.0, -1.0],
        }
    }


def _circle(middle: Array, size: float, rng: np.random.Generator) -> dict[str, Any]:
    radius = size * float(rng.uniform(0.3, 1.0))
    return {"circle": {"centre_mm": _mm(middle), "radius_mm": radius * 1000, "direction": _direction(rng)}}


def _raster(middle: Array, size: float, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "raster": {
            "corner_mm": _mm(middle - np.array([size, size, 0.0])),
            "along": [1.0, 0.0, 0.0],
            "across": [0.0, 1.0, 0.0],
            "length_mm": size * 2000,
            "width_mm": size * 1000,
            "swath_mm": size * 400,
            "standoff_mm": float(rng.uniform(0.0, 50.0)),
            "lift_between": bool(rng.random() < 0.5),
        }
    }


def _spots(middle: Array, size: float, rng: np.random.Generator) -> dict[str, Any]:
    points = middle + rng.uniform(-size, size, (int(rng.integers(1, 5)), 3))
    return {"spots": {"points_mm": (points * 1000).tolist(), "direction": _direction(rng), "dwell_s": 0.5}}


def _handling(centre: Array, scale: float, rng: np.random.Generator) -> dict[str, Any]:
    size = [float(rng.uniform(0.05, 0.15)) * scale * 1000 for _ in range(3)]
    round_part = bool(rng.random() < 0.5)
    part: dict[str, Any] = {
        "name": "part",
        "mass_kg": float(np.exp(rng.uniform(math.log(0.05), math.log(5.0)))),
    }
    part |= {"radius_mm": size[0] / 2, "length_mm": size[1]} if round_part else {"size_mm": size}
    pairs = []
    for number in range(int(rng.integers(1, 3))):
        ends = []
        for side in (-1.0, 1.0):
            at = centre + np.array([side * 0.25, 0.0, 0.0]) * scale + rng.uniform(-0.15, 0.15, 3) * scale
            ends.append({"position_mm": _mm(at), "rpy_deg": [0.0, 0.0, float(rng.uniform(-180, 180))]})
        pairs.append({"name": f"pair {number}", "pick": ends[0], "place": ends[1]})
    task = {"part": part, "pair": pairs, "cyclic": bool(rng.random() < 0.7)}
    task["grasp_yaws_deg"] = "free" if round_part else [0.0, 180.0]
    return {"pick_place": task}


def _boxes(centre: Array, scale: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    boxes = []
    for _ in range(int(rng.integers(0, 6))):
        at = centre + rng.normal(size=3) * 0.5 * scale
        x, y, z = np.exp(rng.uniform(math.log(0.05), math.log(0.5), 3)) * scale
        turn = (0.0, 0.0, float(rng.uniform(0, math.pi)))
        boxes.append(OrientedBox(tuple(at), turn, (float(x), float(y), float(z))))
    if rng.random() < 0.4:  # a table right under the work
        top = max(0.05, centre[2] - 0.22 * scale)
        boxes.append(OrientedBox((0.0, 0.0, top / 2), (0.0, 0.0, 0.0), (0.6 * scale, 0.6 * scale, top)))
    return [box_document(f"box {i}", b) for i, b in enumerate(boxes)]


def _mm(v: Array) -> list[float]:
    return [float(x) * 1000 for x in v]
