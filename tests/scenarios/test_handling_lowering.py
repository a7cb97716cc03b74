"""Handling tasks lowered: planted grasps, stacks, carried shapes, placed obstacles, the dual gripper."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from need_documents import PART, TOOL, handling

from robotplus.errors import NeedError
from robotplus.robots.frames import about, box_transform, transform
from robotplus.scenarios.files import need_from_document

PICK = {"position_mm": [800, 0, 300]}
PLACE = {"position_mm": [0, 800, 100], "rpy_deg": [0, 0, 90]}
PAIR = {"name": "a", "pick": PICK, "place": PLACE}


def program(document):
    return need_from_document(document).program


def world_from_tcp(stop, spin):
    p, z, x = stop.curve.frames(np.array([0.0]))
    out = np.eye(4)
    x = about(z[0], spin) @ x[0]
    out[:3, :3] = np.column_stack([x, np.cross(z[0], x), z[0]])
    out[:3, 3] = p[0]
    return out


def corners(boxes, pose):
    signs = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))
    out = []
    for b in boxes:
        m = pose @ box_transform(b)
        out.append((signs * b.size) @ m[:3, :3].T + m[:3, 3])
    return np.concatenate(out)


@settings(max_examples=30, deadline=None)
@given(st.floats(-180, 180), st.floats(0, 150), st.floats(-180, 180), st.floats(-80, 80))
def test_the_carried_part_lies_where_it_is_picked_and_placed(yaw, depth, turn, pitch):
    """Whichever allowed yaw is used, the carried boxes at a grasp fill the part's own place."""
    place = {"position_mm": [0, 800, 900], "rpy_deg": [5, pitch, turn]}
    document = handling(pair=[{"name": "a", "pick": PICK, "place": place}], grasp_yaws_deg=[yaw, yaw + 180])
    document["pick_place"]["part"] = {**PART, "grasp_depth_mm": depth}
    p = program(document)
    (part,) = p.parts
    poses = [transform((0.8, 0, 0.3), (0, 0, 0)), transform((0, 0.8, 0.9), np.radians([5, pitch, turn]))]
    signs = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))
    for stop, pose in zip(p.stops, poses, strict=True):
        want = (signs * [0.4, 0.3, 0.2] + [0, 0, 0.1]) @ pose[:3, :3].T + pose[:3, 3]
        assert len(stop.spins) == 2
        for spin in stop.spins:
            tcp = world_from_tcp(stop, spin)
            got = corners(part.boxes, tcp)
            distance = np.linalg.norm(got[:, None] - want[None], axis=2)
            assert np.all(distance.min(axis=0) < 1e-9) and np.all(distance.min(axis=1) < 1e-9)
            com = tcp @ [*part.com, 1.0]
            assert np.allclose(com[:3], want.mean(axis=0))
            assert np.allclose(tcp[:3, 2], -pose[:3, 2])


def test_a_pair():
    p = program(handling(pair=[PAIR], grip_s=0.4, release_s=0.7, approach_mm=80))
    pick, place = p.stops
    assert (pick.carry_in, pick.carry_out, place.carry_in, place.carry_out) == (None, 0, 0, None)
    assert (pick.dwell, place.dwell, pick.approach) == (0.4, 0.7, 0.08)
    assert p.parts[0].mass_kg == 12
    (placed,) = [o for o in p.obstacles if o.role == "placed"]
    assert (placed.first, placed.last) == (2, None)
    assert np.allclose(placed.boxes[0].xyz, [0, 0.8, 0.2])


def pattern(**changes):
    table = {"pick": PICK, "origin_mm": [0, 500, 100], "columns": 3, "rows": 2, "layers": 2, "gap_mm": 10}
    return handling(pattern={**table, **changes}, approach_mm=260)


def test_a_stack_layer_by_layer():
    p = program(pattern())
    placed = [o for o in p.obstacles if o.role == "placed"]
    assert len(placed) == 12 and len(p.stops) == 24
    xyz = np.array([o.boxes[0].xyz for o in placed])
    assert np.allclose(xyz[:3], [[0.2, 0.65, 0.2], [0.2, 0.96, 0.2], [0.61, 0.65, 0.2]])
    assert np.allclose(xyz[6:] - xyz[:6], [0, 0, 0.2])
    assert [o.first for o in placed] == list(range(2, 25, 2))
    near = p.stops[3].touches  # the second case stands beside the first
    assert near == ("case 1 placed",)
    assert "case 1 placed" in p.stops[13].touches  # the seventh stands on the first
    assert "case 6 placed" not in p.stops[13].touches


def test_stack_from_another_corner_and_turned():
    xyz = [o.boxes[0].xyz for o in program(pattern(start="x+y+", layers=1)).obstacles if o.role == "placed"]
    assert np.allclose(xyz[0], [1.02, 0.96, 0.2])
    xyz = [o.boxes[0].xyz for o in program(pattern(yaw_deg=90, layers=1)).obstacles if o.role == "placed"]
    assert np.allclose(xyz[0], [-0.15, 0.7, 0.2])


