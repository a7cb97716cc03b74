"""Machines with every figure known, and areas made for them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from robotplus.hashing import digest
from robotplus.robots.machine import Collection, Machine, machines
from robotplus.robots.model import Figure
from robotplus.scenarios.plans import PlanNeed, plan_from_document

KINDS = ["cleaning_scrubber"]
SQUARE = [[0, 0], [20, 0], [20, 12], [0, 12]]


def area_need(**table: Any) -> PlanNeed:
    full = {"kinds": KINDS, "outline_m": SQUARE, "wall_margin_m": 0.6, "min_coverage_percent": 95, **table}
    return plan_from_document({"id": "a", "title_en": "An area", "area_coverage": full})


def scrubber(**figures: Any) -> Machine:
    """A round-figured machine; a figure of None is unknown."""
    known: dict[str, Any] = {
        "max_speed_mps": 1.0,
        "work_width_m": 0.8,
        "dims_m": [0.9, 0.7, 1.0],
        "runtime_h": 4.0,
        "charge_h": 2.0,
        "tank_l": 75.0,
        "turning": "differential",
        "positioning_accuracy_m": 0.02,
        "max_slope_deg": 8.0,
        **figures,
    }
    made = {n: Figure(v, "data sheet D-1", "high") for n, v in known.items() if v is not None}
    base = machines()["avidbots_neo2"]
    stated = {n: [f.value, f.source, f.confidence] for n, f in made.items()}
    return dataclasses.replace(
        base, id="scrubber", maker="Maker", model="S-8", figures=made, sha256=digest(stated)
    )


def only(machine: Machine) -> Collection[Machine]:
    return Collection([machine])


@pytest.fixture(scope="session")
def machine() -> Machine:
    return scrubber()
