"""A joint path that cannot be driven as it meets its samples, eased inside the process tolerances.

A drawn path has facets: the joints then turn in kinks that no process asks for, and near a singular posture
the kinks grow large. Between samples that are too far apart the joints leave the path. Both have the same
cure: more samples, and joints that bend less as far as half of the tolerances allows.

Bending less is a least-squares problem over all samples (``rp_ease``), solved again and again with weights that grow
where a joint's speed or acceleration or the tool's deviation comes near its limit, so that the largest of them gets
small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from robotplus.proving.following import NEAR, Course, halfway, in_base, keeps_near, keeps_speed, track
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.layers import Segment, poses
from robotplus.proving.outcome import FREE, Band, Failed, Path, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.postures import onto, spun
from robotplus.proving.timing import make_path, timed
from robotplus.robots.model import Array
from robotplus.scenarios.task import Stop

ROUNDS = 5  # times that weights are set and joints moved
FULL = 0.8  # use of a limit that counts as 1
SHARPNESS = 4  # weights grow with this power of the use
HOPELESS = 3.0  # use of a limit after two rounds at which more of them would be in vain
ASTRAY = 64.0  # path tolerances that joints may be off between samples: farther off, they pass over to other postures
LEAST, MOST = 1e-3, 1e4  # weights
DOUBLED = 2  # times that the samples are doubled at most


def eased(scene: Scene, segment: Segment, stop: Stop, band: Band, q: Array) -> Planned | Failed:
    """A drivable move along the segment's path with the ends of joints q (n, 7), which are near its samples, or why
    there is none."""
    failed = Failed("refine", segment.position, "between samples")
    s = segment.s
    if _astray(scene, segment, q):
        return replace(failed, detail="astray")
    spin = _spins(scene, q, in_base(scene, _places(scene, segment, stop, s)))
    for _ in range(DOUBLED):
        s, q, spin = _halved(scene, segment, stop, s, q, spin)
        course = Course(
            in_base(scene, _places(scene, segment, stop, s)),
            in_base(scene, _places(scene, segment, stop, (s[1:] + s[:-1]) / 2)),
            spin,
        )
        near = False
        for bent in _unbent(scene, stop, band, course, s, q):
            path = _by_length(scene, s, bent, band)
            if not keeps_near(scene, path, course, stop):
                continue
            near = True
            move = timed(scene.body, segment.kind, segment.position, path.s, path.q, band)
            if isinstance(move, Failed):
                failed = move
            elif keeps_speed(scene, move, band):
                return move
        if near:
            break  # more samples would change little
    return failed


def _astray(scene: Scene, segment: Segment, q: Array) -> bool:
    """Whether joints q (n, 7) leave the segment's path between its samples by more than easing ever mends."""
    path = make_path(scene.body, segment.s, q, FREE)
    between = halfway(path)
    off = track(scene, between, np.zeros_like(between))[:, :3] - in_base(scene, segment.middle)[:, :, 3]
    return bool(
        np.linalg.norm(off, axis=1).max() > ASTRAY * scene.context.program.requirements.path_tolerance
    )


def _halved(
    scene: Scene, segment: Segment, stop: Stop, s: Array, q: Array, spin: Array
) -> tuple[Array, Array, Array]:
    """Arc lengths, joints and spins with a sample more between any two, its pose met where that can be."""
    fine_s, fine_q, fine_spin = (_interleaved(v) for v in (s, q, spin))
    between = halfway(make_path(scene.body, s, q, FREE))
    onto(scene, in_base(scene, _places(scene, segment, stop, fine_s[1::2])), fine_spin[1::2], between)
    fine_q[1::2] = between
    return fine_s, fine_q, fine_spin


def _interleaved(values: Array) -> Array:
    """Values (n, …) with the means of neighbours between them."""
    out = np.zeros((2 * len(values) - 1, *values.shape[1:]))
    out[::2], out[1::2] = values, (values[1:] + values[:-1]) / 2
    return out


def _places(scene: Scene, segment: Segment, stop: Stop, s: Array) -> Array:
    """(m, 3, 4) world_from_tcp at spin 0 at arc lengths s (m,) of the segment."""
    if segment.kind == "stroke":
        return poses(*stop.curve.frames(s))
    fine = scene.context.layers.fine_pose
    first, last = (fine[k].reshape(3, 4) for k in (segment.first, segment.last - 1))
    out = np.repeat(first[None], len(s), axis=0)
    out[:, :, 3] += (s / segment.s[-1])[:, None] * (last[:, 3] - first[:, 3])
    return out


