"""Robot -> the C struct ``rp_robot`` that the kernels read.

In: a :class:`~robotplus.robots.model.Robot`, plus the boxes of a tool and of a carried part.
Out: a :class:`PackedRobot`, whose joint frames are turned so that every joint axis is the local z axis; link
boxes are re-expressed in those frames. Packing changes no pose: the flange of the packed chain is the flange
of the robot at every joint position.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from robotplus.errors import BuildError, RobotError
from robotplus.proving.classify import KinematicClass, classify
from robotplus.proving.kernels import library
from robotplus.robots.frames import box_transform, transform
from robotplus.robots.model import Array, OrientedBox, Robot

MAX_JOINTS = 7
MAX_COUPLINGS = 4
MAX_BOXES = 160
IK_PARAMETERS = 64
SEEDS = 2048
SEED_WIDTH = 13

_Joints = ctypes.c_double * MAX_JOINTS
_Pose = ctypes.c_double * 12


class RobotStruct(ctypes.Structure):
    """Mirror of ``rp_robot`` in ``kernels/rp.h``, field by field."""

    _fields_ = (
        ("dof", ctypes.c_int32),
        ("ik_class", ctypes.c_int32),
        ("prismatic", ctypes.c_int32),
        ("n_branch", ctypes.c_int32),
        ("origin", _Pose * MAX_JOINTS),
        ("tip", _Pose),
        ("lower", _Joints),
        ("upper", _Joints),
        ("vmax", _Joints),
        ("amax", _Joints),
        ("n_coupling", ctypes.c_int32),
        ("pad", ctypes.c_int32),
        ("coupling", _Joints * MAX_COUPLINGS),
        ("coupling_lower", ctypes.c_double * MAX_COUPLINGS),
        ("coupling_upper", ctypes.c_double * MAX_COUPLINGS),
        ("ik", ctypes.c_double * IK_PARAMETERS),
        ("n_seed", ctypes.c_int32),
        ("pad2", ctypes.c_int32),
        ("seed", ctypes.POINTER(ctypes.c_double)),
        ("n_box", ctypes.c_int32),
        ("pad3", ctypes.c_int32),
        ("box_link", ctypes.c_int32 * MAX_BOXES),
        ("box_pose", _Pose * MAX_BOXES),
        ("box_half", (ctypes.c_double * 3) * MAX_BOXES),
    )


@dataclass(frozen=True)
class PackedRobot:
    """A robot as the kernels read it.

    Args:
        struct: the C struct; pass ``packed.pointer`` to kernels.
        kinematics: the class of its inverse kinematics.
        unknown_links: indices of links whose shape is unknown (no boxes packed for them).
        seed: (n, 13) seed library the struct points into (kept alive here), or None.
    """

    struct: RobotStruct
    kinematics: KinematicClass
    unknown_links: tuple[int, ...]
    seed: Array | None

    @property
    def pointer(self) -> Any:
        """Reference to pass to a kernel as ``const rp_robot *``."""
        return ctypes.byref(self.struct)

    @property
    def dof(self) -> int:
        return int(self.struct.dof)


def chain(robot: Robot) -> tuple[Array, Array, Array]:
    """Chain with every joint axis along z.

    Returns:
        ``(origins, tip, turns)``: (dof, 4, 4) parent_from_joint at q = 0, (4, 4) last joint frame from
        flange, and (dof, 4, 4) old joint frame from turned joint frame.

    Raises:
        RobotError: a joint axis is zero or the arm has no or too many joints.
    """
    if not 1 <= robot.dof <= MAX_JOINTS:
        raise RobotError(
            "unsupported number of joints", robot.id, value=robot.dof, allowed=f"1..{MAX_JOINTS}"
        )
    origins, turns, before = [], [], np.eye(4)
    for joint in robot.joints:
        turn = np.eye(4)
        turn[:3, :3] = _turn_z_to(joint.axis, f"{robot.id}: {joint.name}")
        origins.append(
            before.T @ transform(joint.origin_xyz, joint.origin_rpy) @ turn
        )  # before.T undoes a turn
        turns.append(turn)
        before = turn
    tip = before.T @ transform(robot.flange_xyz, robot.flange_rpy)
    return np.array(origins), tip, np.array(turns)


def pack(robot: Robot, *, amax: Sequence[float] | None = None) -> PackedRobot:
    """Pack a robot for the kernels.

    Args:
        robot: the model.
        amax: joint accelerations [rad/s², m/s²]; None leaves them unlimited (infinite);
            unknown velocities are left unlimited likewise.

    Raises:
        RobotError: joint limits are unknown, or the robot does not fit the struct.
    """
    _check_size()
    origins, tip, turns = chain(robot)
    n = robot.dof
    for joint in robot.joints:
        if joint.lower is None or joint.upper is None:
            raise RobotError(
                "joint limits are unknown", f"{robot.id}: {joint.name}", fix="ask the maker for them"
            )
    if len(robot.couplings) > MAX_COUPLINGS:
        raise RobotError(
            "too many couplings", robot.id, value=len(robot.couplings), allowed=f"<= {MAX_COUPLINGS}"
        )
    out = RobotStruct()
    out.dof = n
    out.prismatic = sum(1 << j for j, joint in enumerate(robot.joints) if joint.kind == "prismatic")
    out.n_coupling = len(robot.couplings)
    _view(out, "origin")[:n] = origins[:, :3, :].reshape(n, 12)
    _view(out, "tip")[:] = tip[:3].reshape(12)
    _view(out, "lower")[:n] = [joint.lower for joint in robot.joints]
    _view(out, "upper")[:n] = [joint.upper for joint in robot.joints]
    _view(out, "vmax")[:n] = [math.inf if j.velocity is None else j.velocity for j in robot.joints]
    _view(out, "amax")[:n] = math.inf if amax is None else amax
    for k, coupling in enumerate(robot.couplings):
        _view(out, "coupling")[k, : len(coupling.coefficients)] = coupling.coefficients
        out.coupling_lower[k], out.coupling_upper[k] = coupling.lower, coupling.upper
    unknown = tuple(k for k, link in enumerate(robot.links) if link.boxes is None)
    for k, link in enumerate(robot.links):
        add_boxes(out, k, link.boxes or (), turns[k - 1].T if k else np.eye(4), robot.id)
    kinematics = classify(origins, tip, prismatic=out.prismatic)
    out.ik_class, out.n_branch = kinematics.code, kinematics.branches
    _view(out, "ik")[: len(kinematics.parameters)] = kinematics.parameters
    seed = _add_seeds(out) if kinematics.name == "numeric" else None
    return PackedRobot(out, kinematics, unknown, seed)


def with_boxes(
    packed: PackedRobot,
    *,
    tool: Sequence[OrientedBox] = (),
    part: Sequence[OrientedBox] = (),
    flange_from_tcp: Array | None = None,
) -> PackedRobot:
    """A copy that also carries boxes of a tool (flange frame) and of a part in its grip (TCP frame).

    ``flange_from_tcp`` is (4, 4); None puts the TCP frame on the flange frame.

    Raises:
        RobotError: more boxes than the struct holds.
    """
    out = RobotStruct.from_buffer_copy(packed.struct)
    add_boxes(out, packed.dof + 1, tool, np.eye(4), "tool")
    add_boxes(
        out, packed.dof + 2, part, np.eye(4) if flange_from_tcp is None else flange_from_tcp, "carried part"
    )
    return PackedRobot(out, packed.kinematics, packed.unknown_links, packed.seed)


def _add_seeds(out: RobotStruct) -> Array:
    """(n, 13) library of postures for the numeric method; the struct points into it."""
    seed = np.zeros((SEEDS, SEED_WIDTH))
    out.n_seed, out.seed = SEEDS, seed.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
    library().rp_seed_library(ctypes.byref(out), SEEDS, out.seed)
    return seed


def add_boxes(
    out: RobotStruct, link: int, boxes: Sequence[OrientedBox], link_from_given: Array, where: str
) -> None:
    first = int(out.n_box)
    if first + len(boxes) > MAX_BOXES:
        raise RobotError(
            "too many boxes", where, value=first + len(boxes), allowed=f"<= {MAX_BOXES}", fix="merge boxes"
        )
    for k, box in enumerate(boxes, start=first):
        out.box_link[k] = link
        _view(out, "box_pose")[k] = (link_from_given @ box_transform(box))[:3].reshape(12)
        _view(out, "box_half")[k] = np.asarray(box.size) / 2.0
    out.n_box = first + len(boxes)


def _view(struct: RobotStruct, field: str) -> Array:
    """NumPy view of an array field: writing to it writes the struct."""
    view: Array = np.ctypeslib.as_array(getattr(struct, field))
    return view


def _turn_z_to(axis: Sequence[float], where: str) -> Array:
    """(3, 3) shortest rotation that takes z to ``axis``; exact when the axis is a coordinate axis."""
    length = math.sqrt(sum(a * a for a in axis))
    if length < 1e-9:
        raise RobotError("joint axis is zero", where, value=tuple(axis), fix="give a direction")
    x, y, z = (a / length for a in axis)
    sign = (
        1.0 if z >= 0.0 else -1.0
    )  # below the equator: turn z to -axis first, then flip about x, to keep digits
    x, y, z = sign * x, sign * y, sign * z
    k = 1.0 / (1.0 + z)
    shortest = np.array([[1.0 - x * x * k, -x * y * k, x], [-x * y * k, 1.0 - y * y * k, y], [-x, -y, z]])
    flipped: Array = shortest * np.array([1.0, sign, sign])
    return flipped


def _check_size() -> None:
    theirs = library().rp_sizeof_robot()
    if theirs != ctypes.sizeof(RobotStruct):
        raise BuildError(f"rp_robot has {theirs} bytes in C and {ctypes.sizeof(RobotStruct)} in Python")
