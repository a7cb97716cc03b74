"""The premises a certificate must state, what they must say, and the verdict they allow."""

from __future__ import annotations

import math
from typing import Any

from robotplus.certificates.certificate import Certificate, Premise
from robotplus.checking.limits import RANGE, coupling_excess
from robotplus.checking.pieces import Pieces
from robotplus.checking.ratings import heaviest_load
from robotplus.checking.reasons import Findings
from robotplus.checking.statements import FIGURES, check_premise_text
from robotplus.robots.acceleration import estimate
from robotplus.robots.model import Figure, Robot
from robotplus.scenarios.task import Program

SAME = 1e-9  # two numbers are the same figure up to this share
Stated = tuple[Any, str, str]  # value, source, confidence


def unconfirmed(robot: Robot, program: Program, certificate: Certificate) -> set[str]:
    """Names of the figures that decide here and rest on memory or low confidence."""
    need, claims = program.requirements, certificate.claims
    deciding: dict[str, Figure[Any] | None] = {
        "payload_kg": robot.payload_kg,
        "velocity": robot.velocity,
        "limits": robot.limits,
        "repeatability_mm": robot.repeatability_mm,
    }
    if need.ip is not None:
        deciding["ip"] = robot.ip
    if need.explosion_zone is not None:
        deciding["explosion_zone"] = robot.explosion_zone
    if need.temperature_c is not None:
        deciding["temperature_c"] = robot.temperature_c
    if certificate.base.mounting != "floor":
        deciding["mounting"] = robot.mounting
    if claims.get("wrist_moment_used") is not None:
        deciding["wrist_moment_nm"] = robot.wrist_moment_nm
    if claims.get("wrist_inertia_used") is not None:
        deciding["wrist_inertia_kgm2"] = robot.wrist_inertia_kgm2
    names = {name for name, figure in deciding.items() if figure is not None and figure.needs_confirmation}
    if robot.geometry_confidence == "low":
        names.add("geometry")
    return names


def check_premises(
    robot: Robot, program: Program, certificate: Certificate, findings: Findings, *, pieces: Pieces
) -> None:
    """Every unconfirmed figure is a premise to confirm, estimates and readings are premises, all of them say
    what the model says, and the verdict follows from them."""
    stated = {str(p.name): p for p in certificate.premises}
    confirm = unconfirmed(robot, program, certificate)
    for name in sorted(confirm):
        if name not in stated or stated[name].confirm is not True:
            findings.refuse("premise", f"{name} rests on memory or low confidence and must be confirmed")
    if "acceleration" not in stated:
        findings.refuse("premise", "acceleration is an estimate")
    reading = [c for c in robot.alternative_couplings if coupling_excess(c, pieces) > RANGE]
    if reading and "joint_limits_reading" not in stated:
        findings.refuse("premise", f"joint_limits_reading: {reading[0].note}")
    check_form(certificate.premises, findings)
    check_premise_text(certificate.premises, robot, findings)
    check_values(certificate.premises, robot, program, findings)
    _check_estimate(robot, program, certificate, findings)
    confirming = bool(confirm) or any(p.confirm for p in certificate.premises)
    if certificate.verdict not in ("proven", "proven_if_confirmed", "candidate"):
        findings.refuse("verdict", f"{certificate.verdict} is not a certificate's verdict")
    elif certificate.verdict == "proven" and confirming:
        findings.refuse("verdict", "proven, though figures are to be confirmed")


def check_form(premises: tuple[Premise, ...], findings: Findings) -> None:
    """A reader finds each premise once, and whether it is to be confirmed is a plain yes or no."""
    seen: set[str] = set()
    for p in premises:
        if not isinstance(p.name, str) or not isinstance(p.confirm, bool):
            findings.refuse("malformed", f"premise {p.name}: confirm is {p.confirm!r}")
        if str(p.name) in seen:
            findings.refuse("malformed", f"premise {p.name} is stated twice")
        seen.add(str(p.name))


def check_values(premises: tuple[Premise, ...], robot: Robot, program: Program, findings: Findings) -> None:
    """Each premise has the model's value, source and confidence; accelerations are the estimate."""
    for p in premises:
        if p.name == "acceleration":
            trusted = estimate(robot, heaviest_load(program))
            allowed: list[Stated] = [(trusted.nominal.tolist(), trusted.basis, "low")]
        elif p.name == "joint_limits_reading":
            allowed = [([c.lower, c.upper], c.note, "medium") for c in robot.alternative_couplings]
        elif p.name in FIGURES or p.name == "geometry":
            known = premise_of(robot, p.name)
            allowed = [] if known is None else [known]
        else:
            continue
        if not any(same([p.value, p.source, p.confidence], list(a)) for a in allowed):
            told = f"{p.value} ({p.source}, {p.confidence})"
            findings.refuse("premise_value", f"{p.name}: {told}, the model has {allowed or 'none'}"[:500])


def _check_estimate(robot: Robot, program: Program, certificate: Certificate, findings: Findings) -> None:
    """What is said of accelerations beside those of the motion is the estimate."""
    trusted = estimate(robot, heaviest_load(program))
    told = certificate.acceleration
    for key, value in (
        ("basis", trusted.basis),
        ("nominal", trusted.nominal.tolist()),
        ("high", trusted.high.tolist()),
    ):
        if key in told and not same(told[key], value):
            findings.refuse("premise_value", f"acceleration.{key}: {told[key]}"[:500])


def premise_of(robot: Robot, name: str) -> Stated | None:
    """What a premise about a figure of the model must state; None when the model does not have the figure."""
    if name == "geometry":
        return "as in the model file", robot.geometry_source, robot.geometry_confidence
    figure: Figure[Any] | None = getattr(robot, name)
    if figure is None:
        return None
    values: dict[str, Any] = {
        "velocity": [j.velocity for j in robot.joints],
        "limits": [[j.lower, j.upper] for j in robot.joints],
    }
    return values.get(name, figure.value), figure.source, figure.confidence


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values say the same: lists and tuples item by item, numbers up to rounding."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        try:
            return math.isclose(a, b, rel_tol=SAME)
        except OverflowError:
            return False
    return bool(a == b)
