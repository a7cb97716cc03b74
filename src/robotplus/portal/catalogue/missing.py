"""What a model file does not say yet, and whether proofs wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from robotplus.portal.catalogue.facts import FIGURES, figure_of

BLOCKING: Final = ("lower", "upper", "velocity", "payload_kg")  # nothing is proven without them
WANTED: Final = ("reach_m", "repeatability_mm", "mass_kg", "mounting", "ip", "temperature_c")
HINTS: Final[Mapping[str, Promise]] = {
    "mounting": _("one or several of: floor, wall, ceiling, tilted"),
    "ip": _("such as IP65"),
    "temperature_c": _("lowest / highest"),
}


@dataclass(frozen=True)
class Missing:
    """A figure that is not known. ``blocks``: nothing is proven without it; ``count``: how many values it has."""

    name: str
    label: Promise
    unit: str
    blocks: bool
    hint: Promise | str = ""
    count: int = 1


def missing_of(document: Mapping[str, Any]) -> tuple[Missing, ...]:
    """What to ask the maker of a model, the blocking figures first; shapes can only come with another file."""
    axes = len(document.get("joints", ()))
    out = []
    if any(link.get("boxes") is None for link in document.get("links", ())):
        hint = _("upload the description again, in a zip together with its meshes")
        out.append(Missing("shapes", _("the shapes of all links"), "", blocks=True, hint=hint, count=0))
    for name in (*BLOCKING, *WANTED):
        value = figure_of(document, name)
        incomplete = value is None or (isinstance(value, list) and None in value)
        if incomplete or (name == "velocity" and (document.get("velocity") or {}).get("value") != "data"):
            label, unit = FIGURES[name]
            count = axes if name in ("lower", "upper", "velocity") else 1
            out.append(Missing(name, label, unit, name in BLOCKING, HINTS.get(name, ""), count))
    return tuple(out)
