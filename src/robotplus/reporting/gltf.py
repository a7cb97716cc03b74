"""A small writer of glTF 2.0 binary files: unit meshes, nodes, materials, animation channels.

glTF is Y-up; nodes below `Gltf.world` are given Z-up as everywhere else here, and that one node turns them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pygltflib as gl

from robotplus.robots.model import Array

RGBA = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """A material: sRGB colour and opacity; ``edge`` colours a box's edge lines."""

    name: str
    rgba: RGBA
    edge: RGBA
    roughness: float = 0.7
    metallic: float = 0.0


def quaternion(rotation: Array) -> list[float]:
    """(x, y, z, w) of a (3, 3) rotation (Shepperd's choice of the largest component)."""
    m = rotation
    trace = float(np.trace(m))
    squares = np.array([m[0, 0], m[1, 1], m[2, 2], trace]) * 2 + 1 - trace
    squares[3] = 1 + trace
    i = int(np.argmax(squares))
    q = np.empty(4)
    if i == 3:
        q[:] = [m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], squares[3]]
    else:
        j, k = (i + 1) % 3, (i + 2) % 3
        q[i], q[j], q[k] = squares[i], m[j, i] + m[i, j], m[k, i] + m[i, k]
        q[3] = m[k, j] - m[j, k]
    q /= np.linalg.norm(q)
    return [float(v) for v in q]


class Gltf:
    """Collects a scene and writes it."""

    def __init__(self, generator: str) -> None:
        self._blob = bytearray()
        self._meshes: dict[tuple[str, str], int] = {}
        self._materials: dict[tuple[str, RGBA], int] = {}
        self._animation = gl.Animation(name="cycle", samplers=[], channels=[])
        self._document = gl.GLTF2(
            asset=gl.Asset(version="2.0", generator=generator), scenes=[gl.Scene(nodes=[0])], scene=0
        )
        self.world = self._add(
            gl.Node(name="world, z up", rotation=[-math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5)])
        )

    def node(self, name: str, *, parent: int, pose: Array | None = None) -> int:
        """A node with ``pose`` (4, 4) in its parent."""
        index = self._add(gl.Node(name=name, **_placed(pose)))
        self._under(parent, index)
        return index

    def box(self, name: str, *, parent: int, pose: Array, size: Sequence[float], look: Look) -> int:
        """A box with edge lines, centred at ``pose`` in its parent."""
        return self._shape(name, parent, pose, [float(s) for s in size], self._unit("box", look))

    def cylinder(
        self, name: str, *, parent: int, pose: Array, radius: float, length: float, look: Look
    ) -> int:
        """A cylinder about z, centred at ``pose`` in its parent."""
        return self._shape(name, parent, pose, [radius * 2, radius * 2, length], self._unit("cylinder", look))

    def line(self, name: str, points: Array, *, parent: int, look: Look) -> int:
        """A line through ``points`` (n, 3)."""
        mesh = gl.Mesh(
            name=name,
            primitives=[
                gl.Primitive(
                    attributes=gl.Attributes(POSITION=self._accessor(points, gl.ARRAY_BUFFER)),
                    mode=gl.LINE_STRIP,
                    material=self._material(look.name, look.rgba, look),
                )
            ],
        )
        self._document.meshes.append(mesh)
        index = self._add(gl.Node(name=name, mesh=len(self._document.meshes) - 1))
        self._under(parent, index)
        return index

    def times(self, t: Array) -> int:
        """An accessor of key times [s], to be shared by channels."""
        return self._accessor(t[:, None], None)

    def animate(self, node: int, path: str, times: int, values: Array, *, step: bool = False) -> None:
        """Animate a node's "translation", "rotation" or "scale" (n, 3 or 4) over an accessor of times."""
        sampler = gl.AnimationSampler(
            input=times, output=self._accessor(values, None), interpolation="STEP" if step else "LINEAR"
        )
        self._animation.samplers.append(sampler)
        target = gl.AnimationChannelTarget(node=node, path=path)
        self._animation.channels.append(
            gl.AnimationChannel(sampler=len(self._animation.samplers) - 1, target=target)
        )

    def to_bytes(self) -> bytes:
        """The file. The same scene gives the same bytes."""
        if self._animation.channels:
            self._document.animations = [self._animation]
        self._document.buffers = [gl.Buffer(byteLength=len(self._blob))]
        self._document.set_binary_blob(bytes(self._blob))
        return b"".join(self._document.save_to_bytes())

    def _add(self, node: gl.Node) -> int:
        self._document.nodes.append(node)
        return len(self._document.nodes) - 1

    def _under(self, parent: int, child: int) -> None:
        self._document.nodes[parent].children.append(child)

    def _shape(self, name: str, parent: int, pose: Array, size: list[float], mesh: int) -> int:
        index = self._add(gl.Node(name=name, mesh=mesh, scale=size, **_placed(pose)))
        self._under(parent, index)
        return index

    def _unit(self, kind: str, look: Look) -> int:
        """The mesh of a unit shape in a look; every box and cylinder is a scaled instance of one."""
        key = (kind, look.name)
        if key not in self._meshes:
            points, normals, triangles, edges = _unit_box() if kind == "box" else _unit_cylinder()
            position = self._accessor(points, gl.ARRAY_BUFFER)
            primitives = [
                gl.Primitive(
                    attributes=gl.Attributes(
                        POSITION=position, NORMAL=self._accessor(normals, gl.ARRAY_BUFFER)
                    ),
                    indices=self._indices(triangles),
                    material=self._material(look.name, look.rgba, look),
                ),
                gl.Primitive(
                    attributes=gl.Attributes(POSITION=position),
                    indices=self._indices(edges),
                    mode=gl.LINES,
                    material=self._material(f"{look.name} edge", look.edge, look),
                ),
            ]
            self._document.meshes.append(gl.Mesh(name=f"{kind} {look.name}", primitives=primitives))
            self._meshes[key] = len(self._document.meshes) - 1
        return self._meshes[key]

    def _material(self, name: str, rgba: RGBA, look: Look) -> int:
        key = (name, rgba)
        if key not in self._materials:
            linear = [float(c**2.2) for c in rgba[:3]]  # glTF colours are linear
            self._document.materials.append(
                gl.Material(
                    name=name,
                    pbrMetallicRoughness=gl.PbrMetallicRoughness(
                        baseColorFactor=[*linear, rgba[3]],
                        metallicFactor=look.metallic,
                        roughnessFactor=look.roughness,
                    ),
                    alphaMode="BLEND" if rgba[3] < 1 else "OPAQUE",
                    alphaCutoff=None,
                )
            )
            self._materials[key] = len(self._document.materials) - 1
        return self._materials[key]

    def _accessor(self, values: Array, target: int | None) -> int:
        data = np.ascontiguousarray(values, dtype="<f4")
        kinds = {1: gl.SCALAR, 3: gl.VEC3, 4: gl.VEC4}
        bounds = data if data.shape[1] < 4 else None
        return self._store(
            data.tobytes(),
            target,
            componentType=gl.FLOAT,
            count=len(data),
            type=kinds[data.shape[1]],
            min=None if bounds is None else bounds.min(axis=0).tolist(),
            max=None if bounds is None else bounds.max(axis=0).tolist(),
        )

    def _indices(self, values: Sequence[int]) -> int:
        data = np.asarray(values, dtype="<u2")
        return self._store(
            data.tobytes(),
            gl.ELEMENT_ARRAY_BUFFER,
            componentType=gl.UNSIGNED_SHORT,
            count=len(data),
            type=gl.SCALAR,
        )

    def _store(self, data: bytes, target: int | None, **accessor: object) -> int:
        self._blob += b"\0" * (-len(self._blob) % 4)
        view = gl.BufferView(buffer=0, byteOffset=len(self._blob), byteLength=len(data), target=target)
        self._blob += data
        self._document.bufferViews.append(view)
        self._document.accessors.append(
            gl.Accessor(bufferView=len(self._document.bufferViews) - 1, **accessor)
        )
        return len(self._document.accessors) - 1


