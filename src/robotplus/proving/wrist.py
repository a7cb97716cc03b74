"""Load moment and inertia about the last three axes, against the ratings where the maker publishes them.

About each axis: moment |Σ m g × arm| as if gravity were across it, inertia Σ (m d² + own), with d the distance of a
centre of mass from the axis; own is the largest principal inertia, or m (a² + b² + c²) / 12 of a box round the boxes.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from robotplus.proving.body import Body
from robotplus.proving.context import Context
from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.outcome import Found
from robotplus.robots.frames import box_transform
from robotplus.robots.model import Array, OrientedBox

GRAVITY = 9.80665  # m/s², standard gravity (ISO 80000-3)
AXES = 3
SPREAD = 0.15  # [rad] wrist joints together between two samples where a demand is only stated
ROOM = 1.003  # demands are sampled: between samples they may be a little higher


def wrist_used(body: Body, context: Context, found: Found) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """Highest ratio to each known rating, and entries for what is not shown because no rating is known."""
    moment, inertia = _demand(body, context, found)
    used: dict[str, float] = {}
    open_: list[dict[str, Any]] = []
    for name, rating, demand in (
        ("wrist_moment", body.robot.wrist_moment_nm, moment),
        ("wrist_inertia", body.robot.wrist_inertia_kgm2, inertia),
    ):
        if rating is None:
            open_.append(
                {"what": name, "detail": "no rating is known", "demand": [round(float(v), 4) for v in demand]}
            )
        else:
            used[name] = float(np.max(demand / np.array(rating.value)[-len(demand) :]))
    return used, open_


def _demand(body: Body, context: Context, found: Found) -> tuple[Array, Array]:
    program = context.program
    axes = min(AXES, body.dof)
    moment, inertia = np.zeros(axes), np.zeros(axes)
    samples: dict[int | None, list[Array]] = {}
    rated = body.robot.wrist_moment_nm is not None or body.robot.wrist_inertia_kgm2 is not None
    between = _halfway(found)
    for k, item in enumerate(found.planned):
        stop = program.stops[context.layers.order[item.position]]
        q = np.concatenate([item.move.q, between[k]]) if rated else _spread(item.move.q, between[k])
        carried = [stop.carry_out if item.kind == "retract" else stop.carry_in]
        if item.kind == "dwell":
            carried = [stop.carry_in, stop.carry_out]
        for part in carried:
            samples.setdefault(part, []).append(q)
    for part, parts in samples.items():
        q = np.zeros((sum(len(x) for x in parts), 7))
        q[:, : body.dof] = np.concatenate(parts)
        frames = np.zeros((len(q), body.dof + 1, 3, 4))
        kernels().rp_frames_batch(body.pointer, p(q), len(q), p(frames))
        flange = frames[:, body.dof]
        loads = [
            (
                program.tool.mass_kg,
                np.array(program.tool.com),
                _own(program.tool.mass_kg, program.tool.inertia, program.tool.boxes),
            )
        ]
        if part is not None:
            held = program.parts[part]
            com = context.tcp[:3, :3] @ np.array(held.com) + context.tcp[:3, 3]
            loads.append((held.mass_kg, com, _own(held.mass_kg, None, held.boxes)))
        joints = frames[:, body.dof - axes : body.dof]
        z, origin = joints[:, :, :, 2], joints[:, :, :, 3]
        moved, turning = np.zeros((len(q), axes, 3)), np.zeros((len(q), axes))
        for mass, com, own in loads:
            arm = (flange[:, :, :3] @ com + flange[:, :, 3])[:, None] - origin
            moved += mass * arm
            turning += mass * _across(arm, z) + own
        moment = np.maximum(moment, GRAVITY * np.sqrt(_across(moved, z).max(axis=0)))
        inertia = np.maximum(inertia, turning.max(axis=0))
    return moment * ROOM, inertia * ROOM


def _across(arm: Array, z: Array) -> Array:
    """(m, k) squares of the parts of arms (m, k, 3) that are square to unit axes z (m, k, 3)."""
    along = np.einsum("mki,mki->mk", arm, z)
    return np.asarray(np.maximum(np.einsum("mki,mki->mk", arm, arm) - along * along, 0.0))


def _spread(knots: Array, between: Array) -> Array:
    """Those of a move's knots and middles between which the wrist turns by about `SPREAD`, and the last."""
    path = np.empty((len(knots) + len(between), knots.shape[1]))
    path[::2], path[1::2] = knots, between
    turned = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(path[:, -AXES:], axis=0)).sum(axis=1))])
    wanted = np.searchsorted(turned, np.arange(0.0, turned[-1], SPREAD))
    return np.asarray(path[np.unique(np.concatenate([[0], wanted, [len(path) - 1]]))])


def _halfway(found: Found) -> list[Array]:
    """Joints of each move halfway between its knots: the quintic's middle (`robotplus.certificates.motion`)."""
    moves = [item.move for item in found.planned]
    t, q, qd, qdd = (
        np.concatenate([getattr(move, name) for move in moves]) for name in ("t", "q", "qd", "qdd")
    )
    h = np.diff(t)[:, None]
    middle = (q[1:] + q[:-1]) / 2 - 5 * h * np.diff(qd, axis=0) / 32 + h * h * (qdd[1:] + qdd[:-1]) / 64
    first = np.cumsum([0, *(len(move.t) for move in moves)]).tolist()
    return [middle[a : b - 1] for a, b in itertools.pairwise(first)]


def _own(mass: float, inertia: Any, boxes: tuple[OrientedBox, ...]) -> float:
    if inertia is not None:
        xx, xy, xz, yy, yz, zz = inertia
        return float(np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])[-1])
    if not boxes:
        return 0.0
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
    corners = []
    for b in boxes:
        pose = box_transform(b)
        corners.append((signs * np.array(b.size) / 2) @ pose[:3, :3].T + pose[:3, 3])
    edges = np.ptp(np.concatenate(corners), axis=0)
    return float(mass * (edges @ edges) / 12)
