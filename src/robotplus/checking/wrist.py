"""Load moment and load inertia at the wrist, against the ratings where the maker publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.checking.claims import number
from robotplus.checking.pieces import Pieces, halve_where
from robotplus.checking.reasons import Findings
from robotplus.checking.rig import Rig
from robotplus.robots.frames import box_transform
from robotplus.robots.model import Array, OrientedBox
from robotplus.scenarios.task import Program

GRAVITY = 9.80665  # m/s², standard gravity (ISO 80000-3)
AXES = 3
CLAIM = 2e-3
SAMPLED = 0.05  # a demand stated for a rating that is not known may be off by this share of the highest
STEP = 0.1  # [rad] wrist joints together between two samples: what lies between is less than CLAIM higher


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


def check_wrist(
    rig: Rig, program: Program, certificate: Certificate, findings: Findings, *, pieces: Pieces
) -> None:
    """Load moment m g d and load inertia Σ (m d² + own) about the last three axes, d the distance from the
    axis over the motion, against the ratings; without a rating the claim must be listed as not shown."""
    robot = rig.robot
    for _ in range(8):
        loose = pieces.excursion()[:, -AXES:].sum(axis=1) > STEP
        if not loose.any():
            break
        pieces = halve_where(pieces, loose)
    demand = wrist_demand(rig, program, certificate, pieces)
    for name, rating, used_by in (
        ("wrist_moment", robot.wrist_moment_nm, demand[0]),
        ("wrist_inertia", robot.wrist_inertia_kgm2, demand[1]),
    ):
        findings.measured[f"{name}_demand"] = [float(v) for v in used_by]
        claim = certificate.claims.get(f"{name}_used")
        listed = [n for n in certificate.not_shown if n.get("what") == name]
        if any(not _near(n.get("demand"), used_by) for n in listed):
            findings.refuse(
                "not_shown", f"{name}: {listed[0].get('demand')} demanded, {used_by.tolist()}"[:300]
            )
        if rating is None or claim is None:
            if not listed:
                findings.refuse("not_shown", name)
            elif claim is not None:
                findings.refuse("claim_wrist", f"{name}: no rating is known")
            elif rating is not None:
                findings.refuse("not_shown", f"{name}: the rating is known and must be judged")
            continue
        if listed:
            findings.refuse("not_shown", f"{name}, though it is claimed")
        used = float(np.max(used_by / np.array(rating.value, dtype=float)[-len(used_by) :]))
        findings.measured[f"{name}_used"] = used
        if used > 1 + 1e-6:
            findings.refuse(name, f"{used:.3f} of the rating")
        elif not isinstance(claim, int | float) or not claim >= used - CLAIM:
            findings.refuse("claim_wrist", f"{name}: {used:.4f} used, {claim} claimed")


def _near(stated: Any, demand: Array) -> bool:
    """Whether a stated demand, sampled as it may be, is the one found here; none need be stated."""
    if stated is None:
        return True
    values = [number(v) for v in stated] if isinstance(stated, list | tuple) else []
    if len(values) != len(demand) or any(v is None for v in values):
        return False
    return bool((np.abs(np.array(values, dtype=float) - demand) <= SAMPLED * demand.max() + 1e-3).all())


def wrist_demand(rig: Rig, program: Program, certificate: Certificate, pieces: Pieces) -> tuple[Array, Array]:
    """Highest load moment [N·m] and inertia [kg·m²] about each of the last (three) axes over the pieces'
    starts."""
    poses = rig.poses(pieces.q0)
    axes = min(AXES, rig.dof)
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
