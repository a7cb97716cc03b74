"""Answers, certificates and verdicts in a terminal: compact tables that stay aligned with Chinese text."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from robotplus.certificates.certificate import Certificate, Verdict
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.matching.answer import Answer
from robotplus.matching.nearest import curable, tally
from robotplus.matching.order import asked_together
from robotplus.reporting.figures import DASH, degrees, millimetres, percent, premise_value, quantity, short
from robotplus.reporting.phrases import said
from robotplus.reporting.refusals import amount, grouped, reason
from robotplus.reporting.strings import ICONS, Language, both, known
from robotplus.robots.model import Robot

ROWS = 15
NAMED = 3  # robots named beside a change
COLOURS = {
    "proven": "green",
    "proven_if_confirmed": "blue",
    "proven_with_a_change": "yellow",
    "impossible": "red",
}


def print_answer(
    answer: Answer,
    console: Console,
    *,
    folder: Path | None = None,
    language: Language = "en",
    rows: int = ROWS,
) -> None:
    """The ranked table, the refusals by reason, and what to do next; ``folder``: where the files were written."""
    words = Words(language)
    counts = [Text.assemble(f"{n} ", badge(verdict, words)) for verdict, n in answer.counts.items() if n]
    title = words.pick(answer.need.title_zh, answer.need.title_en)
    console.print(Text(title, style="bold"))
    console.print(Text("   ").join(counts))
    if answer.solutions:
        console.print(_ranking(answer, words, rows))
        if (more := len(answer.solutions) - rows) > 0:
            label = "more_candidates" if _candidates(answer) >= more else "more_rows"
            console.print(Text(words(label, n=more), style="dim"))
    else:
        console.print(Text(words("no_solution")))
    if answer.refusals:
        console.print(_refusals(answer, words))
    if answer.changes:
        console.print(Text(words("changes"), style="bold"))
        console.print(_changes(answer, words))
    console.print(_next(answer, words, folder), soft_wrap=True)
    console.print(Text(words("not_risk"), style="dim"))


def print_certificate(
    certificate: Certificate, console: Console, *, robot: Robot | None = None, language: Language = "en"
) -> None:
    """A certificate's claims, its base, what is not shown and what to confirm; ``robot``: its model, if known."""
    words, c = Words(language), _table(certificate.claims)
    name = [(certificate.robot_id, "bold")]
    if robot is not None:
        name = [(f"{robot.maker} {robot.model}", "bold"), (f"  {robot.id}", "dim")]
    console.print(Text.assemble(badge(str(certificate.verdict), words), "  ", *name))
    table = Table.grid(padding=(0, 2))
    cycle, tolerance = _table(c.get("cycle_time_s")), _table(c.get("base_tolerance"))
    x, y, z = certificate.base.xyz
    place = f"x {x:.3f} y {y:.3f} z {z:.3f} m, {words('yaw')} {math.degrees(certificate.base.yaw):.1f}°"
    for key, value in [
        ("cycle_time", f"{quantity(cycle.get('low'))} – {quantity(cycle.get('high'), 's')}"),
        ("takt", quantity(c.get("takt_s"), "s")),
        ("clearance", millimetres(c.get("min_clearance_m"))),
        ("velocity_used", percent(c.get("velocity_used"))),
        ("joint_range_used", percent(c.get("joint_range_used"))),
        ("payload_used", percent(c.get("payload_used"))),
        ("path_deviation", millimetres(c.get("path_deviation_m"))),
        (
            "base_tolerance",
            f"± {millimetres(tolerance.get('xy_m'))}, ± {degrees(tolerance.get('angle_rad'))}",
        ),
        ("base_at", f"{place}, {words.known(certificate.base.mounting)}"),
        ("moves", str(len(certificate.moves))),
        ("need_digest", short(certificate.need_sha256)),
        ("model_digest", short(certificate.robot_sha256)),
        ("engine", certificate.engine),
    ]:
        table.add_row(Text(words(key), style="dim"), Text(value))
    for entry in map(_table, certificate.not_shown):
        what = f"{words.known(str(entry.get('what')))}: {words.phrase(quantity(entry.get('detail')))}"
        table.add_row(Text(words("not_shown"), style="dim"), Text(what))
    for premise in certificate.premises:
        if premise.confirm:
            value = words.phrase(premise_value(premise, robot))
            stated = f"{words.known(str(premise.name))} = {value} ({words.phrase(str(premise.source))})"
            table.add_row(Text(words("confirm"), style="blue"), Text(stated))
    console.print(table)


def print_verdict(verdict: Verdict, console: Console, *, language: Language = "en") -> None:
    """Whether the certificate holds, for which model and need, and every reason if it does not."""
    words = Words(language)
    colour, icon = {"holds": ("green", "✓"), "refused": ("red", "✕")}.get(verdict.status, ("yellow", "?"))
    console.print(
        Text.assemble((f"{icon} {words(verdict.status)}", f"bold {colour}"), "  ", _currency(verdict, words))
    )
    for code, sentence in verdict.reasons:
        console.print(Text.assemble("  ", (code, colour), "  ", sentence))


