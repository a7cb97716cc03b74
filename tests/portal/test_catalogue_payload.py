"""The payload curve against another program's gravity torques."""

from __future__ import annotations

import numpy as np
import pinocchio
import pytest

from robotplus.portal.catalogue.payload import GRAVITY, holdable, payload_curve, payload_svg
from robotplus.portal.catalogue.reachmap import sampled
from robotplus.reporting.kinematics import link_poses
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.model import Robot
from robotplus.robots.urdf import TIP, to_urdf

BUILT_IN = load_catalogue()
KNOWN = [
    r
    for r in BUILT_IN.values()
    if r.payload_kg and all(j.effort for j in r.joints) and all(k.mass_kg and k.com for k in r.links[1:])
]


def by_pinocchio(robot: Robot, postures: np.ndarray) -> np.ndarray:
    """(n,) the mass [kg] at the flange that the joints hold still: gravity torques and the Jacobian's transpose."""
    model = pinocchio.buildModelFromXML(to_urdf(robot))
    model.gravity.linear = np.array([0.0, 0.0, -GRAVITY])
    data, tip = model.createData(), model.getFrameId(TIP)
    effort = np.array([j.effort for j in robot.joints])
    out = []
    for q in postures:
        own = pinocchio.computeGeneralizedGravity(model, data, q)
        pinocchio.computeJointJacobians(model, data, q)
        jacobian = pinocchio.getFrameJacobian(model, data, tip, pinocchio.LOCAL_WORLD_ALIGNED)
        each = GRAVITY * jacobian[2]
        lever = np.abs(each) > 1e-9
        room = (effort - np.sign(each) * own)[lever] / np.abs(each)[lever]
        out.append(max(0.0, room.min()) if lever.any() else np.inf)
    return np.array(out)


@pytest.mark.parametrize("robot", KNOWN[:: max(1, len(KNOWN) // 6)], ids=lambda r: r.id)
def test_what_is_held_agrees_with_pinocchio(robot: Robot) -> None:
    postures = sampled(robot)[:60]
    poses = link_poses(robot, postures)
    flange = poses[:, -1, :3, :3] @ np.asarray(robot.flange_xyz) + poses[:, -1, :3, 3]
    assert holdable(robot, poses, flange) == pytest.approx(by_pinocchio(robot, postures), rel=1e-6, abs=1e-6)


def test_the_curve_is_never_above_the_rating() -> None:
    for robot in [r for r in BUILT_IN.values() if r.payload_kg][::40]:
        curve = payload_curve(robot)
        assert curve is not None and robot.payload_kg is not None
        assert (curve.held <= robot.payload_kg.value + 1e-12).all() and (np.diff(curve.distance) > 0).all()
        assert "<path" in payload_svg(curve, "<b>")
        assert "<b>" not in payload_svg(curve, "<b>")
