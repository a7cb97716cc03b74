"""Whether a timed move stays near its tool path and inside its speed band between the samples too."""

from __future__ import annotations

import numpy as np

from robotplus.certificates.motion import evaluate as at_times
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.layers import Segment
from robotplus.proving.outcome import Band, Planned
from robotplus.proving.placed import Scene
from robotplus.robots.frames import inverse
from robotplus.scenarios.task import Stop

NEAR = 0.5  # share of a tolerance that may be used between samples


def follows(scene: Scene, segment: Segment, timed: Planned, stop: Stop, band: Band) -> bool:
    """Whether the motion stays near its path between the samples too, and a stroke inside its speed band."""
    body, k, need = scene.body, kernels(), scene.context.program.requirements
    tcp = rows(scene.context.tcp)
    path = timed.paths[0]
    n = len(path.s)
    middle = np.zeros((n - 1, 7))
    h2 = np.diff(path.s)[:, None] ** 2
    middle[:] = (path.q[1:] + path.q[:-1]) / 2 - (path.m[1:] + path.m[:-1]) * h2 / 16
    out = np.zeros((n - 1, 10))
    k.rp_track(body.pointer, p(tcp), n - 1, p(middle), p(np.zeros_like(middle)), p(out))
    base_from_world = inverse(scene.world_from_base)
    wanted = segment.middle @ base_from_world[:3, :3].T + base_from_world[:3, 3]
    if np.linalg.norm(out[:, :3] - wanted, axis=1).max() > NEAR * need.path_tolerance:
        return False
    wanted = segment.middle_z @ base_from_world[:3, :3].T
    lean = np.linalg.norm(out[:, 3:6] - wanted, axis=1).max()
    if lean > NEAR * (stop.tilt_tolerance + need.angle_tolerance):
        return False
    if band[1] <= 0:
        return True
    t = timed.move.t
    times = np.concatenate([t, (t[1:] + t[:-1]) / 2])
    times.sort()
    q, qd, _ = at_times(timed.move, times)
    wide, fast = np.zeros((len(q), 7)), np.zeros((len(q), 7))
    wide[:, : body.dof], fast[:, : body.dof] = q, qd
    out = np.zeros((len(q), 10))
    k.rp_track(body.pointer, p(tcp), len(q), p(wide), p(fast), p(out))
    speed = out[:, 9]
    walked = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(times))])
    inside = (walked >= 0.97 * band[3]) & (walked <= walked[-1] - 0.97 * band[3])
    slow = inside & (speed < band[0] + 0.1 * (band[1] - band[0]))
    return bool(speed.max() <= band[2] - 0.1 * (band[2] - band[1]) + 1e-12 and not slow.any())
