"""Payload, repeatability, protection, mounting, wrist ratings, and the premises that the proof then rests
on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.checking.pieces import Pieces
from robotplus.checking.reasons import Findings
from robotplus.checking.rig import Rig
from robotplus.robots.frames import box_transform
from robotplus.robots.model import Array, Figure, OrientedBox, Robot
from robotplus.scenarios.task import Program

GRAVITY = 9.80665  # m/s², standard gravity (ISO 80000-3)
WRIST_AXES = 3


@dataclass(frozen=True)
class Load:
    """A mass on the flange: ``com`` (3,) in the last link's frame, ``own`` its inertia about any axis
    through com [kg·m²]."""

    mass: float
    com: Array
    own: float


def loads(rig: Rig, program: Program, part: int | None) -> list[Load]:
    """Tool and, when carried, a part."""
    tool = program.tool
    flange = rig.link_from_flange
    out = [Load(tool.mass_kg, _at(flange, tool.com), _own(tool.mass_kg, tool.inertia, tool.boxes))]
    if part is not None:
        p = program.parts[part]
        out.append(Load(p.mass_kg, _at(rig.link_from_tcp, p.com), _own(p.mass_kg, None, p.boxes)))
    return out


def _at(frame: Array, point: Sequence[float]) -> Array:
    return np.asarray(frame[:3, :3] @ np.array(point) + frame[:3, 3])


def _own(mass: float, inertia: Sequence[float] | None, boxes: Sequence[OrientedBox]) -> float:
    """Largest inertia about an axis through the centre of mass: of the given tensor, else of a solid box
    around all boxes, m (a² + b² + c²) / 12."""
    if inertia is not None:
        xx, xy, xz, yy, yz, zz = inertia
        return float(np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])[-1])
    if not boxes:
        return 0.0
    corners = np.concatenate([_corners(b) for b in boxes])
    edges = corners.max(axis=0) - corners.min(axis=0)
    return float(mass * (edges @ edges) / 12)


def _corners(box: OrientedBox) -> Array:
    pose = box_transform(box)
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
    return np.asarray((signs * np.array(box.size) / 2) @ pose[:3, :3].T + pose[:3, 3])


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


def check_wrist(
    rig: Rig, program: Program, certificate: Certificate, findings: Findings, *, pieces: Pieces
) -> None:
    """Load moment m g d and load inertia Σ (m d² + own) about the last three axes, d the distance from the
    axis over the motion, against the ratings; without a rating the claim must be listed as not shown."""
    demand = wrist_demand(rig, program, certificate, pieces)
    robot = rig.robot
    for name, rating, used_by in (
        ("wrist_moment", robot.wrist_moment_nm, demand[0]),
        ("wrist_inertia", robot.wrist_inertia_kgm2, demand[1]),
    ):
        findings.measured[f"{name}_demand"] = [float(v) for v in used_by]
        claim = certificate.claims.get(f"{name}_used")
        if rating is None or claim is None:
            if not any(n.get("what") == name for n in certificate.not_shown):
                findings.refuse("not_shown", name)
            elif claim is not None:
                findings.refuse("claim_wrist", f"{name}: no rating is known")
            elif rating is not None:
                findings.refuse("not_shown", f"{name}: the rating is known and must be judged")
            continue
        used = float(np.max(used_by / np.array(rating.value, dtype=float)[-len(used_by) :]))
        findings.measured[f"{name}_used"] = used
        if used > 1 + 1e-6:
            findings.refuse(name, f"{used:.3f} of the rating")
        elif not isinstance(claim, int | float) or not claim >= used - 2e-3:
            findings.refuse("claim_wrist", f"{name}: {used:.4f} used, {claim} claimed")


def wrist_demand(rig: Rig, program: Program, certificate: Certificate, pieces: Pieces) -> tuple[Array, Array]:
    """Highest load moment [N·m] and inertia [kg·m²] about each of the last (three) axes over the pieces'
    starts."""
    poses = rig.poses(pieces.q0)
    axes = min(WRIST_AXES, rig.dof)
    moment, inertia = np.zeros(axes), np.zeros(axes)
    part_at = [_carried_part(certificate, program, m) for m in range(len(certificate.moves))]
    for part in set(part_at):
        here = np.array([part_at[m] == part for m in pieces.move])
        total_moment = np.zeros((int(here.sum()), axes, 3))
        total_inertia = np.zeros((int(here.sum()), axes))
        for load in loads(rig, program, part):
            com = poses.origin[here, -1] + poses.rotation[here, -1] @ load.com
            arm = com[:, None] - poses.origin[here, -axes:]
            across = np.cross(poses.axis[here, -axes:], arm)
            total_moment += load.mass * GRAVITY * across
            total_inertia += load.mass * np.einsum("mki,mki->mk", across, across) + load.own
        if here.any():
            moment = np.maximum(moment, np.linalg.norm(total_moment, axis=2).max(axis=0))
            inertia = np.maximum(inertia, total_inertia.max(axis=0))
    return moment, inertia


def _carried_part(certificate: Certificate, program: Program, index: int) -> int | None:
    move = certificate.moves[index]
    stop = program.stops[certificate.order[move.stop]]
    if move.kind == "dwell" and stop.carry_out is not None:
        return stop.carry_out
    return stop.carry_out if move.kind == "retract" else stop.carry_in
