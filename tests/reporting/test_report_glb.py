"""The animated GLB, read back by readers of its own, against the motion formula and Pinocchio."""

from __future__ import annotations

import io
import json
import math
import struct
from typing import Any

import numpy as np
import pinocchio
import pytest
import report_sample
import trimesh

from robotplus.certificates.certificate import Base
from robotplus.certificates.motion import evaluate
from robotplus.matching.answer import Answer
from robotplus.reporting import timeline
from robotplus.reporting.glb import certificate_glb
from robotplus.reporting.gltf import quaternion
from robotplus.reporting.kinematics import base_in_world, levers, link_poses, tcp_path
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import about, rotation
from robotplus.robots.model import Array
from robotplus.robots.urdf import to_urdf

UP = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])  # y-up from z-up


class Glb:
    """A reader of GLB files that shares nothing with our writer."""

    def __init__(self, data: bytes) -> None:
        magic, version, length = struct.unpack_from("<III", data)
        assert (magic, version, length) == (0x46546C67, 2, len(data))
        size, kind = struct.unpack_from("<II", data, 12)
        assert kind == 0x4E4F534A
        self.doc: dict[str, Any] = json.loads(data[20 : 20 + size])
        self.blob = data[20 + size + 8 :]
        nodes = list(enumerate(self.doc["nodes"]))
        self.names = {n["name"]: i for i, n in reversed(nodes)}  # a group comes before its boxes
        self.parent = {c: i for i, n in enumerate(self.doc["nodes"]) for c in n.get("children", [])}

    def array(self, accessor: int) -> Array:
        a = self.doc["accessors"][accessor]
        view = self.doc["bufferViews"][a["bufferView"]]
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[a["type"]]
        kind = {5126: "<f4", 5123: "<u2"}[a["componentType"]]
        start = view.get("byteOffset", 0) + a.get("byteOffset", 0)
        return np.frombuffer(self.blob, kind, a["count"] * width, start).reshape(-1, width).astype(float)

    def local(self, node: int, time: float) -> Array:
        n = dict(self.doc["nodes"][node])
        for channel in self.doc["animations"][0]["channels"]:
            if channel["target"]["node"] == node:
                sampler = self.doc["animations"][0]["samplers"][channel["sampler"]]
                keys, values = self.array(sampler["input"])[:, 0], self.array(sampler["output"])
                k = int(np.clip(np.searchsorted(keys, time, side="right") - 1, 0, len(keys) - 1))
                value = values[k]
                if sampler["interpolation"] == "LINEAR" and k + 1 < len(keys):
                    u = (time - keys[k]) / (keys[k + 1] - keys[k])
                    value = (
                        _slerp(values[k], values[k + 1], u)
                        if value.size == 4
                        else value * (1 - u) + values[k + 1] * u
                    )
                n[channel["target"]["path"]] = value
        out = np.eye(4)
        x, y, z, w = n.get("rotation", [0, 0, 0, 1])
        angle = 2 * math.atan2(math.hypot(x, y, z), w)
        if angle:
            out[:3, :3] = about(np.array([x, y, z]) / math.sin(angle / 2), angle)
        out[:3, :3] *= n.get("scale", [1, 1, 1])
        out[:3, 3] = n.get("translation", [0, 0, 0])
        return out

    def world(self, name: str, time: float) -> Array:
        node, pose = self.names[name], np.eye(4)
        while True:
            pose = self.local(node, time) @ pose
            if node not in self.parent:
                return pose
            node = self.parent[node]


def _slerp(a: Array, b: Array, u: float) -> Array:
    dot = float(a @ b)
    b, dot = (b, dot) if dot >= 0 else (-b, -dot)
    angle = math.acos(min(1.0, dot))
    if angle < 1e-6:
        return a * (1 - u) + b * u
    out: Array = (a * math.sin((1 - u) * angle) + b * math.sin(u * angle)) / math.sin(angle)
    return out


@pytest.fixture(scope="module")
def glb(answer: Answer) -> Glb:
    s = answer.solutions[0]
    return Glb(certificate_glb(s.certificate, s.robot, answer.need))


def test_the_drawn_tool_follows_the_motion_formula_within_a_millimetre(answer: Answer, glb: Glb) -> None:
    s = answer.solutions[0]
    rng = np.random.default_rng(1)
    for span in timeline.spans(s.certificate):
        for moment in rng.uniform(0.0, span.move.duration, 4):
            q, _, _ = evaluate(span.move, np.array([moment]))
            true = tcp_path(s.robot, answer.need.program.tool, base=s.certificate.base, q=q)[0]
            drawn = glb.world("tcp", span.start + moment)[:3, 3]
            assert np.linalg.norm(drawn - UP[:3, :3] @ true) < 0.001


def test_a_looser_tolerance_makes_a_smaller_file(answer: Answer) -> None:
    s = answer.solutions[0]
    fine, coarse = (certificate_glb(s.certificate, s.robot, answer.need, tolerance=d) for d in (0.001, 0.01))
    assert len(coarse) < 0.7 * len(fine)


def test_parts_and_crates_appear_and_disappear(answer: Answer, glb: Glb) -> None:
    end = answer.solutions[0].certificate.claims["cycle_time_s"]["high"]

    def shown(name: str, time: float) -> bool:
        return bool(abs(np.linalg.det(glb.world(name, time)[:3, :3])) > 0.5)

    ((start, stop),) = timeline.carried(answer.solutions[0].certificate, answer.need)[1]
    assert [shown("crate 2 waiting", t) for t in (0.0, end - 0.01)] == [True, False]
    assert [shown("crate 1 placed", t) for t in (0.0, end - 0.01)] == [False, True]
    both_crates = [n for n, node in enumerate(glb.doc["nodes"]) if node["name"] == "crate in the gripper"]
    scales = [
        glb.local(both_crates[1], t)[0, 0] for t in (start - 0.01, start + 0.01, stop - 0.01, stop + 0.01)
    ]
    assert scales == [0.0, 1.0, 1.0, 0.0]


