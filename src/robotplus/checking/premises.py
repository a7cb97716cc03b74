"""The premises a certificate must state, and the verdict they allow."""

from __future__ import annotations

from robotplus.certificates.certificate import Certificate
from robotplus.checking.limits import RANGE, coupling_excess
from robotplus.checking.pieces import Pieces
from robotplus.checking.reasons import Findings
from robotplus.robots.model import Figure, Robot
from robotplus.scenarios.task import Program


def unconfirmed(robot: Robot, program: Program, certificate: Certificate) -> set[str]:
    """Names of the figures that decide here and rest on memory or low confidence."""
    need = program.requirements
    deciding: dict[str, Figure[object] | None] = {
        "payload_kg": robot.payload_kg,  # type: ignore[dict-item]
        "velocity": robot.velocity,  # type: ignore[dict-item]
        "limits": robot.limits,  # type: ignore[dict-item]
        "repeatability_mm": robot.repeatability_mm,  # type: ignore[dict-item]
    }
    if need.ip is not None:
        deciding["ip"] = robot.ip  # type: ignore[assignment]
    if need.explosion_zone is not None:
        deciding["explosion_zone"] = robot.explosion_zone  # type: ignore[assignment]
    if need.temperature_c is not None:
        deciding["temperature_c"] = robot.temperature_c  # type: ignore[assignment]
    if certificate.base.mounting != "floor":
        deciding["mounting"] = robot.mounting  # type: ignore[assignment]
    if certificate.claims.get("wrist_moment_used") is not None:
        deciding["wrist_moment_nm"] = robot.wrist_moment_nm  # type: ignore[assignment]
    if certificate.claims.get("wrist_inertia_used") is not None:
        deciding["wrist_inertia_kgm2"] = robot.wrist_inertia_kgm2  # type: ignore[assignment]
    names = {name for name, figure in deciding.items() if figure is not None and figure.needs_confirmation}
    if robot.geometry_confidence == "low":
        names.add("geometry")
    return names


def check_premises(
    robot: Robot, program: Program, certificate: Certificate, findings: Findings, *, pieces: Pieces
) -> None:
    """Every unconfirmed figure is a premise to confirm, estimates and readings are premises, and the verdict
    says so."""
    stated = {str(p.name): p for p in certificate.premises}
    confirm = unconfirmed(robot, program, certificate)
    for name in sorted(confirm):
        if name not in stated or not stated[name].confirm:
            findings.refuse("premise", f"{name} rests on memory or low confidence and must be confirmed")
    if "acceleration" not in stated:
        findings.refuse("premise", "acceleration is an estimate")
    reading = [c for c in robot.alternative_couplings if coupling_excess(c, pieces) > RANGE]
    if reading and "joint_limits_reading" not in stated:
        findings.refuse("premise", f"joint_limits_reading: {reading[0].note}")
    confirming = bool(confirm) or any(p.confirm for p in certificate.premises)
    if certificate.verdict not in ("proven", "proven_if_confirmed", "candidate"):
        findings.refuse("verdict", f"{certificate.verdict} is not a certificate's verdict")
    elif certificate.verdict == "proven" and confirming:
        findings.refuse("verdict", "proven, though figures are to be confirmed")
