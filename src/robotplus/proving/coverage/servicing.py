"""Charging and filling: where a plan leaves its work for the dock, waits, and comes back."""

from __future__ import annotations

import itertools
import math
from typing import Any

from robotplus.certificates.plan import Leg
from robotplus.proving.coverage.machine import Able
from robotplus.proving.coverage.roaming import Roaming, Spot
from robotplus.proving.coverage.timing import HIGH, plan_seconds
from robotplus.scenarios.coverage import CoverageTask


class OutOfReachError(Exception):
    """What stops a plan: (verdict, constraint) and the fields of the refusal."""

    def __init__(self, verdict: str, constraint: str, **fields: Any) -> None:
        super().__init__(verdict, constraint)
        self.fields = fields


def serviced(
    legs: tuple[Leg, ...], able_to: Able, task: CoverageTask, roaming: Roaming, dock: Spot
) -> tuple[tuple[Leg, ...], int, int]:
    """The legs with trips to the dock wherever battery or tank would not last to the end of the next swath and home.

    Every leg is taken at its longest time. A swath is never cut: one that is too long for a whole charge or tank
    stops the plan.

    Returns:
        the legs, how many charges, how many fillings.

    Raises:
        OutOfReachError: run time, charging time or tank do not suffice, or are unknown.
    """
    seconds = plan_seconds(legs, able_to.driving, HIGH)
    if able_to.runtime is None:
        raise OutOfReachError("unknown", "data_machine", where="runtime_h")
    room = able_to.runtime * (1 - task.reserve)
    whole = math.fsum(seconds)
    dose = task.dose
    volume = [
        0.0 if dose is None or leg.kind != "work" else dose * able_to.driving.width * _length(leg)
        for leg in legs
    ]
    if whole <= room and (able_to.tank is None or math.fsum(volume) <= able_to.tank):
        return legs, 0, 0
    out: list[Leg] = []
    used = poured = 0.0
    charges = refills = 0
    for leg, poured_here in zip(legs, volume, strict=True):
        here = leg.xy[0]
        way = roaming.way(here, dock)
        back = roaming.way(leg.xy[-1], dock)
        if way is None or back is None:
            raise OutOfReachError("not_found", "endurance", where="no way to the dock", budget={"angles": 1})
        ahead = _seconds(leg, back, able_to)
        needs_charge = used + ahead > room
        needs_fill = able_to.tank is not None and poured + poured_here > able_to.tank
        if needs_charge or needs_fill:
            trip = _seconds(None, way, able_to)
            if here != dock:
                out.append(Leg("move", way))
            if needs_charge:
                if able_to.recharge is None:
                    raise OutOfReachError("unknown", "data_machine", where="charge_h")
                out.append(Leg("wait", (dock,), able_to.recharge, "charge"))
                used, charges = 0.0, charges + 1
            else:
                used += trip
            if able_to.tank is not None:
                out.append(Leg("wait", (dock,), task.refill, "fill"))
                used += task.refill
                poured, refills = 0.0, refills + 1
            if here != dock:
                out.append(Leg("move", tuple(reversed(way))))
                used += trip
            if used + ahead > room + 1e-9 or (
                able_to.tank is not None and poured_here > able_to.tank + 1e-12
            ):
                raise OutOfReachError(
                    "not_found",
                    "endurance",
                    needed=(used + ahead) / 60,
                    available=room / 60,
                    shortfall=max(0.0, used + ahead - room) / 60,
                    unit="min",
                    budget={"angles": 1},
                )
        out.append(leg)
        used += _seconds(leg, None, able_to)
        poured += poured_here
    return tuple(out), charges, refills


def _seconds(leg: Leg | None, way: tuple[Spot, ...] | None, able_to: Able) -> float:
    """Longest seconds of a leg and a way after it, with half a turn before each."""
    driving = able_to.driving
    turn = 0.0 if driving.turning == "side" else math.pi / driving.turn_rate[HIGH]
    legs = ([] if leg is None else [leg]) + ([] if way is None or way[0] == way[-1] else [Leg("move", way)])
    return math.fsum(plan_seconds(legs, driving, HIGH)) + turn * len(legs)


def _length(leg: Leg) -> float:
    return math.fsum(math.dist(a, b) for a, b in itertools.pairwise(leg.xy))