def _placed(pose: Array | None) -> dict[str, list[float]]:
    if pose is None:
        return {}
    return {"translation": [float(v) for v in pose[:3, 3]], "rotation": quaternion(pose[:3, :3])}


Shape = tuple[Array, Array, list[int], list[int]]


def _unit_box() -> Shape:
    """Points and normals (24, 3), triangle and edge indices of a cube of edge 1 about the origin."""
    points: list[Array] = []
    normals: list[Array] = []
    triangles: list[int] = []
    for axis in range(3):
        for side in (-0.5, 0.5):
            normal = np.zeros(3)
            normal[axis] = 2 * side
            u, v = np.roll([1.0, 0.0, 0.0], (axis + 1) % 3), np.roll([1.0, 0.0, 0.0], (axis + 2) % 3)
            first = len(points)
            corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
            points += [
                normal / 2 + a * u / 2 + b * v / 2 for a, b in (corners if side > 0 else corners[::-1])
            ]
            normals += [normal] * 4
            triangles += [first + i for i in (0, 1, 2, 0, 2, 3)]
    array = np.array(points)
    first_at = {tuple(p): i for i, p in reversed(list(enumerate(array.tolist())))}
    corners_once = sorted(first_at.values())  # the eight corners, so that an edge is drawn once
    edges = [
        index
        for a in corners_once
        for b in corners_once
        if a < b and np.isclose(np.abs(array[a] - array[b]).sum(), 1.0)
        for index in (a, b)
    ]
    return array, np.array(normals), triangles, edges


def _unit_cylinder(sides: int = 32) -> Shape:
    """Points and normals, triangle and edge indices of a cylinder of diameter 1 and length 1 about z."""
    angle = np.arange(sides) * 2 * math.pi / sides
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(sides)], axis=1)
    low, high = ring / 2 - [0, 0, 0.5], ring / 2 + [0, 0, 0.5]
    down, up = np.tile([0.0, 0.0, -1.0], (sides, 1)), np.tile([0.0, 0.0, 1.0], (sides, 1))
    points, normals = np.concatenate([low, high, low, high]), np.concatenate([ring, ring, down, up])
    triangles, edges = [], []
    for i in range(sides):
        j, n = (i + 1) % sides, sides
        triangles += [i, j, n + j, i, n + j, n + i]
        edges += [i, j, n + i, n + j]
        if 0 < i < sides - 1:
            triangles += [2 * n, 2 * n + i + 1, 2 * n + i, 3 * n, 3 * n + i, 3 * n + i + 1]
    return points, normals, triangles, edges
