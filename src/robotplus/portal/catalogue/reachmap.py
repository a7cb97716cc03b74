"""A model's reach map: which points of its upright plane the flange gets to, sampled; for looking, not a proof."""

from __future__ import annotations

import numpy as np

from robotplus.reporting.kinematics import link_poses
from robotplus.reporting.markup import Html, tag
from robotplus.robots.model import Array, Robot

SAMPLES = 6000
CELLS = 48  # along the longer side


def reach_map(robot: Robot, *, width_px: int = 320) -> Html:
    """An ``<svg>`` of distance from the first axis (right) and height (up); darker: reached in more postures.

    The joints are sampled evenly over their ranges with a fixed seed; an unlimited one over a full turn.
    """
    r, z = _points(robot)
    size = max(float(r.max()), float(z.max() - z.min())) / CELLS
    low = float(z.min())
    columns, rows = (int(np.ceil(v / size)) + 1 for v in (float(r.max()), float(z.max()) - low))
    counts = np.zeros((rows, columns))
    np.add.at(counts, (((z - low) / size).astype(int), (r / size).astype(int)), 1)
    shade = np.sqrt(counts / counts.max())
    squares = [
        tag(
            "rect",
            x=f"{column * size * 1000:.0f}",
            y=f"{-(low + (row + 1) * size) * 1000:.0f}",
            width=f"{size * 1000:.0f}",
            height=f"{size * 1000:.0f}",
            opacity=f"{0.15 + 0.85 * shade[row, column]:.2f}",
        )
        for row, column in zip(*np.nonzero(counts), strict=True)
    ]
    wide, top = columns * size * 1000, (low + rows * size) * 1000
    ground = tag("path", d=f"M0 0H{wide:.0f}", class_="ground", stroke="#8a939c", stroke_width=size * 200)
    return tag(
        "svg",
        tag("title", f"{robot.maker} {robot.model}"),
        tag("g", *squares, class_="reach", fill="#0b5cad"),
        ground,
        viewBox=f"0 {-top:.0f} {wide:.0f} {top - low * 1000:.0f}",
        width=width_px,
        role="img",
        class_="reach-map",
    )


def sampled(robot: Robot) -> Array:
    """(SAMPLES, dof) postures [rad, m], even over the joint ranges; an unlimited joint over a full turn."""
    draw = np.random.default_rng(0).random((SAMPLES, robot.dof))
    low = np.array([-np.pi if j.lower is None else j.lower for j in robot.joints])
    high = np.array([np.pi if j.upper is None else j.upper for j in robot.joints])
    postures: Array = low + draw * (high - low)
    return postures


def _points(robot: Robot) -> tuple[Array, Array]:
    """(n,) distance from the first axis and (n,) height of the flange [m]."""
    poses = link_poses(robot, sampled(robot))[:, -1]
    flange = poses[:, :3, :3] @ np.asarray(robot.flange_xyz) + poses[:, :3, 3]
    return np.hypot(flange[:, 0], flange[:, 1]), flange[:, 2]
