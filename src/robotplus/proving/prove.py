"""`prove`: one need, one robot -> a certificate, or a refusal with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robotplus.certificates.certificate import Certificate, Refusal
from robotplus.proving.body import make_body
from robotplus.proving.certify import certify
from robotplus.proving.context import Context, make_context
from robotplus.proving.gates import missing_data, rating_short, refusal, too_slow
from robotplus.proving.questions import AS_IN_THE_MODEL, question
from robotplus.proving.search import DEFAULT, Outcome, Place, search
from robotplus.proving.witness import out_of_reach
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Need

REASONS = {
    "ladder": "placement",
    "refine": "placement",
    "limits": "placement",
    "clearance": "placement",
    "tool_speed": "tool_speed",
    "acceleration": "tool_speed",
    "travel": "travel",
}


@dataclass(frozen=True)
class Proof:
    """What one proof attempt gave: certificate or refusal, the places looked at and the work done."""

    result: Certificate | Refusal
    places: tuple[Place, ...]
    work: dict[str, int]


def prove(
    need: Need | Context, robot: Robot, *, base: Sequence[float] | None = None, effort: float = 1.0
) -> Certificate | Refusal:
    """Prove that a robot can do a need's task, or say why not.

    Args:
        need: the need, or its prepared context when many robots are tried.
        robot: the model.
        base: x, y, z [m] and yaw [rad] of the one base place to try; None searches the allowed region.
        effort: multiplies the budget of places and evaluations.
    """
    return attempt(need, robot, base=base, effort=effort).result


def attempt(
    need: Need | Context,
    robot: Robot,
    *,
    base: Sequence[float] | None = None,
    effort: float = 1.0,
    tolerance: bool = True,
) -> Proof:
    """As `prove`, with the places looked at; without ``tolerance`` the certificate claims no base tolerance."""
    context = need if isinstance(need, Context) else make_context(need)
    refused = missing_data(robot, context) or rating_short(robot, context) or too_slow(robot, context)
    if refused is not None:
        return Proof(refused, (), {})
    body = make_body(robot, context.program, load_kg=context.load_kg)
    given = None if base is None else np.array(base, dtype=float)
    witness = out_of_reach(body, context)
    if witness is not None:
        needed = body.radius + witness[1]
        refused = refusal(
            context,
            robot,
            "impossible",
            "reach",
            needed=needed,
            available=body.radius,
            shortfall=witness[1],
            unit="m",
            witness=witness[0],
        )
        if robot.geometry_confidence == "low":
            en, zh = question(robot, "geometry", AS_IN_THE_MODEL)
            refused = refusal(
                context,
                robot,
                "unknown",
                "reach",
                needed=needed,
                available=body.radius,
                shortfall=witness[1],
                unit="m",
                question_en=en,
                question_zh=zh,
            )
        return Proof(refused, (), {})
    outcome = search(body, context, budget=DEFAULT.times(effort), seed=context.need.seed, given=given)
    work = {"places": outcome.places, "evaluations": outcome.evaluations}
    if outcome.found is None or outcome.place is None:
        return Proof(_not_found(robot, context, outcome), outcome.surveyed, work)
    certificate = certify(outcome.body, context, outcome.found, outcome.place, tolerance=tolerance)
    return Proof(_judge(certificate, robot, context, work), outcome.surveyed, work)


def _judge(
    certificate: Certificate, robot: Robot, context: Context, work: dict[str, int]
) -> Certificate | Refusal:
    """A certificate only when takt and wrist ratings hold too."""
    claims = certificate.claims
    takt, cycle = context.program.requirements.takt, claims["cycle_time_s"]
    if takt is not None and cycle["high"] > takt:
        if cycle["low"] <= takt:
            en, zh = question(robot, "acceleration")
            return refusal(
                context,
                robot,
                "unknown",
                "cycle_interval",
                needed=takt,
                available=cycle["high"],
                shortfall=cycle["high"] - takt,
                unit="s",
                question_en=en,
                question_zh=zh,
                premises=certificate.premises,
            )
        return refusal(
            context,
            robot,
            "not_found",
            "takt",
            needed=takt,
            available=cycle["low"],
            shortfall=cycle["low"] - takt,
            unit="s",
            budget=work,
            premises=certificate.premises,
        )
    for name, figure in (
        ("wrist_moment", robot.wrist_moment_nm),
        ("wrist_inertia", robot.wrist_inertia_kgm2),
    ):
        used = claims[f"{name}_used"]
        if used is None or used <= 1 or figure is None:
            continue
        en, zh = ("", "")
        if figure.needs_confirmation:
            en, zh = question(
                robot,
                "wrist_moment_nm" if name == "wrist_moment" else "wrist_inertia_kgm2",
                list(figure.value),
            )
        return refusal(
            context,
            robot,
            "unknown" if figure.needs_confirmation else "not_found",
            name,
            needed=used,
            available=1.0,
            shortfall=used - 1,
            unit="× rating",
            budget=work,
            question_en=en,
            question_zh=zh,
            premises=certificate.premises,
        )
    return certificate


def _not_found(robot: Robot, context: Context, outcome: Outcome) -> Refusal:
    """The commonest reason among the evaluations; without any, where the survey ended."""
    stops = context.program.stops
    if outcome.failures:
        constraint, _ = Counter(REASONS[f.stage] for f in outcome.failures).most_common(1)[0]
        last = next(f for f in outcome.failures if REASONS[f.stage] == constraint)
        where = f"stop {last.position + 1}: {stops[context.layers.order[last.position % len(stops)]].name}"
    else:
        constraint, where = "placement", ""
    best = max((s.score for s in outcome.surveyed), default=0.0)
    budget = {
        "places": outcome.places,
        "evaluations": outcome.evaluations,
        "best_share_of_key_waypoints": best,
    }
    return refusal(context, robot, "not_found", constraint, where=where, budget=budget)