def test_trimesh_finds_every_box_to_scale_and_y_up(answer: Answer) -> None:
    s = answer.solutions[0]
    scene = trimesh.load(
        io.BytesIO(certificate_glb(s.certificate, s.robot, answer.need)), file_type="glb", force="scene"
    )
    extents = {}
    for node in scene.graph.nodes_geometry:
        pose, geometry = scene.graph[node]
        points = trimesh.transform_points(scene.geometry[geometry].vertices, pose)
        extents[node] = np.ptp(points, axis=0)
    fence = next(v for k, v in extents.items() if k.startswith("fence"))
    assert np.allclose(fence, [0.06, 1.8, 3.2], atol=1e-5)  # world x, z, y
    floor = next(v for k, v in extents.items() if k.startswith("floor"))
    assert np.isclose(floor[1], 0.02) and floor[0] < 6 and floor[2] < 6  # a slab, not the whole hall
    pose, _ = scene.graph["tcp"]
    rest = link_poses(s.robot, np.zeros((1, 6)))[0, -1]
    flange_to_tcp = s.robot.flange_xyz[2] + answer.need.program.tool.tcp_xyz[2]
    tcp = rest[:3, 3] + rest[:3, :3] @ [0, 0, flange_to_tcp]
    assert np.allclose(pose[:3, 3], UP[:3, :3] @ tcp, atol=1e-5)


def test_every_triangle_faces_outwards(answer: Answer) -> None:
    s = answer.solutions[0]
    glb = Glb(certificate_glb(s.certificate, s.robot, answer.need))
    for mesh in glb.doc["meshes"]:
        primitive = mesh["primitives"][0]
        if primitive.get("mode", 4) != 4:
            continue
        points = glb.array(primitive["attributes"]["POSITION"])
        normals = glb.array(primitive["attributes"]["NORMAL"])
        a, b, c = (
            points[glb.array(primitive["indices"])[:, 0].astype(int)].reshape(-1, 3, 3).transpose(1, 0, 2)
        )
        faces = np.cross(b - a, c - a)
        assert np.all(np.einsum("ij,ij->i", faces, (a + b + c) / 3) > 0)  # a convex shape about its origin
        given = normals[glb.array(primitive["indices"])[:, 0].astype(int)].reshape(-1, 3, 3).mean(axis=1)
        assert np.all(np.einsum("ij,ij->i", faces, given) > 0)
        if mesh["name"].startswith("box"):
            assert len(glb.array(mesh["primitives"][1]["indices"])) == 24


def test_the_same_certificate_gives_the_same_bytes(answer: Answer) -> None:
    s = answer.solutions[0]
    assert certificate_glb(s.certificate, s.robot, answer.need) == certificate_glb(
        s.certificate, s.robot, answer.need
    )


@pytest.mark.parametrize(
    "identity", ["fanuc_m710ic_50", "ur_ur10", "kuka_lbr_iiwa14_r820", "mitsubishi_rh6frh5520"]
)
def test_drawing_kinematics_agree_with_pinocchio(identity: str) -> None:
    robot = load_catalogue()[identity]
    model = pinocchio.buildModelFromXML(to_urdf(robot))
    data = model.createData()
    rng = np.random.default_rng(3)
    for _ in range(5):
        q = np.array([rng.uniform(j.lower or -1.0, j.upper or 1.0) for j in robot.joints])
        pinocchio.forwardKinematics(model, data, q)
        for k, pose in enumerate(link_poses(robot, q[None])[0, 1:]):
            assert np.allclose(data.oMi[k + 1].homogeneous, pose, atol=1e-9)


@pytest.mark.parametrize(
    ("mounting", "expected"),
    [("floor", [0, 0, 1]), ("ceiling", [0, 0, -1]), ("wall", [math.cos(0.3), math.sin(0.3), 0])],
)
def test_mounting_turns_the_base(mounting: Any, expected: list[float]) -> None:
    assert np.allclose(base_in_world(Base((1, 2, 3), 0.3, mounting))[:3, 2], expected)


def test_levers_bound_what_the_tool_really_moves() -> None:
    robot, tool = report_sample.robot(), report_sample.need().program.tool
    base, rng = Base((0, 0, 0), 0.0, "floor"), np.random.default_rng(5)
    bound = levers(robot, tool)
    for _ in range(200):
        q = rng.uniform(-2, 2, (1, 6))
        for j in range(6):
            moved = q.copy()
            moved[0, j] += 1e-3
            a, b = (tcp_path(robot, tool, base=base, q=v)[0] for v in (q, moved))
            assert np.linalg.norm(b - a) <= bound[j] * 1e-3 * (1 + 1e-9)


def test_quaternions_turn_as_their_matrix_does() -> None:
    rng = np.random.default_rng(2)
    for rpy in [
        *rng.uniform(-math.pi, math.pi, (200, 3)),
        (math.pi, 0, 0),
        (0, math.pi, 0),
        (0, 0, math.pi),
        (0, 0, 0),
    ]:
        x, y, z, w = quaternion(rotation(rpy))
        angle = 2 * math.atan2(math.hypot(x, y, z), w)
        turned = about(np.array([x, y, z]) / (math.sin(angle / 2) or 1.0), angle)
        assert np.allclose(turned, rotation(rpy), atol=1e-12)
