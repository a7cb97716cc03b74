"""Checks a plan over an area: everything is worked out anew from the need, the machine's file and the legs.

Areas by Shapely. Nothing here comes from the solver; the timing formula is the one of docs/coverage.md, written
down a second time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from robotplus.certificates.certificate import Verdict
from robotplus.certificates.plan import Leg, PlanCertificate
from robotplus.checking.coverage_drive import driving_found, premises_found
from robotplus.checking.subject import Finding, subject_of
from robotplus.robots.machine import Machine
from robotplus.scenarios.coverage import CoverageTask
from robotplus.scenarios.plans import PlanNeed, plan_from_document

SLACK_M = 1e-6
SLACK_S = 1e-5
AREA_SLACK = 1e-6  # of the target
DOCK_SLACK_M = 0.05


def check_plan(
    certificate: PlanCertificate, machines: Mapping[str, Machine], *, need: PlanNeed | None = None
) -> Verdict:
    """Whether every claim of a plan follows from its need and the machine's file.

    Args:
        certificate: the claim.
        machines: today's machines by id.
        need: demand that the certificate is about this very need.
    """
    subject = subject_of(certificate, machines, read=plan_from_document, need=need)
    if isinstance(subject, Verdict):
        return subject
    asked, machine, findings = subject.need, subject.machine, subject.findings
    findings += driving_found(certificate, machine, asked.task)
    findings += premises_found(certificate, machine, asked.task)
    measured: dict[str, Any] = {}
    findings += _legs(certificate.legs, asked.task)
    if not findings:
        findings += _free(certificate, asked.task, measured)
        findings += _covered(certificate, asked.task, measured)
        findings += _timed(certificate, machine, asked.task, measured)
    return subject.verdict(measured)


def _legs(legs: tuple[Leg, ...], task: CoverageTask) -> list[Finding]:
    if not legs:
        return [("no_legs", "the plan is empty")]
    out: list[Finding] = []
    for i, (a, b) in enumerate(itertools.pairwise(legs)):
        if math.dist(a.xy[-1], b.xy[0]) > SLACK_M:
            out.append(("jump", f"leg {i + 2} does not start where leg {i + 1} ends"))
            break
    if any(leg.seconds < 0 for leg in legs):
        out.append(("waits", "a wait lasts less than no time"))
    known = {f"pass {k}" for k in range(1, task.passes + 1)}
    if any(leg.kind == "work" and leg.reason not in known for leg in legs):
        out.append(("passes", "a working leg belongs to no pass that the need asks for"))
    return out


def _free(c: PlanCertificate, task: CoverageTask, measured: dict[str, Any]) -> list[Finding]:
    """The disc round the body, grown by the tracking error, stays where the machine may be."""
    lines = shapely.linestrings(np.concatenate([_steps(leg) for leg in c.legs if len(leg.xy) > 1]))
    free = task.free
    shapely.prepare(free)
    inside = bool(shapely.covers(free, lines).all())
    gap = float(shapely.distance(lines, free.boundary).min()) if inside else 0.0
    clearance = gap - math.hypot(c.driving.length, c.driving.breadth) / 2 - c.driving.tracking
    measured["min_clearance_m"] = clearance
    if not inside or clearance < -SLACK_M:
        return [("collision", "the body reaches beyond where it may move")]
    if c.claims["min_clearance_m"] > clearance + SLACK_M:
        return [("clearance", f"the clearance is {clearance:.4f} m, not {c.claims['min_clearance_m']:.4f} m")]
    return []


def _covered(c: PlanCertificate, task: CoverageTask, measured: dict[str, Any]) -> list[Finding]:
    """Every pass covers the share by itself; the claimed areas are those of the pass that covers least."""
    target = task.target
    shares = []
    claimed = c.claims["covered_m2"]
    slack = AREA_SLACK * target.area
    out: list[Finding] = []
    for number in range(1, task.passes + 1):
        steps = [_steps(leg) for leg in c.legs if leg.kind == "work" and leg.reason == f"pass {number}"]
        if not steps:
            return [("passes", f"pass {number} is missing")]
        lines = np.concatenate(steps)
        inner, outer = (
            float(
                shapely.union_all(_bands(lines, c.driving.width + sign * 2 * c.driving.tracking))
                .intersection(target)
                .area
            )
            for sign in (-1, 1)
        )
        shares.append(inner / target.area)
        if claimed["inner"] > inner + slack or claimed["outer"] < outer - slack:
            out.append(("covered", f"pass {number} covers {inner:.4f} to {outer:.4f} m2 of the target"))
    measured["share"] = min(shares)
    if abs(c.claims["target_m2"] - target.area) > slack + 1e-4:
        out.append(("target", f"the target has {target.area:.4f} m2"))
    if c.claims["share"] > min(shares) + AREA_SLACK:
        out.append(("share", f"the share covered is {min(shares):.6f}"))
    if min(shares) < task.min_coverage - AREA_SLACK:
        out.append(
            ("coverage", f"{100 * min(shares):.2f} % is covered, {100 * task.min_coverage:g} % is asked")
        )
    return out


def _timed(
    c: PlanCertificate, machine: Machine, task: CoverageTask, measured: dict[str, Any]
) -> list[Finding]:
    out: list[Finding] = []
    low, high = (_seconds(c, end) for end in (1, 0))
    measured["time_s"] = {"low": sum(low), "high": sum(high)}
    if c.claims["time_s"]["low"] > sum(low) + SLACK_S or c.claims["time_s"]["high"] < sum(high) - SLACK_S:
        out.append(("time", f"the work takes {sum(low):.3f} to {sum(high):.3f} s"))
    if c.claims["within_s"] != task.within:
        out.append(("time_limit", "the time limit is not the need's"))
    if task.within is not None and sum(high) > task.within + SLACK_S:
        out.append(("time_limit", f"the work takes up to {sum(high):.1f} s, {task.within:g} s are allowed"))
    for name in ("work", "move"):
        steps = [_steps(leg) for leg in c.legs if leg.kind == name]
        length = float(np.hypot(*(s := np.concatenate(steps))[:, 1].T - s[:, 0].T).sum()) if steps else 0.0
        if c.claims[f"{name}_m"] < length - SLACK_M:
            out.append((f"{name}_m", f"the legs of kind {name} are {length:.3f} m long"))
    out += _battery(c, machine, task, high)
    out += _tank(c, machine, task)
    return out


def _battery(c: PlanCertificate, machine: Machine, task: CoverageTask, high: list[float]) -> list[Finding]:
    """Between charges the machine runs no longer than the run time less the reserve, every leg at its longest."""
    runtime = machine.number("runtime_h")
    if runtime is None:
        return [("runtime", "the run time of one charge is unknown")]
    charge = machine.number("charge_h")
    needed = task.swap if task.swap is not None else None if charge is None else 3600 * charge.value
    room, used, charges = 3600 * runtime.value * (1 - task.reserve), 0.0, 0
    out: list[Finding] = []
    for leg, seconds in zip(c.legs, high, strict=True):
        if leg.kind == "wait" and leg.reason == "charge":
            charges += 1
            if needed is None or leg.seconds < needed - SLACK_S:
                out.append(
                    ("charging", "a charge is shorter than the machine's charging time or the need's swap")
                )
            if not _at_dock(c, task, leg):
                out.append(("dock", "the machine charges away from the dock"))
            used = seconds - leg.seconds
            continue
        used += seconds
        if used > room + SLACK_S:
            out.append(("battery", f"it runs {used:.0f} s on one charge, {room:.0f} s are there"))
            break
    if c.claims["charges"] != charges:
        out.append(("charges", f"the plan charges {charges} times"))
    return out


def _tank(c: PlanCertificate, machine: Machine, task: CoverageTask) -> list[Finding]:
    fills = sum(leg.kind == "wait" and leg.reason == "fill" for leg in c.legs)
    out: list[Finding] = (
        [("refills", f"the plan fills {fills} times")] if c.claims["refills"] != fills else []
    )
    if task.dose is None:
        return out
    tank = machine.number("tank_l")
    if tank is None:
        return [*out, ("tank", "the tank's volume is unknown")]
    poured = 0.0
    for leg in c.legs:
        if leg.kind == "wait" and leg.reason == "fill":
            poured = 0.0
            if leg.seconds < task.refill - SLACK_S or not _at_dock(c, task, leg):
                out.append(("filling", "a filling is too short, or away from the dock"))
        elif leg.kind == "work":
            steps = _steps(leg)
            poured += task.dose * c.driving.width * float(np.hypot(*(steps[:, 1] - steps[:, 0]).T).sum())
            if poured > tank.value / 1000 + 1e-9:
                out.append(("tank", f"{1000 * poured:.1f} L are poured from a tank of {tank.value:g} L"))
                break
    return out


def _at_dock(c: PlanCertificate, task: CoverageTask, leg: Leg) -> bool:
    """The dock is the need's, or as near to it as the body gets; without one, where the plan starts."""
    if task.dock is None:
        return math.dist(leg.xy[0], c.legs[0].xy[0]) <= SLACK_M
    radius = math.hypot(c.driving.length, c.driving.breadth) / 2 + c.driving.tracking
    nearest = float(task.free.buffer(-radius, join_style="mitre").distance(shapely.Point(task.dock)))
    return math.dist(leg.xy[0], task.dock) <= nearest + DOCK_SLACK_M


