"""Packing changes no pose, no box and no limit."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_chains import flange, link_frames, ortho_parallel, random_joints

from robotplus.errors import RobotError
from robotplus.proving.kinematics import forward, jacobian
from robotplus.proving.pack import MAX_BOXES, PackedRobot, chain, pack, with_boxes
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import about, box_transform, transform
from robotplus.robots.model import Array, Coupling, OrientedBox

CATALOGUE = load_catalogue()
BOX = OrientedBox((0.1, 0.2, 0.3), (0.1, 0.2, 0.3), (0.2, 0.4, 0.6))


def packed_frames(packed: PackedRobot, q: Array) -> list[Array]:
    """base_from_link in the packed frames, straight from the struct."""
    frames = [np.eye(4)]
    for j, value in enumerate(q):
        moved = np.eye(4)
        if packed.struct.prismatic >> j & 1:
            moved[2, 3] = value
        else:
            moved[:3, :3] = about((0, 0, 1), value)
        frames.append(frames[-1] @ pose(packed.struct.origin[j]) @ moved)
    return frames


def pose(row: object) -> Array:
    return np.vstack([np.array(list(row)).reshape(3, 4), [0, 0, 0, 1]])  # type: ignore[call-overload]


@pytest.mark.parametrize("robot_id", sorted(CATALOGUE))
def test_every_robot_keeps_its_poses_and_boxes(robot_id: str) -> None:
    robot = CATALOGUE[robot_id]
    packed = pack(robot)
    for q in random_joints(robot, 2, seed=3):
        assert np.allclose(forward(packed, q[None])[0], flange(robot, q), atol=1e-12)
        ours, theirs = packed_frames(packed, q), link_frames(robot, q)
        expected = [
            (k, theirs[k] @ box_transform(box), np.asarray(box.size) / 2)
            for k, link in enumerate(robot.links)
            for box in link.boxes or ()
        ]
        assert packed.struct.n_box == len(expected)
        for b, (link, base_from_box, half) in enumerate(expected):
            assert packed.struct.box_link[b] == link
            assert np.allclose(ours[link] @ pose(packed.struct.box_pose[b]), base_from_box, atol=1e-12)
            assert np.allclose(list(packed.struct.box_half[b]), half)
    assert packed.unknown_links == tuple(k for k, link in enumerate(robot.links) if link.boxes is None)


@pytest.mark.parametrize("robot_id", ["ur_ur10e", "franka_fr3", "denso_hsr065a1_n32", "yaskawa_mpl80"])
def test_jacobian_is_the_derivative(robot_id: str) -> None:
    robot = CATALOGUE[robot_id]
    packed = pack(robot)
    q, h = random_joints(robot, 1, seed=5)[0], 1e-6
    columns = []
    for step in np.eye(robot.dof) * h:
        before, after = forward(packed, np.array([q - step, q + step]))
        spin = (after - before)[:3, :3] @ flange(robot, q)[:3, :3].T / (2 * h)
        turn = [spin[2, 1] - spin[1, 2], spin[0, 2] - spin[2, 0], spin[1, 0] - spin[0, 1]]
        columns.append(np.concatenate([(after - before)[:3, 3] / (2 * h), np.array(turn) / 2]))
    assert np.allclose(jacobian(packed, q), np.array(columns).T, atol=1e-8)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 1e-3))
def test_any_axis_becomes_z(axis: tuple[float, float, float]) -> None:
    made = ortho_parallel(0.1, 0.0, 0.0, (0.4, 0.5, 0.6, 0.1))
    robot = dataclasses.replace(
        made, joints=(dataclasses.replace(made.joints[0], axis=axis), *made.joints[1:])
    )
    turn = chain(robot)[2][0][:3, :3]
    assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-14) and np.linalg.det(turn) > 0
    assert np.allclose(turn[:, 2], np.asarray(axis) / np.linalg.norm(axis), atol=1e-14)


@pytest.mark.parametrize("axis", [(0, 0, -1), (1.1e-5, -5.5e-5, -1.0), (0, -1, 0)])
def test_axes_that_point_down(axis: tuple[float, float, float]) -> None:
    made = ortho_parallel(0.1, 0.0, 0.0, (0.4, 0.5, 0.6, 0.1))
    robot = dataclasses.replace(
        made, joints=(dataclasses.replace(made.joints[0], axis=axis), *made.joints[1:])
    )
    q = np.array([0.3, -0.2, 0.5, 1.0, 0.7, -2.0])
    assert np.allclose(forward(pack(robot), q[None])[0], flange(robot, q), atol=1e-13)


def test_limits_speeds_and_couplings_arrive() -> None:
    coupling = Coupling((0, 1, -1, 0, 0, 0), -1.0, 2.0, "test")
    robot = dataclasses.replace(ortho_parallel(0.1, 0, 0, (0.4, 0.5, 0.6, 0.1)), couplings=(coupling,))
    struct = pack(robot, amax=[1, 2, 3, 4, 5, 6]).struct
    assert list(struct.lower)[:6] == [-3.2] * 6 and list(struct.upper)[:6] == [3.2] * 6
    assert list(struct.vmax)[:6] == [3.0] * 6 and list(struct.amax)[:6] == [1, 2, 3, 4, 5, 6]
    assert struct.n_coupling == 1 and list(struct.coupling[0])[:6] == [0, 1, -1, 0, 0, 0]
    assert (struct.coupling_lower[0], struct.coupling_upper[0]) == (-1.0, 2.0)
    assert pack(robot).struct.amax[0] == np.inf


def test_tool_and_part_boxes() -> None:
    packed = pack(CATALOGUE["ur_ur5e"])
    before = packed.struct.n_box
    tcp = transform((0, 0, 0.2), (0.4, 0, 0))
    more = with_boxes(packed, tool=[BOX], part=[BOX], flange_from_tcp=tcp)
    assert packed.struct.n_box == before and more.struct.n_box == before + 2
    assert list(more.struct.box_link)[before : before + 2] == [packed.dof + 1, packed.dof + 2]
    assert np.allclose(pose(more.struct.box_pose[before]), box_transform(BOX))
    assert np.allclose(pose(more.struct.box_pose[before + 1]), tcp @ box_transform(BOX))
    assert np.allclose(list(more.struct.box_half[before + 1]), [0.1, 0.2, 0.3])


def test_too_many_boxes_are_refused() -> None:
    with pytest.raises(RobotError, match="too many boxes"):
        with_boxes(pack(CATALOGUE["ur_ur5e"]), tool=[BOX] * MAX_BOXES)


def test_unknown_limits_are_refused() -> None:
    robot = ortho_parallel(0.1, 0, 0, (0.4, 0.5, 0.6, 0.1))
    first = dataclasses.replace(robot.joints[0], upper=None)
    with pytest.raises(RobotError, match="limits are unknown"):
        pack(dataclasses.replace(robot, joints=(first, *robot.joints[1:])))


def test_a_joint_without_axis_is_refused() -> None:
    robot = ortho_parallel(0.1, 0, 0, (0.4, 0.5, 0.6, 0.1))
    first = dataclasses.replace(robot.joints[0], axis=(0.0, 0.0, 0.0))
    with pytest.raises(RobotError, match="axis is zero"):
        pack(dataclasses.replace(robot, joints=(first, *robot.joints[1:])))