def _spins(scene: Scene, q: Array, pose: Array) -> Array:
    """(n,) [rad] by which joints q turn the tool from base_from_tcp poses at spin 0, without jumps."""
    x = track(scene, q, np.zeros_like(q))[:, 6:9]
    return np.unwrap(np.arctan2((x * pose[:, :, 1]).sum(axis=1), (x * pose[:, :, 0]).sum(axis=1)))


def _unbent(scene: Scene, stop: Stop, band: Band, course: Course, s: Array, q: Array) -> Iterator[Array]:
    """The joints q (n, 7) as they are, then ones that bend less and less at the speed asked; without one, only q."""
    yield q
    speed, dof = band[1], scene.body.dof
    if speed <= 0 or course.spin is None:
        return
    need, body = scene.context.program.requirements, scene.body
    free = stop.spins is None
    angle = need.angle_tolerance + (stop.tilt_tolerance if free else 0.0)
    scale = 1 / (NEAR * np.array([need.path_tolerance, angle]))
    goal = course.at if free else spun(course.at, course.spin)
    per_rate, per_bend = (
        np.zeros(7),
        np.zeros(7),
    )  # share of a joint's limit per unit of a derivative along the path
    per_rate[:dof] = speed / np.array(body.struct.vmax[:dof]) / FULL
    per_bend[:dof] = speed**2 / np.array(body.struct.amax[:dof]) / FULL
    n = len(s)
    weight, rate, bend = np.ones(n), np.ones((n - 1, 7)), np.ones((n, 7))
    q = q.copy()
    for turn in range(ROUNDS):
        wr, wb = np.ascontiguousarray(rate * per_rate**2), np.ascontiguousarray(bend * per_bend**2)
        done = kernels().rp_ease(
            body.pointer,
            p(rows(scene.context.tcp)),
            n,
            p(s),
            p(np.ascontiguousarray(goal.reshape(n, 12))),
            p(scale),
            int(free),
            p(weight),
            p(wb),
            p(wr),
            p(q),
        )
        if not done:
            return
        yield q.copy()
        first = np.diff(q, axis=0) / np.diff(s)[:, None]
        second = np.zeros((n, 7))
        second[1:-1] = 2 * np.diff(first, axis=0) / (s[2:] - s[:-2])[:, None]
        if turn and max(np.abs(first * per_rate).max(), np.abs(second * per_bend).max()) > HOPELESS:
            return
        weight = _grown(weight, _off(scene, goal, q, scale, free))
        rate, bend = _grown(rate, np.abs(first * per_rate)), _grown(bend, np.abs(second * per_bend))


def _grown(weight: Array, use: Array) -> Array:
    """Weights nearer to what the use of a limit asks for; half the way (of their logarithms), so that they settle."""
    wanted = np.clip(use, 0.1, 10.0) ** SHARPNESS
    out: Array = np.clip(np.sqrt(weight * wanted), LEAST, MOST)
    return out


def _off(scene: Scene, goal: Array, q: Array, scale: Array, free: bool) -> Array:
    """(n,) how far the tool is from base_from_tcp ``goal`` (n, 3, 4), in shares of what is allowed."""
    out = track(scene, q, np.zeros_like(q))
    away = scale[0] * np.linalg.norm(out[:, :3] - goal[:, :, 3], axis=1)
    lean = scale[1] * np.linalg.norm(out[:, 3:6] - goal[:, :, 2], axis=1)
    turned = scale[1] * np.linalg.norm(out[:, 6:9] - goal[:, :, 0], axis=1)
    return np.asarray(np.maximum(away, lean if free else np.maximum(lean, turned)))


def _by_length(scene: Scene, s: Array, q: Array, band: Band) -> Path:
    """The path over the length the tool really goes, by chords to the middles between the samples."""
    path = make_path(scene.body, s, q, band)
    all_q = _interleaved(q)
    all_q[1::2] = halfway(path)
    step = np.linalg.norm(np.diff(track(scene, all_q, np.zeros_like(all_q))[:, :3], axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(step[::2] + step[1::2])])
    return make_path(scene.body, walked, q, band) if (np.diff(walked) > 1e-6).all() else path
