"""What a certificate or a refusal says beside its figures: every entry is one that a rule here speaks of, and every
question to a maker is the one that follows from the model and the need."""

from __future__ import annotations

from typing import Any

from robotplus.certificates.certificate import Certificate, Premise, Refusal
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.certificates.questions import AS_IN_THE_MODEL, question, reading_question
from robotplus.checking.claims import SCALARS
from robotplus.checking.ratings import heaviest_load, needed_repeatability
from robotplus.checking.reasons import Findings
from robotplus.robots.model import Figure, Robot
from robotplus.scenarios.task import Program

FIGURES = (
    "payload_kg",
    "velocity",
    "limits",
    "repeatability_mm",
    "ip",
    "explosion_zone",
    "temperature_c",
    "mounting",
    "wrist_moment_nm",
    "wrist_inertia_kgm2",
)
PREMISES = (*FIGURES, "geometry", "acceleration", "joint_limits_reading")
CLAIMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(SCALARS, ()),
    **dict.fromkeys(("takt_s", "tool_speed_mps", "wrist_moment_used", "wrist_inertia_used"), ()),
    "cycle_time_s": ("low", "nominal", "high"),
    "base_tolerance": ("xy_m", "angle_rad"),
}
ACCELERATION = ("joint", "nominal", "high", "basis")
OPEN = {  # what may be listed as not shown: its detail, None where it names a pair
    "self_pair": None,
    "wrist_moment": "no rating is known",
    "wrist_inertia": "no rating is known",
    "repeatability": "unknown",
}
DATA = {  # constraint: the figures whose lack it can be
    "data_limits": ("limits",),
    "data_velocity": ("velocity",),
    "data_shape": ("shape",),
    "data_payload": ("payload_kg",),
    "data_environment": ("ip", "explosion_zone", "temperature_c"),
    "data_repeatability": ("repeatability_mm",),
    "data_mounting": ("mounting",),
}
DOUBTED = {  # constraint: the figure that falls short and is to be confirmed
    "payload": "payload_kg",
    "repeatability": "repeatability_mm",
    "ip": "ip",
    "explosion_zone": "explosion_zone",
    "temperature": "temperature_c",
    "mounting": "mounting",
    "wrist_moment": "wrist_moment_nm",
    "wrist_inertia": "wrist_inertia_kgm2",
    "reach": "geometry",
    "cycle_interval": "acceleration",
}
Question = tuple[str, str]  # English, Chinese


def check_entries(certificate: Certificate, robot: Robot, program: Program, findings: Findings) -> None:
    """Claims, accelerations and what is listed as not shown hold nothing that nobody judges."""
    strange = [k for k in certificate.claims if k not in CLAIMS]
    for key, inner in CLAIMS.items():
        value = certificate.claims.get(key)
        strange += [f"{key}.{k}" for k in value if k not in inner] if isinstance(value, dict) else []
    strange += [f"acceleration.{k}" for k in certificate.acceleration if k not in ACCELERATION]
    seen: list[Any] = []
    for entry in certificate.not_shown:
        what, detail = entry.get("what"), entry.get("detail")
        if not _is_open(entry):
            strange.append(f"not_shown: {entry}")
        if (what, detail) in seen:
            findings.refuse("malformed", f"{what} {detail} is listed twice as not shown"[:200])
        seen.append((what, detail))
        if what == "repeatability":
            _check_repeatability_entry(entry, robot, program, findings)
    if strange:
        findings.refuse("unknown_entry", "; ".join(map(str, strange))[:500])


def _is_open(entry: dict[str, Any]) -> bool:
    """Whether an entry of ``not_shown`` is of a known form."""
    what, detail = entry.get("what"), entry.get("detail")
    if not isinstance(what, str) or what not in OPEN or set(entry) - {"what", "detail", "demand"}:
        return False
    if OPEN[what] is None:  # a pair: whether it is one is judged where the bodies are known
        return entry.get("demand") is None
    return detail in (None, OPEN[what])


def _check_repeatability_entry(
    entry: dict[str, Any], robot: Robot, program: Program, findings: Findings
) -> None:
    if robot.repeatability_mm is not None:
        findings.refuse("not_shown", "repeatability, though it is known")
    if entry.get("demand") not in (None, 1000 * program.requirements.path_tolerance):
        findings.refuse("not_shown", f"repeatability: {entry.get('demand')!r} mm demanded"[:200])


def check_premise_text(
    premises: tuple[Premise, ...], robot: Robot, program: Program, findings: Findings
) -> None:
    """Each premise is one that a rule knows, and asks the maker what follows from it or nothing."""
    for p in premises:
        if p.name not in PREMISES:
            findings.refuse("unknown_entry", f"premise {p.name}"[:200])
        elif (p.question_en, p.question_zh) not in (("", ""), *premise_questions(robot, program, p.name)):
            findings.refuse("question", f"premise {p.name}: {p.question_en}"[:500])


def premise_questions(robot: Robot, program: Program, name: str) -> list[Question]:
    """What the maker may be asked about a premise."""
    if name == "joint_limits_reading":
        return [reading_question(robot, c) for c in robot.alternative_couplings]
    if name == "acceleration":
        return [question(robot, name)]
    if name in ("geometry", "velocity", "limits"):
        return [question(robot, name, AS_IN_THE_MODEL)]
    figure: Figure[Any] | None = getattr(robot, name)
    return [] if figure is None else [question(robot, name, figure.value, needed=_needed(program, name))]


def _needed(program: Program, name: str) -> Any:
    """What the task needs of a figure, as a question says it."""
    if name == "payload_kg":
        return f"≥ {heaviest_load(program):.6g}"
    if name == "repeatability_mm":
        return f"≤ {needed_repeatability(program):.6g}"
    return getattr(program.requirements, name, None)


def check_refusal_text(refusal: Refusal, robot: Robot, program: Program, findings: Findings) -> None:
    """Unit, place and question of a refusal follow from its constraint, the model and the need."""
    constraint = refusal.constraint
    if refusal.unit not in ("", "× rating", CONSTRAINTS[constraint].unit):
        findings.refuse("unknown_entry", f"unit {refusal.unit!r}"[:200])
    shapeless = ", ".join(link.name for link in robot.links if link.boxes is None)
    count, names = len(program.stops), {s.name for s in program.stops}
    places = {f"stop {i + 1}: {name}" for i in range(count) for name in names}
    if refusal.where not in ("", shapeless) and refusal.where not in places:
        findings.refuse("unknown_entry", f"where {refusal.where!r}"[:200])
    asked = refusal_questions(robot, program, constraint) if refusal.verdict == "unknown" else []
    if (refusal.question_en, refusal.question_zh) not in (("", ""), *asked):
        findings.refuse("question", f"{refusal.question_en!r}"[:500])


def refusal_questions(robot: Robot, program: Program, constraint: str) -> list[Question]:
    """What the maker may be asked when the datum behind a constraint is open."""
    if constraint in DATA:
        return [question(robot, name) for name in DATA[constraint]]
    name = DOUBTED.get(constraint)
    if name is None or name in ("geometry", "acceleration"):
        return [] if name is None else premise_questions(robot, program, name)
    figure: Figure[Any] | None = getattr(robot, name)
    needed = program.base.mounting if name == "mounting" else _needed(program, name)
    return [] if figure is None else [question(robot, name, figure.value, needed=needed)]
