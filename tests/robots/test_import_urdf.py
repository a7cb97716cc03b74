"""URDF import against Pinocchio's own reader, and what is wrong with a URDF in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pinocchio as pin
import pytest
import trimesh
from arm_kinematics import flange, random_posture
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.errors import RobotError
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.files import format_document, parse_robot
from robotplus.robots.frames import box_transform
from robotplus.robots.importing import import_robot
from robotplus.robots.model import OrientedBox
from robotplus.robots.urdf import to_urdf

ARM = """<?xml version="1.0"?>
<robot name="Two Axis-1">
  <link name="world"/>
  <link name="base"><collision><origin xyz="0 0 0.1"/><geometry><box size="0.2 0.2 0.2"/></geometry>
  </collision></link>
  <link name="arm">
    <inertial><origin xyz="0 0 0.2" rpy="0.3 0 0"/><mass value="2"/>
      <inertia ixx="0.02" ixy="0" ixz="0" iyy="0.03" iyz="0" izz="0.01"/></inertial>
    <visual><geometry><box size="9 9 9"/></geometry></visual>
    <collision><origin xyz="0 0 0.2"/><geometry><cylinder radius="0.05" length="0.4"/></geometry></collision>
  </link>
  <link name="cover">
    <inertial><origin xyz="0.1 0 0"/><mass value="1"/>
      <inertia ixx="0.05" ixy="0.001" ixz="0" iyy="0.02" iyz="0" izz="0.04"/></inertial>
    <visual><geometry><sphere radius="0.06"/></geometry></visual>
  </link>
  <link name="slide"><collision><origin xyz="0 0 0.5" rpy="1.5707963267948966 0 0"/>
    <geometry><mesh filename="{mesh}" scale="0.001 0.001 0.001"/></geometry>
  </collision></link>
  <link name="tool0"/>
  <joint name="stand" type="fixed">
    <parent link="world"/><child link="base"/><origin xyz="1 0 0" rpy="0 0 1"/></joint>
  <joint name="turn" type="revolute">
    <parent link="base"/><child link="arm"/><origin xyz="0 0 0.2" rpy="0.1 0.2 0.3"/>
    <axis xyz="0 3 4"/><limit lower="-2" upper="2.5" velocity="3" effort="50"/></joint>
  <joint name="bolt" type="fixed">
    <parent link="arm"/><child link="cover"/><origin xyz="0 0.1 0.3" rpy="0 0.5 0"/></joint>
  <joint name="push" type="prismatic"><parent link="cover"/><child link="slide"/><origin rpy="1 0 0"/>
    <axis xyz="1 0 0"/><limit lower="0" upper="0.5" velocity="0.4" effort="0"/></joint>
  <joint name="end" type="fixed">
    <parent link="slide"/><child link="tool0"/><origin xyz="0 0 0.1" rpy="0 1.5707963 0"/></joint>
