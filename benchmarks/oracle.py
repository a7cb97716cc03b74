"""Replay a certificate every millisecond and look for what is wrong with it: the third, independent opinion.

The task is the lowered program (trusted base), the robot is its JSON file, the motion the certificate's JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.oracle_boxes import Array, Boxes, bounds_gap, distance, separation
from benchmarks.oracle_robot import link_frames, placed, pose, replay
from robotplus.scenarios.task import Program, Stop

STEP = 1e-3  # [s]
SLACK = 1e-6  # rounding [m, rad]
CURVE_STEP = 1e-4  # [m] between the points a stroke is compared with
CHUNK = 4000
MOUNT = {"floor": (0.0, 0.0, 0.0), "ceiling": (np.pi, 0.0, 0.0), "wall": (0.0, np.pi / 2, 0.0)}


@dataclass
class Replay:
    """What was found: violations by kind, and how many instants were looked at."""

    instants: int = 0
    violations: dict[str, str] = field(default_factory=dict)
    smallest_clearance: float = np.inf

    def blame(self, kind: str, detail: str) -> None:
        """Keep the first violation of each kind."""
        self.violations.setdefault(kind, detail)


@dataclass(frozen=True)
class Body:
    """A box that moves with the robot: name and number in the pair rules (tool, part: the last link)."""

    name: str
    number: int
    boxes: Boxes


def replay_certificate(certificate: dict[str, Any], robot: dict[str, Any], program: Program) -> Replay:
    """Replay every move and judge limits, path and collisions.

    Args:
        certificate: a certificate's document.
        robot: the document of the robot it names.
        program: the task, lowered.
    """
    out = Replay()
    base = certificate["base"]
    world_from_base = pose(base["xyz"], (0.0, 0.0, base["yaw"])) @ pose((0, 0, 0), MOUNT[base["mounting"]])
    skipped = {n["detail"] for n in certificate["not_shown"] if n["what"] == "self_pair"}
    end: Array | None = None
    for index, move in enumerate(certificate["moves"]):
        times, q, v, a = replay(move, STEP)
        out.instants += len(times)
        if end is not None and np.abs(q[0] - end).max() > SLACK:
            out.blame("jump", f"{move['kind']} {move['stop']} starts elsewhere")
        end = q[-1]
        _limits(out, robot, certificate, q, v, a)
        stop = program.stops[certificate["order"][move["stop"]]]
        for first in range(0, len(q), CHUNK):
            frames = [world_from_base @ f for f in link_frames(robot, q[first : first + CHUNK])]
            _collisions(
                out,
                move,
                stop,
                frames,
                robot=robot,
                program=program,
                base=base,
                skipped=skipped,
                closing=index > 0 and move["kind"] == "travel" and move["stop"] == 0,
            )
        tcp = world_from_base @ link_frames(robot, q)[-1] @ pose(program.tool.tcp_xyz, program.tool.tcp_rpy)
        _path(out, move["kind"], stop, program, times=times, tcp=tcp)
    _structure(out, certificate, program)
    return out


def _structure(out: Replay, certificate: dict[str, Any], program: Program) -> None:
    done = [(m["kind"], m["stop"]) for m in certificate["moves"]]
    for i, index in enumerate(certificate["order"]):
        stop = program.stops[index]
        wanted = {
            "approach": stop.approach,
            "stroke": stop.curve.length,
            "dwell": stop.dwell,
            "retract": stop.retract,
        }
        for kind, amount in wanted.items():
            if amount > 0 and (kind, i) not in done:
                out.blame("missing", f"{kind} of {stop.name}")
    if sorted(certificate["order"]) != list(range(len(program.stops))):
        out.blame("order", "not every stop once")
    for m in certificate["moves"]:
        wanted_dwell = program.stops[certificate["order"][m["stop"]]].dwell
        if m["kind"] == "dwell" and m["t"][-1] < wanted_dwell - SLACK:
            out.blame("dwell", f"{m['t'][-1]} s instead of {wanted_dwell} s")


def _limits(
    out: Replay, robot: dict[str, Any], certificate: dict[str, Any], q: Array, v: Array, a: Array
) -> None:
    for k, joint in enumerate(robot["joints"]):
        if q[:, k].min() < joint["lower"] - SLACK or q[:, k].max() > joint["upper"] + SLACK:
            out.blame("position limit", joint["name"])
        if np.abs(v[:, k]).max() > joint["velocity"] * (1 + 1e-6):
            out.blame("velocity limit", f"{joint['name']}: {np.abs(v[:, k]).max():.4f} > {joint['velocity']}")
        stated = certificate["acceleration"]["joint"][k]
        if np.abs(a[:, k]).max() > stated * (1 + 1e-6):
            out.blame("acceleration limit", f"{joint['name']}: {np.abs(a[:, k]).max():.3f} > {stated}")
    for coupling in robot["couplings"]:
        total = q @ np.array(coupling["coefficients"])
        if total.min() < coupling["lower"] - SLACK or total.max() > coupling["upper"] + SLACK:
            out.blame("coupled limit", coupling["note"])


def _path(out: Replay, kind: str, stop: Stop, program: Program, *, times: Array, tcp: Array) -> None:
    need = program.requirements
    position, z = tcp[:, :3, 3], tcp[:, :3, 2]
    lean = stop.tilt_tolerance + need.angle_tolerance + SLACK
    if kind == "stroke":
        count = max(3, int(np.ceil(stop.curve.length / CURVE_STEP)) + 1)
        s = np.linspace(0.0, stop.curve.length, count)
        points, directions, references = stop.curve.frames(s)
        at = _follow(points, position)
        tangent = np.gradient(points, axis=0)[at]
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        off = position - points[at]
        along = np.einsum("nc,nc->n", off, tangent)
        if np.linalg.norm(off - along[:, None] * tangent, axis=1).max() > need.path_tolerance + SLACK:
            out.blame("path", f"{stop.name}: off the curve")
        if _angle(z, directions[at]).max() > lean:
            out.blame("direction", f"{stop.name}: {_angle(z, directions[at]).max():.4f} rad")
        _spin(out, stop, tcp=tcp, directions=directions[at], references=references[at], lean=lean)
        progress = s[at] + along
        if progress[0] > need.path_tolerance or progress[-1] < stop.curve.length - need.path_tolerance:
            out.blame(
                "coverage", f"{stop.name}: {progress[0]:.5f}..{progress[-1]:.5f} of {stop.curve.length:.5f}"
            )
        if stop.speed is not None:
            speed = np.linalg.norm(np.diff(position, axis=0), axis=1) / np.diff(times)
            free = (progress[:-1] > stop.ramp + 1e-3) & (progress[1:] < stop.curve.length - stop.ramp - 1e-3)
            free &= np.diff(times) > STEP / 2
            low, _, high = stop.speed
            if free.any() and (speed[free].min() < low * 0.999 or speed[free].max() > high * 1.001):
                out.blame("tool speed", f"{stop.name}: {speed[free].min():.5f}..{speed[free].max():.5f} m/s")
    elif kind in ("approach", "retract", "dwell"):
        where = 0.0 if kind == "approach" else stop.curve.length
        point, direction, reference = (f[0] for f in stop.curve.frames(np.array([where])))
        away = -direction if stop.approach_axis is None else np.array(stop.approach_axis)
        length = {"approach": stop.approach, "retract": stop.retract, "dwell": 0.0}[kind]
        along = np.clip((position - point) @ away, 0.0, length)
        if (
            np.linalg.norm(position - point - along[:, None] * away, axis=1).max()
            > need.path_tolerance + SLACK
        ):
            out.blame("line", f"{kind} of {stop.name}: off the line")
        directions = np.broadcast_to(direction, z.shape)
        if _angle(z, directions).max() > lean:
            out.blame("direction", f"{kind} of {stop.name}")
        _spin(
            out,
            stop,
            tcp=tcp,
            directions=directions,
            references=np.broadcast_to(reference, z.shape),
            lean=lean,
        )


def _follow(points: Array, position: Array) -> np.ndarray:
    """Index of the curve point each position is nearest to, moving on from the one before: never a jump."""
    at = np.empty(len(position), dtype=int)
    here = int(np.linalg.norm(points - position[0], axis=1)[: max(3, len(points) // 4)].argmin())
    for n, p in enumerate(position):
        while True:
            low, high = max(0, here - 20), min(len(points), here + 60)
            best = low + int(((points[low:high] - p) ** 2).sum(axis=1).argmin())
            if best == here or high - low < 3:
                break
            here = best
        at[n] = here
    return at


def _angle(a: Array, b: Array) -> Array:
    return np.asarray(np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), np.einsum("nc,nc->n", a, b)))


def _spin(out: Replay, stop: Stop, *, tcp: Array, directions: Array, references: Array, lean: float) -> None:
    if stop.spins is None:
        return
    x, y = tcp[:, :3, 0], np.cross(directions, references)
    turned = np.arctan2(np.einsum("nc,nc->n", x, y), np.einsum("nc,nc->n", x, references))
    off = np.abs(np.angle(np.exp(1j * (turned[:, None] - np.array(stop.spins)))))
    if off.max(axis=0).min() > lean + 1e-3:
        out.blame("spin", f"{stop.name}: {off.max(axis=0).min():.4f} rad from every allowed spin")


def _collisions(
    out: Replay,
    move: dict[str, Any],
    stop: Stop,
    frames: list[Array],
    *,
    robot: dict[str, Any],
    program: Program,
    base: dict[str, Any],
    skipped: set[str],
    closing: bool,
) -> None:
    need = program.requirements
    at_work = move["kind"] != "travel"
    bodies = list(_bodies(move, stop, frames, robot=robot, program=program))
    positions = {0, len(program.stops)} if closing else {move["stop"]}
    cell = [
        (o.name, str(o.role), as_dict(b))
        for o in program.obstacles
        if any((o.first is None or o.first <= at) and (o.last is None or at <= o.last) for at in positions)
        for b in o.boxes
    ]
    if base["mounting"] == "floor" and base["xyz"][2] > 0:
        cell.append(("pedestal", "pedestal", pedestal(robot, base)))
    for body in bodies:
        for name, role, box in cell:
            if body.number == 0 or (body.number == 1 and role in ("floor", "pedestal")):
                continue  # what stands on the floor touches it; the base does not move
            if body.name == "part" and at_work and name in stop.touches:
                continue
            tool_at_work = at_work and body.name in ("tool", "part")
            margin = need.tool_clearance if tool_at_work else need.min_clearance
            _judge(out, body.boxes, fixed(box, len(frames[0])), margin, f"{body.name} and {name}")
    for a in bodies:
        for b in bodies:
            if b.number - a.number >= 2 and f"{a.name}/{b.name}" not in skipped:
                _judge(out, a.boxes, b.boxes, 0.0, f"{a.name} and {b.name}")


def _bodies(
    move: dict[str, Any], stop: Stop, frames: list[Array], *, robot: dict[str, Any], program: Program
) -> Iterator[Body]:
    last = len(robot["joints"])
    for k, link in enumerate(robot["links"]):
        for box in link["boxes"]:
            yield Body(f"link_{k}", k, placed(frames[k], box))
    for tool_box in program.tool.boxes:
        yield Body("tool", last, placed(frames[-1], as_dict(tool_box)))
    before = {stop.carry_in} if move["kind"] != "retract" else set()
    after = {stop.carry_out} if move["kind"] in ("dwell", "retract") else set()
    tcp = frames[-1] @ pose(program.tool.tcp_xyz, program.tool.tcp_rpy)
    for carried in before | after:
        for part_box in program.parts[carried].boxes if carried is not None else ():
            yield Body("part", last, placed(tcp, as_dict(part_box)))


def _judge(out: Replay, a: Boxes, b: Boxes, margin: float, who: str) -> None:
    """Blame a collision where the boxes overlap, a clearance where the distance is below the margin."""
    near = np.flatnonzero(bounds_gap(a, b) <= margin)
    if not len(near):
        return
    gap = separation(a[near], b[near])
    if gap.min() <= 0.0:
        out.blame("collision", f"{who}: overlap {-gap.min():.5f} m")
        return
    close = near[gap < margin]
    if len(close):
        least = float(distance(a[close], b[close]).min())
        out.smallest_clearance = min(out.smallest_clearance, least)
        if least < margin - 1e-5:
            out.blame("clearance", f"{who}: {least:.5f} m < {margin} m")


def fixed(box: dict[str, Any], count: int) -> Boxes:
    """A box that stands still, repeated."""
    return placed(np.broadcast_to(np.eye(4), (count, 4, 4)), box)


def as_dict(box: Any) -> dict[str, Any]:
    """An OrientedBox as the dict a file would hold."""
    return {"xyz": box.xyz, "rpy": box.rpy, "size": box.size}


def pedestal(robot: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """The stand under a raised base: the base link's footprint, at least 0.2 m, down to the floor."""
    corners = [np.zeros((3, 1))]
    for box in robot["links"][0]["boxes"]:
        signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1)
        at = pose(box["xyz"], box["rpy"])
        corners.append(at[:3, :3] @ (signs * np.array(box["size"])[:, None] / 2) + at[:3, 3:])
    xy = np.concatenate(corners, axis=1)[:2]
    low, high = xy.min(axis=1), xy.max(axis=1)
    size = np.maximum(high - low, 0.2)
    centre = pose(base["xyz"], (0, 0, base["yaw"])) @ np.append((low + high) / 2, (0.0, 1.0))
    height = base["xyz"][2]
    return {
        "xyz": (centre[0], centre[1], height / 2),
        "rpy": (0.0, 0.0, base["yaw"]),
        "size": (*size, height),
    }
