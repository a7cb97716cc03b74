"""The cheapest postures through a task's waypoints, against a shortest path in NumPy over the same candidates."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from proving_cases import CATALOGUE, OF_CLASS, Stand, handling_need, room, seam_need, stand, wide
from reference_chains import flange, limits

from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.layers import MUST_HOLD, flange_from_tcp
from robotplus.proving.postures import ACROSS, SAME_BRANCH, WINDINGS
from robotplus.proving.search import candidates as places_of
from robotplus.proving.search import key_layers, survey
from robotplus.robots.model import Array
from robotplus.scenarios.task import Need

GENERIC = 3
TURN = 2 * np.pi


class Candidate(ctypes.Structure):
    """Mirror of ``rp_candidate`` (ladder.h)."""

    _fields_ = (("q", ctypes.c_double * 8), ("slot", ctypes.c_int32), ("branch", ctypes.c_int32))


@dataclass(frozen=True)
class Layer:
    q: Array
    slot: Array
    branch: Array


def candidates(at: Stand, layer: int, *, stride: int, windings: bool) -> Layer:
    """What the kernel offers at a layer."""
    task = at.context.task.for_robot(at.body.struct.n_branch, windings)
    out = (Candidate * task.cap)()
    n = kernels().rp_layer(ctypes.byref(task), at.buffer, layer, stride, int(windings), ctypes.byref(out))
    raw = np.frombuffer(out, dtype=[("q", "8f8"), ("slot", "i4"), ("branch", "i4")], count=task.cap)[:n]
    return Layer(raw["q"][:, : at.body.dof].copy(), raw["slot"].copy(), raw["branch"].copy())


def by_kernel(
    at: Stand, *, stride: int, way: int, shunned: Sequence[Array] = ()
) -> tuple[int, Array, Array, float, int]:
    """(failed layer + 1 or 0, joints, slots, cost, why it failed)."""
    layers = at.context.layers
    task = at.context.task.for_robot(at.body.struct.n_branch, way == WINDINGS)
    q, slot = np.zeros((layers.n, 7)), np.zeros(layers.n, dtype=np.int32)
    shun = np.array([wide(path) for path in shunned]).reshape(-1, 7)
    cost, stuck = ctypes.c_double(), ctypes.c_int32()
    failed = kernels().rp_ladder(
        ctypes.byref(task),
        at.buffer,
        stride,
        way,
        p(shun),
        len(shunned),
        p(q),
        p(slot),
        ctypes.byref(cost),
        ctypes.byref(stuck),
    )
    return int(failed), q[:, : at.body.dof], slot, cost.value, stuck.value


def by_numpy(at: Stand, *, stride: int, way: int) -> float | None:
    """The least cost of any way through all layers: steps within joint speed (or 1.2 rad where no time is asked)
    cost Σ (d / v)² / (dt + 0.05), free travel its time at full speed, and every posture 0.05 u⁸ with u the
    greatest share of half a joint range that it uses."""
    layers, robot, dof = at.context.layers, at.body.robot, at.body.dof
    lower, upper = limits(robot)
    speed = np.array([j.velocity for j in robot.joints], dtype=float)
    wraps = (upper - lower > TURN + 1e-3) & np.array([j.kind == "revolute" for j in robot.joints])
    follows_branch = at.body.struct.ik_class != GENERIC and way == SAME_BRANCH
    before: Layer | None = None
    total = np.zeros(0)
    for k in range(layers.n):
        here = candidates(at, k, stride=stride, windings=way == WINDINGS)
        if not len(here.q):
            return None
        used = (np.abs(2 * here.q - lower - upper) / (upper - lower)).max(axis=1)
        own = 0.05 * used**8
        if before is None:
            total, before = own, here
            continue
        d = here.q[None] - before.q[:, None]
        if not layers.joined[k]:
            step = (np.abs(d) / speed).max(axis=2)
        else:
            if way != WINDINGS:
                d = np.where(wraps, d - TURN * np.rint(d / TURN), d)
            dt = layers.dt[k]
            most = 0.98 * dt * speed if dt > 0 else np.full(dof, 1.2)
            step = ((d / speed) ** 2).sum(axis=2) / (dt + 0.05)
            step[(np.abs(d) > most).any(axis=2)] = np.inf
            apart = np.abs(here.slot[None] - before.slot[:, None])
            count, taken = int(layers.slot_count[k]), 1
            if count > stride:
                taken = stride
            if at.context.task.struct.ring and count > 1:
                apart = np.minimum(apart, count - apart)
            reach = at.context.task.struct.reach
            held = layers.hold_spin[k] == MUST_HOLD or (layers.hold_spin[k] and way == SAME_BRANCH)
            window = 0 if held else -(-reach // taken) * taken
            if dof < 6 and at.context.task.struct.ring:  # the spin is what the posture brings
                window = (reach + 1) * taken
            step[apart > window] = np.inf
            if follows_branch:
                step[here.branch[None] != before.branch[:, None]] = np.inf
        total = (total[:, None] + step).min(axis=0) + own
        if not np.isfinite(total).any():
            return None
        before = here
    return float(total.min())


CURVE: dict[str, Any] = {
    "process_path__stroke": [
        {
            "name": "arc",
            "arc": {
                "centre_mm": [0.0, 0.0, 350.0],
                "start_mm": [120.0, 0.0, 350.0],
                "angle_deg": 200.0,
                "direction_local": [0.5, 0.0, -1.0],
            },
        }
    ]
}
SPOTS: dict[str, Any] = {
    "name": "spots",
    "spots": {
        "points_mm": [[0, 0, 300], [150, 250, 350], [-120, -280, 250], [160, 200, 300], [-150, -220, 350]],
        "direction": [0.0, 0.0, -1.0],
        "dwell_s": 0.1,
    },
}
NEEDS: dict[str, Need] = {
    "seam": seam_need(),
    "arc": seam_need(**CURVE, process_path__speed_mm_s=60.0),
    "held spins": seam_need(**CURVE, process_path__spins_deg=[0.0, 30.0, 90.0, 200.0]),
    "handling": handling_need(),
    "spots": seam_need(process_path__stroke=[SPOTS], process_path__spins_deg=[0.0, 120.0, 240.0]),
}


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("robot_id", OF_CLASS.values())
@pytest.mark.parametrize("way", [SAME_BRANCH, ACROSS])
def test_no_way_is_cheaper(robot_id: str, need: str, way: int) -> None:
    compared = 0
    stride = {7: 9, 6: 2, 5: 1}[CATALOGUE[robot_id].dof]
    for x, y, yaw in ((-0.55, 0.1, 0.0), (-0.45, -0.3, 0.6), (0.2, 0.5, -1.8), (-0.7, 0.0, 0.1)):
        at = stand(CATALOGUE[robot_id], NEEDS[need], xyz=(x, y, 0.0), yaw=yaw)
        failed, q, slot, cost, stuck = by_kernel(at, stride=stride, way=way)
        expected = by_numpy(at, stride=stride, way=way)
        if failed and stuck == 3:
            assert expected is not None  # a way there is, but only by leaving the limits for another turn
            continue
        carried_on = way == ACROSS and at.body.dof > 6  # has postures that NumPy does not know of
        assert bool(failed) == (expected is None) or (carried_on and not failed)
        if failed:
            continue
        compared += 1
        assert cost == pytest.approx(expected, rel=1e-9) or (carried_on and cost < (expected or np.inf))
        assert_the_way_is_followed(at, q, slot)
    assert compared or (robot_id, need) in (
        ("ufactory_xarm5", "arc"),
        ("ufactory_xarm5", "held spins"),
        ("ufactory_xarm5", "spots"),
    )


def assert_the_way_is_followed(at: Stand, q: Array, slot: Array) -> None:
    """Every posture holds the tool where its layer and slot say, within the limits and clear of the cell."""
    layers, robot = at.context.layers, at.body.robot
    lower, upper = limits(robot)
    assert (q >= lower - 1e-9).all() and (q <= upper + 1e-9).all()
    for k in range(layers.n):
        spin = layers.spin[layers.slot_first[k] + slot[k]]
        pose = np.vstack([layers.pose[k].reshape(3, 4), [0, 0, 0, 1]])
        turn = np.eye(4)
        turn[:2, :2] = [[np.cos(spin), -np.sin(spin)], [np.sin(spin), np.cos(spin)]]
        tcp = at.world_from_base @ flange(robot, q[k]) @ at.context.tcp
        tolerance = 1e-5 if robot.dof >= 6 else 1e-4
        shown = [2, 3] if robot.dof < 6 and at.context.task.struct.ring else [0, 1, 2, 3]
        assert np.abs(tcp - pose @ turn)[:, shown].max() < tolerance
        if not layers.near[k]:
            assert room(at, q[k]) > -1e-4


def test_windings_find_ways_that_one_turn_does_not() -> None:
    """Each whole turn is a candidate of its own; steps are never taken across a turn."""
    at = stand(CATALOGUE["ur_ur10e"], seam_need(), xyz=(-0.6, 0.1, 0.0))
    one, many = (candidates(at, 0, stride=12, windings=w) for w in (False, True))
    assert len(many.q) > len(one.q)
    lower, upper = limits(at.body.robot)
    assert (many.q >= lower).all() and (many.q <= upper).all()
    folded = {tuple(np.round(np.exp(1j * row), 6)) for row in one.q}
    assert {tuple(np.round(np.exp(1j * row), 6)) for row in many.q} == folded
    failed, q, slot, cost, _ = by_kernel(at, stride=12, way=WINDINGS)
    assert not failed and cost == pytest.approx(by_numpy(at, stride=12, way=WINDINGS), rel=1e-9)
    assert_the_way_is_followed(at, q, slot)


def test_what_is_stuck_is_named() -> None:
    robot = CATALOGUE["yaskawa_ar2010"]
    far = stand(robot, seam_need(), xyz=(-9.0, 0.0, 0.0))
    failed, *_, stuck = by_kernel(far, stride=1, way=SAME_BRANCH)
    assert failed == 1 and stuck == 1
    rushed = stand(robot, seam_need(process_path__speed_mm_s=10_000.0), xyz=(-0.9, 0.1, 0.0))
    failed, *_, stuck = by_kernel(rushed, stride=1, way=SAME_BRANCH)
    assert failed > 1 and stuck == 4  # no posture sets it in motion within the ramp


@pytest.mark.parametrize("robot_id", ["yaskawa_ar2010", "ufactory_xarm5"])
def test_a_survey_counts_what_the_layers_offer(robot_id: str) -> None:
    at = stand(CATALOGUE[robot_id], seam_need())
    layers = key_layers(at.context)
    assert len(set(layers.tolist())) == len(layers)
    places = places_of(at.body, at.context)[:12]
    alive, count = survey(at.body, at.context, places, layers)
    whole = 0
    for place, a, c in zip(places, alive, count, strict=True):
        here = stand(CATALOGUE[robot_id], seam_need(), xyz=tuple(place[:3]), yaw=place[3])
        found = [len(candidates(here, int(k), stride=3, windings=False).q) for k in layers]
        if a == len(layers):
            whole += 1
            assert c == min(found) > 0
        else:
            assert min(found) == 0 or not kernels().rp_base_free(here.buffer)
    assert whole


def test_a_way_may_lead_across_branches() -> None:
    """A path through the stretched wrist goes over into the other wrist branch."""
    robot = CATALOGUE["ur_ur10e"]
    u = np.linspace(-1.0, 1.0, 21)[:, None]
    q = np.array([0.2, -1.2, 1.6, -0.5, 0.0, 0.3]) + u * np.array([0.15, 0.1, -0.1, 0.1, 0.35, 0.0])
    tcp = np.array([flange(robot, row) @ flange_from_tcp(seam_need().program) for row in q])
    line = {"points_mm": (1000 * tcp[:, :3, 3]).tolist(), "directions": tcp[:, :3, 2].tolist()}
    stroke = {"name": "through", "polyline": {**line, "references": tcp[:, :3, 0].tolist()}}
    path = {"stroke": [stroke], "approach_mm": 0.0, "retract_mm": 0.0, "spins_deg": [0.0]}
    at = stand(robot, seam_need(process_path={**path, "speed_mm_s": 40.0}))
    failed, _, _, _, stuck = by_kernel(at, stride=1, way=SAME_BRANCH)
    assert failed and stuck == 2
    failed, q, slot, _, _ = by_kernel(at, stride=1, way=ACROSS)
    assert not failed
    assert_the_way_is_followed(at, q, slot)
    assert np.sign(q[0, 4]) != np.sign(q[-1, 4])


def test_an_arm_with_a_joint_to_spare_is_carried_on() -> None:
    """Newton steps from posture to posture find ways between the postures of a coarse elbow grid."""
    need = seam_need(process_path__spins_deg=[0.0], process_path__speed_mm_s=120.0)
    more = 0
    for robot_id in ("kuka_lbr_iiwa14_r820", "yaskawa_sia50", "realman_rm_gen72"):
        for x, y in ((-0.6, 0.0), (-0.45, 0.35), (-0.3, -0.55)):
            at = stand(CATALOGUE[robot_id], need, xyz=(x, y, 0.0), yaw=0.3)
            plain, carried = (by_kernel(at, stride=1, way=way) for way in (SAME_BRANCH, ACROSS))
            assert not carried[0] or plain[0]
            if not carried[0]:
                assert_the_way_is_followed(at, carried[1], carried[2])
                more += bool(plain[0]) or carried[3] < plain[3] - 1e-9
    assert more


def test_a_last_joint_along_the_tool_offers_every_spin() -> None:
    """A palletiser turns a straight tool in place: one posture of the arm, all spins of the hand."""
    robot = CATALOGUE["yaskawa_mpl80"]
    at = stand(robot, seam_need(), xyz=(-1.5, 0.0, 0.0))
    here = candidates(at, 1, stride=1, windings=False)
    arms = {tuple(np.round(row[:4], 4)) for row in here.q}
    assert arms
    for arm in arms:
        own = [k for k, row in enumerate(here.q) if np.allclose(row[:4], arm, atol=1e-4)]
        assert sorted(here.slot[own]) == list(range(36))
    for q, slot in zip(here.q, here.slot, strict=True):
        tcp = at.world_from_base @ flange(robot, q) @ at.context.tcp
        spin = at.context.layers.spin[at.context.layers.slot_first[1] + slot]
        pose = at.context.layers.pose[1].reshape(3, 4)
        x = np.cos(spin) * pose[:, 0] + np.sin(spin) * pose[:, 1]
        np.testing.assert_allclose(tcp[:3, 0], x, atol=1e-4)
        np.testing.assert_allclose(tcp[:3, 2:], pose[:, 2:], atol=1e-4)


@pytest.mark.parametrize("name, x", [("opw", -0.75), ("ur", -0.6), ("redundant", -0.6)])
def test_a_way_that_was_tried_is_shunned(name: str, x: float) -> None:
    """Each further way is another one everywhere, and none is cheaper than the one before."""
    at = stand(CATALOGUE[OF_CLASS[name]], seam_need(), xyz=(x, 0.1, 0.0))
    tried: list[Array] = []
    before = 0.0
    for _ in range(3):
        failed, q, slot, cost, _ = by_kernel(at, stride=2, way=SAME_BRANCH, shunned=tried)
        if failed:
            break
        assert cost >= before
        assert_the_way_is_followed(at, q, slot)
        for other in tried:
            apart = np.abs((q - other + np.pi) % TURN - np.pi).max(axis=1)
            assert apart.min() > 0.29
        tried.append(q)
        before = cost
    assert len(tried) > 1
