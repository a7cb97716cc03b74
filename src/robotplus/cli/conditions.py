"""Conditions on robots as a user writes them: ``">=10"``, ``"5..20"``, ``IP65``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from robotplus.errors import InputError
from robotplus.proving.gates import ip_covers
from robotplus.robots.files import KINDS
from robotplus.robots.model import Robot
from robotplus.robots.values import MOUNTINGS

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "==": operator.eq,
    "": operator.eq,
}
_NUMBER = r"\d+(?:\.\d+)?"
_COMPARISON = re.compile(rf"\s*(>=|<=|==|>|<|=|)\s*({_NUMBER})\s*")
_RANGE = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*")
_IP = re.compile(r"IP[0-9X]{2}")


class Conditions:
    """What a robot must meet; an unknown figure meets nothing.

    Raises:
        InputError: a condition that cannot be read.
    """

    def __init__(
        self,
        *,
        numbers: Mapping[str, str | None],
        maker: str | None,
        kind: str | None,
        ip: str | None,
        mounting: str | None,
    ) -> None:
        self._numbers = {
            name: read_condition(text, name) for name, text in numbers.items() if text is not None
        }
        for option, word, words in (("--kind", kind, KINDS), ("--mounting", mounting, MOUNTINGS)):
            if word is not None and word not in words:
                raise InputError("no such word", option, value=word, allowed=", ".join(words))
        self._maker, self._kind, self._mounting = maker, kind, mounting
        if ip is not None and not _IP.fullmatch(ip.upper()):
            raise InputError("not an IP code (IEC 60529)", "--ip", value=ip, allowed="such as IP65")
        self._ip = ip

    def fits(self, robot: Robot) -> bool:
        """Whether every condition is met."""
        for name, holds in self._numbers.items():
            value = robot.dof if name == "dof" else getattr(getattr(robot, name), "value", None)
            if value is None or not holds(value):
                return False
        return (
            (self._maker is None or self._maker.lower() in robot.maker.lower())
            and (self._kind is None or self._kind == robot.kind)
            and (self._ip is None or (robot.ip is not None and ip_covers(robot.ip.value, self._ip)))
            and (
                self._mounting is None
                or (robot.mounting is not None and self._mounting in robot.mounting.value)
            )
        )


def read_condition(text: str, name: str) -> Callable[[float], bool]:
    """A comparison or a range (ends included).

    Raises:
        InputError: it is neither.
    """
    if match := _COMPARISON.fullmatch(text):
        compare, bound = COMPARISONS[match[1]], float(match[2])
        return lambda value: compare(value, bound)
    if match := _RANGE.fullmatch(text):
        low, high = float(match[1]), float(match[2])
        if low > high:
            raise InputError("the range is upside down", name, value=text, allowed=f"{match[2]}..{match[1]}")
        return lambda value: low <= value <= high
    allowed = '">=10", "<2.5", "6", "5..20"'
    raise InputError("not a condition", name, value=text, allowed=allowed)
