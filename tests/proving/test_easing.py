"""Joint paths that kinks or far samples keep from being driven are eased, inside the tolerances that check measures."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from proving_cases import CATALOGUE, OF_CLASS, seam_need, wide
from reference_chains import flange

from robotplus.certificates.certificate import Base, Certificate
from robotplus.checking.check import check
from robotplus.proving.body import make_body
from robotplus.proving.context import make_context
from robotplus.proving.easing import _interleaved, eased
from robotplus.proving.following import Course, follows, in_base, keeps_near, track
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.layers import flange_from_tcp, poses
from robotplus.proving.outcome import FREE, Failed, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.postures import SAME_BRANCH, ladder, refine
from robotplus.proving.prove import prove
from robotplus.proving.timing import make_path, timed
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.cell import world_from_base
from robotplus.scenarios.task import Need

SPEED = (0.475, 0.5, 0.525)


def rough(robot_id: str, start: Array, change: Array, *, points: int, noise: float) -> Need:
    """A stroke along the tool path of a straight joint motion, drawn through points that lie ``noise`` [m] to either
    side of it by turns."""
    robot = CATALOGUE[robot_id]
    q = start + np.linspace(0.0, 1.0, points)[:, None] * change
    tcp = np.array([flange(robot, row) @ flange_from_tcp(seam_need().program) for row in q])
    place = tcp[:, :3, 3] + noise * (-1.0) ** np.arange(points)[:, None] * tcp[:, :3, 1]
    line = {
        "points_mm": (1000 * place).tolist(),
        "directions": tcp[:, :3, 2].tolist(),
        "references": tcp[:, :3, 0].tolist(),
    }
    return seam_need(
        process_path={
            "stroke": [{"name": "rough", "polyline": line}],
            "speed_mm_s": [1000 * v for v in SPEED],
            "spins_deg": [0.0],
            "approach_mm": 0.0,
            "retract_mm": 0.0,
            "ramp_mm": 20.0,
            "cyclic": False,
        }
    )


def rough_near_a_singular_wrist() -> Need:
    start = np.array([0.1, 0.2, 0.1, 0.3, 0.1, 0.2])
    return rough(OF_CLASS["opw"], start, np.array([0.12, 0.1, 0.1, 0.05, 0.1, 0.0]), points=31, noise=3e-4)


def placed(need: Need, robot_id: str) -> tuple[Scene, Array]:
    """The scene with the base at the origin, and the joints at all fine samples."""
    context = make_context(need)
    body = make_body(CATALOGUE[robot_id], context.program, load_kg=context.load_kg)
    scene = Scene(body, context, world_from_base((0.0, 0.0, 0.0), 0.0, "floor"))
    coarse = ladder(scene, SAME_BRANCH)
    assert not isinstance(coarse, Failed)
    refined = refine(scene, coarse[0], coarse[1], 0.06)
    assert not isinstance(refined, Failed) and refined[1].all()
    return scene, refined[0]


def test_a_rough_path_is_driven_and_checked() -> None:
    """What meets every sample cannot be driven; eased it can, and the checker finds it on the path."""
    need, robot_id = rough_near_a_singular_wrist(), OF_CLASS["opw"]
    scene, fine = placed(need, robot_id)
    (segment,) = scene.context.layers.segments
    stop, band = need.program.stops[0], (*SPEED, need.program.stops[0].ramp)
    q = fine[segment.first : segment.last]
    exact = timed(scene.body, "stroke", 0, segment.s, q, band)
    assert isinstance(exact, Failed) or not follows(scene, segment, exact, stop, band)
    move = eased(scene, segment, stop, band, q)
    assert isinstance(move, Planned)
    np.testing.assert_allclose(move.move.q[[0, -1]], q[[0, -1], : scene.body.dof], atol=1e-9)
    certificate = prove(need, CATALOGUE[robot_id], base=(0.0, 0.0, 0.0, 0.0))
    assert isinstance(certificate, Certificate)
    assert certificate.base == Base((0.0, 0.0, 0.0), 0.0, "floor")
    assert check(certificate, CATALOGUE, need=need).holds


def test_easing_says_why_it_cannot_help() -> None:
    """Ten times the speed is beyond the joints, however the path is eased."""
    need, robot_id = rough_near_a_singular_wrist(), OF_CLASS["opw"]
    scene, fine = placed(need, robot_id)
    (segment,) = scene.context.layers.segments
    q = fine[segment.first : segment.last]
    failed = eased(scene, segment, need.program.stops[0], (9.5, 10.0, 10.5, 0.005), q)
    assert isinstance(failed, Failed) and failed.stage in ("acceleration", "tool_speed")


def test_joints_that_pass_over_to_another_posture_are_not_eased() -> None:
    """A wrist that turns over on the way meets every sample, but not the path between two of them."""
    robot_id, start = OF_CLASS["opw"], np.array([0.1, 0.2, 0.1, 0.3, 0.8, 0.2])
    need = rough(robot_id, start, np.full(6, 0.1), points=31, noise=0.0)
    scene, fine = placed(need, robot_id)
    (segment,) = scene.context.layers.segments
    stop, q = need.program.stops[0], fine[segment.first : segment.last].copy()
    half = len(q) // 2
    q[half:, 3] -= np.pi * np.sign(q[half, 3])
    q[half:, 4] *= -1
    q[half:, 5] -= np.pi * np.sign(q[half, 5])
    poses_met = in_base(scene, scene.context.layers.fine_pose[segment.first : segment.last].reshape(-1, 3, 4))
    reached = track(scene, q, np.zeros_like(q))
    np.testing.assert_allclose(reached[:, :3], poses_met[:, :, 3], atol=1e-6)
    failed = eased(scene, segment, stop, (*SPEED, stop.ramp), q)
    assert isinstance(failed, Failed) and failed.detail == "astray"


def test_a_path_beside_the_course_is_not_near() -> None:
    need, robot_id = rough_near_a_singular_wrist(), OF_CLASS["opw"]
    scene, fine = placed(need, robot_id)
    (segment,) = scene.context.layers.segments
    stop, q = need.program.stops[0], fine[segment.first : segment.last]
    halves = poses(*stop.curve.frames((segment.s[1:] + segment.s[:-1]) / 2))
    course = Course(
        in_base(scene, poses(*stop.curve.frames(segment.s))), in_base(scene, halves), np.zeros(len(q))
    )
    assert keeps_near(scene, make_path(scene.body, segment.s, q, FREE), course, stop)
    for joint, off in ((0, 0.002), (3, 0.02), (5, 0.02)):  # aside, leaning, spun
        beside = q.copy()
        beside[:, joint] += off
        assert not keeps_near(scene, make_path(scene.body, segment.s, beside, FREE), course, stop)


def residuals(robot: Robot, tcp: Array, goal: Array, q: Array, *, free: bool) -> Array:
    """(n, 5 or 6) what the tool at joints q (n, dof) misses its poses by: position, then small turns about its axes."""
    out = []
    for row, wanted in zip(q, goal, strict=True):
        now = flange(robot, row) @ tcp
        columns = (2,) if free else (0, 1, 2)
        turn = sum(np.cross(now[:3, c], wanted[:, c]) for c in columns) / (1 if free else 2)
        out.append([*(wanted[:, 3] - now[:3, 3]), *(now[:3, :3].T @ turn)][: 5 if free else 6])
    return np.array(out)


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(deadline=None, max_examples=6)
def test_a_step_is_the_least_squares_step(seed: int, free: bool) -> None:
    """The kernel's banded solution against NumPy's on the dense problem with a Jacobian by differences."""
    rng = np.random.default_rng(seed)
    robot, tcp = CATALOGUE[OF_CLASS["opw"]], flange_from_tcp(seam_need().program)
    body = make_body(robot, seam_need().program, load_kg=1.0)
    n, dof = 6, robot.dof
    s = np.cumsum(rng.uniform(0.003, 0.009, n))
    q = np.array([0.1, 0.2, 0.1, 0.3, 0.4, 0.2]) + 0.02 * rng.normal(size=(n, dof)).cumsum(axis=0)
    goal = np.array([(flange(robot, row) @ tcp)[:3] for row in q + 0.0002 * rng.normal(size=q.shape)])
    scale, weight = np.array([2000.0, 100.0]), rng.uniform(0.5, 2.0, n)
    bend, rate = rng.uniform(0, 1e-4, (n, 7)), rng.uniform(0, 1e-3, (n - 1, 7))
    moved = wide(q)
    done = kernels().rp_ease(
        body.pointer, p(rows(tcp)), n, p(s), p(np.ascontiguousarray(goal)), p(scale), int(free), p(weight), p(bend),
        p(rate), p(moved),
    )  # fmt: skip
    assert done

    def stacked(inner: Array) -> Array:
        at = q.copy()
        at[1:-1] = inner.reshape(n - 2, dof)
        off = residuals(robot, tcp, goal, at, free=free)[1:-1] * np.where(
            np.arange(5 if free else 6) < 3, *scale
        )
        first = np.diff(at, axis=0) / np.diff(s)[:, None]
        second = 2 * np.diff(first, axis=0) / (s[2:] - s[:-2])[:, None]
        return np.concatenate(
            [
                (off * np.sqrt(weight[1:-1, None])).ravel(),
                (first * np.sqrt(rate[:, :dof])).ravel(),
                (second * np.sqrt(bend[1:-1, :dof])).ravel(),
            ]
        )

    x, step = q[1:-1].ravel(), 1e-6
    jacobian = np.array(
        [(stacked(x + step * e) - stacked(x - step * e)) / (2 * step) for e in np.eye(len(x))]
    ).T
    expected = np.linalg.lstsq(jacobian, -stacked(x), rcond=None)[0]
    np.testing.assert_allclose(moved[1:-1, :dof].ravel() - x, expected, atol=2e-2 * np.abs(expected).max())
    np.testing.assert_array_equal(moved[[0, -1], :dof], q[[0, -1]])


def test_values_are_interleaved_with_means() -> None:
    out = _interleaved(np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 0.0]]))
    np.testing.assert_array_equal(out, [[1, 10], [1.5, 15], [2, 20], [3, 10], [4, 0]])
