"""Machines with every figure known, and small networks made for them."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from robotplus.hashing import digest
from robotplus.robots.machine import Collection, Machine, machines
from robotplus.robots.model import Figure
from robotplus.scenarios.plans import RouteNeed, route_from_document

SIDE = 4
NODES = [{"id": f"{i}{j}", "x_m": 10.0 * i, "y_m": 12.0 * j} for i in range(SIDE) for j in range(SIDE)]


def grid(**extra: Any) -> list[dict[str, Any]]:
    """Ways of a 4 by 4 grid; ``extra`` goes onto every way."""
    return [
        {"a": f"{i}{j}", "b": f"{i + di}{j + dj}", **extra}
        for i, j in itertools.product(range(SIDE), repeat=2)
        for di, dj in ((1, 0), (0, 1))
        if i + di < SIDE and j + dj < SIDE
    ]


def route_need(stops: Any = ("03", "12", "30", "33"), *, each: Any = None, **table: Any) -> RouteNeed:
    visits = [{"node": s, "dwell_s": 10.0, **(each or {})} for s in stops]
    full = {"kinds": ["quadruped"], "nodes": NODES, "ways": grid(), "depot": "00", "stops": visits, **table}
    return route_from_document({"id": "r", "title_en": "A round", "route": full})


def walker(**figures: Any) -> Machine:
    """A round-figured machine; a figure of None is unknown, one with "?" from memory."""
    known: dict[str, Any] = {
        "max_speed_mps": 1.0,
        "dims_m": [0.9, 0.5, 0.6],
        "runtime_h": 2.0,
        "charge_h": 1.0,
        "payload_kg": 10.0,
        "turning": "holonomic (legged)",
        "max_slope_deg": 15.0,
        "step_height_m": 0.2,
        "gap_m": 0.1,
        **figures,
    }
    made = {n: Figure(v, "data sheet D-1", "high") for n, v in known.items() if v is not None}
    stated = {n: [f.value, f.source, f.confidence] for n, f in made.items()}
    base = machines()["unitree_b2"]
    return dataclasses.replace(
        base, id="walker", maker="Maker", model="W", figures=made, sha256=digest(stated)
    )


def only(machine: Machine) -> Collection[Machine]:
    return Collection([machine])