def test_interlocked_layers_are_turned():
    placed = [o for o in program(pattern(interlock=[4, 1])).obstacles if o.role == "placed"]
    assert len(placed) == 10
    assert placed[0].boxes[0].rpy[2] == 0 and placed[6].boxes[0].rpy[2] == pytest.approx(math.pi / 2)
    assert np.allclose(placed[6].boxes[0].xyz, [0.15, 0.7, 0.4])


def test_placed_parts_do_not_overlap():
    for document in (pattern(), pattern(interlock=[4, 1], yaw_deg=30)):
        boxes = [o.boxes[0] for o in program(document).obstacles if o.role == "placed"]
        for a, b in itertools.combinations(boxes, 2):
            m = np.linalg.inv(box_transform(a)) @ box_transform(b)
            apart = np.abs(m[:3, 3]) - (np.array(a.size) + np.abs(m[:3, :3]) @ np.array(b.size)) / 2
            assert apart.max() > -1e-9


def test_a_part_picked_up_again_is_gone():
    sequence = [
        {"name": "a", "do": "pick", "at": PICK},
        {"name": "a", "do": "place", "at": PLACE},
        {"name": "b", "do": "pick", "at": PICK},
        {"name": "b", "do": "place", "at": {"position_mm": [600, 600, 100]}},
        {"name": "a", "do": "pick", "at": PLACE},
        {"name": "a", "do": "place", "at": PICK},
    ]
    placed = {
        (o.name, o.first, o.last) for o in program(handling(step=sequence)).obstacles if o.role == "placed"
    }
    assert placed == {("a placed", 2, 3), ("b placed", 4, None), ("a placed", 6, None)}


DUAL = {
    **TOOL,
    "tcp": {"position_mm": [100, 0, 200], "rpy_deg": [0, 45, 0]},
    "second_tcp": {"position_mm": [-100, 0, 200], "rpy_deg": [0, -45, 0]},
}


def steps(*words):
    """Steps such as "pick a" at one place."""
    return [{"name": w.split()[1], "do": w.split()[0], "at": PICK} for w in words]


def test_the_second_gripper_reaches_its_place_and_both_parts_are_carried():
    sequence = [
        {"name": "raw", "do": "pick", "at": PICK},
        {"name": "done", "do": "pick", "at": PLACE, "gripper": 2},
        {"name": "raw", "do": "place", "at": PLACE},
        {"name": "done", "do": "place", "at": PICK, "gripper": 2},
    ]
    p = program(handling(tool=DUAL, step=sequence, parts_stay=False))
    assert [s.carry_out for s in p.stops] == [0, 1, 2, None]
    assert [q.mass_kg for q in p.parts] == [12, 24, 12]
    stop = p.stops[1]
    first = transform((0.1, 0, 0.2), (0, math.pi / 4, 0))
    second = transform((-0.1, 0, 0.2), (0, -math.pi / 4, 0))
    world_from_second = world_from_tcp(stop, 0.0) @ np.linalg.inv(first) @ second
    want = transform((0, 0.8, 0.3), (0, 0, math.pi / 2)) @ np.diag([1.0, -1, -1, 1])
    assert np.allclose(world_from_second, want, atol=1e-12)
    assert stop.approach_axis == pytest.approx((0, 0, 1))
    got = corners(p.parts[2].boxes, world_from_tcp(stop, 0.0))  # the part in the second gripper alone
    assert np.allclose(np.sort(got[:, 2]), [0.1] * 4 + [0.3] * 4)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (handling(pair=[PAIR], grasp_yaws_deg=[0, 90]), "steps of 180"),
        (handling(pair=[PAIR], grasp_yaws_deg="free"), "only a round part"),
        (handling(pair=[{**PAIR, "place": {**PLACE, "on": ["shelf"]}}]), "nothing in the cell has this name"),
        (handling(step=steps("pick a", "pick b")), "already holds a part"),
        (handling(step=steps("place a", "pick b")), "does not hold this part"),
        (
            handling(step=[{**s, "gripper": 2} for s in steps("pick a", "place a")]),
            "needs the tool's second_tcp",
        ),
        (handling(step=steps("pick a", "place a", "pick a")), "ends with a part"),
        (handling(pattern={**pattern()["pick_place"]["pattern"]}), "approach_mm > 200, the part's height"),
        (pattern(columns=100, rows=100, layers=100), "too many parts"),
        (handling(pair=[PAIR], order="free"), "a free order needs parts_stay = false"),
        (handling(pair=[PAIR], pattern={}), "pattern"),
        (handling(pair=[{**PAIR, "pick": {"position_mm": [800, 0, -400]}}]), "inside 'floor'"),
    ],
)
def test_handling_that_contradicts_itself(document, message):
    with pytest.raises(NeedError, match=message):
        need_from_document(document)


def test_pairs_in_free_order_move_as_blocks():
    p = program(handling(pair=[PAIR, {**PAIR, "name": "b"}], order="free", parts_stay=False))
    assert p.free_order == ((0, 1), (2, 3))
    assert not [o for o in p.obstacles if o.role == "placed"]
