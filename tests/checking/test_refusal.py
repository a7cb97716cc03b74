"""Witnesses of impossibility: true ones hold, false ones are refused."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np
import pytest
from building import seam_document

from robotplus.certificates.certificate import Premise, Refusal
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.checking import check_refusal
from robotplus.checking.ratings import heaviest_load
from robotplus.checking.reach import chain_length
from robotplus.robots.acceleration import estimate
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.frames import transform
from robotplus.robots.model import Array, Figure, Robot
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need

ROBOT = "yaskawa_ar2010"


def need_with(**changes: Any) -> Need:
    document = copy.deepcopy(seam_document())
    for path, value in changes.items():
        table = document
        *parents, key = path.split("__")
        for parent in parents:
            table = table[int(parent) if parent.isdigit() else parent]
        table[key] = value
    return need_from_document(document)


SHOWS = {
    "reach": "reach",
    "takt": "takt",
    "joint_speed": "tool_speed",
    "payload_kg": "payload",
    "repeatability_mm": "repeatability",
    "temperature_c": "temperature",
}


def refusal(robot: Robot, need: Need, witness: Any, **changes: Any) -> Refusal:
    """A refusal for the constraint that its witness is about."""
    kind = (witness or {}).get("kind")
    about = str(witness["figure"] if kind == "rating" else kind)
    fields: dict[str, Any] = {
        "robot_id": robot.id,
        "robot_sha256": robot.sha256,
        "need_sha256": need.sha256,
        "verdict": "impossible",
        "constraint": SHOWS.get(about, about if kind == "rating" else "reach"),
        "needed": None,
        "available": None,
        "shortfall": None,
        "unit": "",
        "witness": witness,
    }
    return Refusal(**(fields | changes))


def origins(robot: Robot) -> Array:
    """The joint origins at q = 0: one point on each axis."""
    frame, out = np.eye(4), []
    for joint in robot.joints:
        frame = frame @ transform(joint.origin_xyz, joint.origin_rpy)
        out.append(frame[:3, 3])
    return np.array(out)


def reach_witness(robot: Robot, **changes: Any) -> dict[str, Any]:
    points = origins(robot)
    witness = {"kind": "reach", "points": points.tolist(), "radius": chain_length(robot, points), "cells": 1}
    return witness | changes


FAR = {"process_path__stroke__0__polyline__points_mm": [[-3000.0, 0.0, 601.0], [3000.0, 0.0, 601.0]]}


def test_two_ends_six_metres_apart_are_out_of_reach(catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    assert check_refusal(refusal(robot, need, reach_witness(robot)), robot, need).holds


def test_a_seam_within_reach_is_not_out_of_reach(catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with()
    verdict = check_refusal(refusal(robot, need, reach_witness(robot)), robot, need)
    assert [code for code, _ in verdict.reasons] == ["witness"]


def test_a_region_is_not_judged_by_its_middle(catalogue: Catalogue) -> None:
    """From 1.2 m the seam is in reach, from the middle of the region at 3.6 m it is not."""
    robot = catalogue[ROBOT]
    for nearest, holds in ((1200.0, False), (3400.0, True)):
        need = need_with(base__x_mm=[nearest, 6000.0], base__y_mm=[-100.0, 100.0])
        assert check_refusal(refusal(robot, need, reach_witness(robot)), robot, need).holds is holds


@pytest.mark.parametrize(
    "changes",
    [
        {"radius": 1.0},
        {"points": [[0.0, 0.0, 0.0]]},
        {"points": "none"},
        {"points": None},
        {"radius": None},
        {"kind": "reach_"},
        {"kind": None},
        {"kind": ["reach"]},
    ],
)
def test_false_reach_witnesses(changes: dict[str, Any], catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    assert not check_refusal(refusal(robot, need, reach_witness(robot, **changes)), robot, need).holds


def test_points_off_their_axes_are_refused(catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    points = origins(robot)
    points[2] = points[1]
    witness = reach_witness(robot, points=points.tolist(), radius=10.0)
    assert not check_refusal(refusal(robot, need, witness), robot, need).holds


def test_the_chain_length_bounds_every_posture(catalogue: Catalogue) -> None:
    import pinocchio

    for robot_id in (ROBOT, "ur_ur10e", "kuka_lbr_iiwa14_r820"):
        robot = catalogue[robot_id]
        points = origins(robot)
        length = chain_length(robot, points)
        model = pinocchio.Model()
        parent = 0
        for joint in robot.joints:
            kind = pinocchio.JointModelRevoluteUnaligned(np.array(joint.axis))
            pose = pinocchio.SE3(transform(joint.origin_xyz, joint.origin_rpy))
            parent = model.addJoint(parent, kind, pose, joint.name)
        data = model.createData()
        for q in np.random.default_rng(0).uniform(-3, 3, (200, robot.dof)):
            pinocchio.forwardKinematics(model, data, q)
            assert np.linalg.norm(data.oMi[robot.dof].translation - points[0]) <= length + 1e-9


def sure(robot: Robot, **figures: Any) -> Robot:
    """The robot with figures that need no confirmation."""
    known = {name: Figure(value, "data sheet", "high") for name, value in figures.items()}
    return dataclasses.replace(robot, **known)


@pytest.mark.parametrize(
    ("figure", "value", "asked", "holds"),
    [
        ("payload_kg", 1.0, {}, True),
        ("payload_kg", 5.0, {}, False),
        ("repeatability_mm", 1.5, {}, True),
        ("repeatability_mm", 0.1, {}, False),
        ("ip", "IP54", {"requirements__ip": "IP65"}, True),
        ("ip", "IP67", {"requirements__ip": "IP65"}, False),
        ("explosion_zone", "zone 2", {"requirements__explosion_zone": "zone 1"}, True),
        ("explosion_zone", "zone 1", {"requirements__explosion_zone": "zone 2"}, False),
        ("explosion_zone", "zone 21", {"requirements__explosion_zone": "zone 1"}, True),
        ("temperature_c", (5.0, 40.0), {"requirements__temperature_c": [0.0, 30.0]}, True),
        ("temperature_c", (-5.0, 40.0), {"requirements__temperature_c": [0.0, 30.0]}, False),
        ("mounting", ("floor",), {"base__mounting": "wall"}, True),
        ("mounting", ("wall",), {"base__mounting": "wall"}, False),
        ("velocity", "data", {}, False),
        ("reach_m", 2.0, {}, False),
    ],
)
def test_ratings(figure: str, value: Any, asked: dict[str, Any], holds: bool, catalogue: Catalogue) -> None:
    robot, need = sure(catalogue[ROBOT], **{figure: value}), need_with(**asked)
    verdict = check_refusal(refusal(robot, need, {"kind": "rating", "figure": figure}), robot, need)
    assert verdict.holds is holds, verdict.reasons


def test_an_unconfirmed_figure_makes_nothing_impossible(catalogue: Catalogue) -> None:
    robot = dataclasses.replace(catalogue[ROBOT], payload_kg=Figure(1.0, "from memory", "medium"))
    need = need_with()
    witness = {"kind": "rating", "figure": "payload_kg"}
    assert not check_refusal(refusal(robot, need, witness), robot, need).holds
    unknown = refusal(robot, need, None, verdict="unknown", constraint="payload")
    assert check_refusal(unknown, robot, need).holds


@pytest.mark.parametrize(("takt", "holds"), [(5.0, True), (7.0, False), (60.0, False)])
def test_takt(takt: float, holds: bool, catalogue: Catalogue) -> None:
    """300 mm at 50 mm/s take 6 s."""
    robot, need = catalogue[ROBOT], need_with(requirements__takt_s=takt)
    assert check_refusal(refusal(robot, need, {"kind": "takt"}), robot, need).holds is holds


@pytest.mark.parametrize(("speed", "holds"), [(0.001, True), (3.0, False)])
def test_joint_speed(speed: float, holds: bool, catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with()
    slow = tuple(dataclasses.replace(j, velocity=speed) for j in robot.joints)
    robot = dataclasses.replace(robot, joints=slow, velocity=Figure("data", "data sheet", "high"))
    assert check_refusal(refusal(robot, need, {"kind": "joint_speed"}), robot, need).holds is holds


def test_other_robot_or_need(catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    true = refusal(robot, need, reach_witness(robot))
    assert check_refusal(true, catalogue["ur_ur10e"], need).status == "cannot_check"
    assert check_refusal(true, robot, need_with()).reasons[0][0] == "need_different"


def test_not_found_states_its_budget_and_unknown_its_datum(catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with()
    for budget, holds in (
        ({"places": 10}, True),
        ({"places": 0, "evaluations": 0}, False),
        ({"places": 3, "evaluations": 0}, True),
        ({"attempts": 1}, True),
        (None, False),
        ({}, False),
        ({"bases": 0}, False),
        ({"attempts": 0}, False),
        ({"places": True}, False),
        ({"places": -3, "evaluations": 4}, False),
        ({"places": 10.5}, False),
        ([10], False),
    ):
        assert (
            check_refusal(refusal(robot, need, None, verdict="not_found", budget=budget), robot, need).holds
            is holds
        )
    shape = refusal(robot, need, None, verdict="unknown", constraint="data_shape")
    assert not check_refusal(shape, robot, need).holds
    shapeless = next(r for r in catalogue.values() if any(link.boxes is None for link in r.links))
    shape = refusal(shapeless, need, None, verdict="unknown", constraint="data_shape")
    assert check_refusal(shape, shapeless, need).holds


@pytest.mark.parametrize("verdict", ["proven", "no_way", None, ["impossible"]])
def test_only_the_three_verdicts_of_a_refusal_hold(verdict: Any, catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    bogus = refusal(robot, need, reach_witness(robot), verdict=verdict, budget={"places": 10})
    assert [code for code, _ in check_refusal(bogus, robot, need).reasons] == ["malformed"]


@pytest.mark.parametrize("constraint", ["nonsense", None, ["reach"]])
@pytest.mark.parametrize("verdict", ["impossible", "not_found", "unknown"])
def test_only_known_constraints_hold(verdict: str, constraint: Any, catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    bogus = refusal(
        robot, need, reach_witness(robot), verdict=verdict, constraint=constraint, budget={"places": 10}
    )
    assert [code for code, _ in check_refusal(bogus, robot, need).reasons] == ["malformed"]


@pytest.mark.parametrize("constraint", ["payload", "takt", "placement", "tool_speed"])
def test_a_true_witness_of_something_else_shows_nothing(constraint: str, catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    other = refusal(robot, need, reach_witness(robot), constraint=constraint)
    assert [code for code, _ in check_refusal(other, robot, need).reasons] == ["witness"]


@pytest.mark.parametrize(
    "constraint", sorted(set(CONSTRAINTS) - {"cycle_interval", "payload", "wrist_moment", "wrist_inertia"})
)
def test_nothing_is_unknown_of_a_robot_that_is_known(constraint: str, catalogue: Catalogue) -> None:
    robot, need = sure(catalogue[ROBOT], repeatability_mm=0.08, mounting=("floor",)), need_with()
    assert robot.geometry_confidence != "low"
    assert not check_refusal(
        refusal(robot, need, None, verdict="unknown", constraint=constraint), robot, need
    ).holds


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("payload", {"payload_kg": Figure(1.0, "data sheet", "low")}),
        ("repeatability", {"repeatability_mm": Figure(1.5, "data sheet", "low")}),
        ("mounting", {"mounting": Figure(("wall",), "data sheet", "low")}),
        ("wrist_moment", {"wrist_moment_nm": Figure((9.0, 9.0, 9.0), "data sheet", "low")}),
        ("wrist_inertia", {"wrist_inertia_kgm2": Figure((0.1, 0.1, 0.1), "data sheet", "low")}),
        ("reach", {"geometry_confidence": "low"}),
        ("cycle_interval", {}),
    ],
)
def test_what_is_to_be_confirmed_is_unknown(
    constraint: str, changes: dict[str, Any], catalogue: Catalogue
) -> None:
    robot, need = dataclasses.replace(catalogue[ROBOT], **changes), need_with()
    assert check_refusal(
        refusal(robot, need, None, verdict="unknown", constraint=constraint), robot, need
    ).holds
    better = {"payload_kg": 50.0, "repeatability_mm": 0.01, "mounting": ("floor",)}
    enough = {k: Figure(better[k], "data sheet", "low") for k in changes if k in better}
    if enough:
        robot = dataclasses.replace(robot, **enough)
        idle = refusal(robot, need, None, verdict="unknown", constraint=constraint)
        assert not check_refusal(idle, robot, need).holds


@pytest.mark.parametrize(
    ("numbers", "holds"),
    [
        ({"needed": 2.0, "available": 1.0, "shortfall": 1.0}, True),
        ({"needed": 2.0, "available": 1.0, "shortfall": None}, True),
        ({"needed": 9.0, "available": 1.0, "shortfall": 8.0}, False),
        ({"needed": 2.0, "available": 0.5, "shortfall": 1.5}, False),
        ({"needed": 2.0, "available": 1.0, "shortfall": 0.1}, False),
        ({"needed": 2.0, "available": True, "shortfall": 1.0}, False),
        ({"needed": 2.0, "available": float("nan"), "shortfall": 1.0}, False),
        ({"needed": 2.0, "available": 1.0, "shortfall": "much"}, False),
    ],
)
@pytest.mark.parametrize("verdict", ["impossible", "unknown"])
def test_the_payload_stated_is_that_of_the_model(
    verdict: str, numbers: dict[str, Any], holds: bool, catalogue: Catalogue
) -> None:
    """The torch weighs 2 kg."""
    confidence = "high" if verdict == "impossible" else "low"
    robot = dataclasses.replace(catalogue[ROBOT], payload_kg=Figure(1.0, "data sheet", confidence))  # type: ignore[arg-type]
    need, witness = need_with(), {"kind": "rating", "figure": "payload_kg"}
    stated = refusal(robot, need, witness, verdict=verdict, **numbers)
    assert check_refusal(stated, robot, need).holds is holds


@pytest.mark.parametrize(
    ("needed", "available", "holds"), [(5.0, 6.0 - 0.04, True), (5.0, 9.0, False), (4.0, 5.9, False)]
)
def test_the_takt_stated_is_that_of_the_need(
    needed: float, available: float, holds: bool, catalogue: Catalogue
) -> None:
    """300 mm at 50 mm/s, less twice the tolerance of 1 mm: 5.96 s."""
    robot, need = catalogue[ROBOT], need_with(requirements__takt_s=5.0)
    numbers = {"needed": needed, "available": available, "shortfall": available - needed}
    stated = refusal(robot, need, {"kind": "takt"}, **numbers)
    assert check_refusal(stated, robot, need).holds is holds


@pytest.mark.parametrize(("off", "short", "holds"), [(0.0, 1.0, True), (0.5, 1.0, False), (0.0, -0.5, False)])
def test_the_reach_stated_is_that_of_the_witness(
    off: float, short: float, holds: bool, catalogue: Catalogue
) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    witness = reach_witness(robot)
    has = witness["radius"] + off
    stated = refusal(robot, need, witness, needed=has + short, available=has, shortfall=short)
    assert check_refusal(stated, robot, need).holds is holds


@pytest.mark.parametrize("kind", ["reach", "joint_speed"])
def test_a_slide_of_unknown_travel_bounds_nothing(kind: str, catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    slow = [dataclasses.replace(j, velocity=1e-3) for j in robot.joints]
    slow[2] = dataclasses.replace(slow[2], kind="prismatic", lower=0.0, upper=0.1)
    speeds = Figure("data", "data sheet", "high")
    for upper, holds in ((0.1, True), (None, False)):
        slow[2] = dataclasses.replace(slow[2], upper=upper)
        sliding = dataclasses.replace(robot, joints=tuple(slow), velocity=speeds)
        witness = reach_witness(sliding) if kind == "reach" else {"kind": kind}
        assert check_refusal(refusal(sliding, need, witness), sliding, need).holds is holds


@pytest.mark.parametrize("kind", ["reach", "joint_speed"])
def test_doubtful_geometry_makes_nothing_impossible(kind: str, catalogue: Catalogue) -> None:
    robot, need = catalogue[ROBOT], need_with(**FAR)
    slow = tuple(dataclasses.replace(j, velocity=1e-3) for j in robot.joints)
    robot = dataclasses.replace(robot, joints=slow, velocity=Figure("data", "data sheet", "high"))
    witness = reach_witness(robot) if kind == "reach" else {"kind": kind}
    for confidence, holds in (("medium", True), ("low", False)):
        model = dataclasses.replace(robot, geometry_confidence=confidence)  # type: ignore[arg-type]
        assert check_refusal(refusal(model, need, witness), model, need).holds is holds


def acceleration_premise(robot: Robot, need: Need) -> Premise:
    trusted = estimate(robot, heaviest_load(need.program))
    return Premise("acceleration", trusted.nominal.tolist(), trusted.basis, "low", False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"question_en": "the maker is bankrupt", "question_zh": "?"}, "question"),
        ({"unit": "parsec"}, "unknown_entry"),
        ({"where": "nowhere near"}, "unknown_entry"),
        ({"where": "stop 1: seam"}, None),
        ({"where": "stop 2: seam"}, "unknown_entry"),
    ],
)
def test_what_a_refusal_says_follows_from_the_need(
    changes: dict[str, Any], code: str | None, catalogue: Catalogue
) -> None:
    robot, need = catalogue[ROBOT], need_with()
    true = refusal(robot, need, None, verdict="not_found", budget={"places": 3, "evaluations": 0})
    reasons = check_refusal(dataclasses.replace(true, **changes), robot, need).reasons
    assert [c for c, _ in reasons] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"name": "sworn"}, "unknown_entry"),
        ({"value": [99.0] * 6}, "premise_value"),
        ({"confirm": "no"}, "malformed"),
        ({"question_en": "is it good?"}, "question"),
    ],
)
def test_premises_of_refusals_are_those_of_the_model(
    changes: dict[str, Any], code: str | None, catalogue: Catalogue
) -> None:
    robot, need = catalogue[ROBOT], need_with()
    premise = dataclasses.replace(acceleration_premise(robot, need), **changes)
    told = refusal(robot, need, None, verdict="not_found", budget={"places": 3}, premises=(premise,))
    assert [c for c, _ in check_refusal(told, robot, need).reasons] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("en", "zh", "holds"),
    [
        ("{maker}: which shape has the {model}?", "{maker}:{model} 的外形如何?", True),
        ("{maker}: which shape has the {model}?", "", False),
        ("Ask nobody about the {model}", "{maker}:{model} 的外形如何?", False),
        ("{maker}: which shape has it?", "{maker}:外形如何?", False),
        ("{maker}: which shape has the {model}?\nAnd who?", "{maker}:{model} 的外形如何?", False),
        ("{maker}: <b>{model}</b>", "{maker}:{model} 的外形如何?", False),
        ("{maker}: {model}" + 400 * "?", "{maker}:{model} 的外形如何?", False),
    ],
)
def test_an_unknown_asks_the_maker_about_the_model(
    en: str, zh: str, holds: bool, catalogue: Catalogue
) -> None:
    shapeless = next(r for r in catalogue.values() if any(link.boxes is None for link in r.links))
    need = need_with()
    named = {"maker": shapeless.maker, "model": shapeless.model}
    asked = refusal(
        shapeless,
        need,
        None,
        verdict="unknown",
        constraint="data_shape",
        question_en=en.format(**named),
        question_zh=zh.format(**named),
    )
    assert check_refusal(asked, shapeless, need).holds is holds
