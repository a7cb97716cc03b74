"""Reads the numbers out of a certificate's claims; whatever is missing or senseless is a finding, never a
crash."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.checking.reasons import Findings
from robotplus.robots.model import Array

SCALARS = (
    "min_clearance_m",
    "self_clearance_m",
    "joint_range_used",
    "velocity_used",
    "acceleration_used",
    "path_deviation_m",
    "direction_deviation_rad",
    "payload_used",
)


@dataclass(frozen=True)
class Claims:
    """The claims as numbers. ``cycle``: (low, nominal, high) [s]. ``speed``: [lowest, highest] [m/s] or
    None."""

    scalar: dict[str, float]
    cycle: tuple[float, float, float]
    takt: float | None
    speed: tuple[float, float] | None
    tolerance_xy: float
    tolerance_angle: float
    acceleration: Array


def number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        out = float(value)
    except OverflowError:
        return None
    return out if math.isfinite(out) and abs(out) < 1e12 else None


def read_claims(certificate: Certificate, findings: Findings, *, dof: int) -> Claims | None:
    """The claims, or None with a finding for each field that cannot be read."""
    claims = certificate.claims
    if not isinstance(claims, dict) or not isinstance(certificate.acceleration, dict):
        findings.refuse("malformed", "claims")
        return None
    before = len(findings.reasons)

    def get(table: Any, key: str, name: str) -> float:
        found = number(table.get(key)) if isinstance(table, dict) else None
        if found is None:
            findings.refuse("malformed", name)
        return found if found is not None else 0.0

    scalar = {name: get(claims, name, name) for name in SCALARS}
    low, nominal, high = (
        get(claims.get("cycle_time_s"), k, f"cycle_time_s.{k}") for k in ("low", "nominal", "high")
    )
    xy, angle = (get(claims.get("base_tolerance"), k, f"base_tolerance.{k}") for k in ("xy_m", "angle_rad"))
    if xy < 0 or angle < 0:
        findings.refuse("malformed", "base_tolerance is negative")
    speed = _pair(claims.get("tool_speed_mps"), findings)
    takt = claims.get("takt_s")
    if takt is not None and number(takt) is None:
        findings.refuse("malformed", "takt_s")
    joint = certificate.acceleration.get("joint")
    rates = [number(v) for v in joint] if isinstance(joint, list | tuple) else []
    if len(rates) != dof or any(v is None or v <= 0 for v in rates):
        findings.refuse("malformed", "acceleration.joint")
    if any(not isinstance(n, dict) for n in certificate.not_shown):
        findings.refuse("malformed", "not_shown")
    if len(findings.reasons) > before:
        return None
    return Claims(scalar, (low, nominal, high), number(takt), speed, xy, angle, np.array(rates, dtype=float))


def _pair(value: Any, findings: Findings) -> tuple[float, float] | None:
    if value is None:
        return None
    pair = [number(v) for v in value] if isinstance(value, list | tuple) else []
    if len(pair) != 2 or pair[0] is None or pair[1] is None:
        findings.refuse("malformed", "tool_speed_mps")
        return None
    return pair[0], pair[1]
