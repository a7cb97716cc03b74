"""Planted tasks hold what they promise: the hidden motion does the task where the hidden base stands."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.planted import CLASSES, Outcome, kinematic_class, rows, share, usable
from benchmarks.planting import CLEAR, Planted, planted
from benchmarks.postures import Arm, least, standing

from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.frames import transform
from robotplus.robots.model import OrientedBox
from robotplus.scenarios.task import Tool


@pytest.fixture(scope="module")
def tasks() -> list[Planted]:
    catalogue = load_catalogue()
    robots = [catalogue[r] for r in ("abb_irb2400_12_155", "ur_ur10e", "kuka_lbr_iiwa14_r820")]
    return list(planted(robots, 8, np.random.default_rng(5), "t"))


def world_from_base(task: Planted) -> np.ndarray:
    return transform(task.base[:3], (0.0, 0.0, task.base[3]))


def test_both_families_are_planted(tasks: list[Planted]) -> None:
    assert {t.need.family for t in tasks} == {"process_path", "pick_place"}


def test_the_hidden_motion_follows_the_task(tasks: list[Planted]) -> None:
    for task in tasks:
        need = task.need.program
        tcp = world_from_base(task) @ task.arm.tcp(task.q)
        if task.need.family == "pick_place":
            points, z, _ = (
                np.concatenate(f)
                for f in zip(*(s.curve.frames(np.zeros(1)) for s in need.stops), strict=True)
            )
        else:
            curve = need.stops[0].curve
            points, z, _ = curve.frames(np.linspace(0.0, curve.length, 4000))
        for pose in tcp:
            near = np.linalg.norm(points - pose[:3, 3], axis=1).argmin()
            assert np.linalg.norm(points[near] - pose[:3, 3]) < need.requirements.path_tolerance
            assert z[near] @ pose[:3, 2] > np.cos(need.requirements.angle_tolerance)


def test_the_hidden_base_is_allowed_and_clear(tasks: list[Planted]) -> None:
    for task in tasks:
        region = task.need.program.base
        assert region.x[0] < task.base[0] < region.x[1] and region.y[0] < task.base[1] < region.y[1]
        bodies = task.arm.bodies(task.q[:1], world_from_base(task))
        for obstacle in task.need.program.obstacles:
            for box in obstacle.boxes:
                moving = [b for b in bodies if b.number >= 2 or obstacle.role != "floor"]
                assert all(least(b.boxes, standing(box, 1), CLEAR) >= CLEAR - 1e-9 for b in moving)


def test_the_true_place_is_part_of_the_share(tasks: list[Planted]) -> None:
    for task in tasks:
        assert 0.0 < share(task, np.random.default_rng(0)) <= 1.0


def test_newton_steps_arrive_or_say_no() -> None:
    robot = load_catalogue()["ur_ur5e"]
    arm = Arm(robot, Tool("none", 0.0, (0, 0, 0), (0.0, 0.0, 0.1), (0.0, 0.3, 0.0), ()))
    rng = np.random.default_rng(1)
    q = rng.uniform(-1.5, 1.5, (20, 6))
    target = arm.tcp(q)
    found, there = arm.reach_for(target, q + rng.normal(size=q.shape) * 0.05, free_spin=False)
    assert there.mean() > 0.9
    np.testing.assert_allclose(arm.tcp(found)[there], target[there], atol=1e-3)
    target[:, :3, 3] *= 10.0
    assert not arm.reach_for(target, q, free_spin=False)[1].any()


def test_a_carried_part_moves_with_the_tcp() -> None:
    robot = load_catalogue()["ur_ur5e"]
    part = OrientedBox((0.0, 0.0, 0.05), (0.0, 0.0, 0.0), (0.1, 0.1, 0.1))
    arm = Arm(robot, Tool("none", 0.0, (0, 0, 0), (0.0, 0.0, 0.1), (0.0, 0.0, 0.0), ()), part=part)
    q = np.full((1, 6), 0.3)
    carried = next(b for b in arm.bodies(q, np.eye(4)) if b.name == "part")
    tcp = arm.tcp(q)[0]
    np.testing.assert_allclose(carried.boxes.centre[0], tcp[:3, 3] + 0.05 * tcp[:3, 2])


def test_every_class_has_robots() -> None:
    kinds = {kinematic_class(r) for r in load_catalogue().values() if usable(r)}
    assert kinds == set(CLASSES)


def test_rows_count_by_class_and_share() -> None:
    def outcome(kind: str, feasible: float, verdict: str) -> Outcome:
        return Outcome(kind, feasible, verdict, "n", "r", 0.1, "")

    seen = [outcome("OPW", 0.5, "found")] * 99 + [outcome("OPW", 0.5, "not_found")]
    seen += [outcome("7R", 0.005, "found")] * 8 + [outcome("7R", 0.005, "impossible")] * 2
    by_name = {r.name: r for r in rows(seen)}
    assert by_name["planted, OPW, share >= 1 %: found of 100"].passed is True
    assert by_name["planted, 7R, share 0.1-1 %: found of 10"].passed is False
    assert by_name["planted: called impossible"].value == 2
    assert by_name["planted: called impossible"].passed is False


def test_a_place_counts_only_where_the_path_can_be_driven(tasks: list[Planted]) -> None:
    """At a thousand times the speed asked no place is left, though all postures are still reached."""
    task = next(t for t in tasks if t.need.program.stops[0].speed is not None)
    program = task.need.program
    low, wanted, high = program.stops[0].speed or (0.0, 0.0, 0.0)
    rushed = replace(program.stops[0], speed=(1000 * low, 1000 * wanted, 1000 * high))
    need = replace(task.need, program=replace(program, stops=(rushed,)))
    assert share(task, np.random.default_rng(0)) > 0.0
    assert share(replace(task, need=need), np.random.default_rng(0)) == 0.0
