"""A dozen robots of several kinds, and a seam that most of them can weld."""

from __future__ import annotations

from pathlib import Path

import pytest

from robotplus.matching.answer import Answer
from robotplus.matching.answering import answer
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.scenarios.files import read_need
from robotplus.scenarios.task import Need

NEEDS = Path(__file__).parents[2] / "examples" / "needs"


@pytest.fixture(scope="session")
def few() -> Catalogue:
    """Every 20th robot of the catalogue, and one with seven axes."""
    catalogue = load_catalogue()
    robots = {robot.id: robot for robot in [*catalogue.values()][::20]}
    return Catalogue([*(robots | {"kuka_lbr_iiwa14_r820": catalogue["kuka_lbr_iiwa14_r820"]}).values()])


@pytest.fixture(scope="session")
def seam() -> Need:
    return read_need(NEEDS / "bench_seam.toml")


@pytest.fixture(scope="session")
def answered(seam: Need, few: Catalogue) -> Answer:
    """By one worker, three checked."""
    return answer(seam, few, workers=1, check_best=3)
