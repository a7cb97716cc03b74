"""Answers whose solutions are plans over an area: terminal, drawing and one-file report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from robotplus.certificates.plan import PlanCertificate
from robotplus.certificates.route import RouteCertificate
from robotplus.matching.planning import AnyCertificate, PlanAnswer, PlanSolution
from robotplus.reporting import refusals, routes
from robotplus.reporting.assets import VIEWER
from robotplus.reporting.figures import DASH
from robotplus.reporting.markup import Html, join, raw, tag
from robotplus.reporting.refusals import grouped, reason
from robotplus.reporting.routes import duration
from robotplus.reporting.strings import Language
from robotplus.reporting.terminal import Words, badge
from robotplus.reporting.voice import Voice
from robotplus.scenarios.coverage import CoverageTask
from robotplus.scenarios.plans import AnyPlan, RouteNeed
from robotplus.scenarios.route import RouteTask

SPAN = 640  # of the drawing's longer side, in its own units
EDGE = 12
FIGURES: dict[str, tuple[str, str]] = {  # names of premises in Chinese and English
    "max_speed_mps": ("行驶速度 m/s", "speed m/s"),
    "work_width_m": ("作业宽度 m", "working width m"),
    "dims_m": ("外形尺寸 m", "dimensions m"),
    "turning": ("转向方式", "turning"),
    "runtime_h": ("续航 h", "run time h"),
    "charge_h": ("充电时间 h", "charging time h"),
    "tank_l": ("箱容量 L", "tank L"),
    "max_slope_deg": ("爬坡角 °", "steepest slope °"),
    "drive_acceleration": ("行驶加速度 m/s²", "acceleration m/s²"),
    "turn_rate": ("转向角速度 rad/s", "turn rate rad/s"),
    "reference_point": ("参考点", "point of reference"),
    "payload_kg": ("载重 kg", "payload kg"),
    "step_height_m": ("越障高度 m", "step height m"),
    "gap_m": ("越沟宽度 m", "gap m"),
    "tracking_m": ("循迹偏差 m", "tracking error m"),
}
ASKED = 6  # questions printed in a terminal


def named(figure: str) -> tuple[str, str]:
    """A premise's name in Chinese and English."""
    return FIGURES.get(figure, (figure, figure))


def facts(certificate: AnyCertificate) -> list[tuple[str, str]]:
    """What a plan claims, by the key of its label."""
    if isinstance(certificate, RouteCertificate):
        return routes.facts(certificate)
    c = certificate.claims
    low, high = c["time_s"]["low"], c["time_s"]["high"]
    per_hour = c["target_m2"] * 3600
    return [
        ("plan_time", f"{duration(low)} – {duration(high)}"),
        ("plan_share", f"{100 * c['share']:.1f} %"),
        ("plan_rate", f"{per_hour / high:.0f} – {per_hour / low:.0f} m²/h"),
        ("plan_services", f"{c['charges']} / {c['refills']}"),
        ("plan_lengths", f"{c['work_m']:.0f} / {c['move_m']:.0f} m"),
        ("clearance", f"{1000 * c['min_clearance_m']:.0f} mm"),
    ]


def print_plans(
    answer: PlanAnswer, console: Console, *, folder: Path | None = None, language: Language = "en"
) -> None:
    """The ranked table and the refusals by reason."""
    words = Words(language)
    console.print(Text(words.pick(answer.need.title_zh, answer.need.title_en), style="bold"))
    counts = [Text.assemble(f"{n} ", badge(verdict, words)) for verdict, n in answer.counts.items() if n]
    console.print(Text("   ").join(counts))
    if answer.solutions:
        table = Table(box=None, pad_edge=False, header_style="dim")
        columns = _columns(answer.need)
        for key in ("verdict", "plan_machine", *columns, "confirm"):
            table.add_column(words(key), overflow="fold")
        for s in answer.solutions:
            shown = dict(facts(s.certificate))
            confirm = ", ".join(words.pick(*named(p.name)) for p in s.certificate.premises if p.confirm)
            table.add_row(
                badge(s.certificate.verdict, words),
                f"{s.machine.maker} {s.machine.model}",
                *(shown[k] for k in columns),
                confirm or DASH,
            )
        console.print(table)
    else:
        console.print(Text(words("no_solution")))
    rows = Table.grid(padding=(0, 1))
    for constraint, verdict, group in grouped(answer.refusals):
        names = ", ".join(" ".join(answer.name(r.robot_id)) for r in group[:4])
        rows.add_row(
            Text(str(len(group)), justify="right"),
            badge(verdict, words),
            Text.assemble(words.pick(*reason(constraint, verdict)), (f"  {names}", "dim")),
        )
    console.print(rows)
    asked = [words.pick(r.question_zh, r.question_en) for r in answer.refusals if r.question_en]
    for question in asked[:ASKED]:
        console.print(Text(f"  ? {question}", style="dim"))
    if folder is not None:
        console.print(Text(words("next_report", path=folder / "report.html")), soft_wrap=True)
        if answer.solutions:
            path = folder / f"plan-{answer.solutions[0].machine.id}.json"
            console.print(Text(words("next_plan_check", path=path)), soft_wrap=True)
    console.print(Text(words(_mean(answer.need)), style="dim"))


