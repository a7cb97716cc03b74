"""The scaffold: what must hold for every robot file of the catalogue, and for the catalogue itself."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pinocchio as pin
import pytest
from arm_kinematics import flange, random_posture

from robotplus.errors import RobotError
from robotplus.robots.catalogue import DATA, Catalogue, keep, load_catalogue
from robotplus.robots.files import format_document, parse_robot, read_robot
from robotplus.robots.frames import transform
from robotplus.robots.model import Figure, Robot
from robotplus.robots.urdf import TIP, to_urdf

CATALOGUE = load_catalogue()
FILES = {path.stem: path for path in DATA.rglob("*.json")}
every_robot = pytest.mark.parametrize("robot", CATALOGUE.values(), ids=list(CATALOGUE))


def test_holds_every_arm_of_the_facts_once_in_order_of_ids() -> None:
    assert len(CATALOGUE) == 374
    assert list(CATALOGUE) == sorted(FILES)
    assert len({robot.maker for robot in CATALOGUE.values()}) == 35
    assert len({robot.sha256 for robot in CATALOGUE.values()}) == 374


@every_robot
def test_file_is_written_in_the_one_layout_and_round_trips(robot: Robot) -> None:
    text = FILES[robot.id].read_text(encoding="utf-8")
    assert format_document(json.loads(text)) == text
    again = parse_robot(text.encode(), "again")
    assert again == robot
    assert again.sha256 == robot.sha256
    shuffled = dict(reversed(robot.document.items()))
    assert read_robot(shuffled, "shuffled").sha256 == robot.sha256


@every_robot
def test_chain_agrees_with_the_check_value_and_with_pinocchio(robot: Robot) -> None:
    assert all(abs(math.hypot(*joint.axis) - 1.0) < 1e-15 for joint in robot.joints)
    zero = robot.document["checks"]["flange_at_zero"]
    assert np.allclose(flange(robot, [0.0] * robot.dof), transform(zero["xyz"], zero["rpy"]), atol=2e-5)
    model = pin.buildModelFromXML(to_urdf(robot))
    assert model.nq == robot.dof
    assert list(model.names)[1:] == [joint.name for joint in robot.joints]
    assert np.allclose(model.lowerPositionLimit, [joint.lower for joint in robot.joints])
    assert np.allclose(model.upperPositionLimit, [joint.upper for joint in robot.joints])
    data, frame = model.createData(), model.getFrameId(TIP)
    rng = np.random.default_rng(0)
    for _ in range(3):
        q = random_posture(robot, rng)
        pin.framesForwardKinematics(model, data, q)
        assert np.allclose(data.oMf[frame].homogeneous, flange(robot, q), atol=1e-9)


@every_robot
def test_masses_reach_pinocchio_unchanged(robot: Robot) -> None:
    model = pin.buildModelFromXML(to_urdf(robot))
    for k, link in enumerate(robot.links[1:], start=1):
        inertia = model.inertias[k]
        if link.mass_kg is not None and link.com is not None:
            assert inertia.mass == pytest.approx(link.mass_kg)
            assert np.allclose(inertia.lever, link.com)
            if link.inertia is not None:
                xx, xy, xz, yy, yz, zz = link.inertia
                assert np.allclose(inertia.inertia, [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


@every_robot
def test_flange_points_away_from_the_wrist(robot: Robot) -> None:
    z = np.array(transform(robot.flange_xyz, robot.flange_rpy)[:3, 2])
    assert abs(z @ np.array(robot.joints[-1].axis)) == pytest.approx(1.0, abs=5e-3)


@every_robot
def test_boxes_have_the_size_of_an_arm(robot: Robot) -> None:
    reach = max(robot.document["checks"]["reach_measures_m"].values())
    for link in robot.links:
        for box in link.boxes or ():
            assert max(box.size) < 1.5 * reach + 0.5
            assert math.dist(box.xyz, (0, 0, 0)) < 1.5 * reach + 0.5
            assert min(box.size) >= 1e-4


@every_robot
def test_every_figure_has_a_source_and_a_confidence(robot: Robot) -> None:
    figures = [getattr(robot, f.name) for f in dataclasses.fields(robot)]
    figures = [figure for figure in figures if isinstance(figure, Figure)]
    assert robot.limits in figures
    for figure in figures:
        assert figure.source.strip()
        assert figure.confidence in ("high", "medium", "low")
        if "from memory" in figure.source and figure.confidence != "high":
            assert figure.needs_confirmation


@every_robot
def test_what_the_file_flags_is_never_silently_trusted(robot: Robot) -> None:
    if {"velocity_missing_or_zero", "velocity_looks_placeholder"} & set(robot.flags):
        assert all(joint.velocity is None for joint in robot.joints)
        assert robot.velocity is not None and robot.velocity.value == "placeholder"
    else:
        assert all(joint.velocity is not None for joint in robot.joints)
    if "velocity_from_memory" in robot.flags:
        assert robot.velocity is not None and robot.velocity.needs_confirmation
    if "limits_all_equal_suspect" in robot.flags:
        assert robot.limits.value == "suspect" and robot.limits.needs_confirmation
    assert bool(robot.couplings) == ("j2_j3_limits_are_coupled" in robot.flags)
    if "j3_limits_read_as_independent" in robot.flags:
        assert robot.alternative_couplings


def test_payload_in_the_model_name_is_no_memory() -> None:
    named = [r.payload_kg for r in CATALOGUE.values() if r.payload_kg and r.payload_kg.confidence == "high"]
    assert len(named) == 82
    assert not any(figure.needs_confirmation for figure in named)
    assert all("model name" in figure.source for figure in named)


@pytest.mark.parametrize("robot", [r for r in CATALOGUE.values() if r.couplings], ids=lambda r: r.id)
def test_coupled_limits_bound_the_pitch_of_the_forearm(robot: Robot) -> None:
    """FANUC's J3 is the turn of the forearm against the base, whatever J2 does: found from rotations."""
    (coupling,) = robot.couplings
    axis = np.array(robot.joints[2].axis)
    rng = np.random.default_rng(1)
    for _ in range(20):
        q = random_posture(robot, rng)
        q[0] = 0.0
        turn = np.eye(3)
        for joint, value in zip(robot.joints[1:3], q[1:3], strict=True):
            assert joint.origin_rpy == (0.0, 0.0, 0.0)
            turn = turn @ pin.AngleAxis(float(value), np.array(joint.axis)).matrix()
        expected = pin.AngleAxis(float(np.dot(coupling.coefficients, q)), axis).matrix()
        assert np.allclose(turn, expected, atol=1e-9)


