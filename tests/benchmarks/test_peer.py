"""The peer pipeline: its ways of asking about collisions agree, and its answers are right."""

import numpy as np
import pytest

pytest.importorskip("eaik", reason="the bench extra is not installed")
pytest.importorskip("toppra", reason="the bench extra is not installed")

from benchmarks.cells import OUT_OF_REACH, STANDARD, Case, standard, varied
from benchmarks.oracle_robot import link_frames
from benchmarks.peer import STRATEGIES, Peer
from benchmarks.peer_geometry import self_pairs
from benchmarks.scene import flange_poses, limits

from robotplus.robots.acceleration import estimate
from robotplus.robots.catalogue import load_catalogue

SEARCHES = [s for s in STRATEGIES if s != "confirm"]


def small_peer(case: Case) -> Peer:
    robot, tool = case.cell.robot, case.cell.program.tool
    acceleration = estimate(robot, tool.mass_kg).low
    return Peer(case.cell, self_pairs(robot, tool), acceleration=acceleration, waypoints=40, spins=12)


@pytest.mark.parametrize("number", range(len(STANDARD)))
def test_candidates_reach_their_poses_within_limits(number: int) -> None:
    peer = small_peer(standard(load_catalogue(), STANDARD)[number])
    found = peer.candidates()
    assert len(np.unique(found.waypoint)) == 40
    poses = flange_poses(peer.cell, peer.world_from_tcp)[found.waypoint, found.spin]
    reached = link_frames(peer.cell.robot.document, found.q)[-1]
    np.testing.assert_allclose(reached, poses, atol=2e-5)
    lower, upper, _ = limits(peer.cell.robot)
    assert (found.q >= lower).all() and (found.q <= upper).all()


def test_searches_say_the_same_and_their_paths_are_free() -> None:
    answers = []
    for case in varied(load_catalogue(), 6, 7):
        peer = small_peer(case)
        results = [peer.run(s) for s in SEARCHES]
        assert len({r.feasible for r in results}) == 1
        answers.append(results[0].feasible)
        for result in results:
            if result.path is not None:
                assert peer.geometry.free(result.path, broad=False).all()
    assert True in answers and False in answers


def test_the_broad_phase_changes_nothing() -> None:
    case = standard(load_catalogue(), STANDARD)[0]
    peer = small_peer(case)
    lower, upper, _ = limits(case.cell.robot)
    q = np.random.default_rng(0).uniform(0.7 * lower, 0.7 * upper, (400, len(lower)))
    free = peer.geometry.free(q, broad=True)
    np.testing.assert_array_equal(free, peer.geometry.free(q, broad=False))
    assert 0 < free.sum() < len(free)


def test_out_of_reach_is_turned_down() -> None:
    for case in standard(load_catalogue(), OUT_OF_REACH):
        assert small_peer(case).run("eager").reason == "reach"
