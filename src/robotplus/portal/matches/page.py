"""What the answer page shows, worked out once by the worker, in Chinese and English.

Sentences, drawings and sections are those of `robotplus.reporting`; the page only arranges them. Offers,
prices and what changed are joined when the page is read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from robotplus.matching.answer import Answer, Solution
from robotplus.reporting import evidence, questions, ranking, refusals
from robotplus.reporting.charts import clearance_ratio, dips
from robotplus.reporting.curves import charts
from robotplus.reporting.drawing import robot_svg
from robotplus.reporting.placement import placement_map
from robotplus.reporting.strings import known
from robotplus.reporting.timeline import Profile, profile
from robotplus.reporting.voice import Voice
from robotplus.robots.model import Array

VOICES = {"zh": Voice("zh"), "en": Voice("en")}
CURVE_POINTS = 600


def page_of(answer: Answer) -> dict[str, Any]:
    """Head, ranking, and the sections of the whole answer."""
    takt = answer.need.program.requirements.takt
    shown = answer.solutions
    highest = max((s.certificate.claims["cycle_time_s"]["high"] for s in shown), default=0.0)
    longest = max(highest, takt or 0.0) * 1.08
    best = sum(s.checked is not None for s in shown)
    return {
        "title": [answer.need.title_zh, answer.need.title_en],
        "scenario": answer.need.scenario,
        "takt": takt,
        "longest": longest,  # [s] right end of the bars
        "looked_at": sum(answer.counts.values()),
        "counts": answer.counts,
        "rows": [_row(s) for s in shown],
        "refused": {
            r.robot_id: {"verdict": r.verdict, "reason": list(refusals.reason(r.constraint, r.verdict))}
            for r in answer.refusals
        },
        "sections": {
            language: {
                "need": ranking.need_facts(answer, voice),
                "refusals": refusals.section(answer, voice),
                "questions": questions.section(answer, voice, best=best),
                "made_from": refusals.foot(answer, voice),
            }
            for language, voice in VOICES.items()
        },
    }


def _row(solution: Solution) -> dict[str, Any]:
    claims = solution.certificate.claims
    low, high = (float(claims["cycle_time_s"][end]) for end in ("low", "high"))
    checked = solution.checked is not None
    return {
        "robot": solution.robot.id,
        "maker": solution.robot.maker,
        "model": solution.robot.model,
        "verdict": solution.verdict,
        "certificate": solution.certificate_sha256,
        "low": low,
        "high": high,
        "tightest": [solution.tightest[1], solution.tightest[0]],
        "payload_used": claims.get("payload_used"),
        "clearance_m": claims.get("min_clearance_m"),
        "confirm": [list(known(p.name)) for p in solution.to_confirm],
        "reach_m": None if solution.robot.reach_m is None else solution.robot.reach_m.value,
        "payload_kg": None if solution.robot.payload_kg is None else solution.robot.payload_kg.value,
        "mass_kg": None if solution.robot.mass_kg is None else solution.robot.mass_kg.value,
        "drawing": robot_svg(solution.robot, height_px=62) if checked else "",
    }


def solution_of(solution: Solution, answer: Answer) -> tuple[dict[str, Any], dict[str, Any]]:
    """One checked solution: its evidence as sections, and its curves for the playback."""
    curves = profile(solution.certificate, solution.robot, need=answer.need, checked=solution.checked)
    program = answer.need.program
    sections = {
        language: {
            "charts": "".join(charts(curves, voice)),
            "map": placement_map(
                solution.placements, solution.certificate.base, program=program, voice=voice
            ),
            "claims": evidence.claims(solution.certificate, solution.checked, voice),
            "premises": evidence.premises(solution, voice),
            "not_shown": evidence.not_shown(solution.certificate, voice) or "",
        }
        for language, voice in VOICES.items()
    }
    page = {"robot": solution.robot.id, "sections": sections, "moments": _moments(curves)}
    return page, playback_curves(curves)


def _moments(curves: Profile) -> list[dict[str, float]]:
    """When the robot comes closest to anything: ``t`` [s] and ``clearance_mm``."""
    if curves.clearance is None:
        return []
    ratio = clearance_ratio(curves.clearance, curves.clearance_asked)
    return [
        {"t": round(float(curves.t[i]), 3), "clearance_mm": round(float(curves.clearance[i]) * 1000, 1)}
        for i in dips(curves.t, ratio)
    ]


def playback_curves(curves: Profile) -> dict[str, Any]:
    """What the player reads: ``t`` [s] and the curves over it."""
    return {
        "t": _thin(curves.t, 3),
        "clearance_mm": None if curves.clearance is None else _thin(curves.clearance * 1000, 1),
        "clearance_asked_mm": _thin(curves.clearance_asked * 1000, 1),
        "speed_used": None if curves.speed_used is None else _thin(curves.speed_used, 3),
        "tool_speed_mps": None if curves.tool_speed is None else _thin(curves.tool_speed, 3),
    }


def _thin(values: Array, digits: int) -> list[float | None]:
    every = max(1, len(values) // CURVE_POINTS)
    return [round(float(v), digits) if np.isfinite(v) else None for v in values[::every]]
