"""What a certificate or a refusal says beside its figures: every entry is one that a rule here speaks of, and every
question is one to the maker about the model."""

from __future__ import annotations

import re
from typing import Any

from robotplus.certificates.certificate import Certificate, Premise, Refusal
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.checking.claims import SCALARS
from robotplus.checking.reasons import Findings
from robotplus.robots.model import Robot
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
LONGEST = 400  # letters of a question
MARKUP = re.compile(r"[<>@\\]|://|www\.")


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


def check_premise_text(premises: tuple[Premise, ...], robot: Robot, findings: Findings) -> None:
    """Each premise is one that a rule knows, with a question to the maker or none."""
    for p in premises:
        if p.name not in PREMISES:
            findings.refuse("unknown_entry", f"premise {p.name}"[:200])
        elif not is_question(p.question_en, p.question_zh, robot):
            findings.refuse("question", f"premise {p.name}: {p.question_en!r}"[:500])


def check_refusal_text(refusal: Refusal, robot: Robot, program: Program, findings: Findings) -> None:
    """Unit and place of a refusal follow from its constraint, the model and the need; only an *unknown* asks."""
    if refusal.unit not in ("", "× rating", CONSTRAINTS[refusal.constraint].unit):
        findings.refuse("unknown_entry", f"unit {refusal.unit!r}"[:200])
    shapeless = ", ".join(link.name for link in robot.links if link.boxes is None)
    names = {s.name for s in program.stops}
    places = {f"stop {i + 1}: {name}" for i in range(len(program.stops)) for name in names}
    if refusal.where not in ("", shapeless) and refusal.where not in places:
        findings.refuse("unknown_entry", f"where {refusal.where!r}"[:200])
    asked = refusal.question_en, refusal.question_zh
    if asked != ("", "") and (refusal.verdict != "unknown" or not is_question(*asked, robot)):
        findings.refuse("question", f"{refusal.question_en!r}"[:500])


def is_question(en: Any, zh: Any, robot: Robot) -> bool:
    """Whether these are nothing, or in both languages a line to the maker about the model.

    The wording is left to the version that asked: no claim rests on it.
    """
    if (en, zh) == ("", ""):
        return True
    return all(
        isinstance(text, str)
        and len(text) <= LONGEST
        and text.isprintable()
        and text.startswith((f"{robot.maker}:", f"{robot.maker}\uff1a"))  # the Chinese colon
        and robot.model in text
        and not MARKUP.search(text.replace(robot.model, ""))
        for text in (en, zh)
    )
