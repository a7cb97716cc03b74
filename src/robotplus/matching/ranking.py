"""Ranking what was found, and the one margin of each that is the tightest, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import hull
from robotplus.matching.order import sort_key
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Requirements

USUAL_CLEARANCE = 0.01  # [m] what a margin of clearance is measured by where less is asked


def rank(found: Iterable[tuple[Robot, Certificate]], order: Sequence[str]) -> list[tuple[Robot, Certificate]]:
    """Best first."""
    return sorted(found, key=lambda pair: sort_key(pair[0], pair[1], order=order))


def tightest(robot: Robot, certificate: Certificate, asked: Requirements) -> tuple[str, str]:
    """The margin that is smallest for its size, in English and Chinese."""
    margins = [
        _takt(certificate),
        _clearance(certificate, asked),
        _range(certificate),
        _joint_speed(robot, certificate),
        _used(certificate, "payload_used", "payload", "负载"),
        _used(certificate, "wrist_moment_used", "wrist moment", "腕部力矩"),
        _used(certificate, "wrist_inertia_used", "wrist inertia", "腕部惯量"),
    ]
    _, en, zh = min((m for m in margins if m is not None), key=lambda m: m[0])
    return en, zh


Margin = tuple[float, str, str]


def _takt(certificate: Certificate) -> Margin | None:
    takt = certificate.claims["takt_s"]
    if takt is None:
        return None
    left = takt - certificate.claims["cycle_time_s"]["high"]
    return left / takt, f"takt: {left:.2f} s of {takt:g} s left", f"节拍：{takt:g} s 中余 {left:.2f} s"


def _clearance(certificate: Certificate, asked: Requirements) -> Margin:
    """Tool clearance may be asked smaller than that of the links; the claim is the least of both."""
    least = min(asked.min_clearance, asked.tool_clearance)
    left = max(0.0, certificate.claims["min_clearance_m"] - least)  # claims are rounded down
    en = f"clearance: {1000 * left:.1f} mm above {1000 * least:g} mm"
    zh = f"净距：比要求的 {1000 * least:g} mm 多 {1000 * left:.1f} mm"
    return left / max(least, USUAL_CLEARANCE), en, zh


def _range(certificate: Certificate) -> Margin:
    left = 1 - certificate.claims["joint_range_used"]
    return left, f"joint range: {left:.1%} left", f"关节行程：余 {left:.1%}"


def _joint_speed(robot: Robot, certificate: Certificate) -> Margin | None:
    """On strokes only: travel is meant to run at the limits."""
    fastest = [hull(move)[2] for move in certificate.moves if move.kind == "stroke"]
    limits = [joint.velocity for joint in robot.joints]
    if not fastest or any(limit is None for limit in limits):
        return None
    left = 1 - float((np.max(fastest, axis=0) / np.array(limits, dtype=float)).max())
    return left, f"joint speed on strokes: {left:.1%} left", f"作业时关节速度：余 {left:.1%}"


def _used(certificate: Certificate, claim: str, en: str, zh: str) -> Margin | None:
    used = certificate.claims.get(claim)
    if used is None:
        return None
    return 1 - used, f"{en}: {1 - used:.1%} left", f"{zh}：余 {1 - used:.1%}"
