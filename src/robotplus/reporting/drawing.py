"""A robot drawn to scale from its own boxes, in side view at a typical posture, beside a person of 1.75 m."""

from __future__ import annotations

import itertools

import numpy as np

from robotplus.reporting.kinematics import link_poses
from robotplus.reporting.markup import Html, join, tag
from robotplus.robots.frames import box_transform, rotation
from robotplus.robots.model import Array, Robot

PERSON_M = 1.75
CORNERS = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))


def robot_svg(robot: Robot, *, height_px: int = 72) -> Html:
    """An ``<svg>``: x to the right, z up, 1 unit = 1 mm, drawn at ``height_px``. It stands alone; a
    page may recolour the classes link, ground and person."""
    poses = link_poses(robot, typical_posture(robot)[None])[0]
    view = np.array([_forward(robot), [0.0, 0.0, 1.0]])
    outlines = [outline for link in range(robot.dof + 1) for outline in _outlines(robot, link, poses, view)]
    flange = poses[-1, :3, :3] @ robot.flange_xyz + poses[-1, :3, 3]
    chain = np.vstack([poses[:, :3, 3], flange]) @ view.T
    every = np.concatenate([chain, *outlines]) * 1000
    left = min(float(every[:, 0].min()), -100.0)
    top = max(float(every[:, 1].max()), PERSON_M * 1000) + 40
    low = min(0.0, float(every[:, 1].min()))
    person_at = float(every[:, 0].max()) + 380
    width, height = person_at + 260 - left, top - low + 30
    skeleton = tag(
        "polyline",
        points=_points(chain * 1000),
        fill="none",
        stroke="#8a939c",
        stroke_width=40,
        stroke_linejoin="round",
    )
    shapes = [
        tag(
            "polygon",
            points=_points(outline * 1000),
            class_="link",
            fill="#dde2e6",
            stroke="#414b55",
            stroke_width=14,
        )
        for i, outline in enumerate(outlines)
    ]
    ground = tag(
        "path", d=f"M{left:.0f} 0H{person_at + 260:.0f}", class_="ground", stroke="#8a939c", stroke_width=12
    )
    return tag(
        "svg",
        tag("title", f"{robot.maker} {robot.model}"),
        tag("g", ground, _person(person_at), skeleton, *shapes, transform="scale(1,-1)"),
        viewBox=f"{left:.0f} {-top:.0f} {width:.0f} {height:.0f}",
        height=height_px,
        width=round(height_px * width / height),
        role="img",
        class_="drawing",
    )


def typical_posture(robot: Robot) -> Array:
    """(dof,) joint values with the arm raised and bent, the flange half way out and looking down.

    The three joints that bend the arm in its own plane are tried over a grid within their limits.
    """
    low = np.array([-np.pi if j.lower is None else j.lower for j in robot.joints])
    high = np.array([np.pi if j.upper is None else j.upper for j in robot.joints])
    rest = np.clip(np.zeros(robot.dof), low, high)
    forward, axes = _forward(robot), _axes(robot, rest)
    across = np.array([-forward[1], forward[0], 0.0])
    bending = [k for k, j in enumerate(robot.joints) if j.kind == "revolute" and abs(axes[k] @ across) > 0.9][
        :3
    ]
    if not bending:
        return rest
    grids = [np.linspace(max(low[k], -2.6), min(high[k], 2.6), 11) for k in bending]
    tried = np.array(list(itertools.product(*grids)))
    q = np.tile(rest, (len(tried), 1))
    q[:, bending] = tried
    poses = link_poses(robot, q)
    origins = poses[:, :, :3, 3]
    span = float(sum(np.linalg.norm(j.origin_xyz) for j in robot.joints[1:])) or 1.0
    flange = origins[:, -1] + poses[:, -1, :3, :3] @ np.asarray(robot.flange_xyz)
    out = poses[:, -1, :3, :3] @ _flange_axis(robot)
    wanted = 0.55 * span * forward + [0.0, 0.0, origins[0, 1, 2] + 0.1 * span]
    cost = np.linalg.norm(flange - wanted, axis=1) / span
    cost += 0.25 * np.linalg.norm(out - (0.35 * forward - [0.0, 0.0, 0.94]), axis=1)
    cost -= 0.35 * origins[:, :, 2].max(axis=1) / span
    cost += 5.0 * np.maximum(0.0, 0.05 - origins[:, 2:, 2].min(axis=1, initial=1.0))
    best: Array = q[int(np.argmin(cost))]
    return best


def _axes(robot: Robot, q: Array) -> Array:
    """(dof, 3) joint axes in the base frame."""
    poses = link_poses(robot, q[None])[0]
    return np.array([poses[k + 1, :3, :3] @ np.asarray(j.axis) for k, j in enumerate(robot.joints)])


def _forward(robot: Robot) -> Array:
    """(3,) the level direction the arm bends in at zero, the drawing's x: mostly base x, for some base y."""
    for axis in _axes(robot, np.zeros(robot.dof)):
        if abs(axis[2]) < 0.1:
            forward: Array = np.cross(axis, [0.0, 0.0, 1.0])
            return forward * (1 if forward[0] + 0.5 * forward[1] > 0 else -1) / np.linalg.norm(forward)
    return np.array([1.0, 0.0, 0.0])


def _flange_axis(robot: Robot) -> Array:
    axis: Array = rotation(robot.flange_rpy)[:, 2]
    return axis


def _outlines(robot: Robot, link: int, poses: Array, view: Array) -> list[Array]:
    """The side views (m, 2) of a link's boxes."""
    out = []
    for box in robot.links[link].boxes or ():
        pose = poses[link] @ box_transform(box)
        corners = CORNERS * box.size @ pose[:3, :3].T + pose[:3, 3]
        out.append(_hull(corners @ view.T))
    return out


def _hull(points: Array) -> Array:
    """Convex hull (m, 2) of points in the plane (Andrew's monotone chain)."""
    ordered = sorted({(round(float(x), 6), round(float(y), 6)) for x, y in points})

    def half(sequence: list[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for p in sequence:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return np.array(half(ordered) + half(ordered[::-1]))


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _points(outline: Array) -> str:
    return " ".join(f"{x:.0f},{y:.0f}" for x, y in outline)


def _person(x: float) -> Html:
    """A standing person of 1.75 m, feet at ``x``, in plain shapes [mm]."""
    head = tag("circle", cx=f"{x:.0f}", cy=1640, r=110)
    body = (
        f"M{x - 200:.0f} 1400q0-70 0-600q0-40 45-40q45 0 45 40v440h10v-1150q0-50 50-50q45 0 45 50v600h10"
        f"v-600q0-50 45-50q50 0 50 50v1150h10v-440q0-40 45-40q45 0 45 40"
        "q0 530 0 600q0 90-90 90h-220q-90 0-90-90z"
    )
    return tag("g", join(head, tag("path", d=body)), class_="person", fill="#c3c9cf")
