"""Whether a planted motion keeps the wrist's ratings: tasks that overload a wrist are no feasible tasks.

About each of the last axes: the moment as if gravity were across it, m g d, and the inertia m d² + own; d is the
distance of a centre of mass from the axis, own that of a solid box round all boxes, m (a² + b² + c²) / 12.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.oracle_boxes import Array
from benchmarks.oracle_robot import link_frames
from benchmarks.postures import Arm
from robotplus.robots.frames import box_transform
from robotplus.robots.model import OrientedBox

GRAVITY = 9.80665  # m/s², standard gravity (ISO 80000-3)
AXES = 3
ROOM = 0.99  # share of a rating a planted motion may use


def wrist_holds(arm: Arm, q: Array, part_mass: float) -> bool:
    """Whether tool and part (with its mass [kg]) stay below the known wrist ratings at postures q (n, dof)."""
    tool = arm.tool
    frames = link_frames(arm.document, q)
    loads = [(tool.mass_kg, np.array(tool.com), _own(tool.mass_kg, tool.boxes))]
    if arm.part is not None:
        tcp = arm.flange_from_tcp
        middle = tcp[:3, :3] @ np.array(arm.part.xyz) + tcp[:3, 3]
        loads.append((part_mass, middle, _own(part_mass, (arm.part,))))
    for name, rating in (("moment", arm.robot.wrist_moment_nm), ("inertia", arm.robot.wrist_inertia_kgm2)):
        if rating is None:
            continue
        limits = np.array(rating.value, dtype=float)[-AXES:]
        for k, limit in enumerate(limits, start=arm.robot.dof - len(limits)):
            axis = frames[k + 1][:, :3, :3] @ np.array(arm.document["joints"][k]["axis"])
            moment, inertia = np.zeros((len(q), 3)), np.zeros(len(q))
            for mass, com, own in loads:
                at = frames[-1][:, :3, :3] @ com + frames[-1][:, :3, 3]
                across = np.cross(axis, at - frames[k + 1][:, :3, 3])
                moment += mass * GRAVITY * across
                inertia += mass * (across**2).sum(axis=1) + own
            used = np.linalg.norm(moment, axis=1) if name == "moment" else inertia
            if used.max() > ROOM * limit:
                return False
    return True


def _own(mass: float, boxes: Sequence[OrientedBox]) -> float:
    corners = []
    for box in boxes:
        pose = box_transform(box)
        signs = np.stack(np.meshgrid(*3 * [(-0.5, 0.5)]), axis=-1).reshape(-1, 3)
        corners.append((signs * np.array(box.size)) @ pose[:3, :3].T + pose[:3, 3])
    edges = np.ptp(np.concatenate(corners), axis=0)
    return float(mass * (edges @ edges) / 12)
