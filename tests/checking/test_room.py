"""The room that a displaced base may use up, against points that are really moved."""

from __future__ import annotations

import numpy as np
import pytest
from building import AR2010, seam_builder
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.certificates.motion import Move
from robotplus.checking.clearance import Clearance
from robotplus.checking.pairs import PEDESTAL, PairTable
from robotplus.checking.pieces import Pieces, cut
from robotplus.checking.rig import Poses, Rig
from robotplus.checking.room import Correction, Room, longest
from robotplus.checking.sweep import Sweep
from robotplus.checking.tolerance import corrections
from robotplus.robots.frames import about
from robotplus.robots.model import Array, OrientedBox

SEED = np.array(AR2010.seed)


def centres(rig: Rig, q: Array) -> tuple[Poses, Array]:
    poses = rig.poses(q)
    return poses, rig.place(poses).centre


def levers_of_centres(rig: Rig, q: Array) -> tuple[Array, Array]:
    """Distances (m, boxes, n) of the boxes' centres from the joint axes and (m, boxes) from the vertical."""
    poses, centre = centres(rig, q)
    flat = np.linalg.norm(centre[..., :2] - rig.world_from_base[:2, 3], axis=2)
    return rig.radii(poses, centre, np.zeros(rig.own)), flat


def moving(rig: Rig, q: Array, change: Array) -> Sweep:
    """A piece on which the joints move from ``q`` by ``change``."""
    b = q + np.linspace(0.0, 1.0, 6)[:, None] * change
    return Sweep(rig, Pieces(b[None], np.ones(1), np.zeros(1), np.zeros(1, dtype=np.int64)))


@given(st.integers(0, 10_000), st.lists(st.sampled_from([0.0, 0.1]), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_levers_are_no_longer_anywhere_on_a_piece(seed: int, change: list[float]) -> None:
    """For axes before and after a box, and for the base's vertical, whichever joints move."""
    rig = seam_builder().rig
    rng = np.random.default_rng(seed)
    q = SEED + rng.uniform(-0.5, 0.5, 6)
    axes, vertical = longest(moving(rig, q, np.array(change)))
    seen_axes, seen_vertical = levers_of_centres(rig, q + rng.uniform(-1, 1, (20, 6)) * change)
    mine = rig.link[: rig.own] > 0
    assert (seen_axes <= axes + 1e-9)[:, mine].all()
    assert (seen_vertical <= vertical + 1e-9)[:, mine].all()


@pytest.mark.parametrize("joint", [1, 2])
def test_an_arm_that_stretches_swings_farther_when_the_base_turns(joint: int) -> None:
    """The turn moves the tool by angle times its distance from the vertical at the end of the piece too."""
    rig, angle, stretch = seam_builder().rig, 0.02, 0.2
    change = np.where(np.arange(6) == joint, stretch, 0.0)
    correction = Correction(0.0, angle, np.zeros((1, 6)), np.array([False]))
    room = Room(moving(rig, SEED, change), correction).world[0]
    _, centre = centres(rig, np.array([SEED - change, SEED + change]))
    arm = centre - rig.world_from_base[:3, 3]
    moved = np.linalg.norm(arm @ about((0.0, 0.0, 1.0), angle).T - arm, axis=2)
    assert (moved <= room + 1e-9)[:, rig.link[: rig.own] > 0].all()


@pytest.mark.parametrize(
    ("name", "gap", "clear"), [(PEDESTAL, 0.003, False), (PEDESTAL, 0.05, True), ("post", 0.003, True)]
)
def test_a_tool_that_is_held_needs_room_to_the_pedestal(name: str, gap: float, clear: bool) -> None:
    """The base, 5 mm away from its place, takes the pedestal along; the tool and a post stay."""
    builder = seam_builder()
    corners = tool_corners(builder.rig)
    x, _, z = corners.mean(axis=0).tolist()
    y = float(corners[:, 1].min()) - gap - 0.1
    box = OrientedBox((x, y, z), (0.0, 0.0, 0.0), (1.0, 0.2, 1.0))
    rig = Rig(
        builder.robot,
        builder.program.tool,
        parts=(),
        world_from_base=builder.rig.world_from_base,
        fixed=[(name, [box])],
    )
    pairs = np.array([(i, len(rig.boxes) - 1) for i, b in enumerate(rig.boxes) if b.body == "tool"])
    k = len(pairs)
    floors = np.zeros((1, k))
    table = PairTable(
        pairs, np.zeros(k, dtype=np.int64), np.ones(k, dtype=bool), floors, (("tool", name),) * k
    )
    joints = corrections(rig, SEED[None], np.zeros((1, 6)), xy=0.005, angle=0.0)
    still = np.zeros((2, 6))
    pieces = cut([Move("dwell", 0, np.array([0.0, 1.0]), np.stack([SEED, SEED]), still, still)])
    correction = Correction(0.005, 0.0, joints, np.array([True]))
    found = Clearance(rig, table, floors=floors).violations(pieces, correction)
    assert (not found) is clear


def tool_corners(rig: Rig) -> Array:
    """(8k, 3) corners of the tool's boxes in the world at ``SEED``."""
    placed = rig.place(rig.poses(SEED[None]))
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    return np.concatenate(
        [
            placed.centre[0, i] + (signs * rig.half[i]) @ placed.rotation[0, i].T
            for i, box in enumerate(rig.boxes)
            if box.body == "tool"
        ]
    )
