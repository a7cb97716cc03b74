"""One solution's evidence: playback stage, curves, map, claims, what is not shown, premises."""

from __future__ import annotations

import math
from typing import Any

from robotplus.certificates.certificate import Certificate, Verdict
from robotplus.matching.answer import Solution
from robotplus.reporting.curves import charts, strips
from robotplus.reporting.figures import (
    DASH,
    degrees,
    millimetres,
    percent,
    premise_value,
    quantity,
    seconds,
)
from robotplus.reporting.markup import Child, Html, join, tag
from robotplus.reporting.placement import placement_map
from robotplus.reporting.timeline import Profile
from robotplus.reporting.voice import Voice
from robotplus.scenarios.task import Need

DEMAND_UNITS = {"wrist_moment": "N·m", "wrist_inertia": "kg·m²", "repeatability": "mm", "torque": "N·m"}
CHECKS = {"holds": "check_holds", "refused": "check_refused", "cannot_check": "check_cannot"}


def article(
    solution: Solution, index: int, *, need: Need, profile: Profile, voice: Voice, playback: Html
) -> Html:
    """Everything there is to show for one solution."""
    robot = solution.robot
    return tag(
        "article",
        tag(
            "h3",
            tag("span", index + 1, class_="rank"),
            " ",
            tag("small", robot.maker),
            " ",
            robot.model,
            " ",
            voice.badge(solution.verdict),
        ),
        playback,
        tag("div", strips(profile, voice), class_="timebar"),
        tag(
            "details",  # open, so that a page without scripts or on paper is whole; the script folds it
            tag("summary", voice.say("evidence")),
            tag(
                "div",
                tag("div", *charts(profile, voice), class_="charts"),
                placement_map(
                    solution.placements, solution.certificate.base, program=need.program, voice=voice
                ),
                class_="columns",
            ),
            tag(
                "div",
                claims(solution.certificate, solution.checked, voice),
                tag("div", premises(solution, voice), not_shown(solution.certificate, voice)),
                class_="columns even",
            ),
            class_="evidence",
            open=True,
        ),
        id=f"solution-{index}",
        class_="solution",
        data_solution=index,
    )


def claims(certificate: Certificate, checked: Verdict | None, voice: Voice) -> Html:
    """The certificate's claims as a list, who checked them, and the digests by which to find it again."""
    c = certificate.claims
    cycle, tolerance = c.get("cycle_time_s") or {}, c.get("base_tolerance") or {}
    speed = c.get("tool_speed_mps")
    x, y, z = certificate.base.xyz
    rows: list[tuple[str, Child]] = [
        ("cycle_time", f"{seconds(cycle.get('low'))} – {seconds(cycle.get('high'))}"),
        ("clearance", millimetres(c.get("min_clearance_m"))),
        ("self_clearance", millimetres(c.get("self_clearance_m"))),
        ("joint_range_used", percent(c.get("joint_range_used"))),
        ("velocity_used", percent(c.get("velocity_used"))),
        ("acceleration_used", percent(c.get("acceleration_used"))),
        ("path_deviation", millimetres(c.get("path_deviation_m"))),
        ("direction_deviation", degrees(c.get("direction_deviation_rad"))),
        ("tool_speed", f"{quantity(speed[0])} – {quantity(speed[1], 'm/s')}" if speed else DASH),
        ("payload_used", percent(c.get("payload_used"))),
        ("wrist_moment_used", percent(c.get("wrist_moment_used"))),
        ("wrist_inertia_used", percent(c.get("wrist_inertia_used"))),
        (
            "base_tolerance",
            f"± {millimetres(tolerance.get('xy_m'))}, ± {degrees(tolerance.get('angle_rad'))}",
        ),
        (
            "base_at",
            join(
                f"x {x:.3f} m, y {y:.3f} m, z {z:.3f} m, ",
                voice.say("yaw"),
                f" {math.degrees(certificate.base.yaw):.1f}°",
            ),
        ),
        ("certificate", tag("code", certificate.to_document()["sha256"])),
        ("model_digest", tag("code", certificate.robot_sha256)),
    ]
    facts = [tag("div", tag("dt", voice.say(key)), tag("dd", value)) for key, value in rows]
    status = voice.say("check_missing" if checked is None else CHECKS[checked.status])
    return tag(
        "section",
        tag("h4", voice.say("claims")),
        tag("p", status, class_="check"),
        tag("dl", *facts, class_="claims"),
    )


def not_shown(certificate: Certificate, voice: Voice) -> Html | None:
    """What the certificate leaves open, each by name with the computed demand where there is one."""
    if not certificate.not_shown:
        return None
    items = []
    for entry in certificate.not_shown:
        demand: Any = entry.get("demand")
        what = str(entry.get("what"))
        value = quantity(demand, DEMAND_UNITS.get(what, ""))
        asked = join(" · ", voice.say("demand", value=value)) if demand is not None else None
        items.append(tag("li", voice.word(what), ": ", voice.phrase(quantity(entry.get("detail"))), asked))
    return tag("section", tag("h4", voice.say("not_shown")), tag("ul", *items, class_="plain"))


def premises(solution: Solution, voice: Voice) -> Html:
    """Every premise with value, source and confidence; those to confirm come first and say so."""
    rows = [
        tag(
            "tr",
            tag("th", voice.word(p.name), scope="row"),
            tag("td", voice.phrase(premise_value(p, solution.robot))),
            tag("td", voice.phrase(p.source)),
            tag(
                "td",
                voice.word(p.confidence),
                tag("b", " · ", voice.say("must_confirm")) if p.confirm else None,
            ),
            class_="to-confirm" if p.confirm else None,
        )
        for p in sorted(solution.certificate.premises, key=lambda p: not p.confirm)
    ]
    header = tag(
        "tr", *(tag("th", voice.say(k), scope="col") for k in ("premise", "value", "source", "confidence"))
    )
    return tag(
        "section",
        tag("h4", voice.say("premises")),
        tag("div", tag("table", tag("thead", header), tag("tbody", *rows)), class_="scroll"),
    )
