"""The cheapest bound on all pairs: whatever it settles is clear, judged by Coal at samples of the motion."""

from __future__ import annotations

import numpy as np
import pytest

from robotplus.certificates.certificate import Certificate
from robotplus.checking.clearance import Clearance
from robotplus.checking.near import Neighbourhood
from robotplus.checking.pieces import Pieces, cut
from robotplus.checking.room import Correction, Room
from robotplus.checking.scene import Scene, build_scene
from robotplus.checking.sweep import Sweep
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.model import Array
from robotplus.scenarios.files import need_from_document


def scene_of(certificate: Certificate, catalogue: Catalogue) -> Scene:
    program = need_from_document(certificate.need).program
    return build_scene(certificate, catalogue[certificate.robot_id], program)


def distances(scene: Scene, q: Array) -> Array:
    """(m, pairs) by Coal."""
    pairs = scene.pairs
    everything = Clearance(scene.rig, pairs, floors=np.zeros((1, len(pairs.boxes))))
    sample, pair = (v.ravel() for v in np.indices((len(q), len(pairs.boxes))))
    return everything._coal(q, sample, pair)[1].reshape(len(q), -1)


@pytest.mark.parametrize("asked", [0.0, 0.05])
@pytest.mark.parametrize("displaced", [False, True])
@pytest.mark.parametrize("which", ["seam", "handling"])
def test_what_is_settled_is_clear_all_over_the_piece(
    which: str, displaced: bool, asked: float, request: pytest.FixtureRequest, catalogue: Catalogue
) -> None:
    certificate: Certificate = request.getfixturevalue(which)
    scene = scene_of(certificate, catalogue)
    pieces = cut(certificate.moves)
    pieces = pieces.take(np.arange(0, len(pieces), 3))  # some of them: neighbours need not join
    sweep, room = Sweep(scene.rig, pieces), None
    used: Array = np.zeros(1)
    if displaced:
        joints = np.full((len(pieces), scene.rig.dof), 0.002)
        held = np.arange(len(pieces)) % 2 == 0
        room = Room(sweep, Correction(0.005, 0.01, joints, held))
        used = np.maximum(room.world, room.base)[:, scene.pairs.boxes[:, 0]]
    highest = np.where(np.isfinite(scene.pairs.needed), asked, -np.inf)
    piece, pair = Neighbourhood(scene.rig, scene.pairs, highest).open(sweep, room)
    settled = np.isfinite(highest[pieces.move])
    looked_at = settled.sum()
    settled[piece, pair] = False
    assert 0.3 * looked_at < settled.sum() < looked_at
    for q in at_shares(pieces, (0.0, 0.4, 1.0)):
        distance = distances(scene, q)
        assert (distance >= asked - 1e-9)[settled].all()
        assert (distance >= np.broadcast_to(used, settled.shape) - 1e-9)[settled].all()


def at_shares(pieces: Pieces, shares: tuple[float, ...]) -> list[Array]:
    """Joint values (n, dof) at these shares of all pieces, by Bernstein's polynomials."""
    out = []
    for u in shares:
        weights = np.array([1, 5, 10, 10, 5, 1]) * u ** np.arange(6) * (1 - u) ** np.arange(5, -1, -1)
        out.append(np.einsum("k,nkj->nj", weights, pieces.b))
    return out


def test_pairs_that_are_not_looked_at_are_not_named(handling: Certificate, catalogue: Catalogue) -> None:
    scene = scene_of(handling, catalogue)
    sweep = Sweep(scene.rig, cut(handling.moves))
    highest = np.full(scene.pairs.needed.shape, -np.inf)
    assert not len(Neighbourhood(scene.rig, scene.pairs, highest).open(sweep, None)[0])
    highest[:, 7] = 10.0  # farther than anything
    piece, pair = Neighbourhood(scene.rig, scene.pairs, highest).open(sweep, None)
    assert set(pair.tolist()) == {7} and sorted(piece.tolist()) == list(range(len(sweep.pieces)))


def test_distances_from_centres_are_bounds(handling: Certificate, catalogue: Catalogue) -> None:
    scene = scene_of(handling, catalogue)
    rig, (a, b) = scene.rig, scene.pairs.boxes.T
    q = cut(handling.moves).q0[::7]
    placed = rig.place(rig.poses(q))
    near = Neighbourhood(rig, scene.pairs, scene.pairs.needed)
    bounds = near.centre_to_box(placed.centre)[:, a, b] - rig.radius[a]
    assert (
        bounds <= np.maximum(distances(scene, q), 0.0) + 1e-9
    ).all()  # of overlapping boxes it says nothing
    assert (bounds > 0).mean() > 0.5
