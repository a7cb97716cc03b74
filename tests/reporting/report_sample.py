"""A made-up answer with true motions: an invented arm carries two crates and then follows a seam."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from robotplus.certificates.certificate import Base, Certificate, Premise, Refusal, Verdict
from robotplus.certificates.motion import Move, MoveKind
from robotplus.matching.answer import Answer, Solution
from robotplus.reporting.kinematics import base_in_world, link_poses
from robotplus.robots.frames import inverse, transform
from robotplus.robots.model import Array, Figure, Joint, Link, OrientedBox, Robot, Vec3
from robotplus.scenarios.task import BaseRegion, Need, Obstacle, Part, Program, Requirements, Stop, Tool

BASIS = (
    "estimated, not published: time to full joint speed from size, joint and load 9 kg, calibrated on makers' pick "
    "cycles; low and high are nominal divided and multiplied by 1.80"
)
HOSTILE = (
    "<script>document.documentElement.dataset.owned=1</script>"
    "<img src=x onerror='document.documentElement.dataset.owned=1'> & \"quotes\" </style></title>"
)


@dataclasses.dataclass(frozen=True)
class Segment:
    """A straight path with the tool pointing down."""

    start: Vec3
    end: Vec3

    @property
    def length(self) -> float:
        return float(np.linalg.norm(np.subtract(self.end, self.start)))

    def frames(self, s: Array) -> tuple[Array, Array, Array]:
        share = (s / self.length if self.length else np.zeros_like(s))[:, None]
        points = np.asarray(self.start) * (1 - share) + np.asarray(self.end) * share
        return points, np.tile([0.0, 0.0, -1.0], (len(s), 1)), np.tile([1.0, 0.0, 0.0], (len(s), 1))


def box(x: float, y: float, z: float, dx: float, dy: float, dz: float) -> OrientedBox:
    return OrientedBox((x, y, z), (0.0, 0.0, 0.0), (dx, dy, dz))


def robot(identity: str = "example_e12", *, model: str = "E-12", payload: float = 12.0) -> Robot:
    """An invented six-axis arm of 1.7 m reach with an ortho-parallel base and a spherical wrist."""
    quarter = math.pi / 2
    frames: list[tuple[Vec3, Vec3, Vec3]] = [
        ((0.0, 0.0, 0.45), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
        ((0.15, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
        ((0.0, 0.0, 0.77), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
        ((0.0, 0.0, 0.1), (0.0, quarter, 0.0), (0.0, 0.0, 1.0)),
        ((0.0, 0.0, 0.78), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    ]
    ranges = [
        (-3.0, 3.0, 3.6),
        (-1.6, 2.2, 3.4),
        (-3.2, 1.4, 3.6),
        (-3.3, 3.3, 7.3),
        (-2.2, 2.2, 7.0),
        (-6.0, 6.0, 11.0),
    ]
    joints = tuple(
        Joint(f"joint_{i + 1}", "revolute", xyz, rpy, axis, low, high, speed, None)
        for i, ((xyz, rpy, axis), (low, high, speed)) in enumerate(zip(frames, ranges, strict=True))
    )
    shapes = [
        box(-0.05, 0.0, 0.14, 0.5, 0.4, 0.28),
        box(0.05, 0.0, -0.02, 0.45, 0.4, 0.36),
        box(0.0, -0.16, 0.36, 0.24, 0.14, 1.0),
        box(0.0, 0.0, 0.05, 0.28, 0.24, 0.34),
        box(0.0, 0.0, 0.5, 0.17, 0.15, 0.7),
        box(0.0, 0.0, 0.0, 0.12, 0.13, 0.14),
        box(0.0, 0.0, 0.09, 0.1, 0.1, 0.04),
    ]
    links = tuple(Link(f"link_{i}", (shape,), None, None, None) for i, shape in enumerate(shapes))
    sheet = "data sheet, invented for tests"
    return Robot(
        id=identity,
        maker="Example Works 示例",
        model=model,
        kind="industrial",
        joints=joints,
        links=links,
        flange_xyz=(0.0, 0.0, 0.11),
        flange_rpy=(0.0, 0.0, 0.0),
        geometry_source="invented",
        geometry_confidence="high",
        payload_kg=Figure(payload, sheet, "high"),
        reach_m=Figure(1.7, sheet, "high"),
        repeatability_mm=Figure(0.05, sheet, "medium"),
        mass_kg=None,
        ip=None,
        explosion_zone=None,
        temperature_c=None,
        mounting=None,
        wrist_moment_nm=None,
        wrist_inertia_kgm2=None,
        rated_power_w=None,
        velocity=Figure("data", sheet, "high"),
        limits=Figure("data", sheet, "high"),
        couplings=(),
        alternative_couplings=(),
        flags=(),
        notes=(),
        document={"id": identity, "model": model, "payload": payload},
    )


def _stop(name: str, start: Vec3, end: Vec3, *, carry: tuple[int | None, int | None], dwell: float) -> Stop:
    return Stop(
        name=name,
        curve=Segment(start, end),
        spins=None,
        tilt_tolerance=0.0,
        speed=(0.08, 0.1, 0.12) if start != end else None,
        ramp=0.02,
        dwell=dwell,
        approach=0.15,
        retract=0.15,
        approach_axis=None,
        carry_in=carry[0],
        carry_out=carry[1],
        touches=(),
    )


def need(title_en: str = "Two crates, then a seam", title_zh: str = "搬运两箱后焊一条缝") -> Need:
    """Two pick-and-place pairs and one straight stroke of 0.5 m."""
    crate = Part("crate", 6.0, (0.0, 0.0, 0.11), (box(0.0, 0.0, 0.11, 0.36, 0.26, 0.2),))
    picks: list[Vec3] = [(1.05, -0.55, 0.62), (1.05, -0.2, 0.62)]
    places: list[Vec3] = [(0.1, 1.15, 0.37), (0.1, 1.15, 0.6)]
    stops: list[Stop] = []
    for i, (pick, place) in enumerate(zip(picks, places, strict=True)):
        stops.append(_stop(f"pick {i + 1}", pick, pick, carry=(None, i), dwell=0.4))
        stops.append(_stop(f"place {i + 1}", place, place, carry=(i, None), dwell=0.4))
    seam: tuple[Vec3, Vec3] = ((0.85, 0.25, 0.75), (0.85, 0.75, 0.75))
    stops.append(_stop("seam A", *seam, carry=(None, None), dwell=0.0))
    obstacles = [
        Obstacle("floor", (box(0, 0, -0.05, 20, 20, 0.1),), "floor"),
        Obstacle("table", (box(1.1, -0.4, 0.2, 0.7, 0.9, 0.4),), "fixture"),
        Obstacle("pallet", (box(0.1, 1.15, 0.07, 1.2, 0.8, 0.14),), "fixture"),
        Obstacle("workpiece", (box(0.85, 0.5, 0.36, 0.3, 0.7, 0.72),), "part"),
        Obstacle("fence", (box(1.9, 0.2, 0.9, 0.06, 3.2, 1.8),), "cell"),
        Obstacle("crate 1 waiting", (box(1.05, -0.55, 0.51, 0.36, 0.26, 0.2),), "placed", None, 0),
        Obstacle("crate 2 waiting", (box(1.05, -0.2, 0.51, 0.36, 0.26, 0.2),), "placed", None, 2),
        Obstacle("crate 1 placed", (box(0.1, 1.15, 0.25, 0.36, 0.26, 0.2),), "placed", 2, None),
        Obstacle("crate 2 placed", (box(0.1, 1.15, 0.48, 0.36, 0.26, 0.2),), "placed", 4, None),
    ]
    program = Program(
        stops=tuple(stops),
        parts=(crate, crate),
        free_order=None,
        tool=Tool(
            "gripper", 3.0, (0, 0, 0.06), (0, 0, 0.18), (0, 0, 0), (box(0, 0, 0.09, 0.16, 0.12, 0.16),)
        ),
        obstacles=tuple(obstacles),
        base=BaseRegion((-1.0, 0.6), (-0.6, 0.8), (0.0, 0.2), "floor", None),
        requirements=Requirements(20.0, 0.01, 0.005, 0.005, 0.009, 0.001, 0.02, None, None, None, None),
        cyclic=True,
    )
    return Need(
        "sample",
        title_en,
        title_zh,
        "palletising",
        "pick_place",
        {"id": "sample"},
        "sha256:" + "5a" * 32,
        7,
        program,
    )


def solve(arm: Robot, target: Array, guess: Array, tool: Tool) -> Array:
    """Joint values whose TCP stands at ``target`` (4, 4, base frame), by damped least squares."""
    tip = transform(arm.flange_xyz, arm.flange_rpy) @ transform(tool.tcp_xyz, tool.tcp_rpy)
    q = guess.copy()
    for _ in range(200):
        steps = np.vstack([q, q + 1e-6 * np.eye(6)])
        poses = link_poses(arm, steps)[:, -1] @ tip
        offsets = poses[:, :3, 3] - target[:3, 3]
        turns = np.einsum("nij,kj->nik", poses[:, :3, :3], target[:3, :3]) - np.eye(3)
        twist = np.stack(
            [
                turns[:, 2, 1] - turns[:, 1, 2],
                turns[:, 0, 2] - turns[:, 2, 0],
                turns[:, 1, 0] - turns[:, 0, 1],
            ],
            1,
        )
        errors = np.hstack([offsets, twist / 2])
        jacobian = (errors[1:] - errors[0]).T / 1e-6
        if np.abs(errors[0]).max() < 1e-10:
            break
        step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-7 * np.eye(6), errors[0])
        q -= step / max(1.0, np.abs(step).max() / 0.3)
    return q


def _down(point: Sequence[float]) -> Array:
    return transform(point, (math.pi, 0.0, 0.0))


def motion(arm: Robot, task: Need, base: Base) -> tuple[Move, ...]:
    """Rest-to-rest moves through all stops and home again."""
    from_world, tool = inverse(base_in_world(base)), task.program.tool
    home = np.array([0.0, 0.2, -0.3, 0.0, 1.2, 0.0])
    moves: list[Move] = []
    q = home

    def rest_to_rest(kind: MoveKind, stop: int, goal: Array, duration: float) -> None:
        nonlocal q
        still = np.zeros((2, 6))
        moves.append(Move(kind, stop, np.array([0.0, duration]), np.stack([q, goal]), still, still))
        q = goal

    def straight(
        kind: MoveKind, stop: int, end: Sequence[float], start: Sequence[float], duration: float
    ) -> None:
        nonlocal q
        u = np.linspace(0.0, 1.0, 25)
        share = 10 * u**3 - 15 * u**4 + 6 * u**5
        points, values = np.outer(1 - share, start) + np.outer(share, end), [q]
        for point in points[1:]:
            values.append(solve(arm, from_world @ _down(point), values[-1], tool))
        t, path = u * duration, np.array(values)
        speeds = np.gradient(path, t, axis=0)
        speeds[[0, -1]] = 0.0
        slopes = np.gradient(speeds, t, axis=0)
        slopes[[0, -1]] = 0.0
        moves.append(Move(kind, stop, t, path, speeds, slopes))
        q = path[-1]

    for i, stop in enumerate(task.program.stops):
        (start, end), _, _ = stop.curve.frames(np.array([0.0, stop.curve.length]))
        above, leave = start + np.array([0, 0, stop.approach]), end + np.array([0, 0, stop.retract])
        goal = solve(
            arm,
            from_world @ _down(above),
            np.array([math.atan2(*above[1::-1]), 0.3, -0.4, 0.0, 1.5, 0.0]),
            tool,
        )
        rest_to_rest("travel", i, goal, 0.9)
        straight("approach", i, start, above, 0.5)
        if stop.curve.length:
            straight("stroke", i, end, start, stop.curve.length / 0.1)
        if stop.dwell:
            still = np.zeros((2, 6))
            moves.append(Move("dwell", i, np.array([0.0, stop.dwell]), np.stack([q, q]), still, still))
        straight("retract", i, leave, end, 0.5)
    rest_to_rest("travel", 0, home, 0.9)
    return tuple(moves)


def certificate(arm: Robot, task: Need, *, scale: float = 1.0, verdict: str = "proven") -> Certificate:
    base = Base((0.0, 0.0, 0.0), 0.0, "floor")
    moves = tuple(
        dataclasses.replace(m, t=m.t * scale, qd=m.qd / scale, qdd=m.qdd / scale**2)
        for m in motion(arm, task, base)
    )
    high = sum(m.duration for m in moves)
    return Certificate(
        robot_id=arm.id,
        robot_sha256=arm.sha256,
        need=task.document,
        need_sha256=task.sha256,
        base=base,
        order=tuple(range(len(task.program.stops))),
        moves=moves,
        acceleration={"joint": [10.0] * 6, "low_factor": 0.8, "high_factor": 1.3, "basis": "estimated"},
        claims={
            "cycle_time_s": {"low": high * 0.78, "nominal": high * 0.88, "high": high},
            "takt_s": 20.0,
            "min_clearance_m": 0.0124,
            "self_clearance_m": 0.0,
            "joint_range_used": 0.81,
            "velocity_used": 0.93 / scale,
            "acceleration_used": 1.0,
            "path_deviation_m": 0.0002,
            "direction_deviation_rad": 0.001,
            "tool_speed_mps": [0.09, 0.11],
            "payload_used": 9.0 / (arm.payload_kg.value if arm.payload_kg else 9.0),
            "wrist_moment_used": None,
            "wrist_inertia_used": None,
            "base_tolerance": {"xy_m": 0.005, "angle_rad": 0.0087},
        },
        not_shown=(
            {"what": "self_pair", "detail": "link_2/link_4", "demand": None},
            {"what": "wrist_moment", "detail": "no rating is known", "demand": 11.3},
        ),
        premises=(
            Premise(
                "payload_kg",
                12.0,
                "data sheet, from memory",
                "medium",
                True,
                "Is the rated payload 12 kg?",
                "额定负载是否为 12 kg?",
            ),
            Premise("acceleration", [10.0] * 6, BASIS, "low", False),
        ),
        verdict=verdict,  # type: ignore[arg-type]
    )


def checked(cert: Certificate) -> Verdict:
    """A passing verdict with a profile that dips twice."""
    end = sum(m.duration for m in cert.moves)
    t = np.linspace(0.0, end, 400)
    clearance = (
        0.18
        + 0.1 * np.cos(t)
        - 0.16 * np.exp(-((t - end / 3) ** 2) * 4)
        - 0.2 * np.exp(-((t - end * 0.7) ** 2) * 9)
    )
    measured = {
        "profile": {
            "t": t.tolist(),
            "clearance_m": np.maximum(clearance, 0.0124).tolist(),
            "self_clearance_m": [None] * 400,
            "velocity_used": (0.5 + 0.42 * np.sin(t * 1.7)).tolist(),
            "tool_speed_mps": np.abs(1.3 * np.sin(t * 1.1)).tolist(),
        }
    }
    return Verdict(True, "holds", (), measured, {"model": "current", "need": "same"})


def answer(task: Need | None = None, robots: Sequence[Robot] = ()) -> Answer:
    """An answer with a proven, a conditional and an unchecked solution, and refusals of many kinds."""
    task = task or need()
    arms = tuple(robots) or (
        robot(),
        robot("example_e20", model="E-20", payload=20.0),
        robot("example_e50", model="E-50", payload=50.0),
    )
    verdicts = ("proven", "proven_if_confirmed", "candidate")
    solutions = []
    for i, arm in enumerate(arms):
        verdict = verdicts[min(i, 2)]
        cert = certificate(arm, task, scale=1.0 + 0.12 * i, verdict=verdict)
        solutions.append(
            Solution(
                robot=arm,
                verdict=verdict,  # type: ignore[arg-type]
                certificate=cert,
                checked=checked(cert) if i < 2 else None,
                tightest=("12 mm clearance at the table", "距工作台净距 12 mm"),
                placements=tuple(
                    {"x": x, "y": y, "z": z, "yaw": 0.0, "score": max(0.0, 1 - math.hypot(x, y))}
                    for x in np.linspace(-1, 0.6, 9).tolist()
                    for y in np.linspace(-0.6, 0.8, 8).tolist()
                    for z in (0.0, 0.2)
                ),
            )
        )
    refusals = [
        Refusal(
            f"short_{i}",
            "sha256:" + "0" * 64,
            task.sha256,
            "impossible",
            "payload",
            9.0,
            3.0 + i,
            6.0 - i,
            "kg",
        )
        for i in range(5)
    ]
    refusals += [
        Refusal(
            "far_1",
            "sha256:" + "1" * 64,
            task.sha256,
            "impossible",
            "reach",
            1.45,
            0.9,
            0.55,
            "m",
            "stop 2: place 1",
        ),
        Refusal(
            "lost_1",
            "sha256:" + "2" * 64,
            task.sha256,
            "not_found",
            "placement",
            None,
            None,
            None,
            "",
            budget={"places": 512, "evaluations": 60, "best_share_of_key_waypoints": 0.625},
        ),
        Refusal(
            "quiet_1",
            "sha256:" + "3" * 64,
            task.sha256,
            "unknown",
            "data_velocity",
            None,
            None,
            None,
            "",
            question_en="What are the joint speeds of quiet_1?",
            question_zh="quiet_1 的各关节最大速度是多少？",
        ),
    ]
    counts = {
        "proven": 1,
        "proven_if_confirmed": 1,
        "candidate": len(arms) - 2,
        "impossible": 6,
        "not_found": 1,
        "unknown": 1,
    }
    return Answer(
        need=task,
        solutions=tuple(solutions),
        refusals=tuple(refusals),
        counts=counts,
        catalogue_sha256="sha256:" + "ca" * 32,
        engine="robotplus 0.1.0",
        seed=7,
        order=("verdict", "to_confirm", "payload_class", "takt_margin", "clearance"),
        timing={"total_s": 1.4},
        names={r.robot_id: ("Refused Works", f"Model {r.robot_id.upper()}") for r in refusals},
    )
