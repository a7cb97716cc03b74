"""Mesh files against trimesh, and what is wrong with them in one line."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import trimesh

from robotplus.errors import RobotError
from robotplus.robots.meshes import MAX_BYTES, MAX_FACES, parse_mesh, read_mesh
from robotplus.robots.model import Array

MESH = trimesh.creation.icosphere(2, 0.3).apply_translation([0.1, -2.0, 3.0])


def same(a: Array, b: Array) -> bool:
    """Whether two sets of triangles (n, 3, 3) are one, in any order of triangles and corners."""

    def key(triangles: Array) -> list[tuple[float, ...]]:
        return sorted(tuple(sorted(map(tuple, np.round(t, 5).tolist()))) for t in triangles)

    return key(a) == key(b)


@pytest.mark.parametrize("form", ["stl", "stl_ascii", "obj"])
def test_reads_what_trimesh_writes(form: str) -> None:
    content = MESH.export(file_type=form)
    content = content.encode() if isinstance(content, str) else content
    vertices, faces = parse_mesh(content, "." + form[:3], "mesh")
    assert len(vertices) == len(MESH.vertices)  # equal corners are joined
    assert same(vertices[faces], MESH.triangles)


def test_obj_with_polygons_relative_and_textured_corners() -> None:
    text = "# c\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nf -4/1 -3/1 -2/1 -1/1\nf 1//2 2//2 3//2\n"
    vertices, faces = parse_mesh(text.encode(), ".OBJ", "square")
    assert vertices.shape == (4, 3)
    assert faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 2]]


DAE = """<?xml version="1.0"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><unit name="millimeter" meter="0.001"/><up_axis>Y_UP</up_axis></asset>
<library_geometries><geometry id="g"><mesh>
<source id="p"><float_array id="pa" count="12">0 0 0 100 0 0 100 100 0 0 100 0</float_array>
<technique_common><accessor source="#pa" count="4" stride="3"/></technique_common></source>
<source id="n"><float_array id="na" count="3">0 0 1</float_array></source>
<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
{primitive}
</mesh></geometry></library_geometries>
<library_nodes><node id="shared"><instance_geometry url="#g"/></node></library_nodes>
<library_visual_scenes><visual_scene id="s"><node id="a"><translate>0 0 500</translate>
<rotate>0 0 2 90</rotate>{content}</node></visual_scene></library_visual_scenes>
<scene><instance_visual_scene url="#s"/></scene></COLLADA>"""
INPUTS = '<input semantic="NORMAL" source="#n" offset="1"/><input semantic="VERTEX" source="#v" offset="0"/>'
PRIMITIVES = {
    "triangles": f'<triangles count="2">{INPUTS}<p>0 0 1 0 2 0 0 0 2 0 3 0</p></triangles>',
    "polylist": f'<polylist count="1">{INPUTS}<vcount>4</vcount><p>0 0 1 0 2 0 3 0</p></polylist>',
    "polygons": f'<polygons count="1">{INPUTS}<p>0 0 1 0 2 0 3 0</p></polygons>',
}
PLACED = '<instance_geometry url="#g"/>'


@pytest.mark.parametrize("primitive", PRIMITIVES)
@pytest.mark.parametrize(
    "content", [PLACED, '<instance_node url="#shared"/>', f'<node id="b">{PLACED}</node>']
)
def test_collada_is_placed_scaled_and_turned(primitive: str, content: str) -> None:
    text = DAE.format(primitive=PRIMITIVES[primitive], content=content)
    vertices, faces = parse_mesh(text.encode(), ".dae", "square.dae")
    # (x, y) mm turned by 90° to (-y, x), lifted by 500 mm, in metres.
    corner = np.array([[0, 0, 0.5], [0, 0.1, 0.5], [-0.1, 0.1, 0.5], [-0.1, 0, 0.5]])
    assert same(vertices[faces], corner[np.array([[0, 1, 2], [0, 2, 3]])])


def dae(primitive: str = PRIMITIVES["triangles"], content: str = PLACED) -> bytes:
    return DAE.format(primitive=primitive, content=content).encode()


BINARY = MESH.export(file_type="stl")
ASCII = MESH.export(file_type="stl_ascii").encode()
WRONG = [
    (b"", ".stl", "not an STL file"),
    (BINARY[:-7], ".stl", "cut off"),
    (ASCII[: len(ASCII) // 2], ".stl", "cut off"),
    (ASCII.replace(b"vertex ", b"vertex x", 1), ".stl", "no number"),
    (b"solid empty\nendsolid empty\n", ".stl", "no triangles"),
    (BINARY[:96] + b"\x00\x00\xc0\x7f" * 3 + BINARY[108:], ".stl", "not finite"),
    (b"\x00" * 80 + b"\xff\xff\xff\xff", ".stl", "cut off"),
    (b"v 0 0 0\nf 1 2 3\n", ".obj", "vertex that is not there"),
    (b"v 0 0 0\nf 0 1 2\n", ".obj", "line 2: malformed OBJ"),
    (b"v 0 0 0\nf 1 1 99999999999999999999\n", ".obj", "line 2: malformed OBJ"),
    (b"v 0 0\n", ".obj", "line 1: malformed OBJ"),
    (b"v nan 0 0\nv 0 0 0\nv 1 1 1\nf 1 2 3\n", ".obj", "not finite"),
    (b"v 1e30 0 0\nv 0 0 0\nv 1 1 1\nf 1 2 3\n", ".obj", "absurdly large"),
    (b"<COLLADA>", ".dae", "well-formed"),
    (b"<html/>", ".dae", "not a COLLADA"),
    (b"<!DOCTYPE a [<!ENTITY b 'b'>]><COLLADA/>", ".dae", "document type"),
    (dae(content='<instance_geometry url="#x"/>'), ".dae", "malformed COLLADA"),
    (dae(content='<instance_node url="#a"/>'), ".dae", "circle"),
    (dae(primitive="<tristrips/>"), ".dae", "strips and fans"),
    (dae().replace(b"100 100 0", b"100 nan 0"), ".dae", "finite"),
    (
        dae(primitive='<triangles><input semantic="VERTEX" source="#v"/><p>0 1 9</p></triangles>'),
        ".dae",
        "not there",
    ),
    (b"glTF", ".glb", "not a mesh format"),
]


@pytest.mark.parametrize(("content", "suffix", "message"), WRONG)
def test_wrong_meshes_are_refused(content: bytes, suffix: str, message: str) -> None:
    with pytest.raises(RobotError, match=message) as caught:
        parse_mesh(content, suffix, "mesh")
    assert "\n" not in str(caught.value)


def test_too_many_triangles_are_refused() -> None:
    content = b"\0" * 80 + (MAX_FACES + 1).to_bytes(4, "little") + b"\0" * 50 * (MAX_FACES + 1)
    with pytest.raises(RobotError, match="too many triangles"):
        parse_mesh(content, ".stl", "huge")


def test_a_mesh_stays_in_its_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "robot", tmp_path / "secret.stl"
    inside.mkdir()
    outside.write_bytes(BINARY)
    (inside / "ok.stl").write_bytes(BINARY)
    assert len(read_mesh(inside / "ok.stl", root=inside)[1]) == len(MESH.faces)
    os.symlink(outside, inside / "link.stl")
    for name in ("../secret.stl", "link.stl", str(outside)):
        with pytest.raises(RobotError, match="leaves the robot's folder"):
            read_mesh(inside / name, root=inside)
    with pytest.raises(RobotError, match="no such file"):
        read_mesh(inside / "missing.stl", root=inside)
    with (inside / "huge.stl").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(RobotError, match="too large"):
        read_mesh(inside / "huge.stl", root=inside)
