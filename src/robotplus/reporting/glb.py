"""A certificate as an animated glTF binary: robot, tool, part and cell, moving as the motion formula says.

The boxes drawn are the boxes proven with (material "envelope", see-through); the limbs inside them are drawn
from the joint positions alone, so that one sees how the arm bends. Opens in Blender and model-viewer too.
"""

from __future__ import annotations

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import evaluate
from robotplus.reporting import timeline
from robotplus.reporting.gltf import Gltf, Look, quaternion
from robotplus.reporting.kinematics import base_in_world, levers, tcp_path
from robotplus.robots.frames import about, box_transform, transform
from robotplus.robots.model import Array, OrientedBox, Robot
from robotplus.scenarios.cell import pedestal
from robotplus.scenarios.task import Need

FLOOR_SLAB = 0.02  # [m] drawn thickness of the floor
STROKE_STEP = 0.02  # [s] between the points of a drawn tool path
ENVELOPE = Look("envelope", (0.80, 0.83, 0.86, 0.16), (0.28, 0.33, 0.38, 0.55))
LIMB = Look("limb", (0.90, 0.91, 0.92, 1.0), (0.62, 0.65, 0.68, 1.0), 0.45, 0.05)
JOINT = Look("joint", (0.24, 0.27, 0.31, 1.0), (0.12, 0.14, 0.17, 1.0), 0.55, 0.1)
TOOL = Look("tool", (0.93, 0.60, 0.20, 1.0), (0.55, 0.32, 0.06, 1.0), 0.5)
PART = Look("carried part", (0.36, 0.62, 0.84, 1.0), (0.14, 0.33, 0.50, 1.0), 0.8)
PATH = Look("tool path", (0.90, 0.36, 0.10, 1.0), (0.90, 0.36, 0.10, 1.0))
CELL = {
    "part": Look("part", (0.45, 0.60, 0.72, 1.0), (0.20, 0.33, 0.44, 1.0), 0.85),
    "placed": Look("placed part", (0.36, 0.62, 0.84, 1.0), (0.14, 0.33, 0.50, 1.0), 0.85),
    "fixture": Look("fixture", (0.55, 0.57, 0.60, 1.0), (0.33, 0.35, 0.38, 1.0), 0.85),
    "cell": Look("cell", (0.72, 0.73, 0.74, 0.35), (0.42, 0.44, 0.47, 0.9), 0.9),
    "floor": Look("floor", (0.87, 0.88, 0.89, 1.0), (0.76, 0.77, 0.79, 1.0), 0.95),
}


def certificate_glb(
    certificate: Certificate, robot: Robot, need: Need, *, tolerance: float = 0.001, title: str = ""
) -> bytes:
    """The animation of one certificate.

    Args:
        certificate: the motion; ``need`` and ``robot`` must be the ones it names.
        robot: joint frames and boxes.
        need: tool, parts and cell.
        tolerance: [m] how far any point of the drawn robot may be from the motion formula between key frames.
        title: shown as the file's generator line by some viewers.
    """
    scene = Gltf(title or certificate.engine)
    t, q, _ = timeline.sample(certificate, timeline.DENSE_STEP)
    keep = timeline.thin(t, q, levers=levers(robot, need.program.tool), tolerance=tolerance)
    times = scene.times(t[keep])
    base = scene.node("robot base", parent=scene.world, pose=base_in_world(certificate.base))
    flange = _robot(scene, robot, base=base, q=q[keep], times=times)
    tcp = _tool(scene, need, flange)
    _parts(scene, certificate, need, tcp)
    _pedestal(scene, certificate, robot)
    _cell(scene, certificate, need, bounds=_bounds(certificate, need))
    _strokes(scene, certificate, robot, need)
    return scene.to_bytes()


def _robot(scene: Gltf, robot: Robot, *, base: int, q: Array, times: int) -> int:
    """Nested joint nodes, each turned about its axis; returns the flange's node."""
    _link(scene, robot, 0, base)
    node = base
    for k, joint in enumerate(robot.joints):
        origin = transform(joint.origin_xyz, joint.origin_rpy)
        node = scene.node(joint.name, parent=node, pose=origin)
        if joint.kind == "revolute":
            half = q[:, k, None] / 2
            turn = np.hstack([np.sin(half) * np.asarray(joint.axis), np.cos(half)])
            scene.animate(node, "rotation", times, _times_quaternions(quaternion(origin[:3, :3]), turn))
        else:
            along = origin[:3, 3] + q[:, k, None] * (origin[:3, :3] @ np.asarray(joint.axis))
            scene.animate(node, "translation", times, along)
        _link(scene, robot, k + 1, node)
    return scene.node("flange", parent=node, pose=transform(robot.flange_xyz, robot.flange_rpy))


def _link(scene: Gltf, robot: Robot, k: int, node: int) -> None:
    """A link's boxes, its joint as a cylinder and its limb as a tube to the next joint or the flange."""
    link = robot.links[k]
    for box in link.boxes or ():
        scene.box(link.name, parent=node, pose=box_transform(box), size=box.size, look=ENVELOPE)
    radius = limb_radius(robot, k)
    if k > 0:
        turn = _facing(np.asarray(robot.joints[k - 1].axis))
        scene.cylinder(
            f"{link.name} joint",
            parent=node,
            pose=turn,
            radius=radius * 1.25,
            length=radius * 2.3,
            look=JOINT,
        )
    end = np.asarray(robot.joints[k].origin_xyz if k < robot.dof else robot.flange_xyz)
    length = float(np.linalg.norm(end))
    if length > radius / 2:
        pose = _facing(end / length)
        pose[:3, 3] = end / 2
        look = JOINT if k == 0 else LIMB
        scene.cylinder(
            f"{link.name} limb",
            parent=node,
            pose=pose,
            radius=radius * (1.2 if k == 0 else 0.85),
            length=length,
            look=look,
        )


