"""Covers contain what they cover."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from robotplus.robots.clipping import Surface, clip
from robotplus.robots.frames import angles, box_transform, inverse, rotation, transform
from robotplus.robots.model import Array, OrientedBox
from robotplus.robots.shapes import PAD, _Piece, _split, cylinder_cover, mesh_cover

angle = st.floats(-3.1, 3.1)
point = st.tuples(*[st.floats(-2, 2)] * 3)


def covered(points: Array, boxes: Sequence[OrientedBox], slack: float = 1e-9) -> Array:
    """(n,) whether each of the points (n, 3) lies in one of the boxes."""
    out = np.zeros(len(points), dtype=bool)
    for box in boxes:
        local = (inverse(box_transform(box)) @ np.c_[points, np.ones(len(points))].T)[:3].T
        out |= (np.abs(local) <= np.array(box.size) / 2 + slack).all(axis=1)
    return out


def volume(boxes: Sequence[OrientedBox], low: Array, high: Array) -> float:
    """Volume of a union of boxes, on a grid of 60³ points."""
    steps = [np.linspace(a, b, 60) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 3)
    return float(covered(grid, boxes).mean() * np.prod(high - low))


@settings(max_examples=100, deadline=None)
@given(rpy=st.tuples(angle, angle, angle))
def test_angles_are_the_inverse_of_rotation(rpy: tuple[float, float, float]) -> None:
    assert np.allclose(rotation(angles(rotation(rpy))), rotation(rpy), atol=1e-12)


@pytest.mark.parametrize("pitch", [math.pi / 2, -math.pi / 2])
@pytest.mark.parametrize("roll", [0.0, 0.4, -2.5])
def test_angles_at_a_pitch_of_90_degrees(pitch: float, roll: float) -> None:
    turned = rotation((roll, pitch, 0.7))
    assert np.allclose(rotation(angles(turned)), turned, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    radius=st.floats(1e-3, 2.0),
    length=st.floats(1e-3, 3.0),
    xyz=point,
    rpy=st.tuples(angle, angle, angle),
    seed=st.integers(0, 1000),
)
def test_cylinder_cover_contains_the_cylinder_and_little_more(
    radius: float,
    length: float,
    xyz: tuple[float, float, float],
    rpy: tuple[float, float, float],
    seed: int,
) -> None:
    boxes = cylinder_cover(radius, length, xyz=xyz, rpy=rpy)
    rng = np.random.default_rng(seed)
    phi, z = rng.uniform(-np.pi, np.pi, 500), rng.uniform(-length / 2, length / 2, 500)
    phi[:16] = np.arange(16) * np.pi / 8  # on the edges of the sectors
    rim = np.stack([radius * np.cos(phi), radius * np.sin(phi), z], axis=1)
    pose = transform(xyz, rpy)
    assert covered(rim @ pose[:3, :3].T + pose[:3, 3], boxes).all()
    for box in boxes:
        corners = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)]) * box.size / 2
        local = inverse(pose) @ box_transform(box) @ np.c_[corners, np.ones(8)].T
        assert np.hypot(local[0], local[1]).max() <= 1.083 * radius
        assert np.abs(local[2]).max() == pytest.approx(length / 2)


MESHES = {
    "ball": trimesh.creation.icosphere(3, 0.3),
    "torus": trimesh.creation.torus(0.4, 0.1),
    "pipe": trimesh.creation.annulus(0.3, 0.35, 1.0),
    "slanted bar": trimesh.creation.cylinder(0.05, 1.0).apply_transform(
        trimesh.transformations.rotation_matrix(0.7, [1, 2, 0])
    ),
    "brick": trimesh.creation.box((0.1, 0.2, 0.3)),
    "sheet": trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]]),
}


@pytest.mark.parametrize("max_boxes", [1, 2, 7, 24])
@pytest.mark.parametrize("name", MESHES)
def test_mesh_cover_contains_surface_and_inside(name: str, max_boxes: int) -> None:
    mesh = MESHES[name]
    vertices, faces = np.array(mesh.vertices), np.array(mesh.faces, dtype=np.int64)
    boxes = mesh_cover(vertices, faces, max_boxes)
    assert 1 <= len(boxes) <= max_boxes
    assert boxes == mesh_cover(vertices.copy(), faces.copy(), max_boxes)
    rng = np.random.default_rng(0)
    weights = rng.dirichlet([0.5, 0.5, 0.5], size=(len(faces), 20))
    assert covered(np.einsum("nkc,ncd->nkd", weights, vertices[faces]).reshape(-1, 3), boxes).all()
    if mesh.is_watertight:
        inner = rng.uniform(vertices.min(axis=0), vertices.max(axis=0), (1000, 3))
        # The winding number (Van Oosterom and Strackee's solid angles) is the independent judge.
        assert covered(inner[winding(inner, vertices[faces]) > 0.5], boxes).all()


@pytest.mark.parametrize("seed", range(12))
def test_mesh_cover_keeps_the_inside_of_a_heap_of_bricks(seed: int) -> None:
    """Overlapping closed surfaces with much outside between them: cuts there run through the insides too."""
    rng = np.random.default_rng(seed)
    centres, sizes = rng.uniform(-1, 1, (6, 3)), rng.uniform(0.3, 1.2, (6, 3))
    bricks = [
        trimesh.creation.box(size).apply_translation(at) for at, size in zip(centres, sizes, strict=True)
    ]
    mesh = trimesh.util.concatenate(bricks)
    boxes = mesh_cover(np.array(mesh.vertices), np.array(mesh.faces), 40)
    points = rng.uniform(*mesh.bounds, (4000, 3))
    inside = np.any(
        [(np.abs(points - at) < size / 2).all(axis=1) for at, size in zip(centres, sizes, strict=True)],
        axis=0,
    )
    assert covered(points[inside], boxes).all()
    assert volume(boxes, *mesh.bounds) < 0.9 * np.prod(mesh.extents)


@pytest.mark.parametrize(("lift", "parts"), [(0.0, 2), (0.3, 1)])
def test_a_half_without_triangles_is_kept_inside_and_dropped_outside(lift: float, parts: int) -> None:
    """A cell about the top face of the brick: its lower half lies inside; lifted, its upper half outside."""
    brick = np.array(MESHES["brick"].triangles)
    lower, upper = np.array([-0.02, -0.02, lift]), np.array([0.02, 0.02, 0.15 + lift])
    top = np.array([[[-0.02, -0.02, 0.15], [0.02, -0.02, 0.15], [0.02, 0.02, 0.15]]])
    cell = _Piece(top, np.minimum(lower, [0, 0, 0.15]), np.maximum(upper, [0, 0, 0.15]))
    at = 0.07 if lift == 0.0 else 0.25
    assert len(_split(cell, 2, at, Surface(brick))) == parts


def test_an_open_sheet_encloses_nothing() -> None:
    sheet = Surface(np.array(MESHES["sheet"].triangles))
    assert not sheet.encloses(np.array([0.3, 0.6, -0.5]))
    assert not sheet.encloses(np.array([0.3, 0.6, 0.5]))


def winding(points: Array, triangles: Array) -> Array:
    """(n,) how many times a closed surface winds round each point."""
    a, b, c = (triangles[None, :, k] - points[:, None] for k in range(3))
    la, lb, lc = (np.linalg.norm(v, axis=2) for v in (a, b, c))
    numerator = np.einsum("nmd,nmd->nm", a, np.cross(b, c))
    dot = [np.einsum("nmd,nmd->nm", u, v) for u, v in ((a, b), (b, c), (c, a))]
    angle = 2 * np.arctan2(numerator, la * lb * lc + dot[0] * lc + dot[1] * la + dot[2] * lb)
    out: Array = angle.sum(axis=1) / (4 * np.pi)
    return out


@pytest.mark.parametrize(
    ("name", "share"), [("torus", 0.75), ("pipe", 0.6), ("slanted bar", 0.35), ("ball", 0.8)]
)
def test_mesh_cover_is_much_tighter_than_one_box(name: str, share: float) -> None:
    mesh = MESHES[name]
    low, high = mesh.bounds
    boxes = mesh_cover(np.array(mesh.vertices), np.array(mesh.faces), 16)
    assert volume(boxes, low, high) < share * np.prod(high - low)


def test_mesh_cover_of_a_brick_is_the_brick() -> None:
    (box,) = mesh_cover(np.array(MESHES["brick"].vertices), np.array(MESHES["brick"].faces), 16)
    assert np.allclose(box.size, np.array([0.1, 0.2, 0.3]) + 2 * PAD)


@settings(max_examples=60, deadline=None)
@given(
    corners=stn.arrays(float, (6, 3, 3), elements=st.floats(-1, 1).map(lambda v: round(v, 2))),
    max_boxes=st.integers(1, 12),
)
def test_mesh_cover_contains_any_triangles(corners: Array, max_boxes: int) -> None:
    """Triangle soups: degenerate, coplanar and crossing triangles too."""
    boxes = mesh_cover(corners.reshape(-1, 3), np.arange(18).reshape(6, 3), max_boxes)
    weights = np.random.default_rng(0).dirichlet([0.4, 0.4, 0.4], size=(6, 60))
    assert len(boxes) <= max_boxes
    assert covered(np.einsum("nkc,ncd->nkd", weights, corners).reshape(-1, 3), boxes).all()


@settings(max_examples=60, deadline=None)
@given(
    corners=stn.arrays(float, (4, 3, 3), elements=st.floats(-1, 1).map(lambda v: round(v, 2))),
    axis=st.integers(0, 2),
    at=st.floats(-1, 1),
)
def test_clipping_cuts_a_triangle_into_its_two_sides(corners: Array, axis: int, at: float) -> None:
    low, high = (clip(corners, axis, at, below=below) for below in (True, False))
    assert (low[:, :, axis] <= at).all() and (high[:, :, axis] >= at).all()

    def area(t: Array) -> float:
        return float(np.linalg.norm(np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]), axis=1).sum())

    assert area(low) + area(high) == pytest.approx(area(corners), abs=1e-9)


@pytest.mark.parametrize("name", ["ball", "torus", "pipe", "slanted bar"])
def test_surface_tells_inside_from_outside(name: str) -> None:
    mesh = MESHES[name]
    points = np.random.default_rng(3).uniform(*mesh.bounds, (300, 3))
    truth = winding(points, np.array(mesh.triangles)) > 0.5
    surface = Surface(np.array(mesh.triangles))
    assert truth.any() and not truth.all()
    assert [surface.encloses(p) for p in points] == truth.tolist()
