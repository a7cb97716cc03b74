"""`check`: is every claim of a certificate true, given the robot model and the task it names?"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from robotplus.certificates.certificate import Certificate, Verdict
from robotplus.checking.claims import Claims, read_claims
from robotplus.checking.clearance import Clearance, Violation
from robotplus.checking.holding import corrected
from robotplus.checking.limits import check_positions, check_rates
from robotplus.checking.pairs import PairTable
from robotplus.checking.pieces import Pieces, Repeats, cut
from robotplus.checking.placement import check_base, check_base_clear
from robotplus.checking.premises import check_premises
from robotplus.checking.profile import profile
from robotplus.checking.ratings import check_environment, check_payload, heaviest_load
from robotplus.checking.reasons import Findings
from robotplus.checking.rig import Rig
from robotplus.checking.room import Correction
from robotplus.checking.scene import build_scene
from robotplus.checking.selfpairs import check_left_out
from robotplus.checking.statements import check_entries
from robotplus.checking.strokes import check_paths
from robotplus.checking.structure import check_structure
from robotplus.checking.times import check_times
from robotplus.checking.wrist import check_wrist
from robotplus.errors import InputError
from robotplus.hashing import digest
from robotplus.robots.acceleration import estimate
from robotplus.robots.model import Robot
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need, Program

CLEARANCE = 1e-4  # [m] a claimed clearance may exceed what is shown by this
EXACT = 1e-6  # [m]


class RobotStore(Protocol):
    """Where models are looked up: the catalogue."""

    def find(self, robot_id: str, sha256: str) -> tuple[Robot | None, str | None]: ...


def check(certificate: Certificate, robots: RobotStore, *, need: Need | None = None) -> Verdict:
    """Verify every claim of a certificate.

    Args:
        certificate: as read from its file.
        robots: where the model it names is looked up by id and digest.
        need: demand that the certificate is about this very need.

    Returns:
        A verdict; ``measured`` holds the recomputed figures and ``profile``, series over time for reports.
    """
    findings = Findings()
    robot, standing = robots.find(certificate.robot_id, certificate.robot_sha256)
    currency = {"model": standing or "unknown", "need": "not given"}
    if need is not None:
        currency["need"] = "same" if need.sha256 == certificate.need_sha256 else "different"
    if robot is None:
        findings.refuse("robot_unknown", f"{certificate.robot_id}, {certificate.robot_sha256}")
        return Verdict(False, "cannot_check", tuple(findings.reasons), {}, currency)
    with np.errstate(all="ignore"):
        program = _program(certificate, need, findings)
        if program is not None:
            _verify(certificate, robot, program, findings)
    holds = not findings
    return Verdict(
        holds, "holds" if holds else "refused", tuple(findings.reasons), dict(findings.measured), currency
    )


def _program(certificate: Certificate, need: Need | None, findings: Findings) -> Program | None:
    """The task, lowered anew from the document in the certificate, or from the same one in the need asked about."""
    try:
        stated = digest(certificate.need)
    except (TypeError, ValueError, RecursionError):
        stated = ""
    if stated != certificate.need_sha256:
        findings.refuse("need_hash", f"{stated or 'not JSON'}, stated {certificate.need_sha256}")
        return None
    if need is not None and need.sha256 != certificate.need_sha256:
        findings.refuse("need_different", f"asked {need.sha256}, certified {certificate.need_sha256}")
        return None
    if need is not None:
        return need.program
    try:
        if not isinstance(certificate.need, dict):
            raise InputError("not a table", "need")
        return need_from_document(certificate.need).program
    except InputError as error:
        findings.refuse("need_unreadable", str(error))
        return None


def _verify(certificate: Certificate, robot: Robot, program: Program, findings: Findings) -> None:
    """Data, form and structure first; then limits; then what needs geometry. Each stage presupposes the one
    before."""
    _check_data(certificate, robot, findings)
    claims = None if findings else read_claims(certificate, findings, dof=robot.dof)
    check_base(certificate.base, program.base, findings)
    if claims is None:
        return
    check_entries(certificate, robot, program, findings)
    check_structure(certificate, program, findings)
    if findings:
        return
    pieces = cut(certificate.moves)
    check_positions(robot, pieces, findings)
    _check_acceleration(certificate, robot, program, findings, claims=claims)
    check_rates(robot, pieces, findings, acceleration=claims.acceleration, claims=claims.scalar)
    check_times(robot, program, certificate, findings, claims=claims)
    check_payload(robot, program, findings, claim=claims.scalar["payload_used"])
    check_environment(robot, program, certificate, findings)
    check_premises(robot, program, certificate, findings, pieces=pieces)
    if findings:
        return
    _check_geometry(certificate, robot, program, findings, pieces=pieces, claims=claims)


def _check_data(certificate: Certificate, robot: Robot, findings: Findings) -> None:
    """The model has what every proof needs, and the motion moves its joints."""
    missing = [j.name for j in robot.joints if None in (j.lower, j.upper, j.velocity)]
    missing += [link.name for link in robot.links if link.boxes is None]
    if robot.payload_kg is None:
        missing.append("payload_kg")
    if robot.velocity is None or robot.velocity.value == "placeholder":
        missing.append("velocity")
    if missing:
        findings.refuse("robot_data", ", ".join(missing))
    if not certificate.moves or any(m.q.shape[1] != robot.dof for m in certificate.moves):
        findings.refuse("malformed", f"the motion does not have {robot.dof} joints")
    whole = (*certificate.order, *(m.stop for m in certificate.moves))
    if any(not isinstance(i, int) or isinstance(i, bool) for i in whole):
        findings.refuse("malformed", "the order and the moves' stops are not whole numbers")
    elif not all(0 <= m.stop < len(certificate.order) for m in certificate.moves):
        findings.refuse("malformed", "a move belongs to no position of the order")


def _check_acceleration(
    certificate: Certificate, robot: Robot, program: Program, findings: Findings, *, claims: Claims
) -> None:
    trusted = estimate(robot, heaviest_load(program)).low
    worst = float((claims.acceleration / trusted).max())
    if not worst <= 1 + 1e-6:
        findings.refuse("acceleration_estimate", f"{worst:.3f} of the estimate")


def _check_geometry(
    certificate: Certificate,
    robot: Robot,
    program: Program,
    findings: Findings,
    *,
    pieces: Pieces,
    claims: Claims,
) -> None:
    scene = build_scene(certificate, robot, program)
    rig = scene.rig
    check_base_clear(scene.base, findings, xy=claims.tolerance_xy, angle=claims.tolerance_angle)
    check_paths(rig, program, certificate, findings, pieces=pieces, claims=claims)
    check_wrist(rig, program, certificate, findings, pieces=pieces)
    left_out = [n.get("detail") for n in certificate.not_shown if n.get("what") == "self_pair"]
    check_left_out(rig, left_out, findings)
    if findings:
        return
    _check_clear(certificate, rig, findings, pieces=pieces, pairs=scene.pairs, claims=claims)


def _check_clear(
    certificate: Certificate,
    rig: Rig,
    findings: Findings,
    *,
    pieces: Pieces,
    pairs: PairTable,
    claims: Claims,
) -> None:
    """Clearances as needed and as claimed, and the base tolerance with them."""
    claimed = (
        np.where(pairs.cell, claims.scalar["min_clearance_m"], claims.scalar["self_clearance_m"]) - CLEARANCE
    )
    floors = np.where(np.isfinite(pairs.needed), np.maximum(pairs.needed - EXACT, claimed), -np.inf)
    correction: Correction | None = None
    repeats = Repeats.of(certificate.moves)
    pieces = repeats.once(pieces)
    if claims.tolerance_xy > 0 or claims.tolerance_angle > 0:
        pieces, correction, failure = corrected(
            rig, pieces, certificate.moves, xy=claims.tolerance_xy, angle=claims.tolerance_angle
        )
        if failure is not None:
            k, why = failure
            findings.refuse("base_tolerance", f"{_at(certificate, int(pieces.move[k]))}: {why}")
            correction = None
    clearance = Clearance(rig, pairs, floors=floors, repeats=repeats)
    series = profile(rig, certificate.moves, clearance)
    findings.measured["profile"] = series
    findings.measured["min_clearance_m"] = _least(series["clearance_m"])
    findings.measured["self_clearance_m"] = _least(series["self_clearance_m"])
    seen: set[str] = set()
    for violation in clearance.violations(pieces, correction):
        code, detail = _reason(violation, certificate, pairs)
        if code not in seen:
            findings.refuse(code, detail)
        seen.add(code)


def _least(series: list[Any]) -> float | None:
    return min((v for v in series if v is not None), default=None)


def _reason(violation: Violation, certificate: Certificate, pairs: PairTable) -> tuple[str, str]:
    """Which demand a pair breaks: the need's, the claim's, or that of the base tolerance."""
    a, b = pairs.bodies[violation.pair]
    cell = bool(pairs.cell[violation.pair])
    where = f"{a} and {b}, {_at(certificate, violation.move)}, {violation.time:.3f} s"
    demanded = f"{violation.demanded * 1000:.2f} mm demanded"
    if violation.distance is None:
        return "unresolved", f"{where}: {demanded}"
    detail = f"{where}: {violation.distance * 1000:.2f} mm, {demanded}"
    if violation.distance < pairs.needed[violation.move, violation.pair] - EXACT:
        return ("clearance" if cell else "self_collision"), detail
    claimed = certificate.claims["min_clearance_m" if cell else "self_clearance_m"]
    if violation.distance < claimed - CLEARANCE:
        return ("claim_clearance" if cell else "claim_self_clearance"), detail
    return "base_tolerance", detail


def _at(certificate: Certificate, move: int) -> str:
    m = certificate.moves[move]
    return f"{m.kind} at position {m.stop}"
