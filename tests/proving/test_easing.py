"""Joint paths that kinks or far samples keep from being driven are eased, inside the tolerances that check measures."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from proving_cases import CATALOGUE, OF_CLASS, seam_need
from reference_chains import flange

from robotplus.certificates.certificate import Base, Certificate
from robotplus.checking.check import check
from robotplus.proving.body import make_body
from robotplus.proving.context import make_context
from robotplus.proving.easing import _averaged, _interleaved, eased
from robotplus.proving.following import Course, follows, in_base, keeps_near
from robotplus.proving.layers import flange_from_tcp, poses
from robotplus.proving.outcome import FREE, Failed, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.postures import SAME_BRANCH, ladder, refine
from robotplus.proving.prove import prove
from robotplus.proving.timing import make_path, timed
from robotplus.robots.model import Array
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
    fine = refine(scene, coarse[0], coarse[1], 0.06)
    assert not isinstance(fine, Failed)
    return scene, fine


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


@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_averaging_keeps_ends_and_smooth_curves(window: int, seed: int) -> None:
    """Lines stay as they are, cubics away from the ends too; both end values stay whatever lies between."""
    rng = np.random.default_rng(seed)
    u = np.linspace(-1.0, 1.0, 60)[:, None]
    line, cubic = rng.normal(size=(2, 7)), rng.normal(size=(4, 7))
    straight = line[0] + line[1] * u
    np.testing.assert_allclose(_averaged(straight, window), straight, atol=1e-12)
    bent = cubic[0] + cubic[1] * u + cubic[2] * u**2 + cubic[3] * u**3
    inner = slice(2 * window, len(u) - 2 * window)
    np.testing.assert_allclose(_averaged(bent, window)[inner], bent[inner], atol=1e-12)
    noise = rng.normal(size=(60, 7))
    np.testing.assert_allclose(_averaged(noise, window)[[0, -1]], noise[[0, -1]], atol=1e-12)
    assert (
        np.abs(np.diff(_averaged(noise, window), 2, axis=0)).max() < np.abs(np.diff(noise, 2, axis=0)).max()
    )


def test_values_are_interleaved_with_means() -> None:
    out = _interleaved(np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 0.0]]))
    np.testing.assert_array_equal(out, [[1, 10], [1.5, 15], [2, 20], [3, 10], [4, 0]])
