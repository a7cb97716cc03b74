"""What every certificate file shares: JSON of a stated format, its digest, and numbers that are numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from robotplus.errors import CertificateError
from robotplus.hashing import digest

T = TypeVar("T")
MALFORMED = (
    KeyError,
    TypeError,
    ValueError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)


def read_written(text: str, form: str, where: str, read: Callable[[dict[str, Any]], T]) -> T:
    """What ``read`` makes of a certificate's JSON text, once format and digest are right.

    Raises:
        CertificateError: not JSON, another format or version, a digest that does not match, or whatever ``read``
            stumbles over; one line says which.
    """
    try:
        doc = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise CertificateError("not a JSON file", where, fix="give a file written by robotplus") from e
    if not isinstance(doc, dict) or doc.get("format") != form:
        found = doc.get("format") if isinstance(doc, dict) else type(doc).__name__
        raise CertificateError("another certificate format or version", where, value=found, allowed=form)
    stated = doc.pop("sha256", None)
    try:
        if stated != digest(doc):
            raise CertificateError("the file's digest does not match its content", where, value=stated)
        return read(doc)
    except MALFORMED as e:
        raise CertificateError(f"malformed certificate ({type(e).__name__}: {e})", where) from e


def number(value: Any) -> float:
    """A finite number.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"not a finite number: {value!r}")
    return float(value)


def pair(values: Any) -> tuple[float, float]:
    """Two finite numbers."""
    low, high = (number(v) for v in values)
    return low, high


def claims_of(
    claims: dict[str, Any], numbers: Sequence[str], pairs: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """The claims of a machine's certificate: these numbers, these pairs in order, and ``within_s`` (or null)."""
    if set(claims) != (wanted := {*numbers, *pairs, "within_s"}):
        raise ValueError(f"claims {sorted(set(claims) ^ wanted)} are missing or unknown")
    for name in numbers:
        number(claims[name])
    for name, (low, high) in pairs.items():
        if set(claims[name]) != {low, high} or number(claims[name][low]) > number(claims[name][high]):
            raise ValueError(f"claim {name}")
    if claims["within_s"] is not None:
        number(claims["within_s"])
    return dict(claims)
