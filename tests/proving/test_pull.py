"""What joint accelerations a tool's acceleration needs at least, and where a task asks for it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proving_cases import CATALOGUE, OF_CLASS, seam_need, wide
from reference_chains import flange, limits
from scipy.optimize import linprog

from robotplus.proving.context import make_context
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.layers import flange_from_tcp
from robotplus.proving.pack import pack
from robotplus.proving.search import key_layers
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.task import Need

PULLED = 0.9
TCP = flange_from_tcp(seam_need().program)
STEP = 1e-6


def at_speed(speed: float) -> Need:
    """A seam at ``speed`` [mm/s], a tenth more or less, reached within 10 mm."""
    return seam_need(process_path__speed_mm_s=[0.9 * speed, speed, 1.1 * speed])


def jacobian(robot: Robot, q: Array) -> Array:
    """(6, dof) of the tool by differences: position in the base frame, turn in the tool's own."""
    now = flange(robot, q) @ TCP
    out = []
    for e in np.eye(robot.dof) * STEP:
        a, b = flange(robot, q - e) @ TCP, flange(robot, q + e) @ TCP
        turn = np.cross(a[:3, :3], b[:3, :3], axis=0).sum(axis=1) / 2
        out.append([*(b[:3, 3] - a[:3, 3]), *(now[:3, :3].T @ turn)])
    return np.array(out).T / (2 * STEP)


def least_share(robot: Robot, q: Array, pull: Array, amax: Array, *, free: bool) -> float:
    """By linear programming: the least bound on |x_j| / amax_j over all x with J x = pull."""
    count = 5 if free else 6
    a = jacobian(robot, q)[:count]
    b = np.concatenate([pull[:3], (flange(robot, q) @ TCP)[:3, :3].T @ pull[3:]])[:count]
    d = robot.dof
    upper = np.concatenate([np.diag(1 / amax), -np.diag(1 / amax)])
    out = linprog(
        [0.0] * d + [1.0],
        A_ub=np.column_stack([upper, -np.ones(2 * d)]),
        b_ub=np.zeros(2 * d),
        A_eq=np.column_stack([a, np.zeros(count)]),
        b_eq=b,
        bounds=[(None, None)] * d + [(0, None)],
    )
    assert out.success
    return float(out.fun)


@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(OF_CLASS)), st.booleans())
@settings(deadline=None, max_examples=60)
def test_the_least_share_is_that_of_linear_programming(seed: int, kind: str, free: bool) -> None:
    """Exact where it decides: above the bound when the optimum is, below it when the optimum is clearly."""
    robot, rng = CATALOGUE[OF_CLASS[kind]], np.random.default_rng(seed)
    if robot.dof < 6:
        return
    lower, upper = limits(robot)
    q = lower + rng.uniform(0.2, 0.8, robot.dof) * (upper - lower)
    amax = rng.uniform(2.0, 10.0, robot.dof)
    pull = np.concatenate([rng.normal(size=3), 0.3 * rng.normal(size=3)]) * rng.uniform(0.2, 4.0)
    body = pack(robot, amax=amax.tolist())
    if np.linalg.svd(jacobian(robot, q)[: 5 if free else 6], compute_uv=False)[-1] < 1e-2:
        return
    share = kernels().rp_pull_use(body.pointer, p(rows(TCP)), p(pull), int(free), p(wide(q[None])))
    least = least_share(robot, q, pull, amax, free=free)
    assert share >= least * (1 - 1e-4)
    if least > PULLED * 1.001:
        assert share > PULLED
    if least < 0.9 * PULLED:
        assert share <= PULLED


def test_layers_tell_the_pull_of_a_straight_seam() -> None:
    """v² over twice the room, along the seam, at its two ends alone; twice the speed pulls four times as hard."""
    pulls = []
    for speed in (100.0, 200.0):
        need = at_speed(speed)
        layers = make_context(need).layers
        strong = np.flatnonzero(np.abs(layers.pull).max(axis=1) > 0)
        assert (
            len(strong) == 2
            and (layers.joined[strong[0] : strong[1] + 1] == 1).sum() >= strong[1] - strong[0]
        )
        v = 0.9 * speed / 1000
        np.testing.assert_allclose(
            np.linalg.norm(layers.pull[strong, :3], axis=1), v * v / (2 * 0.95 * 0.01 * 0.8), rtol=1e-9
        )
        along = np.diff(layers.pose.reshape(-1, 3, 4)[strong, :, 3], axis=0)[0]
        cosine = (
            layers.pull[strong, :3]
            @ along
            / np.linalg.norm(along)
            / np.linalg.norm(layers.pull[strong[0], :3])
        )
        np.testing.assert_allclose(cosine, 1.0, atol=1e-9)
        pulls.append(np.linalg.norm(layers.pull[strong[0], :3]))
    assert math.isclose(pulls[1], 4 * pulls[0], rel_tol=1e-9)


@pytest.mark.parametrize(("speed", "looked_at"), [(30.0, False), (200.0, True)])
def test_hard_pulls_are_looked_at_first(speed: float, *, looked_at: bool) -> None:
    context = make_context(at_speed(speed))
    strong = np.flatnonzero(np.abs(context.layers.pull).max(axis=1) > 0).tolist()
    chosen = key_layers(context).tolist()
    assert len(set(chosen)) == len(chosen)
    assert (chosen[:2] == strong) == looked_at
