"""The order of an answer: which found robot comes first. Each key is a number of which less is better."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Sequence

from robotplus.certificates.certificate import Certificate
from robotplus.errors import InputError
from robotplus.robots.model import Robot

PAYLOAD_CLASSES_KG = (3, 5, 7, 10, 12, 16, 20, 25, 35, 50, 70, 100, 130, 165, 210, 300, 400, 500, 700, 1000)
VERDICTS = ("proven", "proven_if_confirmed", "candidate")
OVERSIZED = (
    10.0  # rated for more than so many times the load: price, floor space and inertia speak against it
)
SMALL_KG = 20.0  # up to this rating size costs little, however light the load
OVERSIZED_WEIGHS = 2  # questions to a maker that one gladly asks to be spared a robot of ten times the size
QUESTIONS = {  # which figures are asked for together, because they stand together in a data sheet
    "payload_kg": "load",
    "wrist_moment_nm": "load",
    "wrist_inertia_kgm2": "load",
    "wrist_moment": "load",
    "wrist_inertia": "load",
    "repeatability_mm": "accuracy",
    "repeatability": "accuracy",
    "velocity": "joints",
    "limits": "joints",
    "joint_limits_reading": "joints",
    "ip": "protection",
    "explosion_zone": "protection",
    "temperature_c": "protection",
}


def payload_class(robot: Robot) -> int:
    """Position of the smallest class that holds the rated payload: within one, prices differ little."""
    return bisect.bisect_left(PAYLOAD_CLASSES_KG, robot.payload_kg.value if robot.payload_kg else 0.0)


def open_questions(certificate: Certificate) -> int:
    """How many questions are open: figures that one page of a data sheet answers count once.

    What nobody states counts like what is to be confirmed: not knowing is no advantage.
    """
    names = [p.name for p in certificate.premises if p.confirm]
    names += [str(entry.get("what")) for entry in certificate.not_shown if entry.get("what") != "self_pair"]
    return len(asked_together(names))


def asked_together(names: Iterable[str]) -> tuple[str, ...]:
    """The questions that names of figures belong to, each once."""
    return tuple(dict.fromkeys(QUESTIONS.get(name, name) for name in names))


def oversized(robot: Robot, certificate: Certificate) -> bool:
    """Whether the robot is rated for far more than this task lays on it; small robots never are."""
    rated = robot.payload_kg.value if robot.payload_kg else 0.0
    return rated > SMALL_KG and certificate.claims["payload_used"] * OVERSIZED < 1.0


def weighed_verdict(robot: Robot, certificate: Certificate) -> int:
    """Position of the verdict; one that an oversized robot earns counts as one that is to be confirmed."""
    earned = VERDICTS.index(certificate.verdict)
    return max(earned, VERDICTS.index("proven_if_confirmed")) if oversized(robot, certificate) else earned


def weighed_questions(robot: Robot, certificate: Certificate) -> int:
    """Open questions; being oversized weighs as much as `OVERSIZED_WEIGHS` of them."""
    return open_questions(certificate) + OVERSIZED_WEIGHS * oversized(robot, certificate)


KEYS: dict[str, Callable[[Robot, Certificate], float]] = {
    "verdict": weighed_verdict,
    "to_confirm": weighed_questions,
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
