"""Certificates that hold, made once a session."""

from __future__ import annotations

import pytest
from building import handling_builder, seam_builder

from robotplus.certificates.certificate import Certificate
from robotplus.robots.catalogue import Catalogue, load_catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def seam() -> Certificate:
    """A straight seam by a robot with a spherical wrist."""
    return seam_builder().certificate(
        [0.0], min_clearance_m=0.0155, base_tolerance={"xy_m": 0.001, "angle_rad": 0.002}
    )


@pytest.fixture(scope="session")
def handling() -> Certificate:
    """One part carried from a table to another, cyclic."""
    return handling_builder().certificate([0.0, 0.0])
