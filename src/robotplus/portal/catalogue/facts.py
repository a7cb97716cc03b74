"""A model's figures for people: value, unit, source and confidence of each; reading and changing one by its name."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping, Sequence
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
JOINTS: Final[dict[str, tuple[Promise, str]]] = {  # of every joint, from the base outwards: label and unit
    "lower": (gettext_lazy("lowest joint positions"), "°"),
    "upper": (gettext_lazy("highest joint positions"), "°"),
    "velocity": (gettext_lazy("joint speeds"), "°/s"),
}
FIGURES: Final = RATINGS | JOINTS
TURN: Final = 180.0 / math.pi  # what people write of a turning joint [°], to a file's [rad]
SLIDE: Final = 1000.0  # and of a sliding one [mm], to [m]
LISTS: Final = {"temperature_c": 2, "wrist_moment_nm": 3, "wrist_inertia_kgm2": 3}
WORDS: Final = ("ip", "explosion_zone")
MOUNTINGS: Final[dict[str, Promise]] = {
    "floor": gettext_lazy("floor"),
    "wall": gettext_lazy("wall"),
    "ceiling": gettext_lazy("ceiling"),
    "tilted": gettext_lazy("tilted"),
}


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
        return words(self.value)


def words(value: Any) -> str:
    """A value as text, several with / between them; a dash for what is not known."""
    several = value if isinstance(value, list) else [value]
    return " / ".join(
        "—" if v is None else f"{v:g}" if isinstance(v, float) else str(MOUNTINGS.get(v, v)) for v in several
    )


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


def joint_facts_of(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    """The limits and speeds of the joints, in degrees (a sliding joint's in millimetres)."""
    origins = {"velocity": document.get("velocity") or {}, "lower": document.get("limits") or {}}
    origins["upper"] = origins["lower"]
    out = []
    for name, (label, unit) in JOINTS.items():
        value = figure_of(document, name)
        origin = origins[name]
        shown = None if value is None else in_words(document, name, value)
        out.append(Fact(name, label, unit, shown, origin.get("source", ""), origin.get("confidence", "")))
    return tuple(out)


def figure_of(document: Mapping[str, Any], name: str) -> Any:
    """A figure's value as it stands in the file; None where it is not known, of joints where none is."""
    if name in JOINTS:
        values = [joint.get(name) for joint in document.get("joints", ())]
        return None if all(v is None for v in values) else values
    return (document.get("ratings", {}).get(name) or {}).get("value")


def in_words(document: Mapping[str, Any], name: str, value: Any) -> str:
    """A figure's value as people write it."""
    if name not in JOINTS or not isinstance(value, list):
        return words(value)
    scales = _scales(document)
    return words([v if v is None else round(v * s, 4) for v, s in zip(value, scales, strict=False)])


def _scales(document: Mapping[str, Any]) -> list[float]:
    return [SLIDE if joint.get("kind") == "prismatic" else TURN for joint in document.get("joints", ())]


def _several(said: str, unit: str, count: int) -> list[float]:
    values = [read_number(part, unit) for part in said.replace("，", "/").replace(";", "/").split("/")]
    if len(values) != count:
        raise ValueError(_("%(n)d figures, with / between them") % {"n": count})
    return values


def read_figure(document: Mapping[str, Any], name: str, said: str) -> Any:
    """A value of a model file's figure as it stands in the file.

    Raises:
        RefusedError: no such figure, or not a value of it.
    """
    if name not in FIGURES:
        raise RefusedError(_("unknown figure"), field="figure")
    unit = FIGURES[name][1]
    try:
        if name in JOINTS:
            scales = _scales(document)
            given = _several(said.replace("°/s", "").replace("°", ""), "", len(scales))
            return [v / s for v, s in zip(given, scales, strict=True)]
        if name in LISTS:
            return _several(said, unit, LISTS[name])
        if name == "mounting":
            names = {str(label): word for word, label in MOUNTINGS.items()}
            parts = {p.strip() for p in re.split("[,，、/;；]", said)}
            chosen = sorted(names.get(p, p) for p in parts)
            if set(chosen) - set(MOUNTINGS):
                raise ValueError(_("some of: %(words)s") % {"words": ", ".join(names)})
            return chosen
        return said.strip() if name in WORDS else read_number(said, unit)
    except ValueError as e:
        raise RefusedError(str(e.args[0]), field="new") from e


def corrected(
    document: Mapping[str, Any], values: Mapping[str, Any], *, source: str, confidence: str
) -> dict[str, Any]:
    """The model file with some figures (by name) replaced; it still reads as a robot.

    Raises:
        RefusedError: the file would not be a valid one.
    """
    changed = copy.deepcopy(dict(document))
    for name, value in values.items():
        if name in JOINTS:
            _set_joints(changed, name, value, source=source, confidence=confidence)
        else:
            figure = {"value": value, "source": source, "confidence": confidence}
            changed.setdefault("ratings", {})[name] = figure
    try:
        read_robot(changed, str(changed["id"]))
    except RobotError as e:
        raise RefusedError(str(e), field="new") from e
    return changed


def _set_joints(
    document: dict[str, Any], name: str, values: Sequence[float], *, source: str, confidence: str
) -> None:
    """Limits or speeds of all joints, no longer flagged as missing or suspect."""
    for joint, value in zip(document["joints"], values, strict=True):
        joint[name] = value
    of = "velocity" if name == "velocity" else "limits"
    document[of] = {"value": "data", "source": source, "confidence": confidence}
    document["flags"] = [f for f in document.get("flags", []) if not f.startswith(of)]