</robot>
"""
BRICK = trimesh.creation.box((100, 200, 300)).export(file_type="stl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "two_axis"
    (out / "meshes").mkdir(parents=True)
    (out / "urdf").mkdir()
    (out / "package.xml").write_text("<package><name>two_axis_description</name></package>")
    (out / "meshes" / "brick.stl").write_bytes(BRICK)
    return out


def write(folder: Path, text: str, mesh: str = "package://two_axis/meshes/brick.stl") -> Path:
    path = folder / "urdf" / "arm.urdf"
    path.write_text(text.replace("{mesh}", mesh))
    return path


def test_chain_and_masses_agree_with_pinocchio(folder: Path) -> None:
    path = write(folder, ARM)
    robot = import_robot(path)
    model = pin.buildModelFromUrdf(str(path))
    data = model.createData()
    rng = np.random.default_rng(0)
    for _ in range(5):
        q = random_posture(robot, rng)
        pin.framesForwardKinematics(model, data, q)
        assert np.allclose(data.oMf[model.getFrameId("tool0")].homogeneous, flange(robot, q), atol=1e-8)
    link = robot.links[1]
    assert link.mass_kg == pytest.approx(3.0) and link.com is not None and link.inertia is not None
    assert np.allclose(model.inertias[1].lever, link.com)
    xx, xy, xz, yy, yz, zz = link.inertia
    assert np.allclose(model.inertias[1].inertia, [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    assert (robot.joints[0].lower, robot.joints[0].upper) == (-2.0, 2.5)
    assert (robot.joints[0].velocity, robot.joints[1].velocity) == (3.0, 0.4)
    assert (robot.joints[0].effort, robot.joints[1].effort) == (50.0, None)


def test_what_the_file_does_not_hold_is_unknown_unless_given(folder: Path) -> None:
    robot = import_robot(
        write(folder, ARM),
        ratings={"payload_kg": 5, "ip": {"value": "IP65", "source": "sheet", "confidence": "high"}},
    )
    assert (robot.id, robot.model, robot.maker) == ("two_axis_1", "Two Axis-1", "unknown")
    assert robot.payload_kg is not None and robot.payload_kg.value == 5
    assert robot.ip is not None and robot.ip.source == "sheet"
    assert robot.reach_m is None and robot.mounting is None and robot.temperature_c is None
    assert parse_robot(format_document(robot.document).encode(), "again") == robot
    assert import_robot(write(folder, ARM), id="my_arm", maker="Me").id == "my_arm"


@pytest.mark.parametrize(
    "mesh",
    [
        "package://two_axis/meshes/brick.stl",
        "package://two_axis_description/meshes/brick.stl",
        "../meshes/brick.stl",
    ],
)
def test_shapes_of_a_rigid_body_are_joined(folder: Path, mesh: str) -> None:
    base, arm, slide = import_robot(write(folder, ARM, mesh)).links
    assert base.boxes is not None and arm.boxes is not None and slide.boxes is not None
    # The base frame is the root link: the box stands where the fixed joint puts it.
    (box,) = base.boxes
    assert np.allclose(box.xyz, [1.0, 0.0, 0.1])
    assert np.allclose(box_transform(box)[:2, :2], [[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    # Collision shapes of the arm, visual ones of the cover, which has no others.
    assert len(arm.boxes) == 5
    assert OrientedBox((0.0, 0.1, 0.3), (0.0, 0.0, 0.0), (0.12, 0.12, 0.12)) in arm.boxes
    (brick,) = slide.boxes
    assert np.allclose(brick.size, [0.1, 0.3, 0.2], atol=1e-5)
    assert np.allclose(brick.xyz, [0.0, 0.0, 0.5])


def test_a_moving_link_without_geometry_has_an_unknown_shape(folder: Path) -> None:
    start, end = ARM.index('<link name="slide">'), ARM.index('<link name="tool0"/>')
    text = ARM[:start] + '<link name="slide"/>' + ARM[end:]
    assert import_robot(write(folder, text)).links[2].boxes is None


def test_zero_velocities_are_unknown_and_equal_limits_are_suspect(folder: Path) -> None:
    robot = import_robot(write(folder, ARM.replace('velocity="3"', 'velocity="0"')))
    assert robot.velocity is not None and robot.velocity.value == "placeholder"
    assert all(joint.velocity is None for joint in robot.joints)
    assert robot.flags == ("velocity_missing_or_zero",)
    assert robot.limits.value == "data"
    same = ARM.replace('lower="-2" upper="2.5"', 'lower="0" upper="0.5"')
    assert import_robot(write(folder, same)).limits.needs_confirmation


@pytest.mark.parametrize("speed", ["-1", "1000"])
def test_placeholder_speeds_are_flagged_with_joint_and_value(folder: Path, speed: str) -> None:
    robot = import_robot(write(folder, ARM.replace('velocity="3"', f'velocity="{speed}"')))
    assert robot.velocity is not None and robot.velocity.value == "placeholder"
    assert robot.flags == ("velocity_looks_placeholder",)
    (note,) = [n for n in robot.notes if "placeholders" in n]
    assert f"{robot.joints[0].name} {speed})" in note and robot.joints[1].name not in note


def test_continuous_joints_turn_twice_and_missing_limits_are_unknown(folder: Path) -> None:
    robot = import_robot(write(folder, ARM.replace('type="revolute"', 'type="continuous"')))
    assert robot.joints[0].upper == pytest.approx(2 * np.pi)
    robot = import_robot(
        write(folder, ARM.replace('<limit lower="-2" upper="2.5" velocity="3" effort="50"/>', ""))
    )
    assert robot.joints[0].lower is None
    robot = import_robot(write(folder, ARM.replace('lower="-2" upper="2.5"', 'lower="0" upper="0"')))
    assert robot.joints[0].lower is None


WRONG = [
    ("<robot", "<robott", "well-formed"),
    ('<?xml version="1.0"?>', '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>', "document type"),
    ('<?xml version="1.0"?>', '<!DOCTYPE r SYSTEM "file:///etc/passwd">', "document type"),
    ("robot name", "sdf name", "well-formed"),
    ('name="Two Axis-1"', 'name="双轴"', "give an id"),
    ('name="arm"', 'name="base"', "link is given twice"),
    ('name="push"', 'name="turn"', "joint is given twice"),
    ('<child link="slide"/>', '<child link="nowhere"/>', "link that is not there"),
    ('<child link="slide"/>', '<child link="arm"/>', "two joints carry one link"),
    ('<parent link="world"/>', '<parent link="slide"/>', "loop"),
    ('<parent link="base"/>', '<parent link="slide"/>', "loop"),
    ('<link name="world"/>', '<link name="world"/><link name="lost"/>', "not joined to one tree"),
    ('type="prismatic"', 'type="floating"', "unknown kind of joint"),
    ('<axis xyz="1 0 0"/>', '<axis xyz="0 0 0"/>', "axis is zero"),
    ('<axis xyz="1 0 0"/>', '<mimic joint="turn"/>', "mimics"),
    ('<axis xyz="1 0 0"/>', '<axis xyz="1 0"/>', "expected 3 numbers"),
    ('lower="-2"', 'lower="nan"', "finite"),
    ('lower="-2"', 'lower="3"', "not below"),
    ('lower="-2"', 'lower="-120"', "degrees"),
    ('<mass value="2"/>', '<mass value="-2"/>', "negative"),
    ('radius="0.05"', 'radius="-0.05"', "positive"),
    ('<sphere radius="0.06"/>', "<torus/>", "unknown geometry"),
    ('<parent link="cover"/>', "", "no parent"),
    ("{mesh}", "package://other/meshes/brick.stl", "not in the robot's folder"),
    ("{mesh}", "package://two_axis/../../secret.stl", "leaves the robot's folder"),
    ("{mesh}", "../../secret.stl", "leaves the robot's folder"),
    ("{mesh}", "file:///etc/passwd", "leaves the robot's folder"),
    ("{mesh}", "https://example.org/brick.stl", "this machine only"),
    ("{mesh}", "../meshes/missing.stl", "no such file"),
    ("{mesh}", "../meshes/brick.step", "no such file"),
    ("{mesh}", "package://two_axis/meshes/%00.stl", "cannot be read"),
    ("{mesh}", "../meshes/" + "x" * 400 + ".stl", "cannot be read"),
    ("{mesh}", "package://" + "x" * 400 + "/a.stl", "cannot be read"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[w[2] + " " + w[1][:20] for w in WRONG])
def test_wrong_descriptions_are_refused(folder: Path, old: str, new: str, message: str) -> None:
    assert old in ARM
    (folder.parent / "secret.stl").write_bytes(BRICK)
    with pytest.raises(RobotError, match=message) as caught:
        import_robot(write(folder, ARM.replace(old, new, 1)))
    assert "\n" not in str(caught.value)


def test_files_that_are_no_text_or_huge_are_refused(folder: Path) -> None:
    path = write(folder, ARM)
    path.write_bytes(ARM.replace("Two", "Zw\u00f6lf").encode("latin-1"))
    with pytest.raises(RobotError, match="UTF-8"):
        import_robot(path)
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(RobotError, match="too large"):
        import_robot(path)
    with pytest.raises(RobotError, match="no such file"):
        import_robot(folder / "urdf" / "none.urdf")
    with pytest.raises(RobotError, match="not a robot description"):
        import_robot(folder / "meshes" / "brick.stl")
    path.write_text("<a>" * 100_000)
    with pytest.raises(RobotError, match="deeply nested"):
        import_robot(path)


TWO_ENDS = """<robot name="r"><link name="b"/><link name="l"/><link name="x"/><link name="y"/>
<joint name="j" type="revolute"><parent link="b"/><child link="l"/><axis xyz="0 0 1"/></joint>
<joint name="fx" type="fixed"><parent link="l"/><child link="x"/><origin xyz="0 0 1"/></joint>
<joint name="fy" type="{kind}"><parent link="l"/><child link="y"/><origin xyz="0 0 2"/></joint></robot>"""


def test_of_several_tips_one_must_be_named(folder: Path) -> None:
    path = write(folder, TWO_ENDS.format(kind="fixed"))
    with pytest.raises(RobotError, match=r"several links end the chain.*x, y"):
        import_robot(path)
    assert import_robot(path, tip="y").flange_xyz == (0.0, 0.0, 2.0)
    with pytest.raises(RobotError, match="no such link"):
        import_robot(path, tip="z")
    named = write(folder, TWO_ENDS.format(kind="fixed").replace('"x"', '"flange"'))
    assert import_robot(named).flange_xyz == (0.0, 0.0, 1.0)
    fork = write(folder, TWO_ENDS.format(kind="revolute"))
    with pytest.raises(RobotError, match="beside the chain"):
        import_robot(fork, tip="x")
    gripper = TWO_ENDS.format(kind="revolute").replace('"l"', '"tool0"')
    assert import_robot(write(folder, gripper)).dof == 1  # what hangs on the flange is a tool
    mimic = gripper.replace('<origin xyz="0 0 2"/>', '<mimic joint="j"/>')
    assert import_robot(write(folder, mimic)).dof == 1
    fork = write(folder, TWO_ENDS.format(kind="revolute"))
    assert import_robot(fork).dof == 2  # the longest chain is the arm; the other end is a fixed stub


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_fixed_and_moving_joints_fold_as_in_pinocchio(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    number = st.floats(-1.5, 1.5).map(lambda v: round(v, 3))
    kinds = data.draw(st.lists(st.sampled_from(["fixed", "revolute", "prismatic"]), min_size=1, max_size=8))
    kinds.append("revolute")
    rows = ['<robot name="random"><link name="l0"/>']
    for k, kind in enumerate(kinds):
        xyz, rpy = (" ".join(str(data.draw(number)) for _ in range(3)) for _ in range(2))
        axis = data.draw(st.sampled_from(["0 0 1", "1 0 0", "0 -1 0", "1 1 0", "0.2 0.3 -0.9"]))
        rows.append(
            f'<link name="l{k + 1}"/><joint name="j{k}" type="{kind}">'
            f'<parent link="l{k}"/><child link="l{k + 1}"/>'
            f'<origin xyz="{xyz}" rpy="{rpy}"/><axis xyz="{axis}"/>'
            '<limit lower="-1" upper="2" velocity="1" effort="1"/></joint>'
        )
    path = tmp_path_factory.mktemp("random") / "random.urdf"
    path.write_text("".join(rows) + "</robot>")
    robot, model = import_robot(path), pin.buildModelFromUrdf(str(path))
    q = random_posture(robot, np.random.default_rng(0))
    state = model.createData()
    pin.framesForwardKinematics(model, state, q)
    assert np.allclose(state.oMf[model.getFrameId(f"l{len(kinds)}")].homogeneous, flange(robot, q), atol=1e-7)


@pytest.mark.parametrize("robot_id", ["ur_ur10e", "fanuc_m20_25_18d", "mitsubishi_rh6frh5520", "franka_fr3"])
def test_a_catalogue_robot_survives_the_way_out_and_back(robot_id: str, tmp_path: Path) -> None:
    robot = load_catalogue()[robot_id]
    path = tmp_path / f"{robot_id}.urdf"
    path.write_text(to_urdf(robot))
    again = import_robot(path)
    q = random_posture(robot, np.random.default_rng(0))
    assert np.allclose(flange(again, q), flange(robot, q), atol=1e-8)
    for a, b in zip(again.joints, robot.joints, strict=True):
        assert (a.lower, a.upper, a.velocity, a.effort) == (b.lower, b.upper, b.velocity, b.effort)
    assert [link.boxes for link in again.links] == [link.boxes for link in robot.links]
