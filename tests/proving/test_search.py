"""Where the base is looked for: inside the region, within budget, and told apart by what goes wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from proving_cases import CATALOGUE, OF_CLASS, seam_need

from robotplus.proving import make_context
from robotplus.proving.body import make_body
from robotplus.proving.outcome import Failed, Found, Stage
from robotplus.proving.search import DEFAULT, Budget, Outcome, candidates, key_layers, search
from robotplus.scenarios.cell import world_from_base
from robotplus.scenarios.task import Need


def look(robot_id: str, need: Need, *, budget: Budget = DEFAULT, given: object = None) -> Outcome:
    context = make_context(need)
    body = make_body(CATALOGUE[robot_id], context.program, load_kg=context.load_kg)
    return search(
        body, context, budget=budget, seed=need.seed, given=None if given is None else np.array(given)
    )


@pytest.mark.parametrize("robot_id", OF_CLASS.values())
def test_candidates_lie_in_the_region_and_face_the_work(robot_id: str) -> None:
    need = seam_need(base__heights_mm=[0.0, 200.0])
    context = make_context(need)
    body = make_body(CATALOGUE[robot_id], context.program, load_kg=context.load_kg)
    places = candidates(body, context)
    region = need.program.base
    assert len(places) > 4
    assert (places[:, 0] >= region.x[0]).all() and (places[:, 0] <= region.x[1]).all()
    assert (places[:, 1] >= region.y[0]).all() and (places[:, 1] <= region.y[1]).all()
    assert set(places[:, 2].tolist()) <= {0.0, 0.2}
    assert len({tuple(q) for q in places.tolist()}) == len(places)
    heading = places[:, 3] + body.heading
    bearing = np.arctan2(-places[:, 1], -places[:, 0])
    assert np.allclose(np.exp(1j * heading), np.exp(1j * bearing), atol=0.3)


@pytest.mark.parametrize("mounting", ["ceiling", "wall"])
def test_other_mountings_face_the_work_too(mounting: str) -> None:
    """From most places the middle of the arm's reach points at the work rather than away."""
    need = seam_need(base__mounting=mounting, base__heights_mm=[1100.0])
    context = make_context(need)
    body = make_body(CATALOGUE["ur_ur10e"], context.program, load_kg=context.load_kg)
    places = candidates(body, context)
    assert len(places) and not np.isnan(places).any()
    if mounting == "ceiling":
        ahead = np.array([math.cos(body.heading), math.sin(body.heading), 0.0])
        for place in places:
            forward = world_from_base(place[:3], place[3], "ceiling")[:3, :3] @ ahead
            assert forward[:2] @ -place[:2] > 0.9 * np.linalg.norm(place[:2])


def test_yaws_that_are_listed_are_the_only_ones() -> None:
    context = make_context(seam_need(base__yaws_deg=[0.0, 90.0]))
    body = make_body(CATALOGUE["yaskawa_ar2010"], context.program, load_kg=context.load_kg)
    assert set(candidates(body, context)[:, 3].tolist()) == {0.0, math.pi / 2}


def test_key_layers_are_far_apart() -> None:
    context = make_context(seam_need())
    layers = key_layers(context)
    assert len(set(layers.tolist())) == len(layers)
    assert all(0 <= k < context.layers.n for k in layers)
    at = context.layers.pose.reshape(-1, 3, 4)[layers, :, 3]
    assert np.ptp(at[:, 0]) == pytest.approx(0.2)  # both ends of the seam are among them


@pytest.mark.parametrize(("places", "evaluations"), [(16, 1), (48, 3)])
def test_no_more_work_than_the_budget(places: int, evaluations: int) -> None:
    """A seam that no speed limit allows: every place is in reach, none can be done."""
    need = seam_need(process_path__speed_mm_s=[9000.0, 9500.0, 10_000.0])
    out = look("yaskawa_ar2010", need, budget=Budget(places, evaluations))
    assert out.found is None and out.place is None
    assert out.places == len(out.surveyed) <= places + 16 and out.evaluations <= evaluations
    assert out.failures and {f.stage for f in out.failures} <= {"ladder", "tool_speed", "acceleration"}
    assert DEFAULT.times(2).places == 2 * DEFAULT.places


def test_the_found_place_is_among_the_surveyed() -> None:
    out = look("ur_ur10e", seam_need())
    assert isinstance(out.found, Found) and out.place in out.surveyed
    assert out.place is not None and out.place.score == 1.0
    assert all(0 <= s.score <= 1 for s in out.surveyed)
    pose = world_from_base((out.place.x, out.place.y, out.place.z), out.place.yaw, "floor")
    assert np.allclose(out.found.world_from_base, pose)


def test_a_given_place_is_the_only_one_tried() -> None:
    found = look("ur_ur10e", seam_need()).place
    assert found is not None
    again = look("ur_ur10e", seam_need(), given=(found.x, found.y, found.z, found.yaw))
    assert isinstance(again.found, Found) and (again.places, again.evaluations) == (1, 1)
    far = look("ur_ur10e", seam_need(), given=(1.2, 1.2, 0.0, 0.0))
    assert far.found is None and (far.places, far.evaluations) == (1, 1) and far.failures[0].stage == "ladder"


def test_a_wall_on_one_side_moves_the_base_to_the_other() -> None:
    """A screen over the seam's whole length, just beside it."""
    screen = {"name": "screen", "position_mm": [0.0, 150.0, 800.0], "size_mm": [2400.0, 20.0, 1600.0]}
    out = look("yaskawa_ar2010", seam_need(cell__box=[screen]))
    assert out.place is not None and out.place.y < 0.15


def test_a_robot_too_slow_at_many_places_is_not_tried_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the evaluations ended by joints too slow end the search; more effort tries more."""
    stages: dict[Stage, bool] = {"acceleration": True, "tool_speed": True, "clearance": False}
    for stage, soon in stages.items():
        failed = Failed(stage, 0)
        monkeypatch.setattr("robotplus.proving.search.evaluate", lambda *_, failed=failed, **__: failed)
        for effort in (1, 2):
            out = look("ur_ur10e", seam_need(), budget=DEFAULT.times(effort))
            assert out.found is None
            assert out.evaluations == 12 * effort if soon else out.evaluations > 16