def _seconds(c: PlanCertificate, end: int) -> list[float]:
    """Seconds of every leg, each with the turn into it: every straight from rest to rest, turns on the spot."""
    d = c.driving
    acceleration, rate = d.acceleration[end], d.turn_rate[end]
    out, heading = [], None
    for leg in c.legs:
        if leg.kind == "wait":
            out.append(leg.seconds)
            continue
        speed = d.work_speed if leg.kind == "work" else d.move_speed
        total = 0.0
        for (x0, y0), (x1, y1) in _steps(leg).tolist():
            length = math.hypot(x1 - x0, y1 - y0)
            ramp = speed * speed / acceleration
            total += (
                length / speed + speed / acceleration
                if length >= ramp
                else 2 * math.sqrt(length / acceleration)
            )
            new = math.atan2(y1 - y0, x1 - x0)
            if heading is not None and d.turning == "spot":
                total += abs(math.remainder(new - heading, math.tau)) / rate
            heading = new
        out.append(total)
    return out


def _steps(leg: Leg) -> Any:
    """(n, 2, 2): the straights of a leg."""
    points = np.array(leg.xy, dtype=float)
    return np.stack([points[:-1], points[1:]], axis=1)


def _bands(lines: Any, width: float) -> Any:
    """A rectangle round each straight, ending where it ends."""
    along = lines[:, 1] - lines[:, 0]
    length = np.hypot(*along.T)[:, None]
    side = np.stack([-along[:, 1], along[:, 0]], 1) / np.where(length > 0, length, 1) * width / 2
    corners = np.stack([lines[:, 0] + side, lines[:, 1] + side, lines[:, 1] - side, lines[:, 0] - side], 1)
    return shapely.polygons(corners)
