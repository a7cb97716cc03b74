"""What a model holds still at each distance: rated payload, and less where the known joint torques end; for looking."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from robotplus.portal.catalogue.reachmap import sampled
from robotplus.reporting.kinematics import link_poses
from robotplus.reporting.markup import Html, tag
from robotplus.robots.model import Array, Robot

GRAVITY = 9.81  # [m/s²]
BINS = 24
WIDE, HIGH, LEFT, FOOT = 320, 170, 42, 30  # [px]


@dataclass(frozen=True)
class PayloadCurve:
    """``distance`` (n,) [m] of the flange from the first axis; ``held`` (n,) [kg] in the least able posture there.

    ``by_torque``: whether the joint torques were known; else it is the rated payload everywhere.
    """

    distance: Array
    held: Array
    by_torque: bool


def payload_curve(robot: Robot) -> PayloadCurve | None:
    """The curve over sampled postures; None where no payload is known.

    The load is a point at the flange: a_j · ((c - o_j) x F) is the torque of a weight F at c about joint j.
    """
    if robot.payload_kg is None:
        return None
    postures = sampled(robot)
    poses = link_poses(robot, postures)
    flange = poses[:, -1, :3, :3] @ np.asarray(robot.flange_xyz) + poses[:, -1, :3, 3]
    distance = np.hypot(flange[:, 0], flange[:, 1])
    held = np.full(len(distance), float(robot.payload_kg.value))
    known = all(j.effort for j in robot.joints) and all(link.mass_kg for link in robot.links[1:])
    if known:
        held = np.minimum(held, holdable(robot, poses, flange))
    edges = np.linspace(0.0, float(distance.max()), BINS + 1)
    found = [
        (float(high), float(held[inside].min()))
        for low, high in itertools.pairwise(edges)
        if (inside := (distance >= low) & (distance <= high)).any()
    ]
    at, least = (np.array(column) for column in zip(*found, strict=True))
    return PayloadCurve(at, least, known)


def holdable(robot: Robot, poses: Array, flange: Array) -> Array:
    """(n,) the mass [kg] at the flange that every joint holds still, of postures with link poses (n, dof + 1, 4, 4)."""
    least = np.full(len(flange), np.inf)
    for j, joint in enumerate(robot.joints):
        axis = poses[:, j + 1, :3, :3] @ np.asarray(joint.axis)
        origin = poses[:, j + 1, :3, 3]
        own = np.zeros(len(flange))
        for k in range(j + 1, len(robot.links)):
            link = robot.links[k]
            centre = poses[:, k, :3, 3]
            if link.com is not None:
                centre = centre + poses[:, k, :3, :3] @ np.asarray(link.com)
            own += float(link.mass_kg or 0.0) * _load_of(joint.kind, axis, centre - origin)
        each = _load_of(joint.kind, axis, flange - origin)
        room = float(joint.effort or 0.0) - np.sign(each) * own
        with np.errstate(divide="ignore", invalid="ignore"):
            least = np.minimum(least, np.where(np.abs(each) > 1e-9, room / np.abs(each), np.inf))
    least[least < 0.0] = 0.0
    return least


def _load_of(kind: str, axis: Array, arm: Array) -> Array:
    """(n,) torque [N·m] or force [N] that one kilogram at ``arm`` (n, 3) from a joint puts on it."""
    if kind == "prismatic":
        return -GRAVITY * axis[:, 2]
    return GRAVITY * (axis[:, 1] * arm[:, 0] - axis[:, 0] * arm[:, 1])


def payload_svg(curve: PayloadCurve, title: str) -> Html:
    """An ``<svg>`` of the curve: distance to the right [m], payload upwards [kg]."""
    farthest, most = float(curve.distance.max()), float(curve.held.max()) * 1.15 or 1.0
    x = LEFT + (WIDE - LEFT - 8) * curve.distance / farthest
    y = (HIGH - FOOT) * (1.0 - curve.held / most) + 4
    x, y = np.concatenate([[LEFT], x]), np.concatenate([y[:1], y])
    line = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    base = HIGH - FOOT + 4
    words = {"fill": "currentColor", "font_size": "11"}
    top = float(curve.held.max())
    return tag(
        "svg",
        tag("title", title),
        tag("path", d=f"M{line}L{x[-1]:.1f} {base}L{LEFT} {base}Z", fill="#0b5cad", opacity="0.18"),
        tag("path", d=f"M{line}", fill="none", stroke="#0b5cad", stroke_width="2"),
        tag("path", d=f"M{LEFT} 4V{base}H{WIDE - 8}", fill="none", stroke="#8a939c"),
        tag("text", f"{top:g} kg", x=LEFT - 4, y=f"{y.min() + 4:.0f}", text_anchor="end", **words),
        tag("text", "0", x=LEFT - 4, y=base, text_anchor="end", **words),
        tag("text", f"{farthest:.2f} m", x=WIDE - 8, y=base + 16, text_anchor="end", **words),
        tag("text", "0 m", x=LEFT, y=base + 16, **words),
        viewBox=f"0 0 {WIDE} {HIGH}",
        width=WIDE,
        role="img",
        class_="payload-curve",
    )
