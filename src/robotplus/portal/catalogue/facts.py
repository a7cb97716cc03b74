"""A model's figures for people: value, unit, source and confidence of each; reading and changing one by its name."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from robotplus.errors import RobotError
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.kinds.values import read_number
from robotplus.robots.files import read_robot

RATINGS: Final[dict[str, tuple[Promise, str]]] = {  # name in the file: label and unit
    "payload_kg": (gettext_lazy("payload"), "kg"),
    "reach_m": (gettext_lazy("reach"), "m"),
    "repeatability_mm": (gettext_lazy("repeatability"), "mm"),
    "mass_kg": (gettext_lazy("mass"), "kg"),
    "ip": (gettext_lazy("protection class"), ""),
    "explosion_zone": (gettext_lazy("explosion protection"), ""),
    "temperature_c": (gettext_lazy("ambient temperature"), "°C"),
    "mounting": (gettext_lazy("mounting"), ""),
    "wrist_moment_nm": (gettext_lazy("wrist moments"), "N·m"),
    "wrist_inertia_kgm2": (gettext_lazy("wrist inertias"), "kg·m²"),
    "rated_power_w": (gettext_lazy("rated power"), "W"),
}
LISTS: Final = {"temperature_c": 2, "wrist_moment_nm": 3, "wrist_inertia_kgm2": 3}
WORDS: Final = ("ip", "explosion_zone")
MOUNTINGS: Final = ("floor", "wall", "ceiling", "tilted")


@dataclass(frozen=True)
class Fact:
    """One rating as shown; ``value`` None: not known. ``confidence``: high, medium, low or empty."""

    name: str
    label: Promise
    unit: str
    value: Any
    source: str
    confidence: str

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, (int, float))

    @property
    def words(self) -> str:
        """A value that is no single number."""
        several = self.value if isinstance(self.value, list) else [self.value]
        return " / ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in several)


def facts_of(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Every rating of a model file, the unknown ones too."""
    ratings = document.get("ratings", {})
    out = []
    for name, (label, unit) in RATINGS.items():
        figure = ratings.get(name) or {}
        out.append(
            Fact(
                name, label, unit, figure.get("value"), figure.get("source", ""), figure.get("confidence", "")
            )
        )
    return tuple(out)


def read_figure(name: str, said: str) -> Any:
    """A corrected value as it stands in the file.

    Raises:
        RefusedError: no such figure, or not a value of it.
    """
    if name not in RATINGS:
        raise RefusedError(_("unknown figure"), field="figure")
    unit = RATINGS[name][1]
    try:
        if name in LISTS:
            values = [
                read_number(part, unit) for part in said.replace("，", "/").replace(";", "/").split("/")
            ]
            if len(values) != LISTS[name]:
                raise ValueError(_("%(n)d figures, with / between them") % {"n": LISTS[name]})
            return values
        if name == "mounting":
            parts = sorted({p.strip() for p in said.replace("，", ",").split(",")})
            if not parts or set(parts) - set(MOUNTINGS):
                raise ValueError(_("some of: %(words)s") % {"words": ", ".join(MOUNTINGS)})
            return parts
        return said.strip() if name in WORDS else read_number(said, unit)
    except ValueError as e:
        raise RefusedError(str(e.args[0]), field="new") from e


def corrected(
    document: Mapping[str, Any], name: str, value: Any, *, source: str, confidence: str
) -> dict[str, Any]:
    """The model file with one rating replaced; it still reads as a robot.

    Raises:
        RefusedError: the file would not be a valid one.
    """
    changed = copy.deepcopy(dict(document))
    changed["ratings"][name] = {"value": value, "source": source, "confidence": confidence}
    try:
        read_robot(changed, str(changed["id"]))
    except RobotError as e:
        raise RefusedError(str(e), field="new") from e
    return changed
