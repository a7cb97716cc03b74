"""Kinematics of packed robots in arrays: forward, inverse, Jacobian and Newton on the true chain.

Poses are (n, 4, 4) base_from_flange unless a TCP is named; joints are (n, dof) in rad or m.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from robotplus.proving.kernels import library
from robotplus.proving.pack import MAX_JOINTS, PackedRobot
from robotplus.robots.model import Array

Flags = npt.NDArray[np.bool_]


def forward(packed: PackedRobot, q: Array) -> Array:
    """(n, 4, 4) base_from_flange at joints ``q`` (n, dof)."""
    rows = _joint_rows(q)
    flange = np.empty((len(rows), 12))
    library().rp_fk_batch(packed.pointer, _at(rows), len(rows), _at(flange))
    return _transforms(flange)


def jacobian(packed: PackedRobot, q: Array) -> Array:
    """(6, dof) Jacobian at the flange origin in the base frame, linear rows first, at joints ``q`` (dof,)."""
    out = np.empty((6, MAX_JOINTS))
    library().rp_jacobian(packed.pointer, _at(_joint_rows(q[None])), _at(out))
    return out[:, : packed.dof]


def inverse_all(packed: PackedRobot, poses: Array) -> tuple[Array, Flags]:
    """Every branch of every pose that lies within the limits and couplings.

    Args:
        packed: the robot.
        poses: (n, 4, 4) base_from_flange; neighbours that are alike keep alike solutions in the same slot.

    Returns:
        ``(q, ok)``: (n, branches, dof) joints, turned into their range nearest its middle, and (n, branches)
        where there is a solution. When a robot is slightly off its class (``kinematics.error``) the pose is
        met to about that error; :func:`refine` brings the joints onto the true chain.
    """
    n, branches = len(poses), int(packed.struct.n_branch)
    columns = np.ascontiguousarray(_pose_rows(poses).T)
    q = np.zeros((branches, MAX_JOINTS, n))
    ok = np.zeros((branches, n), dtype=np.uint8)
    library().rp_ik_batch(packed.pointer, _at(columns), n, n, _at(q), _at(ok))
    return q.transpose(2, 0, 1)[:, :, : packed.dof], ok.T.astype(np.bool_)


def refine(
    packed: PackedRobot,
    poses: Array,
    q: Array,
    *,
    flange_from_tcp: Array | None = None,
    free_spin: bool = False,
    iterations: int = 10,
    tolerance: float = 1e-9,
) -> tuple[Array, Flags]:
    """Newton from joints ``q`` (n, dof) towards ``poses`` within the limits.

    With ``free_spin`` only the position of the TCP and the direction of its z axis are met. ``tolerance`` is
    in metres (radians times half a metre). Returns joints, unchanged where it fails, and where it succeeded.
    """
    rows, targets = _joint_rows(q), _pose_rows(poses)
    tcp = _pose_rows(np.eye(4)[None] if flange_from_tcp is None else flange_from_tcp[None])
    ok = np.zeros(len(rows), dtype=np.uint8)
    library().rp_newton_path(
        packed.pointer,
        _at(targets),
        len(rows),
        _at(tcp),
        int(free_spin),
        iterations,
        ctypes.c_double(tolerance),
        _at(rows),
        _at(ok),
    )
    return rows[:, : packed.dof], ok.astype(np.bool_)


def postures(
    packed: PackedRobot,
    pose: Array,
    *,
    flange_from_tcp: Array | None = None,
    free_spin: bool = False,
    most: int = 64,
) -> Array:
    """(k, dof) postures, k <= ``most``, that meet ``pose`` (4, 4), free to spin about the TCP's z if told."""
    tcp = _pose_rows(np.eye(4)[None] if flange_from_tcp is None else flange_from_tcp[None])
    out = np.zeros((most, MAX_JOINTS))
    count = library().rp_ik_point(
        packed.pointer, _at(_pose_rows(pose[None])), _at(tcp), int(free_spin), _at(out), most
    )
    return out[:count, : packed.dof]


def _at(a: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(a.ctypes.data)


def _joint_rows(q: Array) -> Array:
    rows = np.zeros((len(q), MAX_JOINTS))
    rows[:, : q.shape[1]] = q
    return rows


def _pose_rows(poses: Array) -> Array:
    return np.ascontiguousarray(poses[:, :3, :], dtype=np.float64).reshape(len(poses), 12)


def _transforms(rows: Array) -> Array:
    out = np.zeros((len(rows), 4, 4))
    out[:, :3, :] = rows.reshape(-1, 3, 4)
    out[:, 3, 3] = 1.0
    return out
