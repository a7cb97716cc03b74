"""MJCF import against MuJoCo's own kinematics."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from arm_kinematics import flange, random_posture

from robotplus.errors import RobotError
from robotplus.robots.importing import import_robot

ARM = """<mujoco model="Three Axis">
<compiler angle="degree" eulerseq="zyx" meshdir="assets"/>
<asset><mesh name="brick" file="brick.obj"/></asset>
<worldbody><geom type="plane" size="1 1 1"/>
<body name="base" pos="0 0 .1" euler="20 0 10"><geom type="cylinder" size=".1 .2"/>
<body name="arm" pos="0 0 .3" quat="0.9 0.1 0.2 0.3">
  <joint name="a" axis="0 0 1" pos=".05 0 0" range="-170 170" limited="true"/>
  <joint name="b" axis="0 1 1" range="-90 90" limited="true" ref="30"/>
  <geom type="capsule" fromto="0 0 0 .1 .2 .5" size=".05"/>
  <body name="slide" pos=".1 .2 .5">
    <joint name="c" type="slide" axis="1 0 0" range="-.2 .3" limited="true" ref="0.1"/>
    <geom type="mesh" mesh="brick" pos="0 0 .1"/>
    <site name="flange" pos="0 0 .2" euler="0 30 0"/>
  </body></body></body></worldbody></mujoco>"""
BRICK = """v -.1 -.2 -.3\nv .1 -.2 -.3\nv .1 .2 -.3\nv -.1 .2 -.3
v -.1 -.2 .3\nv .1 -.2 .3\nv .1 .2 .3
v -.1 .2 .3
f 4 3 2 1\nf 5 6 7 8\nf 1 2 6 5\nf 2 3 7 6\nf 3 4 8 7\nf 4 1 5 8\n"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "arm"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "brick.obj").write_text(BRICK)
    (tmp_path / "secret.obj").write_text(BRICK)
    out = folder / "arm.xml"
    out.write_text(ARM)
    return out


def test_chain_shapes_and_masses_agree_with_mujoco(path: Path) -> None:
    mujoco = pytest.importorskip("mujoco")
    robot = import_robot(path)
    model = mujoco.MjModel.from_xml_path(str(path))
    data = mujoco.MjData(model)
    rng = np.random.default_rng(0)
    for _ in range(5):
        q = random_posture(robot, rng)
        data.qpos[:] = q
        mujoco.mj_kinematics(model, data)
        pose = flange(robot, q)
        assert np.allclose(pose[:3, 3], data.site("flange").xpos, atol=1e-8)
        assert np.allclose(pose[:3, :3], data.site("flange").xmat.reshape(3, 3), atol=1e-8)
    assert robot.id == "three_axis"
    assert [joint.kind for joint in robot.joints] == ["revolute", "revolute", "prismatic"]
    assert robot.joints[0].upper == pytest.approx(np.radians(170))
    base, between, arm, slide = robot.links
    assert between.boxes == ()  # between two joints of one body there is nothing
    assert arm.mass_kg == pytest.approx(model.body("arm").mass[0])
    assert base.boxes is not None and len(base.boxes) == 4  # the ground plane is no part of the arm
    assert arm.boxes is not None and slide.boxes is not None
    assert max(arm.boxes[0].size) == pytest.approx(np.linalg.norm([0.1, 0.2, 0.5]) + 2 * 0.05)
    (brick,) = slide.boxes
    assert np.allclose(sorted(brick.size), [0.2, 0.4, 0.6], atol=1e-4)
    assert robot.velocity is not None and robot.velocity.value == "placeholder"


WRONG = [
    ("<mujoco", "<!DOCTYPE m [<!ENTITY x 'y'>]><mujoco", "document type"),
    ("<worldbody>", '<include file="../../other.xml"/><worldbody>', "leaves the robot's folder"),
    ("<worldbody>", '<include file="arm.xml"/><worldbody>', "without end"),
    ('file="brick.obj"', 'file="../../secret.obj"', "leaves the robot's folder"),
    ('file="brick.obj"', 'file="/etc/passwd"', "leaves the robot's folder"),
    ('file="brick.obj"', 'file="missing.obj"', "no such file"),
    ("<asset>", '<extension><plugin plugin="p"/></extension><asset>', "not accepted"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_hostile_files_are_refused_before_mujoco_sees_them(
    path: Path, old: str, new: str, message: str
) -> None:
    path.write_text(ARM.replace(old, new, 1))
    with pytest.raises(RobotError, match=message) as caught:
        import_robot(path)
    assert "\n" not in str(caught.value)


def test_another_xml_file_is_refused(path: Path) -> None:
    path.write_text("<robot/>")
    with pytest.raises(RobotError, match="not an MJCF file"):
        import_robot(path)


def test_without_mujoco_the_message_says_how_to_get_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mujoco", None)
    with pytest.raises(RobotError, match=r"pip install 'robotplus\[mjcf\]'"):
        import_robot(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('<joint name="a" axis', '<joint name="a" type="ball" axis', "MuJoCo refuses|not modelled"),
        ('<joint name="a"', '<joint name="a" kind="x"', "MuJoCo refuses"),
        ('range="-170 170"', 'range="nan 170"', "NaN|MuJoCo refuses"),
        (
            "</body></body></body>",
            "</body></body></body><body><freejoint/><geom size='1'/></body>",
            "not modelled",
        ),
    ],
)
def test_what_is_wrong_inside_is_said_in_one_line(
    path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    pytest.importorskip("mujoco")
    monkeypatch.chdir(path.parent)
    path.write_text(ARM.replace(old, new, 1))
    with pytest.raises(RobotError, match=message) as caught:
        import_robot(path)
    assert "\n" not in str(caught.value)
    assert not Path("MUJOCO_LOG.TXT").exists()
