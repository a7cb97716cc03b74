"""Payload, repeatability, protection and mounting."""

from __future__ import annotations

import re

from robotplus.certificates.certificate import Certificate
from robotplus.checking.reasons import Findings
from robotplus.robots.model import Figure, Robot
from robotplus.scenarios.task import Program


def check_payload(robot: Robot, program: Program, findings: Findings, *, claim: float) -> None:
    """Tool and heaviest part against the rated payload, and the claim about it."""
    assert robot.payload_kg is not None
    carried = heaviest_load(program)
    used = carried / robot.payload_kg.value
    findings.measured["payload_used"] = used
    if used > 1 + 1e-9:
        findings.refuse("payload", f"{carried:.2f} kg on {robot.payload_kg.value:.2f} kg")
    elif claim < used - 1e-6:
        findings.refuse("claim_payload", f"{used:.4f} used, {claim:.4f} claimed")


def heaviest_load(program: Program) -> float:
    """Tool and heaviest part [kg]."""
    return program.tool.mass_kg + max((p.mass_kg for p in program.parts), default=0.0)


def check_environment(robot: Robot, program: Program, certificate: Certificate, findings: Findings) -> None:
    """Repeatability, IP code, explosion zone, temperature and mounting, where the need asks."""
    need = program.requirements
    _check_repeatability(robot, program, certificate, findings)
    if need.ip is not None and not ip_covers(value(robot.ip), need.ip):
        findings.refuse("ip", f"{value(robot.ip)} for {need.ip}")
    if need.explosion_zone is not None and not zone_covers(value(robot.explosion_zone), need.explosion_zone):
        findings.refuse("explosion_zone", f"{value(robot.explosion_zone)} for {need.explosion_zone}")
    if need.temperature_c is not None:
        rated = robot.temperature_c.value if robot.temperature_c else None
        if rated is None or rated[0] > need.temperature_c[0] or rated[1] < need.temperature_c[1]:
            findings.refuse("temperature", f"{rated} for {need.temperature_c} °C")
    if certificate.base.mounting != "floor" or robot.mounting is not None:
        allowed = robot.mounting.value if robot.mounting else ()
        if certificate.base.mounting not in allowed:
            findings.refuse("mounting", f"{certificate.base.mounting}, rated for {list(allowed)}")


def needed_repeatability(program: Program) -> float:
    """[mm] as asked, else the path tolerance."""
    asked = program.requirements.repeatability_mm
    return asked if asked is not None else 1000 * program.requirements.path_tolerance


def _check_repeatability(
    robot: Robot, program: Program, certificate: Certificate, findings: Findings
) -> None:
    needed = needed_repeatability(program)
    if robot.repeatability_mm is None:
        left_open = any(n.get("what") == "repeatability" for n in certificate.not_shown)
        if program.requirements.repeatability_mm is not None or not left_open:
            findings.refuse("repeatability", f"unknown, {needed:g} mm needed")
    elif robot.repeatability_mm.value > needed + 1e-9:
        findings.refuse("repeatability", f"{robot.repeatability_mm.value:g} mm, {needed:g} mm needed")


def value(figure: Figure[str] | None) -> str | None:
    return None if figure is None else figure.value


def ip_covers(rated: str | None, needed: str) -> bool:
    """Whether an IP code (IEC 60529) is at least the needed one in both digits; X counts as 0."""
    a, b = (re.search(r"IP\s*([0-9X])([0-9X])", (code or "").upper()) for code in (rated, needed))
    if b is None:
        return False
    digits = (("0" if d == "X" else d) for d in (a.groups() if a else ("X", "X")))
    return all(have >= ("0" if want == "X" else want) for have, want in zip(digits, b.groups(), strict=True))


def zone_covers(rated: str | None, needed: str) -> bool:
    """Whether equipment for a zone (IEC 60079-10: 0, 1, 2 gas; 20, 21, 22 dust) may stand in the needed
    zone."""
    a, b = (re.search(r"\b(2?[012])\b", zone or "") for zone in (rated, needed))
    if a is None or b is None:
        return False
    have, want = a.group(1), b.group(1)
    return len(have) == len(want) and have <= want
