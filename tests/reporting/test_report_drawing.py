"""Robots drawn to scale from their boxes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import report_sample
import scipy.spatial
from hypothesis import given
from hypothesis import strategies as st

from robotplus.reporting.drawing import _hull, robot_svg, typical_posture
from robotplus.reporting.kinematics import link_poses
from robotplus.reporting.placement import placement_map
from robotplus.reporting.voice import Voice
from robotplus.robots.catalogue import load_catalogue

IDS = sorted(load_catalogue())


@pytest.mark.parametrize("first", range(8))
def test_every_robot_of_the_catalogue_can_be_drawn(first: int) -> None:
    catalogue = load_catalogue()
    for identity in IDS[first::8]:
        robot = catalogue[identity]
        svg = ET.fromstring(robot_svg(robot))
        boxes = sum(len(link.boxes or ()) for link in robot.links)
        assert len(svg.findall(".//polygon")) == boxes
        q = typical_posture(robot)
        for value, joint in zip(q, robot.joints, strict=True):
            assert (joint.lower is None or value >= joint.lower) and (
                joint.upper is None or value <= joint.upper
            )


def test_one_unit_is_a_millimetre() -> None:
    svg = ET.fromstring(robot_svg(report_sample.robot()))
    base = svg.findall(".//polygon")[0].attrib["points"]
    corners = np.array([[float(v) for v in p.split(",")] for p in base.split()])
    assert np.ptp(corners, axis=0).tolist() == [500.0, 280.0]
    head = svg.find(".//circle")
    assert head is not None and float(head.attrib["cy"]) + float(head.attrib["r"]) == 1750.0


def test_the_typical_posture_has_its_elbow_up_and_its_tool_in_front() -> None:
    robot = report_sample.robot()
    poses = link_poses(robot, typical_posture(robot)[None])[0]
    flange = poses[-1, :3, 3]
    assert poses[3, 2, 3] > flange[2] and 0.5 < flange[0] < 1.6 and abs(flange[1]) < 1e-6


@given(
    points=st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=3, max_size=30, unique=True)
)
def test_outlines_are_convex_hulls(points: list[tuple[int, int]]) -> None:
    cloud = np.array(points, dtype=float)
    if np.linalg.matrix_rank(cloud - cloud[0]) < 2:
        return
    ours = {tuple(p) for p in _hull(cloud)}
    scipys = {tuple(p) for p in cloud[scipy.spatial.ConvexHull(cloud).vertices]}
    assert ours == scipys


def test_the_map_is_to_scale_and_shows_the_best_height_at_each_place() -> None:
    answer = report_sample.answer()
    s = answer.solutions[0]
    figure = ET.fromstring(
        placement_map(s.placements, s.certificate.base, program=answer.need.program, voice=Voice("en"))
    )
    region = figure.find(".//rect[@class='region']")
    pallet = figure.findall(".//polygon[@class='obstacle']")[1]
    assert region is not None
    scale = float(region.attrib["width"]) / 1.6
    assert abs(float(region.attrib["height"]) / scale - 1.4) < 0.01
    corners = np.array([[float(v) for v in p.split(",")] for p in pallet.attrib["points"].split()])
    assert np.allclose(np.ptp(corners, axis=0) / scale, [1.2, 0.8], atol=0.01)
    assert len(figure.findall(".//circle[@class='place']")) == 72  # 9 × 8 places, two heights each
