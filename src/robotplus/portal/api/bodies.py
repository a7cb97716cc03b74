"""Reads what is sent: JSON of plain text and finite numbers that every database here can keep."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn, cast

from django.http import HttpRequest
from ninja import Schema
from ninja.errors import HttpError
from ninja.parser import Parser
from pydantic import ConfigDict

WIDEST = 2**63 - 1


class Sent(Schema):
    """A body: what it does not know is refused, and a text is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class StrictParser(Parser):
    """Refuses NaN, infinities, integers wider than 64 bits, NUL and lone surrogates; any other text passes."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            found = json.loads(request.body, parse_constant=_refuse, parse_int=_whole, parse_float=_finite)
        except (ValueError, RecursionError) as e:
            raise HttpError(400, "not JSON") from e
        for text in _texts(found):
            check_text(text)
        return cast(dict[str, Any], found)


def check_text(text: str) -> None:
    """
    Raises:
        HttpError: it holds what no database keeps.
    """
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise HttpError(400, "control characters")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _whole(digits: str) -> int:
    value = int(digits)
    if abs(value) > WIDEST:
        raise ValueError(digits)
    return value


def _finite(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise ValueError(digits)
    return value


def _texts(found: Any) -> Iterator[str]:
    ahead = [found]
    while ahead:
        one = ahead.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            ahead += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            ahead += one
