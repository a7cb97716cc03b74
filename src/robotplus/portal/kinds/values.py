"""Validates what people give for a kind's fields: clean values, or what is wrong field by field."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from robotplus.portal.kinds.kind import Field, Kind
from robotplus.portal.kinds.price import read_price

Problems = dict[str, Promise | str]
UNITS = {  # how people write a unit, or a part of one such as 米/分
    **{"公斤": "kg", "千克": "kg", "克": "g", "吨": "t", "斤": "jin"},
    **{"米": "m", "毫米": "mm", "厘米": "cm", "公里": "km", "千米": "km"},
    **{"秒": "s", "秒钟": "s", "分": "min", "分钟": "min", "小时": "h", "时": "h", "天": "d", "日": "d"},
    **{"度": "deg", "°": "deg", "元": "CNY"},
}
SCALES = {  # unit: what it measures, and how much of it
    **{u: ("mass", f) for u, f in {"g": 1e-3, "kg": 1.0, "t": 1e3, "jin": 0.5}.items()},
    **{u: ("length", f) for u, f in {"um": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3}.items()},
    **{u: ("time", f) for u, f in {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}.items()},
}
MAX_TEXT, MAX_PROSE = 300, 20_000
_NUMBER = re.compile(r"^([+-]?(?:\d+(?:[.]\d*)?|[.]\d+)(?:e[+-]?\d{1,2})?)\s*(\D*)$", re.I)


def check_values(
    kind: Kind, given: Mapping[str, Any], *, draft: bool = False
) -> tuple[dict[str, Any], Problems]:
    """The values that fit the kind's fields, and a sentence for each field that does not.

    Args:
        draft: required fields may still be missing.
    """
    clean: dict[str, Any] = {}
    problems: Problems = {}
    for name in given.keys() - {f.name for f in kind.fields}:
        problems[name] = _("unknown field")
    for field in kind.fields:
        raw = given.get(field.name)
        if raw is None or raw == "" or raw == []:
            if field.required and not draft:
                problems[field.name] = _("required")
            continue
        try:
            clean[field.name] = READERS[field.type](field, raw)
        except ValueError as e:
            problems[field.name] = e.args[0]
    return clean, problems


def read_number(text: Any, unit: str = "") -> float:
    """A number as people write it: ``3.5``, ``3,5``, ``3 500``, ``12公斤``, ``1.2 m`` where the unit is mm,
    ``2.4 米/分`` where it is mm/s.

    Raises:
        ValueError: with the sentence to show.
    """
    if isinstance(text, bool):
        raise ValueError(_("not a number"))
    if isinstance(text, (int, float)):
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(_("not a number"))
        return value
    plain = unicodedata.normalize("NFKC", str(text)).strip().replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?\D*", plain):
        plain = plain.replace(",", "")
    match = _NUMBER.match(plain.replace(",", ".", 1))
    if not match:
        raise ValueError(_("not a number"))
    value = float(match[1])
    scale = _scale(match[2], unit) if match[2] else 1.0
    if scale is None:
        raise ValueError(_("the unit here is %(unit)s") % {"unit": unit or "1"})
    if scale != 1.0:
        value = float(f"{value * scale:.15g}")  # 2.3 m are 2300 mm, and nothing behind the point
    if not math.isfinite(value):
        raise ValueError(_("not a number"))
    return value


def _scale(said: str, unit: str) -> float | None:
    """How many of ``unit`` one of what was written is; None where the two do not measure the same."""
    parts = [UNITS.get(part, part if part in SCALES else part.lower()) for part in said.split("/")]
    wanted = unit.split("/")
    if parts == wanted or said == unit:
        return 1.0
    if len(parts) != len(wanted) or not all(part in SCALES for part in (*parts, *wanted)):
        return None
    scale = 1.0
    for i, (part, other) in enumerate(zip(parts, wanted, strict=True)):
        (kind, factor), (other_kind, other_factor) = SCALES[part], SCALES[other]
        if kind != other_kind:
            return None
        scale *= (factor / other_factor) ** (1 if i == 0 else -1)
    return scale


def _number(field: Field, raw: Any) -> float:
    value = read_number(raw, field.unit)
    low = -math.inf if field.low is None else field.low
    high = math.inf if field.high is None else field.high
    if not low <= value <= high:
        raise ValueError(_("must lie between %(low)g and %(high)g") % {"low": low, "high": high})
    return value


def _line(field: Field, raw: Any, limit: int = MAX_TEXT) -> str:
    if not isinstance(raw, str):
        raise ValueError(_("not a text"))
    text = raw.replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise ValueError(_("at most %(limit)d characters") % {"limit": limit})
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise ValueError(_("contains control characters"))
    return text


def _prose(field: Field, raw: Any) -> str:
    return _line(field, raw, MAX_PROSE)


def _choice(field: Field, raw: Any) -> str:
    if raw not in [o.value for o in field.options]:
        raise ValueError(_("not one of the choices"))
    return str(raw)


def _choices(field: Field, raw: Any) -> list[str]:
    return sorted({_choice(field, r) for r in (raw if isinstance(raw, list) else [raw])})


def _flag(field: Field, raw: Any) -> bool:
    if raw not in (True, False, "on", "true", "false", "1", "0", 1, 0):
        raise ValueError(_("yes or no"))
    return raw in (True, "on", "true", "1", 1)


def _date(field: Field, raw: Any) -> str:
    try:
        return dt.date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise ValueError(_("a date such as 2026-03-31")) from None


def _codes(field: Field, raw: Any) -> list[str]:
    return sorted({_line(field, r, 40) for r in (raw if isinstance(raw, list) else [raw])})


def _code(field: Field, raw: Any) -> str:
    return _line(field, raw, 64)


def _price(field: Field, raw: Any) -> dict[str, Any]:
    return read_price(raw)


READERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _line,
    "prose": _prose,
    "number": _number,
    "choice": _choice,
    "choices": _choices,
    "flag": _flag,
    "date": _date,
    "area": _code,
    "areas": _codes,
    "model": _code,
    "scenario": _code,
    "price": _price,
    "document": _code,
}
