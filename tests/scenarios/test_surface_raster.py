"""Rasters over meshes: planted surfaces, gaps, normals; lines against the cuts that trimesh makes."""

import math

import numpy as np
import pytest
import trimesh
from need_documents import stroke

from robotplus.errors import NeedError
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.surface import line_offsets


def grid(height, nx=24, ny=18, size=(600.0, 400.0), hole=None):
    """A height field over a rectangle round the origin as an inlined mesh [mm]."""
    xs, ys = np.linspace(-size[0] / 2, size[0] / 2, nx + 1), np.linspace(-size[1] / 2, size[1] / 2, ny + 1)
    vertices = [[float(x), float(y), float(height(x, y))] for x in xs for y in ys]
    faces = []
    for i in range(nx):
        for j in range(ny):
            if hole and hole(xs[i], ys[j]):
                continue
            a, b = i * (ny + 1) + j, (i + 1) * (ny + 1) + j
            faces += [[a, b, b + 1], [a, a + 1, b + 1]]  # one wound each way: winding must not matter
    return {"vertices_mm": vertices, "faces": faces}


def surface(mesh, **changes):
    table = {
        "mesh": mesh,
        "facing": [0, 0, 1],
        "along": [1, 0, 0],
        "swath_mm": 100,
        "step_mm": 20,
        "smooth_mm": 0,
    }
    return stroke(surface={**table, **changes})


def stops(document):
    return need_from_document(document).program.stops


def test_a_slope_is_followed_at_its_stand_off():
    a = math.radians(20)
    lines = stops(surface(grid(lambda x, y: 500 + math.tan(a) * x), standoff_mm=100))
    assert len(lines) == 4
    n = np.array([-math.sin(a), 0, math.cos(a)])
    for line in lines:
        p, z, _ = line.curve.frames(np.linspace(0, line.curve.length, 30))
        assert np.allclose(z, -n, atol=1e-9)
        assert np.allclose(p @ n, 0.5 * math.cos(a) + 0.1, atol=1e-9)
        assert line.curve.length == pytest.approx(0.6 / math.cos(a))


def test_smoothed_normals_of_a_cylinder_stay_near_the_true_ones():
    radius = 800.0
    mesh = grid(lambda x, y: 300 + math.sqrt(radius**2 - x**2), nx=60)
    for line in stops(surface(mesh, smooth_mm=40)):
        p, z, x = line.curve.frames(np.linspace(0, line.curve.length, 200))
        true = np.column_stack([p[:, 0], 0 * p[:, 0], p[:, 2] - 0.3])
        true /= np.linalg.norm(true, axis=1)[:, None]
        assert np.degrees(np.arccos(np.clip(np.sum(-z * true, axis=1), -1, 1))).max() < 2.0
        assert np.allclose(np.sum(z * x, axis=1), 0, atol=1e-9)


def test_gaps_interrupt_lines():
    mesh = grid(lambda x, y: 500, hole=lambda x, y: -100 <= x < 100 and y > -1)
    lines = stops(surface(mesh, lift_between=True))
    assert len(lines) == 6  # two whole lines, two in two pieces
    assert all(line.approach > 0 for line in lines)
    lengths = sorted(round(line.curve.length, 3) for line in lines)
    assert lengths[-2:] == [0.6, 0.6] and max(lengths[:4]) <= 0.2


def test_the_higher_of_two_sheets_is_seen():
    low, high = grid(lambda x, y: 300), grid(lambda x, y: 500)
    n = len(low["vertices_mm"])
    faces = low["faces"] + [[i + n for i in face] for face in high["faces"]]
    both = {"vertices_mm": low["vertices_mm"] + high["vertices_mm"], "faces": faces}
    for line in stops(surface(both)):
        assert np.allclose(line.curve.frames(np.linspace(0, line.curve.length, 9))[0][:, 2], 0.5)


def test_lines_lie_on_the_cuts_that_trimesh_makes():
    mesh = grid(lambda x, y: 400 + 80 * math.sin(x / 90) * math.cos(y / 70))
    m = trimesh.Trimesh(np.array(mesh["vertices_mm"]) / 1000, np.array(mesh["faces"]), process=False)
    lines = stops(surface(mesh, swath_mm=90))
    assert len(lines) == 5
    for line in lines:
        p, _, _ = line.curve.frames(line.curve.knots)
        cut = trimesh.intersections.mesh_plane(m, plane_normal=[0, 1, 0], plane_origin=[0, p[0, 1], 0])
        a, b = cut[:, 0], cut[:, 1]
        u = np.sum((p[:, None] - a) * (b - a), axis=2) / np.maximum(np.sum((b - a) ** 2, axis=1), 1e-18)
        nearest = a + np.clip(u, 0, 1)[..., None] * (b - a)
        away = np.linalg.norm(p[:, None] - nearest, axis=2).min(axis=1)
        assert away.max() < 2.5e-4  # bends are rounded within a quarter of the path tolerance
        assert away[[0, -1]].max() < 1e-9
        assert np.ptp(p[:, 2]) > 0.03


@pytest.mark.parametrize(
    ("width", "swath", "overlap"), [(1.0, 0.3, 0.0), (1.0, 0.3, 0.5), (0.2, 0.3, 0.0), (0.9, 0.3, 0.0)]
)
def test_lines_cover_the_width_with_their_overlap(width, swath, overlap):
    at = line_offsets(width, swath, overlap, "here")
    if width <= swath:
        assert np.allclose(at, width / 2)
        return
    assert at[0] - swath / 2 == pytest.approx(0) and at[-1] + swath / 2 == pytest.approx(width)
    assert np.diff(at).max() <= swath * (1 - overlap) + 1e-9
    assert len(at) == 1 or (len(at) - 2) * swath * (1 - overlap) < width - swath  # none to spare


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"facing": [1, 0, 0], "along": [0, 1, 0]}, "no triangle of the mesh faces"),
        ({"along": [0, 0, 1]}, "the same way as facing"),
        ({"margin_mm": 250}, "leaves nothing"),
        ({"step_mm": 0.5, "swath_mm": 10}, "too many points"),
        ({"swath_mm": 0.5}, "too many lines"),
    ],
)
def test_rasters_that_cannot_be(changes, message):
    with pytest.raises(NeedError, match=message):
        need_from_document(surface(grid(lambda x, y: 500), **changes))


def test_the_same_mesh_can_stand_in_the_cell():
    mesh = grid(lambda x, y: 500 + x / 10)
    document = surface(mesh, standoff_mm=50)
    document["cell"] = {"mesh": [{"name": "hill", **mesh}], "floor": False}
    (hill,) = need_from_document(document).program.obstacles
    assert 1 <= len(hill.boxes) <= 16 and hill.name == "hill"
