"""`prove_coverage`: a plan that works over an area with one machine, or the reason why not.

The whole body turns inside a disc round its centre; the centre keeps inside the region where that disc fits, so
every way and every turn there is free. Swaths at many angles are compared by an estimate; the best few are planned.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
import shapely.ops
from shapely import LineString

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.plan import Leg, PlanCertificate
from robotplus.proving.coverage.machine import Able, able
from robotplus.proving.coverage.order import in_order, travelled
from robotplus.proving.coverage.roaming import Roaming, Spot
from robotplus.proving.coverage.servicing import OutOfReachError, serviced
from robotplus.proving.coverage.swaths import Swaths, angles, swaths
from robotplus.proving.coverage.timing import HIGH, LOW, plan_seconds, straight
from robotplus.proving.machine_figures import refusal, unknown_figure
from robotplus.robots.machine import Machine
from robotplus.scenarios.plans import PlanNeed

PLANNED = 3  # angles that are planned in full
SPARE_M = 1e-4  # beyond the disc, for rounding
SHARE_DIGITS = 6


def prove_coverage(need: PlanNeed, machine: Machine) -> PlanCertificate | Refusal:
    """Prove that a machine can do an area coverage need, or say why not."""
    able_to = able(machine, need)
    if isinstance(able_to, Refusal):
        return able_to
    driving, task = able_to.driving, need.task
    radius = math.hypot(driving.length, driving.breadth) / 2
    centres = task.free.buffer(-(radius + driving.tracking + SPARE_M), join_style="mitre")
    target = task.target
    if centres.is_empty or target.is_empty:
        return refusal(
            machine,
            need,
            "not_found",
            "area_access",
            needed=2 * (radius + driving.tracking),
            available=2 * _widest(task.free),
            shortfall=2 * max(0.0, radius + driving.tracking - _widest(task.free)),
            unit="m",
            budget={"angles": 0},
        )
    band = driving.width - 2 * driving.tracking
    if band <= 0:
        return refusal(
            machine,
            need,
            "not_found",
            "coverage",
            where="the tool is narrower than the tracking error",
            unit="%",
            budget={"angles": 0},
        )
    tried = [swaths(centres, target, angle=a, width=band, overlap=task.overlap) for a in angles(target)]
    tried = [s for s in tried if len(s.segments)]
    roaming = Roaming(centres)
    start = _nearest(centres, task.dock)
    tried.sort(key=lambda s: (_estimate(s, able_to, start), s.angle))
    best: tuple[float, PlanCertificate] | None = None
    reason: Refusal | None = None
    for layout in tried[:PLANNED]:
        result = _planned(need, machine, able_to, layout, roaming, start)
        if isinstance(result, Refusal):
            reason = reason or result
        elif best is None or result.claims["time_s"]["high"] < best[0]:
            best = (result.claims["time_s"]["high"], result)
    if best is not None:
        return best[1]
    if reason is not None:
        return reason
    return refusal(
        machine,
        need,
        "not_found",
        "coverage",
        needed=100 * task.min_coverage,
        available=0.0,
        shortfall=100 * task.min_coverage,
        unit="%",
        budget={"angles": len(tried)},
    )


def _planned(
    need: PlanNeed, machine: Machine, able_to: Able, layout: Swaths, roaming: Roaming, start: Spot
) -> PlanCertificate | Refusal:
    """One layout worked out: legs, services, times, coverage."""
    driving, task = able_to.driving, need.task
    visits = in_order(layout.segments, np.array(start))
    worked: list[Leg] = []
    here = start
    for number in range(1, task.passes + 1):
        for i, back in visits:
            a, b = layout.segments[i][::-1] if back else layout.segments[i]
            first, last = _spot(a), _spot(b)
            way = roaming.way(here, first)
            if way is None:
                continue  # in a part of the area that cannot be reached
            if here != first:
                worked.append(Leg("move", way))
            worked.append(Leg("work", (first, last), reason=f"pass {number}"))
            here = last
        visits = [(i, not back) for i, back in reversed(visits)]
    home = roaming.way(here, start)
    if home is not None and here != start:
        worked.append(Leg("move", home))
    try:
        legs, charges, refills = serviced(tuple(worked), able_to, task, roaming, start)
    except OutOfReachError as e:
        verdict, constraint = e.args
        if constraint == "data_machine":
            return unknown_figure(machine, need, e.fields["where"])
        return refusal(machine, need, verdict, constraint, **e.fields)
    low, high = (math.fsum(plan_seconds(legs, driving, end)) for end in (LOW, HIGH))
    target = task.target
    once = legs if task.passes == 1 else tuple(leg for leg in legs if leg.reason == "pass 1")
    lines = [LineString(leg.xy) for leg in once if leg.kind == "work"]
    band = driving.width - 2 * driving.tracking
    inner, outer = (
        float(shapely.union_all(shapely.buffer(lines, w / 2, cap_style="flat")).intersection(target).area)
        for w in (band, driving.width + 2 * driving.tracking)
    )
    share = inner / target.area
    if share < task.min_coverage - 1e-9:
        asked = 100 * task.min_coverage
        return refusal(
            machine,
            need,
            "not_found",
            "coverage",
            needed=asked,
            available=100 * share,
            shortfall=asked - 100 * share,
            unit="%",
            budget={"angles": PLANNED},
        )
    if task.within is not None and high > task.within:
        return _late(need, machine, low, high)
    everything = shapely.union_all([LineString(leg.xy) for leg in legs if len(leg.xy) > 1])
    radius = math.hypot(driving.length, driving.breadth) / 2
    clearance = _distance_to_edge(everything, task.free) - radius - driving.tracking
    claims: dict[str, Any] = {
        "time_s": {"low": _down(low), "high": _up(high)},
        "within_s": task.within,
        "target_m2": round(float(target.area), 4),
        "covered_m2": {"inner": _down(inner), "outer": _up(outer)},
        "share": math.floor(share * 10**SHARE_DIGITS) / 10**SHARE_DIGITS,
        "work_m": _up(sum(LineString(leg.xy).length for leg in legs if leg.kind == "work")),
        "move_m": _up(sum(LineString(leg.xy).length for leg in legs if leg.kind == "move")),
        "charges": charges,
        "refills": refills,
        "min_clearance_m": max(0.0, _down(clearance)),
    }
    confirm = any(p.confirm for p in able_to.premises)
    return PlanCertificate(
        machine.id,
        machine.sha256,
        need.document,
        need.sha256,
        driving,
        legs,
        claims,
        able_to.premises,
        "proven_if_confirmed" if confirm else "proven",
    )


def _late(need: PlanNeed, machine: Machine, low: float, high: float) -> Refusal:
    asked = need.task.within
    assert asked is not None
    if low <= asked:
        return refusal(
            machine,
            need,
            "unknown",
            "time_interval",
            needed=asked / 3600,
            available=high / 3600,
            shortfall=(high - asked) / 3600,
            unit="h",
            question_en=f"{machine.maker}: acceleration and turn rate of the {machine.model}?",
            question_zh=f"{machine.maker}：{machine.model} 的加速度与转向角速度是多少？",
        )
    return refusal(
        machine,
        need,
        "not_found",
        "time_limit",
        needed=asked / 3600,
        available=low / 3600,
        shortfall=(low - asked) / 3600,
        unit="h",
        budget={"angles": PLANNED},
    )


def _estimate(layout: Swaths, able_to: Able, start: Spot) -> float:
    """Seconds, as if every link were straight and every swath ended with two quarter turns."""
    driving = able_to.driving
    lengths = np.hypot(*(layout.segments[:, 1] - layout.segments[:, 0]).T)
    work = float(straight(lengths, driving.work_speed, driving.acceleration[HIGH]).sum())
    n = len(lengths)
    links = travelled(
        layout.segments, np.array(start), in_order(layout.segments, np.array(start), improve=False)
    )
    turn = 0.0 if driving.turning == "side" else math.pi / driving.turn_rate[HIGH]
    each = straight(np.array([links / n]), driving.move_speed, driving.acceleration[HIGH])
    return work + n * (float(each[0]) + turn)


def _nearest(region: Any, spot: tuple[float, float] | None) -> Spot:
    """The place of the region nearest to a spot; without one, the region's lowest left corner."""
    if spot is None:
        parts = shapely.get_parts(region)
        corners = np.concatenate([np.array(p.exterior.coords) for p in parts])
        return _spot(corners[np.lexsort((corners[:, 0], corners[:, 1]))[0]])
    point = shapely.Point(spot)
    if region.covers(point):
        return spot
    on, _ = shapely.ops.nearest_points(region, point)
    return (on.x, on.y)


def _widest(area: Any) -> float:
    """Radius of the largest disc inside [m]."""
    return max(
        (float(shapely.maximum_inscribed_circle(p).length) for p in shapely.get_parts(area)), default=0.0
    )


def _distance_to_edge(lines: Any, area: Any) -> float:
    return float(lines.distance(area.boundary)) if not lines.is_empty else 0.0


def _spot(point: Any) -> Spot:
    return (float(point[0]), float(point[1]))


def _down(value: float) -> float:
    return math.floor(value * 1e6) / 1e6


def _up(value: float) -> float:
    return math.ceil(value * 1e6) / 1e6
