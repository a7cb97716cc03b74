"""Motions to plant tasks on: a smooth joint-space curve whose tool path is a stroke, a part carried."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.oracle_boxes import Array
from benchmarks.postures import Arm
from robotplus.robots.acceleration import estimate
from robotplus.robots.model import OrientedBox, Vec3

APPROACH = 0.03  # [m]
SHARE_OF_LIMITS = 0.3  # joint speed and acceleration of the planted motion
RAMP = 0.005  # [m] the need file's default
SHORTEST = 0.04  # [m]
CHORD = 2e-4  # [m] the polyline's chords may leave the planted path by this
POINTS = 101  # of a curve in space
TRAVEL = 25  # postures looked at on the way from pick to place


@dataclass(frozen=True)
class Motion:
    """A feasible motion and the task it becomes.

    ``q`` (k, dof): postures that do the task; ``known`` (n, dof): these, the way between and the straight
    ends; ``poses`` (k, 4, 4): base_from_tcp of ``q``. ``part``: what is carried, in the TCP frame.
    """

    q: Array
    known: Array
    poses: Array
    free_spin: bool
    approach: float
    speed: float
    part: OrientedBox | None

    def task(self, world_from_base: Array, mass_kg: float) -> dict[str, Any]:
        """The task table of the need file, the base standing at ``world_from_base``."""
        place = world_from_base @ self.poses
        straight = {"approach_mm": self.approach * 1000, "retract_mm": self.approach * 1000, "cyclic": False}
        if self.part is None:
            path = {
                "speed_mm_s": self.speed * 1000,
                "spins_deg": "free" if self.free_spin else [0.0],
                "stroke": [{"name": "planted", "polyline": _polyline(place)}],
            }
            return {"process_path": path | straight}
        ends = [_part_place(pose, self.part.size[2]) for pose in place]
        part = {"name": "part", "mass_kg": mass_kg, "size_mm": [v * 1000 for v in self.part.size]}
        pair = {"name": "planted", "pick": ends[0], "place": ends[1]}
        handling = {"part": part, "pair": [pair], "parts_stay": False}
        return {"pick_place": handling | straight}


def stroke_motion(arm: Arm, rng: np.random.Generator) -> Motion | None:
    """The tool drawn along a smooth joint-space curve."""
    curve = _lowered(arm, rng) if arm.robot.dof < 6 else _curve(arm, rng)
    if curve is None:
        return None
    q, tcp, speed = curve
    # a spin asked of five axes leaves no room for the base
    free_spin = bool(rng.random() < 0.5) or arm.robot.dof < 6
    ends = _straight_ends(arm, q, tcp, free_spin)
    known = np.concatenate([ends[0], q[:: max(1, len(q) // 60)], q[-1:], ends[1]])
    return Motion(q, known, tcp, free_spin, APPROACH if len(ends[0]) else 0.0, speed, None)


def handling_motion(arm: Arm, rng: np.random.Generator, size: Vec3) -> Motion | None:
    """A part taken in one posture and put down in another not far from it."""
    start = _some_posture(arm, rng)
    half = np.minimum((arm.upper - arm.lower) / 2, math.pi)
    q = np.stack([start, start + rng.normal(size=len(half)) * half * 0.15])
    poses = arm.tcp(q)
    apart = np.linalg.norm(poses[0, :3, 3] - poses[1, :3, 3])
    if not arm.inside(q, margin=0.03).all() or apart < 2 * max(size):
        return None
    ends = _straight_ends(arm, q, poses, False)
    if not len(ends[0]):
        return None
    u = np.linspace(0.0, 1.0, TRAVEL)[:, None]
    travel = ends[0][-1] * (1 - u) + ends[1][-1] * u
    known = np.concatenate([q[:1], ends[0], travel, ends[1], q[1:]])
    part = OrientedBox((0.0, 0.0, size[2] / 2), (0.0, 0.0, 0.0), size)
    return Motion(q, known, poses, False, APPROACH, 0.0, part)


def _part_place(world_from_tcp: Array, height: float) -> dict[str, Any]:
    """The part's pose under a grasp on the middle of its upper face: origin at its lower face, z back."""
    turn = world_from_tcp[:3, :3] @ np.diag([1.0, -1.0, -1.0])
    at = world_from_tcp[:3, 3] + height * world_from_tcp[:3, 2]
    pitch = -math.asin(float(np.clip(turn[2, 0], -1.0, 1.0)))
    roll, yaw = math.atan2(turn[2, 1], turn[2, 2]), math.atan2(turn[1, 0], turn[0, 0])
    return {
        "position_mm": (at * 1000).tolist(),
        "rpy_deg": [math.degrees(roll), math.degrees(pitch), math.degrees(yaw)],
    }


def _some_posture(arm: Arm, rng: np.random.Generator) -> Array:
    """A posture not near the limits, no joint more than half a turn from the middle of its range."""
    half = np.minimum((arm.upper - arm.lower) / 2, math.pi)
    return np.asarray((arm.upper + arm.lower) / 2 + rng.uniform(-0.6, 0.6, len(half)) * half)


