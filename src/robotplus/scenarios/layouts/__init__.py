"""Layouts: what turns a scenario's handful of numbers into a full task, tool, cell and base.

A scenario file names its layout: one function that takes the numbers and returns the tables of a need.
"""

from __future__ import annotations

from typing import Any

from robotplus.errors import NeedError
from robotplus.scenarios.layouts import handling, surfaces, welding  # noqa: F401  (they register themselves)
from robotplus.scenarios.layouts.common import LAYOUTS, Numbers


def build(layout: str, numbers: Numbers, where: str) -> dict[str, Any]:
    """The tables ``tool``, ``base``, ``cell``, ``requirements`` and the task of a layout.

    Raises:
        NeedError: the numbers contradict each other.
    """
    try:
        return LAYOUTS[layout](numbers)
    except ValueError as e:
        raise NeedError(str(e), where) from None
