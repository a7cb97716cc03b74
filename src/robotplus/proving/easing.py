"""A joint path that cannot be driven as it meets its samples, eased inside the process tolerances.

A drawn path has facets: the joints then turn in kinks that no process asks for, and near a singular posture
the kinks grow large. Between samples that are too far apart the joints leave the path. Both have the same
cure: more samples, and joints averaged along the path as far as half of the tolerances allows.
"""

from __future__ import annotations

import numpy as np

from robotplus.proving.following import Course, in_base, keeps_near, keeps_speed, track
from robotplus.proving.layers import Segment, poses
from robotplus.proving.outcome import FREE, Band, Failed, Path, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.postures import moving_mean, onto
from robotplus.proving.timing import make_path, timed
from robotplus.robots.model import Array
from robotplus.scenarios.task import Stop

WINDOWS = (0, 2, 4, 8, 16)  # samples on either side that are averaged, tried in turn
DOUBLED = 2  # times that the samples are doubled at most


def eased(scene: Scene, segment: Segment, stop: Stop, band: Band, q: Array) -> Planned | Failed:
    """A drivable move along the segment's path with the ends of joints q (n, 7), which meet its samples, or why there
    is none."""
    failed = Failed("refine", segment.position, "between samples")
    s = segment.s
    spin = _spins(scene, q, in_base(scene, _places(scene, segment, stop, s)))
    for _ in range(DOUBLED):
        finer = _halved(scene, segment, stop, s, q, spin)
        if finer is None:
            break
        s, q, spin = finer
        course = Course(
            in_base(scene, _places(scene, segment, stop, s)),
            in_base(scene, _places(scene, segment, stop, (s[1:] + s[:-1]) / 2)),
            spin,
        )
        for window in WINDOWS:
            if 2 * window >= len(q):
                break
            path = _by_length(scene, s, _averaged(q, window), band)
            if not keeps_near(scene, path, course, stop):
                break
            move = timed(scene.body, segment.kind, segment.position, path.s, path.q, band)
            if isinstance(move, Failed):
                failed = move
            elif keeps_speed(scene, move, band):
                return move
            if segment.kind != "stroke":
                break
    return failed


def _halved(
    scene: Scene, segment: Segment, stop: Stop, s: Array, q: Array, spin: Array
) -> tuple[Array, Array, Array] | None:
    """Arc lengths, joints and spins with a sample more between any two; None where the joints cannot be met."""
    fine_s, fine_q, fine_spin = (_interleaved(v) for v in (s, q, spin))
    path = make_path(scene.body, s, q, FREE)
    fine_q[1::2] -= (path.m[1:] + path.m[:-1]) * np.diff(s)[:, None] ** 2 / 16
    between = np.ascontiguousarray(fine_q[1::2])
    if not onto(scene, in_base(scene, _places(scene, segment, stop, fine_s[1::2])), fine_spin[1::2], between):
        return None
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


def _averaged(q: Array, window: int) -> Array:
    """Joints averaged over ``window`` samples on either side; what the mean takes from a bend is given back once."""
    if not window:
        return q
    mean = moving_mean(q, window)
    return mean + moving_mean(q - mean, window)


def _by_length(scene: Scene, s: Array, q: Array, band: Band) -> Path:
    """The path over the length the tool really goes, by chords to the middles between the samples."""
    path = make_path(scene.body, s, q, band)
    middle = (q[1:] + q[:-1]) / 2 - (path.m[1:] + path.m[:-1]) * np.diff(s)[:, None] ** 2 / 16
    all_q = _interleaved(q)
    all_q[1::2] = middle
    step = np.linalg.norm(np.diff(track(scene, all_q, np.zeros_like(all_q))[:, :3], axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(step[::2] + step[1::2])])
    return make_path(scene.body, walked, q, band) if (np.diff(walked) > 1e-6).all() else path
