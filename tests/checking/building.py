"""Certificates made by hand for tests: tool poses by numeric inverse kinematics, timed by smooth laws,
claims by sampling.

Slow and simple on purpose; it shares nothing with the solver.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.interpolate import make_interp_spline

from robotplus.certificates.certificate import Base, Certificate, Premise
from robotplus.certificates.motion import Move, evaluate, hull
from robotplus.checking.path import Line
from robotplus.checking.premises import premise_of, unconfirmed
from robotplus.checking.rig import Rig
from robotplus.checking.selfpairs import coarse_pairs
from robotplus.robots.acceleration import estimate
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.cell import pedestal, world_from_base
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Curve, Need, Stop


def seam_document(**changes: Any) -> dict[str, Any]:
    """A straight 300 mm seam on a plate, torch pointing down."""
    document: dict[str, Any] = {
        "id": "test-seam",
        "title_en": "Seam for tests",
        "title_zh": "测试焊缝",
        "tool": {
            "name": "torch",
            "mass_kg": 2.0,
            "com_mm": [0.0, 0.0, 80.0],
            "tcp": {"position_mm": [0.0, 0.0, 300.0]},
            "box": [
                {"position_mm": [0.0, 0.0, 80.0], "size_mm": [80.0, 80.0, 150.0]},
                {"position_mm": [0.0, 0.0, 220.0], "size_mm": [30.0, 30.0, 130.0]},
            ],
        },
        "base": {"x_mm": [-2000.0, 2000.0], "y_mm": [-2000.0, 2000.0], "heights_mm": [0.0, 300.0]},
        "cell": {
            "box": [
                {
                    "name": "plate",
                    "position_mm": [0.0, 0.0, 590.0],
                    "size_mm": [500.0, 300.0, 20.0],
                    "role": "part",
                },
                {"name": "post", "position_mm": [0.0, 700.0, 500.0], "size_mm": [100.0, 100.0, 1000.0]},
            ]
        },
        "requirements": {"takt_s": 60.0, "path_tolerance_mm": 1.0, "angle_tolerance_deg": 1.0},
        "process_path": {
            "stroke": [
                {
                    "name": "seam",
                    "polyline": {
                        "points_mm": [[-150.0, 0.0, 601.0], [150.0, 0.0, 601.0]],
                        "directions": [[0.0, 0.0, -1.0], [0.0, 0.0, -1.0]],
                    },
                    "speed_mm_s": [30.0, 40.0, 50.0],
                    "approach_mm": 60.0,
                    "retract_mm": 60.0,
                    "ramp_mm": 10.0,
                }
            ]
        },
    }
    document.update(changes)
    return document


def handling_document(**changes: Any) -> dict[str, Any]:
    """One part from a table to another."""
    document: dict[str, Any] = {
        "id": "test-handling",
        "title_en": "Handling for tests",
        "title_zh": "测试搬运",
        "tool": {
            "name": "gripper",
            "mass_kg": 1.0,
            "com_mm": [0.0, 0.0, 60.0],
            "tcp": {"position_mm": [0.0, 0.0, 150.0]},
            "box": [{"position_mm": [0.0, 0.0, 60.0], "size_mm": [70.0, 70.0, 120.0]}],
        },
        "base": {"x_mm": [-2000.0, 2000.0], "y_mm": [-2000.0, 2000.0], "heights_mm": [0.0, 300.0]},
        "cell": {
            "box": [
                {"name": "left", "position_mm": [0.0, 350.0, 200.0], "size_mm": [200.0, 200.0, 400.0]},
                {"name": "right", "position_mm": [0.0, -350.0, 200.0], "size_mm": [200.0, 200.0, 400.0]},
            ]
        },
        "requirements": {"takt_s": 30.0, "path_tolerance_mm": 1.0, "angle_tolerance_deg": 1.0},
        "pick_place": {
            "part": {"name": "block", "mass_kg": 0.5, "size_mm": [60.0, 60.0, 60.0]},
            "pair": [
                {
                    "name": "block",
                    "pick": {"position_mm": [0.0, 350.0, 401.0], "on": ["left"]},
                    "place": {"position_mm": [0.0, -350.0, 401.0], "on": ["right"]},
                }
            ],
            "approach_mm": 80.0,
            "retract_mm": 80.0,
        },
    }
    document.update(changes)
    return document


@dataclass(frozen=True)
class Setting:
    """Where the robot stands and from which posture inverse kinematics starts."""

    xyz: tuple[float, float, float]
    yaw: float
    seed: tuple[float, ...]


class Builder:
    """Builds a certificate for a need and a robot at a place."""

    def __init__(self, need: Need, robot: Robot, setting: Setting) -> None:
        self.need, self.robot, self.setting, self.program = need, robot, setting, need.program
        self.base = Base(setting.xyz, setting.yaw, "floor")
        place = world_from_base(setting.xyz, setting.yaw, "floor")
        under = pedestal(robot, xyz=setting.xyz, yaw=setting.yaw, mounting="floor")
        fixed = [(o.name, o.boxes) for o in self.program.obstacles]
        if under is not None:
            fixed.append(("pedestal", (under,)))
        self.rig = Rig(robot, self.program.tool, parts=self.program.parts, world_from_base=place, fixed=fixed)
        load = self.program.tool.mass_kg + max((p.mass_kg for p in self.program.parts), default=0.0)
        self.estimate = estimate(robot, load)
        self.acceleration = self.estimate.low
        self.velocity = np.array([j.velocity for j in robot.joints], dtype=float)

    def solve(self, place: Array, rotation: Array, seed: Array) -> Array:
        """The posture near ``seed`` with the TCP at a world pose."""
        q = seed.copy()
        for _ in range(200):
            poses = self.rig.poses(q[None])
            r, p = self.rig.tcp(poses)
            turn = 0.5 * np.sum(np.cross(r[0].T, rotation.T), axis=0)
            error = np.concatenate([place - p[0], turn])
            if np.linalg.norm(error) < 1e-12:
                break
            j = self.rig.jacobian(poses)[0]
            step = j.T @ np.linalg.solve(j @ j.T + 1e-9 * np.eye(6), error)
            q = q + step * min(1.0, 0.3 / max(1e-9, np.abs(step).max()))
        else:
            raise AssertionError(f"no inverse kinematics, error {np.linalg.norm(error):.2g}")
        return q

    def frame(self, curve: Curve, s: float, spin: float) -> tuple[Array, Array]:
        p, z, x = (v[0] for v in curve.frames(np.array([s])))
        y = np.cross(z, x)
        tx = math.cos(spin) * x + math.sin(spin) * y
        return p, np.stack([tx, np.cross(z, tx), z], axis=1)

    def along(
        self, kind: str, position: int, curve: Curve, spin: float, seed: Array, *, speed: float, ramp: float
    ):  # type: ignore[no-untyped-def]
        """A move along a curve at a steady speed between smooth ramps."""
        grid = np.linspace(0.0, curve.length, max(9, int(curve.length / 0.02) + 1))
        postures = []
        for s in grid:
            seed = self.solve(*self.frame(curve, float(s), spin), seed)
            postures.append(seed)
        spline = make_interp_spline(grid, np.array(postures), k=5)
        t, s, v, a = ramped(curve.length, speed, min(ramp, curve.length / 2))
        d1, d2 = spline(s, 1), spline(s, 2)
        q = spline(s)
        qd = d1 * v[:, None]
        qdd = d2 * v[:, None] ** 2 + d1 * a[:, None]
        qd[[0, -1]] = 0.0
        return Move(kind, position, t, q, qd, qdd)

    def travel(self, position: int, a: Array, b: Array) -> Move:
        """Straight in joint space, smoothly, within limits."""
        u = np.linspace(0.0, 1.0, 9)
        s, ds, dds = (
            10 * u**3 - 15 * u**4 + 6 * u**5,
            30 * u**2 * (1 - u) ** 2,
            60 * u * (1 - 3 * u + 2 * u**2),
        )
        step = np.abs(b - a)
        lasts = max(0.2, (1.9 * step / self.velocity).max(), np.sqrt(5.9 * step / self.acceleration).max())
        q = a + s[:, None] * (b - a)
        q[-1] = b
        qd, qdd = ds[:, None] * (b - a) / lasts, dds[:, None] * (b - a) / lasts**2
        return Move("travel", position, u * lasts, q, qd, qdd)

    def stop_moves(self, position: int, stop: Stop, spin: float, seed: Array) -> list[Move]:
        moves: list[Move] = []
        at, z, x = (v[0] for v in stop.curve.frames(np.zeros(1)))
        away = -z if stop.approach_axis is None else np.array(stop.approach_axis)
        q = seed
        if stop.approach > 0:
            line = Line(at + stop.approach * away, -away, stop.approach, z, x)
            moves.append(self.along("approach", position, line, spin, q, speed=0.1, ramp=0.02))
            q = moves[-1].q[-1]
        else:
            q = self.solve(*self.frame(stop.curve, 0.0, spin), q)
        if stop.curve.length > 0:
            speed = stop.speed[1] if stop.speed else 0.1
            moves.append(
                self.along("stroke", position, stop.curve, spin, q, speed=speed, ramp=stop.ramp or 0.01)
            )
            q = moves[-1].q[-1]
        if stop.dwell > 0:
            still = np.zeros((2, len(q)))
            moves.append(Move("dwell", position, np.array([0.0, stop.dwell]), np.stack([q, q]), still, still))
        if stop.retract > 0:
            end, z, x = (v[0] for v in stop.curve.frames(np.array([stop.curve.length])))
            moves.append(
                self.along(
                    "retract", position, Line(end, away, stop.retract, z, x), spin, q, speed=0.1, ramp=0.02
                )
            )
        return joined(moves)

    def moves(self, spins: list[float]) -> list[Move]:
        out: list[Move] = []
        seed = np.array(self.setting.seed)
        for position, stop in enumerate(self.program.stops):
            part = self.stop_moves(position, stop, spins[position], seed)
            if out:
                out.append(self.travel(position, out[-1].q[-1], part[0].q[0]))
            out += part
            seed = part[-1].q[-1]
        if self.program.cyclic:
            out.append(self.travel(0, out[-1].q[-1], out[0].q[0]))
        return out

    def certificate(self, spins: list[float], **claims: Any) -> Certificate:
        moves = tuple(self.moves(spins))
        lasts = sum(m.duration for m in moves)
        high = np.array([hull(m) for m in moves])
        lower = np.array([j.lower for j in self.robot.joints], dtype=float)
        upper = np.array([j.upper for j in self.robot.joints], dtype=float)
        middle, half = (lower + upper) / 2, (upper - lower) / 2
        load = self.program.tool.mass_kg + max((p.mass_kg for p in self.program.parts), default=0.0)
        stated: dict[str, Any] = {
            "cycle_time_s": {"low": 0.9 * lasts, "nominal": 0.95 * lasts, "high": lasts},
            "takt_s": self.program.requirements.takt,
            "min_clearance_m": 0.0,
            "self_clearance_m": 0.0,
            "joint_range_used": float(np.max(np.maximum(high[:, 1] - middle, middle - high[:, 0]) / half)),
            "velocity_used": float(np.max(high[:, 2] / self.velocity)),
            "acceleration_used": float(np.max(high[:, 3] / self.acceleration)),
            "path_deviation_m": 1e-4,
            "direction_deviation_rad": 1e-3,
            "tool_speed_mps": None,
            "payload_used": load / self.robot.payload_kg.value if self.robot.payload_kg else 0.0,
            "wrist_moment_used": 0.99 if self.robot.wrist_moment_nm else None,
            "wrist_inertia_used": 0.99 if self.robot.wrist_inertia_kgm2 else None,
            "base_tolerance": {"xy_m": 0.0, "angle_rad": 0.0},
        }
        speeds = [s.speed[1] for s in self.program.stops if s.speed]
        if speeds:
            stated["tool_speed_mps"] = [0.98 * min(speeds), 1.02 * max(speeds)]
        stated.update(claims)
        draft = Certificate(
            robot_id=self.robot.id,
            robot_sha256=self.robot.sha256,
            need=self.need.document,
            need_sha256=self.need.sha256,
            base=self.base,
            order=tuple(range(len(self.program.stops))),
            moves=moves,
            acceleration={
                "joint": self.acceleration.tolist(),
                "nominal": self.estimate.nominal.tolist(),
                "high": self.estimate.high.tolist(),
                "basis": self.estimate.basis,
            },
            claims=stated,
            not_shown=tuple(
                {"what": name} for name in ("wrist_moment", "wrist_inertia") if stated[f"{name}_used"] is None
            )
            + tuple({"what": "self_pair", "detail": pair} for pair in coarse_pairs(self.rig)),
            premises=(),
            verdict="proven_if_confirmed",
        )
        confirm = sorted(unconfirmed(self.robot, self.program, draft))
        nominal = self.estimate.nominal.tolist()
        premises = [Premise("acceleration", nominal, self.estimate.basis, "low", False)]
        premises += [
            Premise("joint_limits_reading", [c.lower, c.upper], c.note, "medium", False)
            for c in self.robot.alternative_couplings[:1]
        ]
        for name in confirm:
            stated_of = premise_of(self.robot, name)
            assert stated_of is not None
            premises.append(Premise(name, *stated_of, True))
        return Certificate(**{**vars(draft), "premises": tuple(premises)})


AR2010 = Setting((-1.2, 0.0, 0.0), 0.0, (0.0, 0.3, -0.3, 0.0, -0.8, 0.0))


@functools.cache
def seam_builder(robot_id: str = "yaskawa_ar2010", setting: Setting = AR2010) -> Builder:
    return Builder(need_from_document(seam_document()), load_catalogue()[robot_id], setting)


@functools.cache
def handling_builder() -> Builder:
    return Builder(need_from_document(handling_document()), load_catalogue()["yaskawa_ar2010"], AR2010)


def joined(moves: list[Move]) -> list[Move]:
    """The moves with each start set to the end before it exactly."""
    out = moves[:1]
    for move in moves[1:]:
        q = move.q.copy()
        q[0] = out[-1].q[-1]
        if move.kind == "dwell":
            q[-1] = q[0]
        out.append(Move(move.kind, move.stop, move.t, q, move.qd, move.qdd))
    return out


def ramped(length: float, speed: float, ramp: float) -> tuple[Array, Array, Array, Array]:
    """Times, arc lengths, speeds and accelerations of a law that ramps up over ``ramp`` metres by 3u² -
    2u³."""
    rise = 2 * ramp / speed
    cruise = (length - 2 * ramp) / speed
    u = np.linspace(0.0, 1.0, 9)
    up_t, up_s = rise * u, speed * rise * (u**3 - u**4 / 2)
    up_v, up_a = speed * (3 * u**2 - 2 * u**3), speed * (6 * u - 6 * u**2) / rise
    total = 2 * rise + cruise
    n = max(2, int(cruise / 0.1) + 1)
    mid = np.linspace(0.0, cruise, n)[1:-1] if cruise > 1e-9 else np.zeros(0)
    keep = slice(0, None) if cruise > 1e-9 else slice(1, None)
    t = np.concatenate([up_t, rise + mid, (total - up_t[::-1])[keep]])
    s = np.concatenate([up_s, ramp + speed * mid, (length - up_s[::-1])[keep]])
    v = np.concatenate([up_v, np.full(len(mid), speed), up_v[::-1][keep]])
    a = np.concatenate([up_a, np.zeros(len(mid)), -up_a[::-1][keep]])
    return t, s, v, a


def sampled(move: Move, count: int) -> Array:
    return evaluate(move, np.linspace(0.0, move.duration, count))[0]