def limb_radius(robot: Robot, k: int) -> float:
    """A handsome radius [m] for the limb of link ``k``: inside its box, thinner towards the wrist."""
    sizes = [min(sorted(b.size)[:2]) for b in robot.links[k].boxes or ()]
    span = sum(float(np.linalg.norm(j.origin_xyz)) for j in robot.joints)
    widest = span * (0.055 - 0.035 * k / max(1, robot.dof))
    return min([widest, *(0.38 * s for s in sizes if s > 0.02)])


def _tool(scene: Gltf, need: Need, flange: int) -> int:
    tool = need.program.tool
    for box in tool.boxes:
        scene.box(tool.name, parent=flange, pose=box_transform(box), size=box.size, look=TOOL)
    return scene.node("tcp", parent=flange, pose=transform(tool.tcp_xyz, tool.tcp_rpy))


def _parts(scene: Gltf, certificate: Certificate, need: Need, tcp: int) -> None:
    for i, windows in timeline.carried(certificate, need).items():
        part = need.program.parts[i]
        group = scene.node(f"{part.name} in the gripper", parent=tcp)
        for box in part.boxes:
            scene.box(part.name, parent=group, pose=box_transform(box), size=box.size, look=PART)
        _shown(scene, group, windows)


def _cell(scene: Gltf, certificate: Certificate, need: Need, *, bounds: tuple[Array, Array]) -> None:
    for obstacle in need.program.obstacles:
        group = scene.node(obstacle.name, parent=scene.world)
        for box in obstacle.boxes:
            drawn = _floor_patch(box, bounds) if obstacle.role == "floor" else box
            pose = box_transform(drawn)
            scene.box(obstacle.name, parent=group, pose=pose, size=drawn.size, look=CELL[obstacle.role])
        window = timeline.present(obstacle, certificate)
        if window is not None:
            _shown(scene, group, [window])


def _shown(scene: Gltf, node: int, windows: list[tuple[float, float]]) -> None:
    """Show a node only within its time windows [s], by a scale that steps between 0 and 1."""
    keys: dict[float, float] = {0.0: 0.0}
    for start, end in windows:
        keys[start] = 1.0
        keys[end] = 0.0
    moments = sorted(keys)
    scale = np.array([[keys[m]] * 3 for m in moments])
    scene.animate(node, "scale", scene.times(np.array(moments)), scale, step=True)


def _pedestal(scene: Gltf, certificate: Certificate, robot: Robot) -> None:
    """What a base above the floor stands on: the box the proof counts with."""
    base = certificate.base
    box = pedestal(robot, xyz=base.xyz, yaw=base.yaw, mounting=base.mounting)
    if box is not None:
        pose = box_transform(box)
        scene.box("pedestal", parent=scene.world, pose=pose, size=box.size, look=CELL["fixture"])


def _strokes(scene: Gltf, certificate: Certificate, robot: Robot, need: Need) -> None:
    """The path of the tool centre point on every stroke."""
    for span in timeline.spans(certificate):
        if span.move.kind == "stroke":
            q, _, _ = evaluate(span.move, np.arange(0.0, span.move.duration + STROKE_STEP, STROKE_STEP))
            points = tcp_path(robot, need.program.tool, base=certificate.base, q=q)
            name = need.program.stops[certificate.order[span.move.stop]].name
            scene.line(name, points, parent=scene.world, look=PATH)


def _bounds(certificate: Certificate, need: Need) -> tuple[Array, Array]:
    """Lowest and highest corner (2,) in x, y of base, paths and cell without the floor, plus a metre."""
    points = [np.asarray(certificate.base.xyz)[None]]
    for stop in need.program.stops:
        points.append(stop.curve.frames(np.linspace(0.0, stop.curve.length, 9))[0])
    for obstacle in need.program.obstacles:
        if obstacle.role != "floor":
            points += [np.asarray(b.xyz) + np.outer([-0.5, 0.5], b.size) for b in obstacle.boxes]
    cloud = np.concatenate(points)[:, :2]
    return cloud.min(axis=0) - 1.0, cloud.max(axis=0) + 1.0


def _floor_patch(box: OrientedBox, bounds: tuple[Array, Array]) -> OrientedBox:
    """The top of a large level floor box near the scene, as a thin slab; any other box as it is."""
    if any(abs(a) > 1e-9 for a in box.rpy):
        return box
    half = np.asarray(box.size)[:2] / 2
    low, high = np.maximum(box.xyz[:2] - half, bounds[0]), np.minimum(box.xyz[:2] + half, bounds[1])
    if np.any(low >= high):
        return box
    (x, y), (dx, dy) = (low + high) / 2, high - low
    thick = min(box.size[2], FLOOR_SLAB)
    z = box.xyz[2] + (box.size[2] - thick) / 2
    return OrientedBox((float(x), float(y), z), box.rpy, (float(dx), float(dy), thick))


def _facing(direction: Array) -> Array:
    """(4, 4) turn that takes z to the unit ``direction``."""
    out = np.eye(4)
    axis = np.cross([0.0, 0.0, 1.0], direction)
    sine = float(np.linalg.norm(axis))
    if sine > 1e-9:
        out[:3, :3] = about(tuple(axis / sine), float(np.arctan2(sine, direction[2])))
    return out


def _times_quaternions(left: list[float], right: Array) -> Array:
    """(n, 4) Hamilton products left · right, (x, y, z, w)."""
    a, w = np.asarray(left[:3]), left[3]
    b, v = right[:, :3], right[:, 3:]
    return np.hstack([w * b + v * a + np.cross(a, b), w * v - (b @ a)[:, None]])