def print_plan(certificate: AnyCertificate, console: Console, *, language: Language = "en") -> None:
    """A certificate's claims and what is to be confirmed."""
    words = Words(language)
    console.print(Text.assemble(badge(certificate.verdict, words), "  ", (certificate.machine_id, "bold")))
    table = Table.grid(padding=(0, 2))
    for key, value in facts(certificate):
        table.add_row(Text(words(key), style="dim"), Text(value))
    for premise in certificate.premises:
        if premise.confirm:
            stated = (
                f"{words.pick(*named(premise.name))} = {premise.value} ({words.phrase(str(premise.source))})"
            )
            table.add_row(Text(words("confirm"), style="blue"), Text(stated))
    console.print(table)


def plan_svg(certificate: PlanCertificate, task: CoverageTask) -> Html:
    """The area from above: bands worked, ways between them, holes and dock."""
    xs = [p[0] for p in task.outline] + [p[0] for leg in certificate.legs for p in leg.xy]
    ys = [p[1] for p in task.outline] + [p[1] for leg in certificate.legs for p in leg.xy]
    left, top = min(xs), max(ys)
    scale = SPAN / max(max(xs) - left, top - min(ys))

    def at(point: tuple[float, float]) -> str:
        return f"{(point[0] - left) * scale + EDGE:.1f},{(top - point[1]) * scale + EDGE:.1f}"

    def line(points: Any) -> str:
        return " ".join(at(p) for p in points)

    width, height = (max(xs) - left) * scale + 2 * EDGE, (top - min(ys)) * scale + 2 * EDGE
    shapes = [tag("polygon", points=line(task.outline), style="fill:var(--faint);stroke:var(--soft)")]
    band = f"fill:none;stroke:var(--green);stroke-opacity:.28;stroke-width:{certificate.driving.width * scale:.2f}"
    for kind, style in (
        ("work", band),
        ("move", "fill:none;stroke:var(--accent);stroke-width:1;stroke-dasharray:4 3"),
        ("work", "fill:none;stroke:var(--green);stroke-width:1"),
    ):
        shapes += [
            tag("polyline", points=line(leg.xy), style=style) for leg in certificate.legs if leg.kind == kind
        ]
    shapes += [
        tag("polygon", points=line(ring), style="fill:var(--line);stroke:var(--soft)") for ring in task.holes
    ]
    cx, cy = at(certificate.legs[0].xy[0]).split(",")
    shapes.append(tag("circle", cx=cx, cy=cy, r=5, style="fill:var(--accent)"))
    return tag(
        "svg",
        *shapes,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        style="width:100%;max-height:70vh",
    )


def plan_report(answer: PlanAnswer, *, language: Language = "both") -> str:
    """The report as one HTML document that opens offline; the same answer gives the same text."""
    voice = Voice(language)
    body = join(
        _switch(voice) if language == "both" else None,
        tag(
            "main",
            tag("p", voice.say("product"), class_="product"),
            tag("h1", voice.pair(answer.need.title_zh, answer.need.title_en)),
            _counts(answer, voice),
            tag("p", voice.say(_mean(answer.need)), class_="notice"),
            _asked(answer.need, voice),
            _ranking(answer, voice),
            _best(answer.solutions[0], answer.need, voice) if answer.solutions else None,
            refusals.section(answer, voice),
            tag(
                "p",
                tag("code", answer.need.sha256),
                " · ",
                tag("code", answer.catalogue_sha256),
                class_="note",
            ),
        ),
    )
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag(
            "meta",
            http_equiv="Content-Security-Policy",
            content="default-src 'none'; style-src 'unsafe-inline'",
        ),
        tag("title", f"{answer.need.title_zh or answer.need.title_en} · {voice.plain('product')}"),
        tag("style", raw((VIEWER / "style.css").read_text(encoding="utf-8"))),
    )
    first = "en" if language == "en" else "zh-CN"
    return "<!doctype html>\n" + tag("html", tag("head", head), tag("body", body), lang=first) + "\n"


