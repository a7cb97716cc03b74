"""A brand-neutral parameter sheet for procurement and tenders: what the task asks, and how many makers meet it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from robotplus.checking.ratings import ip_covers, zone_covers
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.model import Robot
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need


@dataclass(frozen=True)
class Line:
    """One requirement with how many makers and models of the catalogue meet it; no maker is named.

    ``unknown``: models without the figure.
    """

    name: str
    asked: str
    makers: int
    models: int
    unknown: int


def parameter_sheet(document: Mapping[str, Any], catalogue: Catalogue) -> list[Line]:
    """The lines of a need, the last one for all of them together.

    Raises:
        NeedError: the document is not a need.
    """
    need = need_from_document(dict(document))
    tests = _tests(need)
    lines = [
        _line(name, asked, [met(r) for r in catalogue.values()], catalogue) for name, asked, met in tests
    ]
    together = [_all([met(r) for _, _, met in tests]) for r in catalogue.values()]
    lines.append(_line(_("all lines together"), "", together, catalogue))
    return lines


def _line(name: str, asked: str, met: list[bool | None], catalogue: Catalogue) -> Line:
    makers = {robot.maker for robot, yes in zip(catalogue.values(), met, strict=True) if yes}
    return Line(name, asked, len(makers), sum(m is True for m in met), sum(m is None for m in met))


def _all(met: list[bool | None]) -> bool | None:
    return False if False in met else None if None in met else True


def _tests(need: Need) -> list[tuple[str, str, Callable[[Robot], bool | None]]]:
    program, asks = need.program, need.program.requirements
    carried = max((p.mass_kg for p in program.parts), default=0.0)
    load = program.tool.mass_kg + carried
    out: list[tuple[str, str, Callable[[Robot], bool | None]]] = [
        (
            _("payload"),
            f"≥ {load:g} kg",
            lambda r: None if r.payload_kg is None else r.payload_kg.value >= load,
        )
    ]
    if (worst := asks.repeatability_mm) is not None:
        out.append(
            (
                _("repeatability"),
                f"≤ ±{worst:g} mm",
                lambda r: None if r.repeatability_mm is None else r.repeatability_mm.value <= worst,
            )
        )
    if (ip := asks.ip) is not None:
        out.append(
            (_("protection class"), f"≥ {ip}", lambda r: None if r.ip is None else ip_covers(r.ip.value, ip))
        )
    if (zone := asks.explosion_zone) is not None:
        out.append(
            (
                _("explosion protection"),
                zone,
                lambda r: None if r.explosion_zone is None else zone_covers(r.explosion_zone.value, zone),
            )
        )
    if (span := asks.temperature_c) is not None:
        out.append(
            (
                _("ambient temperature"),
                f"{span[0]:g} … {span[1]:g} °C",
                lambda r: (
                    None
                    if r.temperature_c is None
                    else r.temperature_c.value[0] <= span[0] and r.temperature_c.value[1] >= span[1]
                ),
            )
        )
    return out
