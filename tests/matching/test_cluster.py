"""Over a cluster the answer is the same, byte for byte."""

from __future__ import annotations

import pytest

from robotplus.hashing import canonical
from robotplus.matching.answer import Answer
from robotplus.matching.answering import answer
from robotplus.robots.catalogue import Catalogue
from robotplus.scenarios.task import Need

pytest.importorskip("ray", reason="the extra `cluster` is not installed")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_the_cluster_gives_the_same_bytes(answered: Answer, seam: Need, few: Catalogue) -> None:
    others = answer(seam, few, cluster=True, check_best=3)
    assert canonical(others.to_document()) == canonical(answered.to_document())
