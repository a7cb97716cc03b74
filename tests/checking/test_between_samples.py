"""What lies between samples is seen: motions that are innocent at their knots and guilty in between."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from building import handling_builder, seam_builder, seam_document

from robotplus.certificates.motion import Move, evaluate
from robotplus.checking.bounds import Rates
from robotplus.checking.clearance import Clearance
from robotplus.checking.pairs import PairTable
from robotplus.checking.path import Demand, Followed, Line, follow
from robotplus.checking.pieces import Pieces, cut
from robotplus.checking.reasons import Findings
from robotplus.checking.rig import Rig
from robotplus.checking.structure import check_structure, order_allowed
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.model import Array, OrientedBox
from robotplus.scenarios.curves import ArcCurve
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Curve, Tool

UP = np.array([0.0, 0.0, 1.0])
STRETCHED = np.array([0.0, 0.6, -0.4, 0.0, -0.4, 0.0])


def swing(a: float, b: float, seconds: float = 1.0) -> Move:
    """Joint 1 from ``a`` to ``b`` in a single interval, the arm stretched out."""
    q = np.tile(STRETCHED, (2, 1))
    q[:, 0] = a, b
    return Move("travel", 0, np.array([0.0, seconds]), q, np.zeros((2, 6)), np.zeros((2, 6)))


def anything(curve: Curve) -> Demand:
    """A demand that everything meets."""
    return Demand(
        curve, position=9.0, direction=9.0, spin=9.0, spin_value=None, speed=None, ramp=0.0, tilted=False
    )


def tip(catalogue: Catalogue, angle: float, more: float = 0.0) -> Array:
    """Where the tool tip is when joint 1 stands at ``angle``, ``more`` metres farther out."""
    rig = Rig(catalogue["yaskawa_ar2010"], tool(), parts=(), world_from_base=np.eye(4), fixed=[])
    q = STRETCHED.copy()
    q[0] = angle
    _, place = rig.tcp(rig.poses(q[None]))
    return place[0] + more * np.array([math.cos(angle), math.sin(angle), 0.0])


def tool() -> Tool:
    return need_from_document(seam_document()).program.tool


def follow_one(rig: Rig, pieces: Pieces, demand: Demand) -> Followed:
    return follow(rig, pieces, [demand], np.zeros(len(pieces), dtype=np.int64))[0]


def clearance_to(catalogue: Catalogue, box: OrientedBox, floor: float) -> Clearance:
    robot = catalogue["yaskawa_ar2010"]
    rig = Rig(robot, tool(), parts=(), world_from_base=np.eye(4), fixed=[("post", [box])])
    moving = [i for i, b in enumerate(rig.boxes) if b.body == "tool"]
    pairs = np.array([(i, len(rig.boxes) - 1) for i in moving])
    k = len(pairs)
    table = PairTable(
        pairs, np.zeros(k, dtype=np.int64), np.ones(k, dtype=bool), np.zeros((1, k)), (("tool", "post"),) * k
    )
    return Clearance(rig, table, floors=np.full((1, k), floor))


@pytest.mark.parametrize("width", [0.004, 0.05, 0.4])
@pytest.mark.parametrize("sweep", [0.15, 0.6, 1.4])
def test_a_post_in_the_middle_of_one_interval_is_hit(
    sweep: float, width: float, catalogue: Catalogue
) -> None:
    x, y, z = tip(catalogue, 0.0, -0.02)
    post = OrientedBox((float(x), float(y), float(z)), (0.0, 0.0, 0.0), (0.01, width, 0.4))
    clearance = clearance_to(catalogue, post, 0.001)
    assert clearance.violations(cut([swing(-sweep, sweep)]))


def test_a_wall_that_only_the_bulge_of_the_arc_reaches_is_hit(catalogue: Catalogue) -> None:
    """At both ends the tip is behind the wall's face, in the middle 5 mm in it."""
    x, y, z = tip(catalogue, 0.0)
    rig = clearance_to(catalogue, OrientedBox((9.0, 0.0, 0.0), (0, 0, 0), (0.1, 0.1, 0.1)), 0.0).rig
    tool_boxes = [i for i, b in enumerate(rig.boxes) if b.body == "tool"]
    placed = rig.place(rig.poses(STRETCHED[None]))
    half = rig.half[tool_boxes]
    outer = max(
        placed.centre[0, i, 0] + np.abs(placed.rotation[0, i, 0]) @ h
        for i, h in zip(tool_boxes, half, strict=True)
    )
    wall = OrientedBox((outer - 0.005 + 0.5, float(y), float(z)), (0.0, 0.0, 0.0), (1.0, 4.0, 2.0))
    clearance = clearance_to(catalogue, wall, 0.001)
    move = swing(-0.3, 0.3)
    ends, _ = clearance.nearest(move.q, np.zeros(2, dtype=np.int64))
    assert (ends > 0.002).all()
    assert clearance.violations(cut([move]))
    assert x < outer