def _curve(arm: Arm, rng: np.random.Generator) -> tuple[Array, Array, float] | None:
    """A smooth joint-space curve: postures (n, dof), base_from_tcp (n, 4, 4), a speed it can be run at."""
    half = np.minimum((arm.upper - arm.lower) / 2, math.pi)
    start = _some_posture(arm, rng)
    straight, bent = rng.normal(size=(2, len(half))) * half * 0.1
    wanted = float(rng.uniform(0.1, 0.5)) * min(1.0, arm.robot.reach_m.value if arm.robot.reach_m else 1.0)
    scale = 1.0
    for _ in range(3):
        u = np.linspace(0.0, 1.0, 401)
        q = start + scale * ((u - 0.5)[:, None] * straight + np.sin(math.pi * u)[:, None] * bent * 0.5)
        tcp = arm.tcp(q)
        step = np.linalg.norm(np.diff(tcp[:, :3, 3], axis=0), axis=1)
        if step.min() < 1e-7:
            return None
        scale *= wanted / step.sum()
    return _run_at(arm, q, tcp) if scale <= 10.0 else None


def _lowered(arm: Arm, rng: np.random.Generator) -> tuple[Array, Array, float] | None:
    """A curve in space with the tool pointing down, as arms of fewer axes are used.

    They hold other directions only where their base stands just so: such tasks have no region of places.
    """
    start = _some_posture(arm, rng)[None]
    pose = arm.tcp(start)
    pose[0, :3, :3] = np.diag([1.0, -1.0, -1.0])
    q, there = arm.reach_for(pose, start, free_spin=True, rounds=40)
    along, aside = rng.normal(size=(2, 3)) * (1.0, 1.0, 0.3)
    length = float(rng.uniform(0.1, 0.4)) * min(1.0, arm.robot.reach_m.value if arm.robot.reach_m else 1.0)
    rows = []
    for u in np.linspace(0.0, 1.0, POINTS):
        target = pose.copy()
        target[0, :3, 3] += length * (u * along / np.linalg.norm(along) + 0.1 * math.sin(math.pi * u) * aside)
        q, still = arm.reach_for(target, q, free_spin=True, rounds=6)
        there &= still
        if not there[0]:
            return None
        rows.append(q[0])
    path = np.array(rows)
    return _run_at(arm, path, arm.tcp(path))


def _run_at(arm: Arm, q: Array, tcp: Array) -> tuple[Array, Array, float] | None:
    """The curve with a speed that leaves the joints room, or None."""
    step = np.linalg.norm(np.diff(tcp[:, :3, 3], axis=0), axis=1)
    if not arm.inside(q, margin=0.03).all() or step.min() < 1e-7:
        return None
    s = np.concatenate([[0.0], np.cumsum(step)])
    rate = np.gradient(q, s, axis=0)
    bend = np.gradient(rate, s, axis=0)
    acceleration = estimate(arm.robot, arm.tool.mass_kg).low
    fastest = SHARE_OF_LIMITS * float((arm.speed / np.abs(rate).max(axis=0).clip(1e-9)).min())
    sharpest = math.sqrt(SHARE_OF_LIMITS * float((acceleration / np.abs(bend).max(axis=0).clip(1e-9)).min()))
    start = np.abs(rate[[0, -1]]).max(axis=0).clip(1e-9)  # at the ends the speed is reached within the ramp
    soonest = math.sqrt(SHARE_OF_LIMITS * float((2 * RAMP * acceleration / start).min()))
    speed = min(0.1, fastest, sharpest, soonest)
    return (q, tcp, speed) if speed > 0.003 else None


def _straight_ends(arm: Arm, q: Array, tcp: Array, free_spin: bool) -> tuple[Array, Array]:
    """Postures on the approach and on the retract; both empty when one of them cannot be followed."""
    out = []
    for at in (0, -1):
        posture, rows = q[at : at + 1] if at == 0 else q[-1:], []
        for back in np.linspace(0.0, APPROACH, 7)[1:]:
            target = tcp[at][None].copy()
            target[0, :3, 3] -= back * target[0, :3, 2]
            posture, there = arm.reach_for(target, posture, free_spin=free_spin, rounds=6)
            if not there[0]:
                return np.empty((0, q.shape[1])), np.empty((0, q.shape[1]))
            rows.append(posture[0])
        out.append(np.array(rows))
    return out[0], out[1]


def _polyline(place: Array) -> dict[str, Any]:
    """The path as points with directions and references, no denser than its chords need."""
    stride = 1
    while 2 * stride < len(place) // 8:
        coarse = place[:: 2 * stride, :3, 3]
        u = np.linspace(0.0, len(coarse) - 1.0, 2 * stride * (len(coarse) - 1) + 1)
        low = np.minimum(u.astype(int), len(coarse) - 2)
        chords = coarse[low] + (u - low)[:, None] * (coarse[low + 1] - coarse[low])
        if np.linalg.norm(chords - place[: len(chords), :3, 3], axis=1).max() > CHORD:
            break
        stride *= 2
    chosen = place[::stride]
    return {
        "points_mm": (chosen[:, :3, 3] * 1000).tolist(),
        "directions": chosen[:, :3, 2].tolist(),
        "references": chosen[:, :3, 0].tolist(),
    }
