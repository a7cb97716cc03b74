"""A certificate without what it would give away: claims, hashes and premises stay, geometry and motion go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORMAT = "robotplus.certificate-redacted/1"
KEPT = ("engine", "robot", "need_sha256", "claims", "premises", "not_shown", "verdict", "sha256")


def redacted(document: Mapping[str, Any]) -> dict[str, Any]:
    """What may be shown of a certificate's document; ``sha256`` names the whole one, by which it is checked."""
    return {"format": FORMAT, **{key: document[key] for key in KEPT if key in document}}
