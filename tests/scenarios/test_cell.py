"""Cells: covers in the world, the base's pose, the pedestal."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from need_documents import need

from robotplus.certificates.certificate import Base
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import box_transform, transform
from robotplus.robots.model import OrientedBox
from robotplus.scenarios.cell import pedestal, placed, world_from_base
from robotplus.scenarios.files import need_from_document

ROBOT = next(iter(load_catalogue().values()))


def obstacles(**cell):
    return {o.name: o for o in need_from_document(need(cell=cell)).program.obstacles}


def inside(points, boxes):
    out = np.zeros(len(points), dtype=bool)
    for b in boxes:
        m = np.linalg.inv(box_transform(b))
        out |= np.all(np.abs(points @ m[:3, :3].T + m[:3, 3]) <= np.array(b.size) / 2 + 1e-9, axis=1)
    return out


def test_floor_and_boxes():
    there = obstacles(
        box=[{"name": "a", "position_mm": [700, 0, 100], "size_mm": [200, 300, 200], "rpy_deg": [0, 0, 30]}]
    )
    (box,) = there["a"].boxes
    assert box == OrientedBox((0.7, 0.0, 0.1), (0.0, 0.0, pytest.approx(math.pi / 6)), (0.2, 0.3, 0.2))
    (floor,) = there["floor"].boxes
    assert floor.xyz[2] + floor.size[2] / 2 == 0 and there["floor"].role == "floor"
    assert "floor" not in obstacles(floor=False)


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: math.hypot(*v) > 0.1))
def test_a_cylinder_is_covered_along_its_axis(axis):
    table = {
        "name": "c",
        "position_mm": [2000, 0, 1500],
        "axis": list(axis),
        "radius_mm": 80,
        "length_mm": 300,
    }
    boxes = obstacles(cylinder=[table])["c"].boxes
    rng = np.random.default_rng(0)
    z = np.array(axis) / math.hypot(*axis)
    r = np.cross(z, rng.normal(size=(200, 3)))
    r *= 0.08 * np.sqrt(rng.uniform(size=(200, 1))) / np.linalg.norm(r, axis=1)[:, None]
    points = [2, 0, 1.5] + r + rng.uniform(-0.15, 0.15, (200, 1)) * z
    assert inside(points, boxes).all()
    assert not inside(np.array([[2, 0, 1.5]] + 0.16 * z), boxes).any()


def test_a_mesh_is_covered_where_it_stands():
    mesh = {
        "name": "m",
        "vertices_mm": [[0, 0, 0], [100, 0, 0], [0, 100, 0], [0, 0, 100]],
        "faces": [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]],
        "position_mm": [900, 0, 500],
        "rpy_deg": [0, 0, 90],
        "scale": 2.0,
    }
    boxes = obstacles(mesh=[mesh])["m"].boxes
    corners = np.array([[0.9, 0, 0.5], [0.9, 0.2, 0.5], [0.7, 0, 0.5], [0.9, 0, 0.7]])
    weights = np.random.default_rng(1).dirichlet(np.ones(4), 200)
    assert inside(weights @ corners, boxes).all()
    assert len(boxes) <= 16


@settings(max_examples=30, deadline=None)
@given(*[st.floats(-3, 3)] * 6)
def test_placed_boxes(x, y, z, r, p, yaw):
    box = OrientedBox((0.1, 0.2, 0.3), (0.4, -0.5, 0.6), (1.0, 2.0, 3.0))
    pose = transform((x, y, z), (r, p, yaw))
    assert np.allclose(box_transform(placed(box, pose)), pose @ box_transform(box), atol=1e-9)


@pytest.mark.parametrize(
    ("mounting", "up"), [("floor", [0, 0, 1]), ("ceiling", [0, 0, -1]), ("wall", [0, 1, 0])]
)
def test_world_from_base(mounting, up):
    base = Base((1.0, 2.0, 0.5), math.pi / 2, mounting)
    m = world_from_base(base.xyz, base.yaw, base.mounting)
    assert np.allclose(m[:3, 2], up, atol=1e-12) and np.allclose(m[:3, 3], base.xyz)
    assert np.allclose(m[:3, :3] @ m[:3, :3].T, np.eye(3)) and np.linalg.det(m[:3, :3]) == pytest.approx(1)
    turn = {"floor": (0, 0, 0), "ceiling": (math.pi, 0, 0), "wall": (0, math.pi / 2, 0)}[mounting]
    assert np.allclose(m, transform(base.xyz, (0, 0, base.yaw)) @ transform((0, 0, 0), turn), atol=1e-12)


def test_pedestal_stands_under_the_base_link():
    robot = ROBOT
    boxes = (
        OrientedBox((0.1, 0.0, 0.1), (0, 0, 0), (0.6, 0.1, 0.2)),
        OrientedBox((0, 0, 0.2), (0, 0, math.pi / 2), (0.3, 0.2, 0.1)),
    )
    robot = dataclasses.replace(
        robot, links=(dataclasses.replace(robot.links[0], boxes=boxes), *robot.links[1:])
    )
    stand = pedestal(robot, xyz=(1.0, 2.0, 0.4), yaw=math.pi / 2, mounting="floor")
    assert stand is not None
    assert np.allclose(stand.size, [0.6, 0.3, 0.4])  # x from -0.2 to 0.4, y from -0.15 to 0.15
    assert np.allclose(stand.xyz, [1.0, 2.1, 0.2]) and stand.rpy == (0.0, 0.0, math.pi / 2)
    assert pedestal(robot, xyz=(1.0, 2.0, 0.0), yaw=0.0, mounting="floor") is None
    assert pedestal(robot, xyz=(1.0, 2.0, 2.0), yaw=0.0, mounting="ceiling") is None


def test_a_pedestal_has_a_least_width():
    robot = ROBOT
    tiny = (OrientedBox((0, 0, 0.1), (0, 0, 0), (0.05, 0.05, 0.2)),)
    robot = dataclasses.replace(
        robot, links=(dataclasses.replace(robot.links[0], boxes=tiny), *robot.links[1:])
    )
    stand = pedestal(robot, xyz=(0.0, 0.0, 0.3), yaw=0.0, mounting="floor")
    assert stand is not None and stand.size == (0.2, 0.2, 0.3)
