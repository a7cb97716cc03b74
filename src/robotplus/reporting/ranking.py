"""The top of a report: what was asked, what came of the whole catalogue, and the ranked table."""

from __future__ import annotations

from collections.abc import Sequence

from robotplus.matching.answer import Answer, Solution
from robotplus.matching.order import asked_together
from robotplus.reporting.charts import cycle_bar
from robotplus.reporting.drawing import robot_svg
from robotplus.reporting.figures import DASH, degrees, millimetres, percent, quantity, seconds
from robotplus.reporting.markup import Child, Html, join, tag
from robotplus.reporting.voice import Voice
from robotplus.scenarios.library import scenarios

ROWS_SHOWN = 10
DRAWINGS = 60
VERDICTS = (
    "proven",
    "proven_if_confirmed",
    "proven_with_a_change",
    "candidate",
    "unknown",
    "not_found",
    "impossible",
)


def head(answer: Answer, voice: Voice) -> Html:
    """Title, language switch, counts over the whole catalogue, and the notice."""
    counts = {**dict.fromkeys(VERDICTS, 0), **answer.counts}
    chips = [tag("li", tag("b", counts[v]), " ", voice.badge(v)) for v in counts if counts[v]]
    return tag(
        "header",
        tag("p", voice.say("product"), class_="product"),
        tag("h1", voice.pair(answer.need.title_zh, answer.need.title_en)),
        tag("p", voice.say("looked_at", n=sum(counts.values())), class_="looked"),
        tag("ul", *chips, class_="chips"),
        tag(
            "div",
            tag("p", voice.say("not_risk")),
            tag("p", voice.say("what_proven_means")),
            class_="notice",
        ),
    )


def need_facts(answer: Answer, voice: Voice) -> Html:
    """The need in a handful of numbers."""
    program = answer.need.program
    asked = program.requirements
    heaviest = max((p.mass_kg for p in program.parts), default=None)
    takt = voice.say("none_asked") if asked.takt is None else seconds(asked.takt)
    rows: list[tuple[str, Child]] = [
        ("scenario", _scenario(answer.need.scenario, voice)),
        ("takt", takt),
        ("stops", len(program.stops)),
        ("tool", join(voice.phrase(program.tool.name), f", {quantity(program.tool.mass_kg, 'kg')}")),
        ("heaviest_part", quantity(heaviest, "kg") if heaviest is not None else DASH),
        (
            "asked_clearance",
            voice.say(
                "clearances", travel=millimetres(asked.min_clearance), work=millimetres(asked.tool_clearance)
            ),
        ),
        (
            "base_tolerance",
            f"± {millimetres(asked.base_tolerance_xy)}, ± {degrees(asked.base_tolerance_angle)}",
        ),
        ("mounting", voice.word(program.base.mounting)),
    ]
    facts = [tag("div", tag("dt", voice.say(key)), tag("dd", value)) for key, value in rows]
    return tag("section", tag("h2", voice.say("need")), tag("dl", *facts, class_="facts"), id="need")


def _scenario(identity: str, voice: Voice) -> Html:
    """The scenario's name; its id when it is not one of the library's."""
    names = {s.id: (s.name_zh, s.name_en) for s in scenarios()}
    return voice.pair(*names[identity]) if identity in names else voice.word(identity)


def table(answer: Answer, voice: Voice, *, shown: Sequence[int]) -> Html:
    """The ranked table; rows in ``shown`` open their playback and evidence below."""
    heading = tag("h2", voice.say("ranking"))
    if not answer.solutions:
        return tag("section", heading, tag("p", voice.say("no_solution")), id="ranking")
    takt = answer.need.program.requirements.takt
    highest = max(_cycle(s)[1] for s in answer.solutions[:ROWS_SHOWN])
    longest = max(highest, takt or 0.0) * 1.08
    rows = [
        _row(s, i, voice, takt=takt, longest=longest, opens=i in shown)
        for i, s in enumerate(answer.solutions)
    ]
    first, rest = rows[:ROWS_SHOWN], rows[ROWS_SHOWN:]
    unchecked = sum(s.checked is None for s in answer.solutions)
    hint = tag("p", voice.say("all_checks", n=unchecked), class_="note") if unchecked else None
    more = None
    if rest:
        only_candidates = unchecked >= len(rest)  # what is checked stands first
        label = voice.say("further_candidates" if only_candidates else "further", n=len(rest))
        more = tag("details", tag("summary", label), _grid(rest, voice, labelled=False))
    return tag("section", heading, _grid(first, voice, labelled=True), more, hint, id="ranking")


def _grid(rows: Sequence[Html], voice: Voice, *, labelled: bool) -> Html:
    columns = ("rank", "verdict", "robot", "cycle_time", "tightest", "payload_used", "clearance", "confirm")
    header = tag("thead", tag("tr", *(tag("th", voice.say(c), scope="col", class_=c) for c in columns)))
    label = voice.label("ranking") if labelled else {}
    return tag("div", tag("table", header, tag("tbody", *rows), class_="ranking", **label), class_="scroll")


def _cycle(solution: Solution) -> tuple[float, float]:
    cycle = solution.certificate.claims["cycle_time_s"]
    return float(cycle["low"]), float(cycle["high"])


def _row(
    solution: Solution, index: int, voice: Voice, *, takt: float | None, longest: float, opens: bool
) -> Html:
    robot, claims = solution.robot, solution.certificate.claims
    low, high = _cycle(solution)
    drawing = robot_svg(robot, height_px=62) if index < DRAWINGS else None
    name = join(tag("small", robot.maker), tag("strong", robot.model))
    named = tag("a", name, href=f"#solution-{index}", data_open=index) if opens else tag("span", name)
    line = (
        tag("span", voice.say("takt_line", takt=seconds(takt)), class_="limit-note")
        if takt is not None
        else None
    )
    asked = asked_together(p.name for p in solution.to_confirm)
    confirm = [tag("li", voice.word(question)) for question in asked]
    return tag(
        "tr",
        tag("td", index + 1, class_="rank"),
        tag("td", voice.badge(solution.verdict), class_="verdict"),
        tag("td", tag("div", drawing, named), class_="robot"),
        tag(
            "td",
            tag("span", f"{low:.2f} – {high:.2f} s", class_="figure"),
            cycle_bar(low, high, takt=takt, longest=longest),
            line,
            class_="cycle_time",
        ),
        tag(
            "td",
            _label(voice, "tightest"),
            voice.pair(solution.tightest[1], solution.tightest[0]),
            class_="tightest",
        ),
        tag("td", _label(voice, "payload_used"), percent(claims.get("payload_used")), class_="payload_used"),
        tag("td", _label(voice, "clearance"), millimetres(claims.get("min_clearance_m")), class_="clearance"),
        tag(
            "td",
            _label(voice, "confirm"),
            tag("ul", *confirm) if confirm else voice.say("nothing_to_confirm"),
            class_="confirm" if confirm else "confirm nothing",
        ),
        class_="opens" if opens else None,
        data_row=index if opens else None,
    )


def _label(voice: Voice, key: str) -> Html:
    """The column's name inside a cell, shown where the table becomes cards."""
    return tag("span", voice.say(key), class_="label")