class Words:
    """Picks one language of the table; "both" prints Chinese and English side by side."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, key: str, **values: object) -> str:
        return self.pick(*both(key, **values))

    def known(self, key: str) -> str:
        """A word that may be missing from the table."""
        return self.pick(*known(key))

    def phrase(self, text: str) -> str:
        """A phrase that came along in English."""
        return self.pick(*said(text))

    def pick(self, zh: str, en: str) -> str:
        """The right one of a pair; the other when it is empty."""
        zh, en = zh or en, en or zh
        return {"zh": zh, "en": en, "both": zh if zh == en else f"{zh} {en}"}[self._language]


def badge(verdict: str, words: Words) -> Text:
    """A verdict with colour, icon and word."""
    return Text(
        f"{ICONS.get(verdict, '·')} {words.known(verdict)}", style=COLOURS.get(verdict, "bright_black")
    )


def _ranking(answer: Answer, words: Words, rows: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", show_edge=False)
    for key, right in [
        ("rank", True),
        ("verdict", False),
        ("robot", False),
        ("cycle_time", True),
        ("tightest", False),
        ("payload_used", True),
        ("clearance", True),
        ("confirm", False),
    ]:
        table.add_column(words(key), justify="right" if right else "left", overflow="fold")
    takt = answer.need.program.requirements.takt
    for i, s in enumerate(answer.solutions[:rows]):
        cycle = s.certificate.claims["cycle_time_s"]
        late = takt is not None and cycle["high"] > takt
        table.add_row(
            str(i + 1),
            badge(s.verdict, words),
            Text(f"{s.robot.maker} {s.robot.model}", style="bold" if s.verdict == "proven" else ""),
            Text(f"{cycle['low']:.2f}–{cycle['high']:.2f} s", style="yellow" if late else ""),
            Text(words.pick(s.tightest[1], s.tightest[0])),
            percent(s.certificate.claims.get("payload_used")),
            millimetres(s.certificate.claims.get("min_clearance_m")),
            Text(", ".join(words.known(q) for q in asked_together(p.name for p in s.to_confirm)) or DASH),
        )
    return table


def _refusals(answer: Answer, words: Words) -> Table:
    table = Table.grid(padding=(0, 1))
    for constraint, verdict, refusals in grouped(answer.refusals):
        sentence = words.pick(*reason(constraint, verdict))
        if (nearest := refusals[0]).shortfall is not None:
            unit = nearest.unit or (CONSTRAINTS[constraint].unit if constraint in CONSTRAINTS else "")
            sentence += words("nearest", amount=words.pick(*amount(nearest.shortfall, unit)))
        table.add_row(Text(str(len(refusals)), justify="right"), badge(verdict, words), Text(sentence))
    return table


def _changes(answer: Answer, words: Words) -> Table:
    table = Table.grid(padding=(0, 1))
    for change, n in tally(answer.changes):
        cured = [
            c for c in answer.changes if (c.change.lever, c.change.becomes) == (change.lever, change.becomes)
        ]
        names = ", ".join(f"{c.robot.maker} {c.robot.model}" for c in cured[:NAMED])
        en, zh = change.said
        table.add_row(
            Text(str(n), justify="right"),
            badge("proven_with_a_change", words),
            Text.assemble(words.pick(zh, en), (f"  {names}{' …' if n > NAMED else ''}", "dim")),
        )
    return table


def _candidates(answer: Answer) -> int:
    return sum(s.checked is None for s in answer.solutions)


def _next(answer: Answer, words: Words, folder: Path | None) -> Text:
    steps = []
    if folder is None:
        steps.append(words("next_folder"))
    else:
        steps.append(words("next_report", path=folder / "report.html"))
        checked = [s.robot.id for s in answer.solutions if s.checked is not None]
        if checked:
            steps.append(words("next_check", path=folder / f"cert-{checked[0]}.json"))
    if unchecked := _candidates(answer):
        steps.append(words("next_all", n=unchecked))
    if curable(answer.refusals) and not answer.changes:
        steps.append(words("next_changes"))
    open_questions = sum(len(s.to_confirm) for s in answer.solutions) + sum(
        bool(r.question_en) for r in answer.refusals
    )
    if open_questions:
        steps.append(words("next_confirm", n=open_questions))
    lines = [Text.assemble((f"{words('next')}: ", "dim"), step) for step in steps]
    return Text("\n").join(lines)


def _table(value: Any) -> dict[str, Any]:
    """A JSON object; an empty one for all else, which a certificate that was not checked may hold."""
    return value if isinstance(value, dict) else {}


def _currency(verdict: Verdict, words: Words) -> Text:
    parts = [
        f"{words('currency_' + k) if k in ('model', 'need') else k}: {words(f'is_{v}')}"
        for k, v in verdict.currency.items()
    ]
    return Text(" · ".join(parts), style="dim")
