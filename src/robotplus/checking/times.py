"""Cycle time and takt."""

from __future__ import annotations

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import Move
from robotplus.checking.claims import Claims
from robotplus.checking.reasons import Findings
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.task import Program, Stop

TIME = 1e-6  # [s] per claimed second


def check_times(
    robot: Robot, program: Program, certificate: Certificate, findings: Findings, *, claims: Claims
) -> None:
    """The motion lasts as long as claimed, the interval has sense, and the takt is met by its upper end."""
    low, nominal, high = claims.cycle
    lasts = float(sum(m.duration for m in certificate.moves))
    least = fastest(robot, program, certificate)
    findings.measured["cycle_time_s"], findings.measured["cycle_time_least_s"] = lasts, least
    slack = TIME * (1 + lasts)
    if abs(high - lasts) > slack:
        findings.refuse("claim_cycle_time", f"the motion lasts {lasts:.4f} s, {high:.4f} s claimed")
    if not least - slack <= low <= nominal + slack <= high + 2 * slack:
        findings.refuse(
            "claim_cycle_time", f"{low:.3f}, {nominal:.3f}, {high:.3f} s; at least {least:.3f} s needed"
        )
    takt = program.requirements.takt
    if claims.takt != takt:
        findings.refuse("takt", f"{claims.takt} s claimed, {takt} s asked")
    elif takt is not None and lasts > takt + slack:
        findings.refuse("takt", f"{lasts:.3f} s for a takt of {takt:.3f} s")


def fastest(robot: Robot, program: Program, certificate: Certificate) -> float:
    """A time [s] that this motion's moves take at least, whatever the accelerations."""
    velocity = np.array([j.velocity for j in robot.joints], dtype=float)
    stops = [program.stops[i] for i in certificate.order]
    return sum(_least(m, stops[m.stop], velocity) for m in certificate.moves)


def _least(move: Move, stop: Stop, velocity: Array) -> float:
    if move.kind == "dwell":
        return stop.dwell
    joints = float((np.abs(move.q[-1] - move.q[0]) / velocity).max())
    if move.kind == "stroke" and stop.speed is not None:
        steady = max(0.0, stop.curve.length - 2 * stop.ramp)
        return max(joints, steady / stop.speed[2])
    return joints
