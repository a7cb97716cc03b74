"""Changes of a need by one number: the levers that a plant can move when a robot just fails.

A lever belongs to the reasons it may cure. It offers its settings from the nearest on, each as a whole need of its
own: what is proven afterwards is that changed need, and its certificate is checked against it like any other.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from robotplus.certificates.certificate import Certificate, Refusal
from robotplus.errors import NeedError
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need

HEIGHTS_MM = (200.0, 400.0)  # a pedestal's further heights above the highest that is allowed
ROOM_MM = (250.0, 500.0)  # how far the allowed region may grow on every side
CLEARANCES = (0.5, 0.2)  # of the asked clearance
SPEEDS = (0.9, 0.75, 0.5)  # of the process speed
LONGEST = 1.5  # of the asked takt, process tolerance: beyond, it would be another task
LIGHTEST = 0.5  # of the tool's mass
LEVERS: dict[str, tuple[str, str]] = {  # sentence in English and Chinese
    "takt": ("a takt of {becomes:g} s instead of {was:g} s", "节拍由 {was:g} s 放宽到 {becomes:g} s"),
    "speed": (
        "a process speed of {becomes:.3g} % of the one asked",
        "工艺速度降到要求的 {becomes:.3g} %",
    ),
    "pedestal": (
        "the base on a pedestal of {becomes:g} mm (highest allowed now: {was:g} mm)",
        "底座垫高到 {becomes:g} mm（现允许最高 {was:g} mm）",
    ),
    "room": (
        "{becomes:g} mm more room for the base on every side",
        "底座可用区域每边再扩大 {becomes:g} mm",
    ),
    "clearance": (
        "a clearance of {becomes:g} mm instead of {was:g} mm",
        "最小净距由 {was:g} mm 改为 {becomes:g} mm",
    ),
    "tool_mass": (
        "a tool of {becomes:g} kg instead of {was:g} kg",
        "工具质量由 {was:g} kg 减到 {becomes:g} kg",
    ),
    "tolerance": (
        "a process tolerance of {becomes:g} mm instead of {was:g} mm",
        "工艺公差由 {was:g} mm 放宽到 {becomes:g} mm",
    ),
}


@dataclass(frozen=True)
class Change:
    """One number of a need set otherwise.

    ``was`` and ``becomes`` are in ``unit``; ``need`` is the whole changed need.
    """

    lever: str
    was: float
    becomes: float
    unit: str
    need: Need

    @property
    def said(self) -> tuple[str, str]:
        """The change in words, English and Chinese."""
        en, zh = (text.format(was=self.was, becomes=self.becomes) for text in LEVERS[self.lever])
        return en, zh

    def to_document(self) -> dict[str, Any]:
        en, zh = self.said
        return {
            "lever": self.lever,
            "was": self.was,
            "becomes": self.becomes,
            "unit": self.unit,
            "need_sha256": self.need.sha256,
            "en": en,
            "zh": zh,
        }


def changes(need: Need, refusal: Refusal) -> Iterator[Change]:
    """The settings worth trying for a refused robot, the nearest first; none where no number of a need can help.

    A longer takt is not among them: how long it must be is known only after the cycle was proven without one, see
    `without_takt` and `with_takt_of`.
    """
    for lever in CURES.get(refusal.constraint, ()):
        yield from lever(need, refusal)


def takt_may_help(refusal: Refusal) -> bool:
    """Whether a longer takt is worth a try: the cycle was found, and only its time is too long."""
    return refusal.constraint in ("takt", "cycle_interval") and refusal.needed is not None


def without_takt(need: Need) -> Need:
    """The need with no takt asked."""
    return _changed(need, lambda d: d["requirements"].pop("takt_s", None))


def with_takt_of(need: Need, certificate: Certificate) -> Change | None:
    """The need with the shortest takt, in tenths of a second, that a proven cycle meets; None beyond `LONGEST`."""
    was = need.program.requirements.takt
    becomes = math.ceil(10 * certificate.claims["cycle_time_s"]["high"] - 1e-9) / 10
    if was is None or becomes > LONGEST * was:
        return None
    return Change("takt", was, becomes, "s", _changed(need, _setting("requirements", "takt_s", becomes)))


def _changed(need: Need, edit: Callable[[dict[str, Any]], object]) -> Need:
    document = copy.deepcopy(need.document)
    document.pop("built_from", None)  # the numbers of the scenario no longer say what the need asks
    edit(document)
    return need_from_document(document)


def _setting(table: str, key: str, value: Any) -> Callable[[dict[str, Any]], object]:
    return lambda document: document[table].update({key: value})


def _pedestal(need: Need, _: Refusal) -> Iterator[Change]:
    base = need.document["base"]
    if base["mounting"] != "floor":
        return
    highest = max(base["heights_mm"])
    for more in HEIGHTS_MM:
        setting = _setting("base", "heights_mm", [highest + more])
        yield Change("pedestal", highest, highest + more, "mm", _changed(need, setting))


def _room(need: Need, _: Refusal) -> Iterator[Change]:
    base = need.document["base"]
    for more in ROOM_MM:
        grown = {key: [base[key][0] - more, base[key][1] + more] for key in ("x_mm", "y_mm")}
        changed = _changed(need, lambda document, grown=grown: document["base"].update(grown))  # type: ignore[misc]
        yield Change("room", 0.0, more, "mm", changed)


def _clearance(need: Need, _: Refusal) -> Iterator[Change]:
    was = need.document["requirements"]["min_clearance_mm"]
    for share in CLEARANCES:
        becomes = round(share * was, 1)
        if 0 < becomes < was:
            setting = _setting("requirements", "min_clearance_mm", becomes)
            yield Change("clearance", was, becomes, "mm", _changed(need, setting))


def _speed(need: Need, _: Refusal) -> Iterator[Change]:
    if need.family != "process_path":
        return
    for share in SPEEDS:
        changed = _changed(need, lambda document, by=share: _slowed(document["process_path"], by))  # type: ignore[misc]
        if changed.sha256 != need.sha256:
            yield Change("speed", 100.0, 100.0 * share, "%", changed)


def _slowed(table: Any, by: float) -> None:
    """Scale every speed written in a table, however deep."""
    if isinstance(table, list):
        for entry in table:
            _slowed(entry, by)
    elif isinstance(table, dict):
        for key, value in table.items():
            if key == "speed_mm_s" and value is not None:
                table[key] = [by * v for v in value] if isinstance(value, list) else by * value
            else:
                _slowed(value, by)


def _tool_mass(need: Need, refusal: Refusal) -> Iterator[Change]:
    was = need.document["tool"]["mass_kg"]
    if not refusal.shortfall:
        return
    becomes = math.floor(10 * (was - refusal.shortfall) + 1e-9) / 10
    if becomes < LIGHTEST * was or becomes <= 0:
        return

    def lighten(document: dict[str, Any]) -> None:
        tool = document["tool"]
        tool["mass_kg"] = becomes
        if tool.get("inertia_kgm2") is not None:  # the same shape, of less weight
            tool["inertia_kgm2"] = [v * becomes / was for v in tool["inertia_kgm2"]]

    yield Change("tool_mass", was, becomes, "kg", _changed(need, lighten))


def _tolerance(need: Need, refusal: Refusal) -> Iterator[Change]:
    """A tolerance that the robot's repeatability keeps; only where no repeatability was asked by itself."""
    was = need.document["requirements"]["path_tolerance_mm"]
    asked = need.program.requirements.repeatability_mm is not None
    if asked or not isinstance(refusal.available, (int, float)) or refusal.available > LONGEST * was:
        return
    becomes = math.ceil(100 * refusal.available - 1e-9) / 100
    yield Change(
        "tolerance",
        was,
        becomes,
        "mm",
        _changed(need, _setting("requirements", "path_tolerance_mm", becomes)),
    )


def _interleaved(*levers: Callable[[Need, Refusal], Iterator[Change]]) -> Callable[..., Iterator[Change]]:
    """The smallest setting of each lever before the next of any."""

    def all_of_them(need: Need, refusal: Refusal) -> Iterator[Change]:
        waiting = [lever(need, refusal) for lever in levers]
        while waiting:
            for lever in list(waiting):
                try:
                    yield next(lever)
                except StopIteration:
                    waiting.remove(lever)
                except (
                    NeedError
                ):  # such a need would not be one: a base inside the part, a unit out of bounds
                    waiting.remove(lever)

    return all_of_them


_STANDING = _interleaved(_pedestal, _room, _clearance)
CURES: dict[str, tuple[Callable[[Need, Refusal], Iterator[Change]], ...]] = {
    "placement": (_STANDING,),
    "travel": (_interleaved(_clearance, _pedestal, _room),),
    "reach": (_interleaved(_room, _pedestal),),
    "tool_speed": (_interleaved(_speed, _pedestal),),
    "payload": (_tool_mass,),
    "repeatability": (_tolerance,),
}