def _counts(answer: PlanAnswer, voice: Voice) -> Html:
    chips = [tag("span", tag("b", n), " ", voice.badge(v)) for v, n in answer.counts.items() if n]
    return tag("p", *chips, class_="chips")


def _columns(need: AnyPlan) -> tuple[str, ...]:
    """The facts that a ranking shows."""
    if isinstance(need, RouteNeed):
        return routes.COLUMNS
    return ("plan_time", "plan_share", "plan_rate", "plan_services")


def _mean(need: AnyPlan) -> str:
    return "route_mean" if isinstance(need, RouteNeed) else "plan_mean"


def _asked(need: AnyPlan, voice: Voice) -> Html:
    task = need.task
    rows = (
        routes.asked(task)
        if isinstance(task, RouteTask)
        else [
            ("plan_target", f"{task.target.area:,.0f} m²"),
            ("plan_share", f"≥ {100 * task.min_coverage:g} %"),
            ("plan_limit", DASH if task.within is None else f"≤ {duration(task.within)}"),
        ]
    )
    return tag("dl", *(tag("div", tag("dt", voice.say(k)), tag("dd", v)) for k, v in rows), class_="facts")


def _ranking(answer: PlanAnswer, voice: Voice) -> Html:
    keys = ("verdict", "plan_machine", *_columns(answer.need), "confirm")
    if not answer.solutions:
        return tag("p", voice.say("no_solution"))
    rows = []
    for s in answer.solutions:
        shown = dict(facts(s.certificate))
        confirm = [tag("span", voice.pair(*named(p.name)), " ") for p in s.certificate.premises if p.confirm]
        cells = [shown[k] for k in keys[2:-1]]
        rows.append(
            tag(
                "tr",
                tag("td", voice.badge(s.certificate.verdict)),
                tag("th", tag("small", s.machine.maker), " ", s.machine.model, scope="row"),
                *(tag("td", cell, class_="figure") for cell in cells),
                tag("td", *confirm) if confirm else tag("td", DASH),
            )
        )
    header = tag("tr", *(tag("th", voice.say(k), scope="col") for k in keys))
    return tag("div", tag("table", tag("thead", header), tag("tbody", *rows)), class_="scroll")


def _best(s: PlanSolution, need: AnyPlan, voice: Voice) -> Html:
    premises = [
        tag(
            "li",
            voice.pair(*named(p.name)),
            f" = {p.value} ",
            tag("small", voice.phrase(p.source)),
            " ",
            voice.say("confirm") if p.confirm else "",
        )
        for p in s.certificate.premises
    ]
    stated = [tag("div", tag("dt", voice.say(k)), tag("dd", v)) for k, v in facts(s.certificate)]
    legend = (("plan_swath", "var(--green)"), ("plan_way", "var(--accent)"), ("plan_dock", "var(--accent)"))
    drawn: Html | None = None
    if isinstance(s.certificate, RouteCertificate) and isinstance(need.task, RouteTask):
        drawn, legend = routes.route_svg(s.certificate, need.task), routes.LEGEND
    elif isinstance(s.certificate, PlanCertificate) and isinstance(need.task, CoverageTask):
        drawn = plan_svg(s.certificate, need.task)
    return tag(
        "section",
        tag("h2", voice.say("plan_drawing"), f": {s.machine.maker} {s.machine.model}"),
        drawn,
        tag(
            "p",
            *(
                tag("span", tag("i", class_="level", style=f"background:{colour}"), voice.say(key))
                for key, colour in legend
            ),
            class_="legend",
        ),
        tag("dl", *stated, class_="facts"),
        tag("h3", voice.say("premises")),
        tag("ul", *premises),
    )


def _questions(answer: PlanAnswer, voice: Voice) -> Html | None:
    """What to ask the makers, for those whose figures are missing and those whose figures are weak."""
    asked = [(r.question_zh, r.question_en) for r in answer.refusals if r.question_en]
    asked += [
        (p.question_zh, p.question_en) for s in answer.solutions for p in s.certificate.premises if p.confirm
    ]
    if not asked:
        return None
    return tag(
        "section", tag("h2", voice.say("questions")), tag("ul", *(tag("li", voice.pair(*q)) for q in asked))
    )


def _switch(voice: Voice) -> Html:
    choices = [
        tag("label", tag("input", type="radio", name="language", id=f"say-{v}", checked=v == "zh"), name)
        for v, name in (("zh", "中文"), ("en", "English"))
    ]
    return tag("nav", *choices, class_="switch", role="radiogroup", **voice.label("switch"))
