"""In what role a figure stands, and whether it is only wished for."""

from __future__ import annotations

import re
from typing import Any

from robotplus.reading.lexicon import words
from robotplus.reading.surroundings import Surroundings


def wishes(around: Surroundings) -> dict[str, Any]:
    """The flags desirable and alternative, where the sentence says so."""
    flags: dict[str, Any] = {}
    if words("flags", "desirable").search(around.wider or around.before):
        flags["desirable"] = True
    if re.search(rf"(?:{words('flags', 'alternative').pattern})[^,。;]{{0,6}}$", around.before):
        flags["alternative"] = True
    return flags


def role_of(around: Surroundings) -> str:
    """The role whose words stand nearest before the figure in its sentence; a requirement without any."""
    best, role = -1, "requirement"
    for name in ("delivered", "baseline", "test_condition", "context", "requirement"):
        for found in words("roles", name).finditer(around.wider):
            if found.end() > best:
                best, role = found.end(), name
    return role