def test_a_post_beyond_the_sweep_is_not_hit(catalogue: Catalogue) -> None:
    x, y, z = tip(catalogue, 0.0, 0.2)
    post = OrientedBox((float(x), float(y), float(z)), (0.0, 0.0, 0.0), (0.01, 0.01, 0.4))
    assert clearance_to(catalogue, post, 0.001).violations(cut([swing(-0.6, 0.6)])) == []


def test_the_acceleration_bound_is_met_by_a_stretched_planar_arm() -> None:
    """Two parallel axes, arms l1 and l2 in line: the tip is pulled by l1 w1² + l2 (w1 + w2)²."""
    w1, w2, l1, l2 = 1.3, 0.7, 0.5, 0.4
    c = Rates.of(np.array([[w1, w2]]), np.zeros((1, 2)), np.array([True, True])).alone[0]
    assert c @ [l1 + l2, l2] == pytest.approx(l1 * w1**2 + l2 * (w1 + w2) ** 2)


def test_a_tool_that_cuts_a_corner_between_samples_is_seen() -> None:
    """The posture moves evenly between the ends of a line: the tool leaves the line in between."""
    builder = seam_builder()
    q = np.array(builder.setting.seed)
    rig = builder.rig
    a, b = q.copy(), q + np.array([0.25, 0.1, -0.1, 0.0, 0.1, -0.25])
    still = np.zeros((2, 6))
    move = Move("stroke", 0, np.array([0.0, 1.0]), np.array([a, b]), still, still)
    rotation, place = rig.tcp(rig.poses(move.q))
    away = place[1] - place[0]
    length = float(np.linalg.norm(away))
    line = Line(place[0], away / length, length, rotation[0, :, 2], rotation[0, :, 0])
    demand = anything(line)
    dense_r, dense = rig.tcp(rig.poses(evaluate(move, np.linspace(0, 1, 400))[0]))
    along = np.clip((dense - place[0]) @ line.toward, 0.0, length)
    off = np.linalg.norm(dense - place[0] - along[:, None] * line.toward, axis=1).max()
    lean = np.arccos(np.clip(dense_r[:, :, 2] @ line.z, -1, 1)).max()
    assert off > 0.002
    followed = follow_one(rig, cut([move]), demand)
    assert followed.position >= off
    assert followed.direction >= lean
    fine = follow_one(rig, cut([move]), dataclasses.replace(demand, position=1.02 * off + 1e-4))
    assert off <= fine.position <= 1.02 * off + 1e-4


def test_an_arc_followed_along_its_chord_is_seen() -> None:
    """The tool runs straight, the path is an arc: the deviation is its sagitta."""
    builder = seam_builder()
    move = next(m for m in builder.certificate([0.0]).moves if m.kind == "stroke")
    ends = builder.rig.tcp(builder.rig.poses(move.q[[0, -1]]))[1]
    half, radius = float(np.linalg.norm(ends[1] - ends[0])) / 2, 2.0
    middle = (ends[0] + ends[1]) / 2 - np.array([0.0, math.sqrt(radius**2 - half**2), 0.0])
    angle = -2 * math.asin(half / radius)
    arc = ArcCurve(
        middle,
        np.array([0.0, 0.0, 1.0]),
        start=ends[0],
        angle=angle,
        z=np.array([0.0, 0.0, -1.0]),
        turns=False,
    )
    demand = anything(arc)
    sagitta = radius - math.sqrt(radius**2 - half**2)
    one_piece = Move("stroke", 0, move.t[[0, -1]], move.q[[0, -1]], np.zeros((2, 6)), np.zeros((2, 6)))
    for pieces in (cut([move]), cut([one_piece])):
        assert follow_one(builder.rig, pieces, demand).position >= 0.99 * sagitta


