"""The first results of an answer that is still being worked out: the best candidates so far, not checked yet."""

from __future__ import annotations

import bisect
from typing import Any

from robotplus.certificates.certificate import Certificate
from robotplus.matching.order import DEFAULT_ORDER, sort_key
from robotplus.matching.ranking import tightest
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Need

SHOWN = 8


class FirstRows:
    """The best `SHOWN` of what was found so far, in the order of the answer."""

    def __init__(self, need: Need) -> None:
        self._asked = need.program.requirements
        self._found: list[tuple[tuple[float | str, ...], dict[str, Any]]] = []

    def add(self, robot: Robot, certificate: Certificate) -> None:
        """Put a robot where it belongs; past the last place it is forgotten."""
        key = sort_key(robot, certificate, order=DEFAULT_ORDER)  # ends with the id: no two are equal
        at = bisect.bisect(self._found, key, key=lambda entry: entry[0])
        if at < SHOWN:
            self._found.insert(at, (key, self._row(robot, certificate)))
            del self._found[SHOWN:]

    @property
    def takt(self) -> float | None:
        """The takt asked [s]."""
        return self._asked.takt

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for _, row in self._found]

    def _row(self, robot: Robot, certificate: Certificate) -> dict[str, Any]:
        """``low`` and ``high`` of the cycle time [s]; ``tightest`` in Chinese and English."""
        span = certificate.claims["cycle_time_s"]
        en, zh = tightest(robot, certificate, self._asked)
        return {
            "robot": robot.id,
            "maker": robot.maker,
            "model": robot.model,
            "low": round(float(span["low"]), 3),
            "high": round(float(span["high"]), 3),
            "tightest": [zh, en],
        }
