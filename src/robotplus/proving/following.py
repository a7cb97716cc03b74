"""Whether a timed move stays near its tool path and inside its speed band between the samples too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.layers import Segment
from robotplus.proving.outcome import INSIDE, Band, Path, Planned
from robotplus.proving.placed import Scene
from robotplus.robots.frames import inverse
from robotplus.robots.model import Array
from robotplus.scenarios.task import Stop

NEAR = 0.5  # share of a tolerance that may be used


@dataclass(frozen=True)
class Course:
    """The tool path a move should follow: base_from_tcp at spin 0 at the samples ``at`` (n, 3, 4) and halfway between
    them ``middle`` (n - 1, 3, 4); ``spin`` (n,) [rad] that the tool has at the samples, None where it need not be
    kept."""

    at: Array
    middle: Array
    spin: Array | None


def course_of(scene: Scene, segment: Segment) -> Course:
    """The course of a segment whose joints meet the samples exactly."""
    pose = scene.context.layers.fine_pose[segment.first : segment.last].reshape(-1, 3, 4)
    return Course(in_base(scene, pose), in_base(scene, segment.middle), None)


def in_base(scene: Scene, pose: Array) -> Array:
    """(n, 3, 4) base_from_tcp of world_from_tcp."""
    base_from_world = inverse(scene.world_from_base)
    out: Array = base_from_world[:3, :3] @ pose
    out[:, :, 3] += base_from_world[:3, 3]
    return out


def follows(scene: Scene, segment: Segment, timed: Planned, stop: Stop, band: Band) -> bool:
    """Whether the motion stays near its path between the samples too, and a stroke inside its speed band."""
    near = keeps_near(scene, timed.paths[0], course_of(scene, segment), stop)
    return near and keeps_speed(scene, timed, band)


def all_follow(
    scene: Scene,
    segments: Sequence[Segment],
    timed: Sequence[Planned],
    stops: Sequence[Stop],
    bands: Sequence[Band],
) -> list[bool]:
    """`follows` of many segments whose joints meet the samples exactly."""
    if not segments:
        return []
    need = scene.context.program.requirements
    paths = [move.paths[0] for move in timed]
    end = np.cumsum([len(path.s) for path in paths])
    s, q, m = (np.concatenate([getattr(path, name) for path in paths]) for name in ("s", "q", "m"))
    inside = np.ones(end[-1] - 1, dtype=bool)
    inside[end[:-1] - 1] = False  # between one path and the next
    middle = ((q[1:] + q[:-1]) / 2 - (m[1:] + m[:-1]) * np.diff(s)[:, None] ** 2 / 16)[inside]
    wanted = in_base(scene, np.concatenate([segment.middle for segment in segments]))
    out = track(scene, middle, np.zeros_like(middle))
    first = np.concatenate([[0], end[:-1]]) - np.arange(len(paths))
    off, lean = (
        np.maximum.reduceat(np.linalg.norm(out[:, 3 * k : 3 * k + 3] - wanted[:, :, column], axis=1), first)
        for k, column in ((0, 3), (1, 2))
    )
    tilts = np.array([stop.tilt_tolerance for stop in stops])
    near = (off <= NEAR * need.path_tolerance) & (lean <= NEAR * (tilts + need.angle_tolerance))
    return [
        bool(k) and keeps_speed(scene, move, band) for k, move, band in zip(near, timed, bands, strict=True)
    ]


def keeps_near(scene: Scene, path: Path, course: Course, stop: Stop) -> bool:
    """Whether the joint path is within its share of the tolerances halfway between its samples, and at them too where
    a spin says that they are not met exactly."""
    middle = halfway(path)
    if course.spin is None:
        return _is_near(scene, middle, course.middle, stop, None)
    spin = (course.spin[1:] + course.spin[:-1]) / 2
    return _is_near(scene, middle, course.middle, stop, spin) and _is_near(
        scene, path.q, course.at, stop, course.spin
    )


def halfway(path: Path) -> Array:
    """Joints (n - 1, 7) of the spline halfway between its samples."""
    bend = (path.m[1:] + path.m[:-1]) * np.diff(path.s)[:, None] ** 2
    middle: Array = (path.q[1:] + path.q[:-1]) / 2 - bend / 16
    return middle


def _is_near(scene: Scene, q: Array, wanted: Array, stop: Stop, spin: Array | None) -> bool:
    need = scene.context.program.requirements
    out = track(scene, q, np.zeros_like(q))
    off = out[:, :3] - wanted[:, :, 3]
    if spin is not None:  # being late or early is no deviation
        along = np.gradient(wanted[:, :, 3], axis=0)
        along /= np.maximum(np.linalg.norm(along, axis=1), 1e-12)[:, None]
        off -= along * (off * along).sum(axis=1)[:, None]
    if np.linalg.norm(off, axis=1).max() > NEAR * need.path_tolerance:
        return False
    lean = np.linalg.norm(out[:, 3:6] - wanted[:, :, 2], axis=1).max()
    if lean > NEAR * (stop.tilt_tolerance + need.angle_tolerance):
        return False
    if spin is None or stop.spins is None:
        return True
    turned = np.cos(spin)[:, None] * wanted[:, :, 0] + np.sin(spin)[:, None] * wanted[:, :, 1]
    return bool(np.linalg.norm(out[:, 6:9] - turned, axis=1).max() <= NEAR * need.angle_tolerance)


def track(scene: Scene, q: Array, qd: Array) -> Array:
    """(n, 10) tool position, z, x and speed in the base frame at joints q, qd (n, 7)."""
    out = np.zeros((len(q), 10))
    q, qd = np.ascontiguousarray(q), np.ascontiguousarray(qd)
    kernels().rp_track(scene.body.pointer, p(rows(scene.context.tcp)), len(q), p(q), p(qd), p(out))
    return out


def keeps_speed(scene: Scene, timed: Planned, band: Band) -> bool:
    """Whether the tool's speed stays inside its band, with room for what lies between the instants looked at."""
    if band[1] <= 0:
        return True
    times, q, qd = _at_knots_and_between(timed.move)
    wide, fast = np.zeros((len(q), 7)), np.zeros((len(q), 7))
    wide[:, : scene.body.dof], fast[:, : scene.body.dof] = q, qd
    speed = track(scene, wide, fast)[:, 9]
    walked = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(times))])
    inside = (walked >= 0.97 * band[3]) & (walked <= walked[-1] - 0.97 * band[3])
    slow = inside & (speed < band[0] + INSIDE * (band[1] - band[0]))
    return bool(speed.max() <= band[2] - INSIDE * (band[2] - band[1]) + 1e-12 and not slow.any())


def _at_knots_and_between(move: Move) -> tuple[Array, Array, Array]:
    """Times (2 n - 1,), joints and their speeds at a move's n knots and halfway between them: the quintics' middles."""
    h = np.diff(move.t)[:, None]
    out = [np.zeros((2 * len(move.t) - 1, *v.shape[1:])) for v in (move.t, move.q, move.qd)]
    for all_, own in zip(out, (move.t, move.q, move.qd), strict=True):
        all_[::2] = own
    rise, turn = np.diff(move.q, axis=0), np.diff(move.qd, axis=0)
    out[0][1::2] = move.t[:-1] + h[:, 0] / 2
    out[1][1::2] = move.q[:-1] + rise / 2 - 5 * h * turn / 32 + h * h * (move.qdd[1:] + move.qdd[:-1]) / 64
    out[2][1::2] = (
        15 * rise / (8 * h) - 7 * (move.qd[1:] + move.qd[:-1]) / 16 + h * np.diff(move.qdd, axis=0) / 32
    )
    return out[0], out[1], out[2]
