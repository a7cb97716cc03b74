"""What each move has to keep to, rebuilt from the task itself, and whether it does."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.checking.claims import Claims
from robotplus.checking.path import Demand, Followed, Line, follow, spin_of
from robotplus.checking.pieces import Pieces, Repeats
from robotplus.checking.reasons import Findings
from robotplus.checking.rig import Rig
from robotplus.robots.model import Array
from robotplus.scenarios.task import Curve, Program, Requirements, Stop

POSITION = 1e-4  # [m] a claimed deviation may lie below the true one by this
DIRECTION = 1e-3  # [rad]
SPEED = 1e-3  # a claimed tool speed may be off by this share
EXACT = 1e-7  # [m], [rad] tolerances are judged to this


def check_paths(
    rig: Rig,
    program: Program,
    certificate: Certificate,
    findings: Findings,
    *,
    pieces: Pieces,
    claims: Claims,
) -> None:
    """Every approach, stroke and retract, every stop without length, and the claims about them."""
    stops = [program.stops[index] for index in certificate.order]
    rotation, tip = rig.tcp(rig.poses(np.array(arrival_postures(certificate))))
    spins: list[float | None] = []
    worst = [0.0, 0.0]
    for position, stop in enumerate(stops):
        spin, at = _arrival(stop, rotation[position], tip[position])
        spins.append(spin)
        _judge(at, stop.name, _demand(stop, stop.curve, program.requirements, spin), findings)
        worst = [max(worst[0], at.position), max(worst[1], at.direction)]
    along = [m for m, move in enumerate(certificate.moves) if move.kind not in ("travel", "dwell")]
    demands = []
    for m in along:
        move, stop = certificate.moves[m], stops[certificate.moves[m].stop]
        demand = _demand(stop, _curve(stop, move.kind), program.requirements, spins[move.stop])
        demands.append(demand if move.kind == "stroke" else replace(demand, speed=None))
    speeds: list[float] = []
    same = _again(Repeats.of(certificate.moves), along, demands)
    once = [i for i, k in enumerate(same) if i == k]
    shown = _follow_all(rig, pieces, [along[i] for i in once], [demands[i] for i in once], claims)
    of = dict(zip(once, shown, strict=True))
    for m, demand, followed in zip(along, demands, [of[k] for k in same], strict=True):
        move = certificate.moves[m]
        _judge(followed, f"{stops[move.stop].name}, {move.kind}", demand, findings)
        worst = [max(worst[0], followed.position), max(worst[1], followed.direction)]
        if math.isfinite(followed.slowest):
            speeds += [followed.slowest, followed.fastest]
    findings.measured["path_deviation_m"], findings.measured["direction_deviation_rad"] = worst
    findings.measured["tool_speed_mps"] = [min(speeds), max(speeds)] if speeds else None
    if findings:
        return
    _judge_claims(worst, speeds, claims, findings)


def _again(repeats: Repeats, along: list[int], demands: list[Demand]) -> list[int]:
    """For each of the moves ``along``, the first of them that is the same motion along the same straight line under the
    same demand: itself where there is none."""
    seen: dict[Any, int] = {}
    out = []
    for i, (m, d) in enumerate(zip(along, demands, strict=True)):
        line = d.curve
        key: Any = i
        if isinstance(line, Line):
            numbers = np.concatenate([line.start, line.toward, [line.length], line.z, line.x])
            asked = (d.position, d.direction, d.spin, d.spin_value, d.speed, d.ramp, d.tilted)
            key = (int(repeats.first[m]), numbers.tobytes(), asked)
        out.append(seen.setdefault(key, i))
    return out


def _follow_all(
    rig: Rig, pieces: Pieces, along: list[int], demands: list[Demand], claims: Claims
) -> list[Followed]:
    """How the moves ``along`` follow their curves: refined until what is claimed is shown or, where that cannot be,
    what is demanded."""
    if not along:
        return []
    number = np.full(int(pieces.move.max()) + 1, -1)
    number[along] = np.arange(len(along))
    of = number[pieces.move]
    out = follow(rig, pieces.take(of >= 0), [_claimed(d, claims) for d in demands], of[of >= 0])
    short = [k for k, d in enumerate(demands) if not _meets(out[k], d)]
    if short:
        number[:] = -1
        number[[along[k] for k in short]] = np.arange(len(short))
        of = number[pieces.move]
        again = follow(rig, pieces.take(of >= 0), [demands[k] for k in short], of[of >= 0])
        for k, followed in zip(short, again, strict=True):
            out[k] = followed
    return out


def arrival_postures(certificate: Certificate) -> list[Array]:
    """The posture at which the robot arrives at each position of the order: where its approach ends, or its
    travel."""
    moves = certificate.moves
    arrivals: dict[int, Array] = {}
    for k, move in enumerate(moves):
        returning = move.kind == "travel" and move.stop == 0 and k > 0
        before = moves[k - 1].kind if k and moves[k - 1].stop == move.stop else "travel"
        if returning or before != "travel":
            continue
        arrivals[move.stop] = move.q[0] if move.kind in ("stroke", "dwell", "retract") else move.q[-1]
    out: list[Array] = []
    for position in range(len(certificate.order)):
        out.append(arrivals.get(position, out[-1] if out else moves[0].q[0]))
    return out


def _curve(stop: Stop, kind: str) -> Curve:
    if kind == "stroke":
        return stop.curve
    at = 0.0 if kind == "approach" else stop.curve.length
    place, z, x = (v[0] for v in stop.curve.frames(np.array([at])))
    away = -z if stop.approach_axis is None else np.array(stop.approach_axis)
    if kind == "approach":
        return Line(place + stop.approach * away, -away, stop.approach, z, x)
    return Line(place, away, stop.retract, z, x)


def _demand(stop: Stop, curve: Curve, need: Requirements, spin: float | None) -> Demand:
    return Demand(
        curve,
        position=need.path_tolerance + EXACT,
        direction=stop.tilt_tolerance + need.angle_tolerance + EXACT,
        spin=need.angle_tolerance + EXACT,
        spin_value=spin,
        speed=None if stop.speed is None else (stop.speed[0] * (1 - 1e-6), stop.speed[2] * (1 + 1e-6)),
        ramp=stop.ramp,
        tilted=stop.tilt_tolerance > 0,
    )


def _claimed(demand: Demand, claims: Claims) -> Demand:
    """The demand tightened to what the certificate claims, so that refinement goes on until the claim is
    shown."""
    speed = demand.speed
    if speed is not None and claims.speed is not None:
        speed = max(speed[0], claims.speed[0] * (1 - SPEED)), min(speed[1], claims.speed[1] * (1 + SPEED))
    return replace(
        demand,
        position=min(demand.position, claims.scalar["path_deviation_m"] + POSITION),
        direction=min(demand.direction, claims.scalar["direction_deviation_rad"] + DIRECTION),
        speed=speed,
    )


def _meets(followed: Followed, demand: Demand) -> bool:
    near = followed.position <= demand.position and followed.direction <= demand.direction
    steady = demand.speed is None or (followed.slowest >= demand.speed[0] and followed.top <= demand.speed[1])
    return near and followed.spin <= demand.spin and steady


def _judge(followed: Followed, where: str, demand: Demand, findings: Findings) -> None:
    if not followed.position <= demand.position:
        findings.refuse("path_position", f"{where}: {followed.position * 1000:.3f} mm off")
    if not followed.direction <= demand.direction:
        findings.refuse("path_direction", f"{where}: {math.degrees(followed.direction):.3f} degrees off")
    if not followed.spin <= demand.spin:
        findings.refuse("path_spin", f"{where}: {math.degrees(followed.spin):.3f} degrees off")
    if demand.speed is not None and not (
        followed.slowest >= demand.speed[0] and followed.top <= demand.speed[1]
    ):
        span = f"{followed.slowest:.4f} to {followed.top:.4f} m/s"
        findings.refuse(
            "tool_speed", f"{where}: {span}, allowed {demand.speed[0]:.4f} to {demand.speed[1]:.4f}"
        )


def _judge_claims(worst: list[float], speeds: list[float], claims: Claims, findings: Findings) -> None:
    if not worst[0] <= claims.scalar["path_deviation_m"] + POSITION:
        findings.refuse("claim_path_deviation", f"{worst[0] * 1000:.3f} mm")
    if not worst[1] <= claims.scalar["direction_deviation_rad"] + DIRECTION:
        findings.refuse("claim_direction_deviation", f"{worst[1]:.4f} rad")
    if speeds:
        claimed = claims.speed
        if (
            claimed is None
            or min(speeds) < claimed[0] * (1 - 2 * SPEED)
            or max(speeds) > claimed[1] * (1 + 2 * SPEED)
        ):
            findings.refuse(
                "claim_tool_speed", f"{min(speeds):.4f} to {max(speeds):.4f} m/s, claimed {claimed}"
            )


def _arrival(stop: Stop, rotation: Array, tip: Array) -> tuple[float | None, Followed]:
    """The listed spin nearest to the one at arrival (None when any is allowed), and the deviations there.

    Args:
        rotation, tip: (3, 3) and (3,) of the TCP at arrival.
    """
    place, z, x = stop.curve.frames(np.zeros(1))
    lean = 2 * math.asin(min(1.0, float(np.linalg.norm(rotation[:, 2] - z[0])) / 2))
    spin, off = None, 0.0
    if stop.spins is not None:
        now = float(spin_of(rotation[None], z, x)[0])
        spin = min(stop.spins, key=lambda s: abs(math.remainder(now - s, 2 * math.pi)))
        off = abs(math.remainder(now - spin, 2 * math.pi))
    away = float(np.linalg.norm(tip - place[0]))
    return spin, Followed(away, lean, off, math.inf, -math.inf, -math.inf)
