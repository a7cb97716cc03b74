"""One sample answer for all report tests: building its motions takes a moment."""

from __future__ import annotations

import pytest
import report_sample

from robotplus.matching.answer import Answer


@pytest.fixture(scope="session")
def answer() -> Answer:
    return report_sample.answer()
