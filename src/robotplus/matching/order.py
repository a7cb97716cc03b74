"""The order of an answer: which found robot comes first. Each key is a number of which less is better."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence

from robotplus.certificates.certificate import Certificate
from robotplus.errors import InputError
from robotplus.robots.model import Robot

PAYLOAD_CLASSES_KG = (3, 5, 7, 10, 12, 16, 20, 25, 35, 50, 70, 100, 130, 165, 210, 300, 400, 500, 700, 1000)
VERDICTS = ("proven", "proven_if_confirmed", "candidate")


def payload_class(robot: Robot) -> int:
    """Position of the smallest class that holds the rated payload: within one, prices differ little."""
    return bisect.bisect_left(PAYLOAD_CLASSES_KG, robot.payload_kg.value if robot.payload_kg else 0.0)


def open_figures(certificate: Certificate) -> int:
    """Figures to be confirmed, and those left open because nobody states them: not knowing is no advantage."""
    unstated = len([entry for entry in certificate.not_shown if entry.get("what") != "self_pair"])
    return len([p for p in certificate.premises if p.confirm]) + unstated


KEYS: dict[str, Callable[[Robot, Certificate], float]] = {
    "verdict": lambda robot, c: VERDICTS.index(c.verdict),
    "to_confirm": lambda robot, c: open_figures(c),
    "payload_class": lambda robot, c: payload_class(robot),
    # without a takt the shorter cycle is the greater margin
    "takt_margin": lambda robot, c: c.claims["cycle_time_s"]["high"] - (c.claims["takt_s"] or 0.0),
    "clearance": lambda robot, c: -c.claims["min_clearance_m"],
    "payload_used": lambda robot, c: -c.claims["payload_used"],
    "repeatability": lambda robot, c: (
        robot.repeatability_mm.value if robot.repeatability_mm else float("inf")
    ),
    "mass": lambda robot, c: robot.mass_kg.value if robot.mass_kg else float("inf"),
}
DEFAULT_ORDER = ("verdict", "to_confirm", "payload_class", "takt_margin", "clearance")


def sort_key(robot: Robot, certificate: Certificate, *, order: Sequence[str]) -> tuple[float | str, ...]:
    """What to sort found robots by; the id decides between equals, so that the order is always the same."""
    return (*(KEYS[name](robot, certificate) for name in order), robot.id)


def read_order(text: str) -> tuple[str, ...]:
    """An order as written by a user: key names with commas between them.

    Raises:
        InputError: an unknown key, or one given twice.
    """
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in KEYS:
            raise InputError("unknown key of the order", value=name, allowed=", ".join(KEYS))
    if len(set(names)) != len(names):
        raise InputError("a key of the order is given twice", value=text)
    return names