def test_a_bow_between_two_samples_is_seen() -> None:
    """The tool moves 4 mm straight on while the path makes a half circle with the same ends."""
    builder = seam_builder()
    move = next(m for m in builder.certificate([0.0]).moves if m.kind == "stroke")
    piece = cut([move]).take(np.array([len(move.t) // 2]))
    ends = builder.rig.tcp(builder.rig.poses(np.concatenate([piece.q0, piece.q1])))[1]
    radius = float(np.linalg.norm(ends[1] - ends[0])) / 2
    bow = ArcCurve(ends.mean(axis=0), UP, start=ends[0], angle=math.pi, z=-UP, turns=False)
    assert radius > 0.0015
    assert follow_one(builder.rig, piece, anything(bow)).position >= radius


def test_a_rush_between_two_rests_is_seen() -> None:
    rig, move = seam_builder().rig, swing(-0.3, 0.3)
    _, places = rig.tcp(rig.poses(move.q))
    away = places[1] - places[0]
    length = float(np.linalg.norm(away))
    line = Line(places[0], away / length, length, -UP, np.array([1.0, 0.0, 0.0]))
    q, rate, _ = evaluate(move, np.linspace(0, 1, 500))
    speed = np.linalg.norm(np.einsum("mij,mj->mi", rig.jacobian(rig.poses(q))[:, :3], rate), axis=1)
    assert (
        follow_one(rig, cut([move]), dataclasses.replace(anything(line), speed=(-9.0, 9.0))).top
        >= speed.max()
    )


def test_tool_speed_is_bounded_between_samples() -> None:
    builder = seam_builder()
    move = next(m for m in builder.certificate([0.0]).moves if m.kind == "stroke")
    qd = move.qd.copy()
    qd[len(qd) // 2] *= 1.5
    fast = dataclasses.replace(move, qd=qd)
    stop = builder.program.stops[0]
    demand = Demand(
        stop.curve,
        position=9.0,
        direction=9.0,
        spin=9.0,
        spin_value=None,
        speed=(0.0, 9.0),
        ramp=0.0,
        tilted=False,
    )
    times = np.linspace(0, fast.duration, 3000)
    q, rate, _ = evaluate(fast, times)
    speed = np.linalg.norm(
        np.einsum("mij,mj->mi", builder.rig.jacobian(builder.rig.poses(q))[:, :3], rate), axis=1
    )
    assert speed.max() > 0.055
    assert follow_one(builder.rig, cut([fast]), demand).top >= speed.max()
    assert follow_one(builder.rig, cut([fast]), demand).slowest <= speed.min()


def test_what_leaves_one_stop_must_reach_the_next() -> None:
    builder = handling_builder()
    certificate = builder.certificate([0.0, 0.0])
    program = builder.program
    stops = (program.stops[0], dataclasses.replace(program.stops[1], carry_in=None))
    findings = Findings()
    check_structure(certificate, dataclasses.replace(program, stops=stops), findings)
    assert [code for code, _ in findings.reasons] == ["order"]


@pytest.mark.parametrize(
    ("groups", "order", "allowed"),
    [
        (None, (0, 1, 2, 3), True),
        (None, (1, 0, 2, 3), False),
        (((0, 1), (2, 3)), (2, 3, 0, 1), True),
        (((0, 1), (2, 3)), (1, 0, 2, 3), False),
        (((0, 1), (2, 3)), (0, 2, 1, 3), False),
        (((0,), (2,)), (2, 1, 0, 3), True),
        (((0,), (2,)), (1, 0, 2, 3), False),
        (((0,), (1,), (2,), (3,)), (3, 1, 0, 2), True),
        (((0,), (1,), (2,), (3,)), (3, 1, 0, 0), False),
        (((0,), (1,), (2,), (3,)), (3, 1, 0), False),
        (((0,), (1,), (2,), (3,)), (3, 1, 0, 4), False),
    ],
)
def test_orders(groups: tuple[tuple[int, ...], ...] | None, order: tuple[int, ...], allowed: bool) -> None:
    program = seam_builder().program
    four = dataclasses.replace(program, stops=program.stops * 4, free_order=groups)
    assert order_allowed(order, four) is allowed
