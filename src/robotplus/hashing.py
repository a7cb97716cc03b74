"""Canonical JSON and its digest: the name by which needs, models and certificates refer to each other."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces, shortest round-trip floats; NaN and infinities are refused."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(value: Any) -> str:
    """``sha256:<hex>`` of the canonical JSON of a JSON-able value; the name carries its algorithm."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()