@pytest.mark.parametrize("robot", [r for r in CATALOGUE.values() if r.couplings], ids=lambda r: r.id)
def test_own_limits_of_a_coupled_joint_lose_no_posture_of_a_one_turn_elbow(robot: Robot) -> None:
    (coupling,), (stops,) = robot.couplings, robot.alternative_couplings
    sign = coupling.coefficients[1]
    second, third = robot.joints[1:3]
    # Corners of the coupling: J3 at a limit with J2 at a limit.
    corners = [
        j3 - sign * q2 for j3 in (coupling.lower, coupling.upper) for q2 in (second.lower, second.upper)
    ]
    assert third.lower == pytest.approx(max(min(corners), stops.upper - 2 * math.pi), abs=1e-5)
    assert third.upper == pytest.approx(min(max(corners), stops.lower + 2 * math.pi), abs=1e-5)
    # The interval that the mechanical stops must include is what is left between the inner corners.
    assert (stops.lower, stops.upper) == pytest.approx(tuple(sorted(corners)[1:3]), abs=1e-5)


def test_find_tells_current_superseded_and_unknown_apart(tmp_path: Path) -> None:
    current = CATALOGUE["ur_ur10e"]
    old = read_robot(current.document | {"notes": ["as of last year"]}, "old")
    keep(old, tmp_path)
    catalogue = Catalogue([current], stores=[tmp_path])
    assert catalogue.find(current.id, current.sha256) == (current, "current")
    assert catalogue.find(old.id, old.sha256) == (old, "superseded")
    assert catalogue.find(current.id, "sha256:" + "0" * 64) == (None, None)
    assert catalogue.find("../../etc/passwd", "../x") == (None, None)
    assert catalogue.near(current.id[:-1]) == [current.id]


def test_a_stored_model_that_was_altered_is_refused(tmp_path: Path) -> None:
    robot = next(iter(CATALOGUE.values()))
    path = keep(robot, tmp_path)
    path.write_text(path.read_text().replace('"high"', '"low"'))
    with pytest.raises(RobotError, match="altered"):
        Catalogue([], stores=[tmp_path]).find(robot.id, robot.sha256)


def test_digest_of_the_catalogue_names_its_members() -> None:
    robots = list(CATALOGUE.values())[:5]
    assert Catalogue(robots).sha256 == Catalogue(robots[::-1]).sha256
    assert Catalogue(robots).sha256 != Catalogue(robots[:4]).sha256
    with pytest.raises(RobotError, match="one id"):
        Catalogue([robots[0], robots[0]])


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RobotError, match="no robot files"):
        load_catalogue(tmp_path)
    with pytest.raises(RobotError, match="no such folder"):
        load_catalogue(tmp_path / "nowhere")
