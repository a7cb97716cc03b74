"""Readers of single JSON values: each returns the value in its type, or raises one clear RobotError.

``where`` is the place in the file, such as ``kuka_kr6.json: joints[2].axis``. Lengths and angles so large
that they look like millimetres or degrees are refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

from robotplus.errors import RobotError
from robotplus.robots.model import Vec3

MOUNTINGS = ("floor", "wall", "ceiling", "shelf")

_IP = re.compile(r"IP[0-6X][0-9X]K?")

T = TypeVar("T")


def fields(
    value: Any, where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    """An object with every required key and none beyond the optional ones."""
    if type(value) is not dict:
        raise RobotError("expected an object", where, value=value)
    if len(value) == len(required) and all(key in value for key in required):
        return value
    for key in required:
        if key not in value:
            raise RobotError(f"{key} is missing", where, fix="write null where the figure is unknown")
    for key in value:
        if key not in required and key not in optional:
            raise RobotError("unknown key", where, value=key, allowed=", ".join(required + optional))
    return value


def items(value: Any, where: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    """A list, each item read by ``read``."""
    if type(value) is not list:
        raise RobotError("expected a list", where, value=value)
    return tuple([read(item, f"{where}[{k}]") for k, item in enumerate(value)])


def optional(value: Any, where: str, read: Callable[[Any, str], T]) -> T | None:
    """None for null, else what ``read`` makes of it."""
    return None if value is None else read(value, where)


def text(value: Any, where: str) -> str:
    """One non-empty line."""
    if type(value) is not str or not value.strip() or "\n" in value:
        raise RobotError("expected one line of text", where, value=value)
    return value


def number(value: Any, where: str) -> float:
    """A finite number."""
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int and abs(value) < 10**15:
        return float(value)
    raise RobotError("expected a finite number", where, value=value)


def positive(value: Any, where: str) -> float:
    """A finite number above zero."""
    amount = number(value, where)
    if amount <= 0.0:
        raise RobotError(
            "expected a positive number", where, value=amount, allowed="> 0, or null when unknown"
        )
    return amount


def numbers(value: Any, where: str, count: int) -> list[float]:
    """Exactly ``count`` finite numbers."""
    if type(value) is not list or len(value) != count:
        raise RobotError(f"expected {count} numbers", where, value=value)
    for item in value:
        if type(item) is not float or not math.isfinite(item):
            return [number(item, where) for item in value]
    return value


def vector(value: Any, where: str) -> Vec3:
    """Three finite numbers."""
    x, y, z = numbers(value, where, 3)
    return x, y, z


def position(value: Any, where: str) -> Vec3:
    """A position or size [m], within 20 m."""
    x, y, z = numbers(value, where, 3)
    if max(x, y, z) > 20.0 or min(x, y, z) < -20.0:
        raise RobotError(
            "a length is far out: metres, or millimetres?", where, value=(x, y, z), allowed="within 20 m"
        )
    return x, y, z


def angles(value: Any, where: str) -> Vec3:
    """Three angles [rad], within one turn."""
    x, y, z = numbers(value, where, 3)
    if max(x, y, z) > 6.3 or min(x, y, z) < -6.3:
        raise RobotError(
            "an angle is far out: radians, or degrees?", where, value=(x, y, z), allowed="within 2π rad"
        )
    return x, y, z


def one_of(*allowed: str) -> Callable[[Any, str], str]:
    """A reader of one of the allowed words."""

    def check(value: Any, where: str) -> str:
        if value not in allowed or type(value) is not str:
            raise RobotError("not a known word", where, value=value, allowed=", ".join(allowed))
        return value

    return check


def ip(value: Any, where: str) -> str:
    """An ingress protection code of IEC 60529."""
    code = text(value, where)
    if not _IP.fullmatch(code):
        raise RobotError("not an IP code (IEC 60529)", where, value=code, allowed="such as IP67")
    return code


def interval(value: Any, where: str) -> tuple[float, float]:
    """A temperature range [°C]."""
    low, high = numbers(value, where, 2)
    if not -273.15 <= low < high:
        raise RobotError("not a range", where, value=value, allowed="[lowest, highest] in °C")
    return low, high


def positive_vector(value: Any, where: str) -> Vec3:
    """Three finite numbers above zero."""
    triple = vector(value, where)
    if min(triple) <= 0.0:
        raise RobotError("expected three positive numbers", where, value=triple, allowed="> 0")
    return triple


def mountings(value: Any, where: str) -> tuple[str, ...]:
    """The ways a base may be mounted."""
    words = items(value, where, one_of(*MOUNTINGS))
    if not words or len(set(words)) != len(words):
        raise RobotError("name each mounting once", where, value=value, allowed=", ".join(MOUNTINGS))
    return words
