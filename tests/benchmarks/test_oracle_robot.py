"""The oracle's kinematics and motion formula against other readers of the same facts."""

import json
from pathlib import Path

import numpy as np
import pinocchio as pin
import pytest
from benchmarks.oracle_robot import link_frames, replay
from benchmarks.peer_geometry import build_model

from robotplus.certificates.motion import Move, evaluate
from robotplus.robots.files import read_robot
from robotplus.robots.frames import transform

DATA = Path(__file__).parents[2] / "src/robotplus/robots/data"


@pytest.mark.parametrize("name", ["abb/abb_irb2400_12_155", "universal_robots/ur_ur10e"])
def test_frames_agree_with_pinocchio(name: str) -> None:
    document = json.loads((DATA / f"{name}.json").read_text())
    robot = read_robot(document, name)
    model = build_model(robot, np.eye(4))
    data = model.createData()
    q = np.random.default_rng(1).uniform(-3, 3, (20, robot.dof))
    frames = link_frames(document, q)
    for i, row in enumerate(q):
        pin.forwardKinematics(model, data, row)
        for k in range(1, robot.dof + 1):
            np.testing.assert_allclose(frames[k][i], data.oMi[k].homogeneous, atol=1e-12)
        flange = data.oMi[robot.dof].homogeneous @ transform(robot.flange_xyz, robot.flange_rpy)
        np.testing.assert_allclose(frames[-1][i], flange, atol=1e-12)


def test_replay_is_the_motion_formula() -> None:
    rng = np.random.default_rng(2)
    t = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 0.4, 6))])
    q, qd, qdd = rng.normal(size=(3, 7, 6))
    times, at, rate, change = replay({"t": t, "q": q, "qd": qd, "qdd": qdd}, 0.013)
    assert times[0] == 0.0 and times[-1] == t[-1]
    want = evaluate(Move("travel", 0, t, q, qd, qdd), times)
    for mine, theirs in zip((at, rate, change), want, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-8, atol=1e-8)
