"""Solver and checker compute the self-pair rule apart; they agree on real arms."""

from __future__ import annotations

import pytest
from building import seam_builder

from robotplus.checking.rig import Rig
from robotplus.checking.selfpairs import overlap_share
from robotplus.proving.pack import pack
from robotplus.proving.pairs import link_pairs, overlap_shares
from robotplus.robots.catalogue import Catalogue
from robotplus.scenarios.cell import world_from_base


@pytest.mark.parametrize("robot_id", ["ur_ur10e", "abb_irb2400_12_155", "kuka_lbr_iiwa14_r820"])
def test_shares_agree(robot_id: str, catalogue: Catalogue) -> None:
    robot = catalogue[robot_id]
    place = world_from_base((0.0, 0.0, 0.0), 0.0, "floor")
    rig = Rig(robot, seam_builder().program.tool, parts=(), world_from_base=place, fixed=[])
    struct = pack(robot).struct
    pairs = link_pairs(struct)
    assert len(pairs) > 10
    for (i, j), share in zip(pairs, overlap_shares(struct, pairs), strict=True):
        assert overlap_share(rig, f"link_{i}", f"link_{j}") == pytest.approx(share, abs=0.003)
