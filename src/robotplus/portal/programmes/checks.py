"""Validates targets and measurements as people and programs give them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.kinds.values import read_number
from robotplus.portal.programmes.models import Measurement, Target


def check_target(given: Mapping[str, Any]) -> dict[str, Any]:
    """A target's clean facts: ``indicator``, ``unit``, ``sense``, ``value``, ``adds``, ``due``.

    Raises:
        RefusedError: with a sentence for each field that is wrong.
    """
    problems: dict[str, str] = {}
    clean: dict[str, Any] = {
        "indicator": _text(given, "indicator", 60, problems),
        "unit": _text(given, "unit", 20, problems, required=False),
        "sense": str(given.get("sense") or Target.Sense.AT_LEAST),
        "adds": given.get("adds") in (True, "on", "true", "1"),
        "due": _date(given, "due", problems),
    }
    clean["value"] = _number(given, clean["unit"], problems)
    if clean["sense"] not in Target.Sense.values:
        problems["sense"] = _("not one of the choices")
    _refuse(problems)
    return clean


def check_beside(target: Mapping[str, Any], others: list[Target]) -> None:
    """A new target beside the standing ones: one value a day, and an indicator is counted in one way.

    Raises:
        RefusedError: it contradicts one of them.
    """
    for other in others:
        if (other.indicator, other.unit) != (target["indicator"], target["unit"]):
            continue
        if other.due == target["due"]:
            raise RefusedError(_("this indicator has a target for that day"), field="due")
        if (other.sense, other.adds) != (target["sense"], target["adds"]):
            raise RefusedError(_("another target counts this indicator in another way"), field="indicator")


def check_measurement(
    target: Target, given: Mapping[str, Any], standing: list[Measurement]
) -> dict[str, Any]:
    """A measurement's clean facts: ``start``, ``end``, ``value``, ``source``.

    Args:
        standing: what was measured of the same indicator and is not struck out.

    Raises:
        RefusedError: with a sentence for each field that is wrong; periods that add up may not overlap.
    """
    problems: dict[str, str] = {}
    start, end = _date(given, "start", problems), _date(given, "end", problems)
    value, source = _number(given, target.unit, problems), _text(given, "source", 300, problems)
    if start and end and start > end:
        problems["end"] = _("lies before the start")
    elif end and end > timezone.localdate():
        problems["end"] = _("lies in the future")
    elif start and end and target.adds and any(m.start <= end and start <= m.end for m in standing):
        problems["start"] = _("overlaps another period; these figures add up")
    _refuse(problems)
    return {"start": start, "end": end, "value": value, "source": source}


def check_reason(said: str) -> str:
    """
    Raises:
        RefusedError: no reason.
    """
    problems: dict[str, str] = {}
    reason = _text({"reason": said}, "reason", 300, problems)
    if problems:
        raise RefusedError(_("say why"), problems=problems)
    return reason


def _refuse(problems: Mapping[str, str]) -> None:
    if problems:
        raise RefusedError(_("please look at the marked fields"), problems=problems)


def _text(
    given: Mapping[str, Any], name: str, limit: int, problems: dict[str, str], *, required: bool = True
) -> str:
    text = " ".join(str(given.get(name) or "").split())
    if required and not text:
        problems[name] = _("required")
    elif len(text) > limit:
        problems[name] = _("at most %(limit)d characters") % {"limit": limit}
    elif any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        problems[name] = _("contains control characters")
    return text


def _date(given: Mapping[str, Any], name: str, problems: dict[str, str]) -> dt.date | None:
    said = given.get(name)
    if isinstance(said, dt.date):
        return said
    try:
        return dt.date.fromisoformat(str(said or ""))
    except ValueError:
        problems[name] = _("a date such as 2026-03-31")
        return None


def _number(given: Mapping[str, Any], unit: str, problems: dict[str, str]) -> float:
    try:
        return read_number(given.get("value", ""), unit)
    except ValueError as e:
        problems["value"] = str(e.args[0])
        return 0.0
