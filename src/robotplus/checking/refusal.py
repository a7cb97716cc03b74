"""`check_refusal`: does the witness of an *impossible* hold? Is what is called *unknown* really not known?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from robotplus.certificates.certificate import Refusal, Verdict
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.checking.claims import number
from robotplus.checking.premises import check_form, check_values
from robotplus.checking.ratings import heaviest_load, ip_covers, needed_repeatability, value, zone_covers
from robotplus.checking.reach import chain_length, rings, uncovered
from robotplus.checking.reasons import Findings
from robotplus.checking.statements import check_premise_text, check_refusal_text
from robotplus.robots.frames import transform
from robotplus.robots.model import Array, Figure, Robot
from robotplus.scenarios.task import Need, Program, Stop

FIGURES = {  # figure: the constraint it can break
    "payload_kg": "payload",
    "repeatability_mm": "repeatability",
    "ip": "ip",
    "explosion_zone": "explosion_zone",
    "temperature_c": "temperature",
    "mounting": "mounting",
}
COUNTS = ("places", "evaluations", "attempts")  # of a budget
STATED = 1e-6  # what a refusal states may differ from what is recomputed by this


def check_refusal(refusal: Refusal, robot: Robot, need: Need) -> Verdict:
    """Verify a refusal against the robot and the need it names.

    *Impossible* needs a witness that holds, belongs to the constraint and rests on no figure that is still to
    be confirmed; *unknown* must name a datum that is missing or to be confirmed; *not found* must state its
    budget. Figures it states must be those of the constraint.
    """
    findings = Findings()
    same = need.sha256 == refusal.need_sha256
    known = (robot.id, robot.sha256) == (refusal.robot_id, refusal.robot_sha256)
    currency = {"model": "current" if known else "unknown", "need": "same" if same else "different"}
    if not known:
        findings.refuse("robot_unknown", refusal.robot_id)
        return Verdict(False, "cannot_check", tuple(findings.reasons), {}, currency)
    if not same:
        findings.refuse("need_different", f"asked {need.sha256}, refused {refusal.need_sha256}")
    elif not isinstance(refusal.constraint, str) or refusal.constraint not in CONSTRAINTS:
        findings.refuse("malformed", f"{refusal.constraint} is not a known constraint")
    elif refusal.verdict == "impossible":
        _check_witness(refusal, robot, need.program, findings)
    elif refusal.verdict == "unknown":
        if not is_open(refusal.constraint, robot, need.program):
            findings.refuse("witness", f"{refusal.constraint}: the datum is known, or does not decide")
    elif refusal.verdict == "not_found":
        _check_budget(refusal.budget, findings)
    else:
        findings.refuse("malformed", f"{refusal.verdict} is not a refusal's verdict")
    if not findings:
        check_stated(refusal, robot, need.program, findings)
        check_refusal_text(refusal, robot, need.program, findings)
        check_form(refusal.premises, findings)
        check_premise_text(refusal.premises, robot, findings)
        check_values(refusal.premises, robot, need.program, findings)
    holds = not findings
    status = "holds" if holds else "refused"
    return Verdict(holds, status, tuple(findings.reasons), dict(findings.measured), currency)  # type: ignore[arg-type]


def _check_budget(budget: Any, findings: Findings) -> None:
    """Work is counted in whole places and evaluations, or attempts, and some was done."""
    counts = {k: budget[k] for k in COUNTS if k in budget} if isinstance(budget, dict) else {}
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in counts.values())
    if not whole or not any(counts.values()):
        findings.refuse("witness", f"not found, without the budget that was spent: {budget}"[:500])


def _check_witness(refusal: Refusal, robot: Robot, program: Program, findings: Findings) -> None:
    witness: Any = refusal.witness
    kind = witness.get("kind") if isinstance(witness, dict) else None
    checks: dict[str, Callable[[dict[str, Any], Robot, Program, Findings], None]] = {
        "rating": _rating,
        "reach": _reach,
        "takt": _takt,
        "joint_speed": _joint_speed,
    }
    if not isinstance(kind, str) or kind not in checks:
        findings.refuse("witness_unknown", str(kind))
        return
    breaks = {"reach": "reach", "takt": "takt", "joint_speed": "tool_speed"}
    figure = witness.get("figure")
    constraint = FIGURES.get(figure) if kind == "rating" and isinstance(figure, str) else breaks.get(kind)
    if constraint != refusal.constraint:
        findings.refuse("witness", f"a witness of {constraint} does not show {refusal.constraint}")
        return
    with np.errstate(all="ignore"):
        checks[kind](witness, robot, program, findings)


def _rating(witness: dict[str, Any], robot: Robot, program: Program, findings: Findings) -> None:
    name = str(witness.get("figure"))
    figure: Figure[Any] | None = getattr(robot, name)
    if figure is None:
        findings.refuse("witness", f"{name} is not a known figure of this robot")
    elif figure.needs_confirmation:
        findings.refuse("witness", f"{name} is still to be confirmed, so it cannot make the task impossible")
    elif suffices(name, robot, program):
        findings.refuse("witness", f"{name} {figure.value} is sufficient")


def suffices(name: str, robot: Robot, program: Program) -> bool:
    """Whether a known figure meets what the program asks."""
    need = program.requirements
    if name == "payload_kg":
        return robot.payload_kg is not None and heaviest_load(program) <= robot.payload_kg.value + 1e-9
    if name == "repeatability_mm":
        figure = robot.repeatability_mm
        return figure is not None and figure.value <= needed_repeatability(program) + 1e-9
    if name == "ip":
        return need.ip is None or ip_covers(value(robot.ip), need.ip)
    if name == "explosion_zone":
        return need.explosion_zone is None or zone_covers(value(robot.explosion_zone), need.explosion_zone)
    if name == "temperature_c":
        rated, asked = robot.temperature_c, need.temperature_c
        return asked is None or (
            rated is not None and rated.value[0] <= asked[0] and asked[1] <= rated.value[1]
        )
    return robot.mounting is not None and program.base.mounting in robot.mounting.value


def _reach(witness: dict[str, Any], robot: Robot, program: Program, findings: Findings) -> None:
    if _uncertain(robot, findings):
        return
    try:
        points = np.array(witness.get("points"), dtype=float)
        if points.shape != (robot.dof, 3) or not np.isfinite(points).all():
            raise ValueError(f"{robot.dof} points are needed, one for each axis")
        radius = chain_length(robot, points)
    except (TypeError, ValueError) as error:
        findings.refuse("witness", str(error))
        return
    claimed = number(witness.get("radius"))
    if claimed is None or claimed < radius - 1e-6:
        findings.refuse("witness", f"the chain reaches {radius:.4f} m, not {claimed}")
        return
    if robot.joints[0].kind == "prismatic" or robot.joints[-1].kind == "prismatic":
        findings.refuse("witness", "the bound holds for chains that begin and end with a revolute joint")
        return
    base_point: Array = points[0]
    place = uncovered(
        program.base,
        first_point=base_point,
        targets=rings(robot, program, points[-1]),
        radius=radius,
    )
    if place is not None:
        findings.refuse("witness", f"every waypoint may be within reach from {np.round(place, 3).tolist()}")


def _uncertain(robot: Robot, findings: Findings) -> bool:
    """Lengths that no bound may rest on: the geometry is doubtful, or how far a joint slides is not known."""
    if robot.geometry_confidence == "low":
        findings.refuse("witness", "the geometry is still to be confirmed")
        return True
    slides = [j.name for j in robot.joints if j.kind == "prismatic" and None in (j.lower, j.upper)]
    if slides:
        findings.refuse("witness", f"the travel of {', '.join(slides)} is not known")
    return bool(slides)


def _takt(witness: dict[str, Any], robot: Robot, program: Program, findings: Findings) -> None:
    takt = program.requirements.takt
    least = sum(stop.dwell + _stroke_time(stop, program) for stop in program.stops)
    findings.measured["cycle_time_least_s"] = least
    if takt is None or not least > takt:
        findings.refuse("witness", f"the cycle takes at least {least:.3f} s, the takt is {takt} s")


def _stroke_time(stop: Stop, program: Program) -> float:
    """Least time of a stroke: a path within the tolerance of its curve may be shorter than the curve."""
    if stop.speed is None or stop.curve.length <= 0:
        return 0.0
    lengths = []
    for pieces in (1, 2, 4, 8, 16, 32):
        places, _, _ = stop.curve.frames(np.linspace(0.0, stop.curve.length, pieces + 1))
        chords = np.linalg.norm(np.diff(places, axis=0), axis=1)
        lengths.append(float(np.maximum(chords - 2 * program.requirements.path_tolerance, 0.0).sum()))
    return max(lengths) / stop.speed[2]


def _joint_speed(witness: dict[str, Any], robot: Robot, program: Program, findings: Findings) -> None:
    """No posture lets the tool move as fast as the slowest allowed process speed: Σ R_j v_j bounds it, R_j
    the summed lengths of the chain from joint j to the TCP."""
    if _uncertain(robot, findings):
        return
    if (
        robot.velocity is None
        or robot.velocity.needs_confirmation
        or any(j.velocity is None for j in robot.joints)
    ):
        findings.refuse("witness", "the joint speeds are unknown or to be confirmed")
        return
    link = transform(robot.flange_xyz, robot.flange_rpy) @ transform(
        program.tool.tcp_xyz, program.tool.tcp_rpy
    )
    arm, fastest = float(np.linalg.norm(link[:3, 3])), 0.0
    for joint in reversed(robot.joints):
        slide = max(abs(joint.lower or 0.0), abs(joint.upper or 0.0)) if joint.kind == "prismatic" else 0.0
        arm += slide
        fastest += float(joint.velocity or 0.0) * (arm if joint.kind == "revolute" else 1.0)
        arm += float(np.linalg.norm(joint.origin_xyz))
    slowest = max((s.speed[0] for s in program.stops if s.speed and s.curve.length > 2 * s.ramp), default=0.0)
    findings.measured["tool_speed_most_mps"] = fastest
    if not slowest > fastest:
        findings.refuse("witness", f"the tool can move at up to {fastest:.3f} m/s, {slowest:.3f} m/s asked")


def is_open(constraint: str, robot: Robot, program: Program) -> bool:
    """Whether the datum behind an *unknown* is missing, or falls short and is to be confirmed."""
    need = program.requirements
    for name, broken in FIGURES.items():
        if broken == constraint:
            figure: Figure[Any] | None = getattr(robot, name)
            doubtful = figure is not None and figure.needs_confirmation
            return doubtful and not suffices(name, robot, program)
    environment = (
        (need.ip, robot.ip),
        (need.explosion_zone, robot.explosion_zone),
        (need.temperature_c, robot.temperature_c),
    )
    moment, inertia = robot.wrist_moment_nm, robot.wrist_inertia_kgm2
    answers: dict[str, bool] = {
        "data_limits": any(None in (j.lower, j.upper) for j in robot.joints),
        "data_velocity": robot.velocity is None
        or robot.velocity.value != "data"
        or any(j.velocity is None for j in robot.joints),
        "data_shape": any(link.boxes is None for link in robot.links),
        "data_payload": robot.payload_kg is None,
        "data_environment": any(asked is not None and figure is None for asked, figure in environment),
        "data_mounting": program.base.mounting != "floor" and robot.mounting is None,
        "data_repeatability": need.repeatability_mm is not None and robot.repeatability_mm is None,
        "reach": robot.geometry_confidence == "low",
        "wrist_moment": moment is not None and moment.needs_confirmation,
        "wrist_inertia": inertia is not None and inertia.needs_confirmation,
        "cycle_interval": need.takt is not None,  # accelerations are an estimate, whatever the robot
    }
    return answers.get(constraint, False)


def check_stated(refusal: Refusal, robot: Robot, program: Program, findings: Findings) -> None:
    """The numbers a refusal gives are those of its constraint, and its shortfall is their difference."""
    needed, available, lacking = (number(v) for v in (refusal.needed, refusal.available, refusal.shortfall))
    for name, v, found in (
        ("needed", refusal.needed, needed),
        ("available", refusal.available, available),
        ("shortfall", refusal.shortfall, lacking),
    ):
        if v is not None and found is None and not (isinstance(v, str) and name != "shortfall"):
            findings.refuse("malformed", f"{name} {v!r}"[:200])
    takt, constraint = program.requirements.takt, refusal.constraint
    true: tuple[float | None, float | None] = (None, None)
    if constraint == "payload" and robot.payload_kg is not None:
        true = heaviest_load(program), robot.payload_kg.value
    elif constraint == "repeatability" and robot.repeatability_mm is not None:
        true = needed_repeatability(program), robot.repeatability_mm.value
    elif constraint in ("takt", "cycle_interval"):
        true = takt, None
    elif constraint == "reach" and refusal.verdict == "impossible":
        true = None, number((refusal.witness or {}).get("radius"))
    for name, is_, found in (("needed", true[0], needed), ("available", true[1], available)):
        if is_ is not None and found is not None and abs(is_ - found) > STATED:
            findings.refuse("witness", f"{name} is {is_:.6g}, not {found:.6g}")
    least = findings.measured.get("cycle_time_least_s")
    if isinstance(least, float) and available is not None and available > least + STATED:
        findings.refuse(
            "witness", f"the cycle takes at least {least:.6g} s, which does not show {available:.6g} s"
        )
    if needed is None or available is None:
        return
    # a low figure serves time and precision, a high one everything else; wrist ratings are given as shares used
    missing = (
        available - needed
        if constraint in ("takt", "cycle_interval", "repeatability")
        else needed - available
    )
    if not missing > -STATED:
        findings.refuse("witness", f"{available:.6g} is sufficient for {needed:.6g}")
    if lacking is not None and abs(lacking - missing) > STATED:
        findings.refuse("witness", f"the shortfall is {missing:.6g}, not {lacking:.6g}")
