"""The oracle accepts a motion that is right and names what is wrong with spoilt ones."""

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from benchmarks.oracle import Replay, pedestal, replay_certificate
from benchmarks.planting import Planted, planted

from robotplus.certificates.motion import Move
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import rotation
from robotplus.scenarios.cell import pedestal as trusted_pedestal
from robotplus.scenarios.task import Program


@pytest.fixture(scope="module")
def task() -> Planted:
    """A planted task without approach, so that the planted postures are the whole motion."""
    robot = load_catalogue()["abb_irb2400_12_155"]
    found = next(
        t for t in planted([robot], 9, np.random.default_rng(3), "t") if t.need.family == "process_path"
    )
    stop = dataclasses.replace(found.need.program.stops[0], approach=0.0, retract=0.0)
    program = dataclasses.replace(found.need.program, stops=(stop,))
    return dataclasses.replace(found, need=dataclasses.replace(found.need, program=program))


def certificate(task: Planted) -> dict[str, Any]:
    """The planted motion, run slowly from rest to rest, as a certificate's document."""
    stop = task.need.program.stops[0]

    # arc length along the path and a speed profile that ramps up, holds the wanted speed and ramps down
    tcp = task.arm.tcp(task.q)[:, :3, 3]
    s = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(tcp, axis=0), axis=1))])
    assert stop.speed is not None
    ramp, wanted = 0.8 * stop.ramp, stop.speed[1]
    rise = 2 * ramp / wanted
    total = (s[-1] - 2 * ramp) / wanted + 2 * rise
    t = np.linspace(0.0, total, 600)
    t[-1] = total
    half = wanted / rise / 2
    along = np.select(
        [t < rise, t > total - rise],
        [half * t**2, s[-1] - half * (total - t) ** 2],
        ramp + wanted * (t - rise),
    )
    speed = np.select([t < rise, t > total - rise], [wanted * t / rise, wanted * (total - t) / rise], wanted)
    slope = np.gradient(task.q, s, axis=0)
    q = np.stack([np.interp(along, s, task.q[:, k]) for k in range(task.q.shape[1])], axis=1)
    rate = np.stack([np.interp(along, s, slope[:, k]) for k in range(task.q.shape[1])], axis=1)
    move = Move("stroke", 0, t, q, rate * speed[:, None], np.zeros_like(q))

    return {
        "base": {"xyz": list(task.base[:3]), "yaw": task.base[3], "mounting": "floor"},
        "order": [0],
        "moves": [{k: getattr(move, k) for k in ("kind", "stop", "t", "q", "qd", "qdd")}],
        "acceleration": {"joint": [1e3] * task.q.shape[1]},
        "not_shown": left_out(task),
    }


def left_out(task: Planted) -> list[dict[str, str]]:
    n = task.arm.robot.dof
    kept = {f"{a}/{b}" for a, b in task.pairs}
    every = [f"link_{i}/link_{j}" for j in range(2, n + 1) for i in range(j - 1)]
    every += [f"link_{i}/tool" for i in range(n - 1)]
    return [{"what": "self_pair", "detail": pair} for pair in every if pair not in kept]


def judge(task: Planted, document: dict[str, Any], program: Program | None = None) -> Replay:
    return replay_certificate(document, task.arm.document, program or task.need.program)


def test_the_planted_motion_stands(task: Planted) -> None:
    replay = judge(task, certificate(task))
    assert replay.violations == {} and replay.instants > 500


def moved_base(d: dict[str, Any]) -> None:
    d["base"]["xyz"][0] += 0.01


def faster(d: dict[str, Any]) -> None:
    d["moves"][0]["t"] = d["moves"][0]["t"] / 1.2
    d["moves"][0]["qd"] = d["moves"][0]["qd"] * 1.2


def cut_short(d: dict[str, Any]) -> None:
    for key in ("t", "q", "qd", "qdd"):
        d["moves"][0][key] = d["moves"][0][key][:400]


def no_stroke(d: dict[str, Any]) -> None:
    d["moves"][0]["kind"] = "travel"


def low_acceleration(d: dict[str, Any]) -> None:
    d["acceleration"]["joint"] = [1e-3] * 6


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (moved_base, "path"),
        (faster, "tool speed"),
        (cut_short, "coverage"),
        (no_stroke, "missing"),
        (low_acceleration, "acceleration limit"),
    ],
)
def test_spoilt_motions_are_named(task: Planted, spoil: Callable[[dict[str, Any]], None], kind: str) -> None:
    document = copy.deepcopy(certificate(task))
    spoil(document)
    assert kind in judge(task, document).violations


def test_an_obstacle_in_the_way_is_a_collision(task: Planted) -> None:
    program = task.need.program
    floor = next(o for o in program.obstacles if o.role == "floor")
    middle = program.stops[0].curve.frames(np.array([program.stops[0].curve.length / 2]))[0][0]
    box = dataclasses.replace(floor.boxes[0], xyz=tuple(middle), rpy=(0.0, 0.0, 0.3), size=(0.05, 0.05, 0.05))
    blocked = dataclasses.replace(floor, name="blocker", role="cell", boxes=(box,))
    spoilt = dataclasses.replace(program, obstacles=(*program.obstacles, blocked))
    assert "collision" in judge(task, certificate(task), spoilt).violations


def test_limits_are_read_from_the_file(task: Planted) -> None:
    document = copy.deepcopy(task.arm.document)
    document["joints"][1]["upper"] = float(task.q[:, 1].min()) - 0.01
    document["joints"][0]["velocity"] = 1e-4
    replay = replay_certificate(certificate(task), document, task.need.program)
    assert {"position limit", "velocity limit"} <= set(replay.violations)


def test_the_pedestal_is_the_trusted_one(task: Planted) -> None:
    base = {"xyz": [0.3, -0.2, 0.5], "yaw": 0.7, "mounting": "floor"}
    mine = pedestal(task.arm.document, base)
    theirs = trusted_pedestal(task.arm.robot, xyz=(0.3, -0.2, 0.5), yaw=0.7, mounting="floor")
    assert theirs is not None
    np.testing.assert_allclose(mine["xyz"], theirs.xyz, atol=1e-9)
    np.testing.assert_allclose(mine["size"], theirs.size, atol=1e-9)
    np.testing.assert_allclose(rotation(mine["rpy"]), rotation(theirs.rpy), atol=1e-9)
