"""A proven motion as a certificate: claims, premises, what is not shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from robotplus.certificates.certificate import Base, Certificate, Premise
from robotplus.certificates.motion import Move
from robotplus.proving.body import Body, make_body, without_pairs
from robotplus.proving.context import Context
from robotplus.proving.gates import confirmations
from robotplus.proving.outcome import Found
from robotplus.proving.questions import question, reading_question
from robotplus.proving.search import Place
from robotplus.proving.timing import durations
from robotplus.proving.tolerance import base_tolerance
from robotplus.proving.wrist import wrist_used
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.cell import world_from_base

CLAIMED = 0.95  # share of a proven distance that is claimed: a checker need not cut its intervals as fine
ROOM = 1e-6  # claims of ratios are rounded up by this much


def certify(
    body: Body, context: Context, found: Found, place: Place, *, tolerance: bool = True
) -> Certificate:
    """The certificate of a motion found at a place; ``tolerance`` also works out the base tolerance it holds for."""
    robot, program = body.robot, context.program
    need = program.requirements
    wrist, shown = wrist_used(body, context, found)
    accelerations = body.acceleration
    high = sum(item.move.duration for item in found.planned)
    nominal = _retimed(body, found, accelerations.nominal)
    low = min(nominal, _retimed(body, found, accelerations.high))
    moves = _rounded([item.move for item in found.planned])
    held = (0.0, 0.0)
    if tolerance:
        held = base_tolerance(body, context, found.world_from_base, moves)
    asked = min(need.min_clearance, need.tool_clearance, found.clearance)
    strokes = [s.speed for s in program.stops if s.speed is not None and s.curve.length > 0]
    tilt = max((s.tilt_tolerance for s in program.stops), default=0.0)
    claims: dict[str, Any] = {
        "cycle_time_s": {"low": low, "nominal": nominal, "high": high},
        "takt_s": need.takt,
        "min_clearance_m": max(asked, CLAIMED * found.clearance - 1e-4),
        "self_clearance_m": max(0.0, CLAIMED * found.self_clearance - 1e-4),
        "joint_range_used": found.limits_used[0] + ROOM,
        "velocity_used": found.limits_used[1] + ROOM,
        "acceleration_used": found.limits_used[2] + ROOM,
        "path_deviation_m": need.path_tolerance,
        "direction_deviation_rad": tilt + need.angle_tolerance,
        "tool_speed_mps": [min(s[0] for s in strokes), max(s[2] for s in strokes)] if strokes else None,
        "payload_used": context.load_kg / robot.payload_kg.value if robot.payload_kg else None,
        "wrist_moment_used": wrist.get("wrist_moment"),
        "wrist_inertia_used": wrist.get("wrist_inertia"),
        "base_tolerance": {"xy_m": held[0], "angle_rad": held[1]},
    }
    not_shown: list[dict[str, Any]] = [
        {"what": "self_pair", "detail": pair_name(body, q), "demand": None} for q in _left_out(body)
    ]
    not_shown += shown
    if robot.repeatability_mm is None:
        not_shown.append({"what": "repeatability", "detail": "unknown", "demand": 1000 * need.path_tolerance})
    premises = confirmations(robot, context, wrist=bool(wrist))
    premises += _readings(robot, found)
    en, zh = question(robot, "acceleration")
    estimated = [float(a) for a in accelerations.nominal]
    premises.append(Premise("acceleration", estimated, accelerations.basis, "low", False, en, zh))
    return Certificate(
        robot_id=robot.id,
        robot_sha256=robot.sha256,
        need=context.need.document,
        need_sha256=context.need.sha256,
        base=Base((place.x, place.y, place.z), place.yaw, program.base.mounting),
        order=context.layers.order,
        moves=moves,
        acceleration={
            "joint": [float(a) for a in accelerations.low],
            "nominal": estimated,
            "high": [float(a) for a in accelerations.high],
            "basis": accelerations.basis,
        },
        claims=claims,
        not_shown=tuple(not_shown),
        premises=tuple(premises),
        verdict="proven_if_confirmed" if any(q.confirm for q in premises) else "proven",
    )


def tolerating(certificate: Certificate, robot: Robot, context: Context) -> Certificate:
    """A certificate that claims no base tolerance, completed by the one its motion bears."""
    body = make_body(robot, context.program, load_kg=context.load_kg)
    named = {n["detail"] for n in certificate.not_shown if n["what"] == "self_pair"}
    left_out = {(i, j) for i, j in body.pairs.tolist() if pair_name(body, (i, j)) in named}
    base, claims = certificate.base, certificate.claims
    held = base_tolerance(
        without_pairs(body, left_out),
        context,
        world_from_base(base.xyz, base.yaw, base.mounting),
        certificate.moves,
    )
    return replace(certificate, claims={**claims, "base_tolerance": {"xy_m": held[0], "angle_rad": held[1]}})


def _rounded(moves: Sequence[Move]) -> tuple[Move, ...]:
    """The moves in fewer digits; what that changes is far below every margin."""
    t, q, qd, qdd = (
        np.round(np.concatenate([getattr(move, name) for move in moves]), digits)
        for name, digits in (("t", 12), ("q", 13), ("qd", 12), ("qdd", 11))
    )
    out, first = [], 0
    for move in moves:
        own = slice(first, first := first + len(move.t))
        out.append(Move(move.kind, move.stop, t[own], q[own], qd[own], qdd[own]))
    return tuple(out)


def _retimed(body: Body, found: Found, accelerations: Array) -> float:
    """[s] of the same paths at other accelerations."""
    times = iter(
        durations(body, [path for item in found.planned for path in item.paths], accelerations).tolist()
    )
    total = 0.0
    for item in found.planned:
        own = [next(times) for _ in item.paths]
        total += sum(own) if own and min(own) >= 0 else item.move.duration
    return total


def _left_out(body: Body) -> list[tuple[int, int]]:
    return sorted(set(body.coarse))


def pair_name(body: Body, pair: tuple[int, int]) -> str:
    """ "link_2/link_4", "link_4/tool", "link_4/part"."""
    names = [f"link_{k}" if k <= body.dof else "tool" if k == body.dof + 1 else "part" for k in pair]
    return "/".join(names)


def _readings(robot: Robot, found: Found) -> list[Premise]:
    """A premise when the motion breaks another reading of the maker's joint limits."""
    out = []
    for coupling in robot.alternative_couplings:
        c = np.array(coupling.coefficients)
        sums = np.concatenate([item.move.q @ c for item in found.planned])
        if sums.min() < coupling.lower + 1e-3 or sums.max() > coupling.upper - 1e-3:
            en, zh = reading_question(robot, coupling)
            value = [coupling.lower, coupling.upper]
            confirm = "from memory" in robot.limits.source or math.isnan(coupling.lower)
            out.append(Premise("joint_limits_reading", value, coupling.note, "medium", confirm, en, zh))
            break
    return out
