"""The standard pick cycle: kinematics against Pinocchio, the arch, and arms whose cycle time is known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pinocchio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import rotation
from robotplus.robots.model import Array, Figure, Joint, Robot
from robotplus.testing.pick_cycle import PickCycle, arch, chain, cycle_time, forward, joint_paths

ARMS = ("abb_irb120_3_58", "kuka_lbr_iiwa14_r820", "ur_ur5e", "denso_hsr065a1_n32")


def pinocchio_pose(robot: Robot, q: Array) -> tuple[Array, Array]:
    """Flange pose (4, 4) and Jacobian (6, dof) in base axes, read by Pinocchio."""
    model = pinocchio.Model()
    parent = 0
    for joint in robot.joints:
        place = pinocchio.SE3(rotation(joint.origin_rpy), np.array(joint.origin_xyz))
        axis = np.array(joint.axis)
        kind = (
            pinocchio.JointModelPrismaticUnaligned
            if joint.kind == "prismatic"
            else pinocchio.JointModelRevoluteUnaligned
        )
        parent = model.addJoint(parent, kind(axis), place, joint.name)
    flange = pinocchio.SE3(rotation(robot.flange_rpy), np.array(robot.flange_xyz))
    frame = model.addFrame(pinocchio.Frame("flange", parent, flange, pinocchio.FrameType.OP_FRAME))
    data = model.createData()
    pinocchio.computeJointJacobians(model, data, q)
    pinocchio.updateFramePlacements(model, data)
    aligned = pinocchio.ReferenceFrame.LOCAL_WORLD_ALIGNED
    return data.oMf[frame].homogeneous, pinocchio.getFrameJacobian(model, data, frame, aligned)


def gantry() -> Robot:
    """Three slides along x, y, z and a spherical wrist: its straight moves have closed-form times."""
    slides = [("prismatic", (1.0, 0.0, 0.0)), ("prismatic", (0.0, 1.0, 0.0)), ("prismatic", (0.0, 0.0, 1.0))]
    wrist = [("revolute", (0.0, 0.0, 1.0)), ("revolute", (0.0, 1.0, 0.0)), ("revolute", (0.0, 0.0, 1.0))]
    joints = tuple(
        Joint(f"j{k}", kind, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), axis, -2.0, 2.0, 100.0, None)
        for k, (kind, axis) in enumerate(slides + wrist)
    )
    arm = load_catalogue()["abb_irb120_3_58"]
    return dataclasses.replace(
        arm,
        joints=joints,
        flange_xyz=(0.0, 0.0, 0.0),
        flange_rpy=(math.pi, 0.0, 0.0),
        reach_m=Figure(1.0, "planted", "high"),
    )


@pytest.mark.parametrize("name", ARMS)
def test_forward_kinematics_and_jacobian_agree_with_pinocchio(name: str) -> None:
    robot = load_catalogue()[name]
    q = np.random.default_rng(1).uniform(-1.5, 1.5, (5, robot.dof))
    poses, jacobians = forward(chain(robot), q)
    for k in range(len(q)):
        pose, jacobian = pinocchio_pose(robot, q[k])
        np.testing.assert_allclose(poses[k], pose, atol=1e-12)
        np.testing.assert_allclose(jacobians[k], jacobian, atol=1e-12)


@given(st.floats(0.01, 0.1), st.floats(0.1, 1.0))
@settings(max_examples=20)
def test_arch_rises_crosses_and_falls(height: float, length: float) -> None:
    line = arch(PickCycle(height, length))
    np.testing.assert_allclose(line[[0, -1]], [[0.0, 0.0], [length, 0.0]], atol=1e-12)
    assert line[:, 1].max() == pytest.approx(height, rel=1e-3)
    np.testing.assert_allclose(line[::-1, 1], line[:, 1], atol=1e-3 * height)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    assert steps.max() < 1.05 * steps.min()  # even along the arc, so a little less so as chords


def test_paths_hold_the_tool_down_along_the_arch_within_limits() -> None:
    robot, cycle = load_catalogue()["abb_irb120_3_58"], PickCycle()
    arm, paths = chain(robot), joint_paths(robot, cycle)
    assert len(paths) > 50
    assert (paths >= arm.lower).all() and (paths <= arm.upper).all()
    line = arch(cycle)
    for path in paths[:: len(paths) // 10]:
        poses, _ = forward(arm, path)
        np.testing.assert_allclose(poses[:, :3, 2] - [0.0, 0.0, -1.0], 0.0, atol=1e-5)
        moved = poses[:, :3, 3] - poses[0, :3, 3]
        np.testing.assert_allclose(np.hypot(moved[:, 0], moved[:, 1]), line[:, 0], atol=1e-5)
        np.testing.assert_allclose(moved[:, 2], line[:, 1], atol=1e-5)
        assert np.abs(np.diff(path, axis=0)).max() < 0.3  # one branch, no jump


def test_gantry_takes_the_closed_form_time() -> None:
    """A flat cycle along one slide from rest to rest takes 2 · 2 √(length / a)."""
    paths = joint_paths(gantry(), PickCycle(height=0.0, length=0.3))
    soft, stiff = 5.0, 1e6
    acceleration = np.array(
        [[soft, soft, stiff, stiff, stiff, stiff], [4 * soft, 4 * soft, stiff, stiff, stiff, stiff]]
    )
    times = cycle_time(paths, np.full(6, 1e3), acceleration)
    # the diagonal shares the way between two slides, so each travels length / √2
    expected = 4.0 * np.sqrt(0.3 / math.sqrt(2.0) / np.array([soft, 4 * soft]))
    np.testing.assert_allclose(times, expected, rtol=1e-2)


def test_turning_the_tool_takes_longer() -> None:
    robot = load_catalogue()["abb_irb120_3_58"]
    v, a = np.array([j.velocity for j in robot.joints], dtype=float), np.full(6, 30.0)
    plain = cycle_time(joint_paths(robot, PickCycle()), v, a)
    turned = cycle_time(joint_paths(robot, PickCycle(turn=math.pi)), v, a)
    assert turned > plain
    assert turned >= 2.0 * math.pi / v[5]
