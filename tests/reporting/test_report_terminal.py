"""Answers in the terminal."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from robotplus.certificates.certificate import Verdict
from robotplus.matching.answer import Answer
from robotplus.reporting import terminal
from robotplus.reporting.strings import Language


def printed(what: object, *, language: Language = "en", width: int = 140) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    if isinstance(what, Answer):
        terminal.print_answer(what, console, folder=Path("out"), language=language)
    elif isinstance(what, Verdict):
        terminal.print_verdict(what, console, language=language)
    else:
        terminal.print_certificate(what, console, language=language)  # type: ignore[arg-type]
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_ranks_the_solutions_and_counts_the_refusals(answer: Answer) -> None:
    lines = printed(answer).splitlines()
    rows = [line for line in lines if "Example Works" in line]
    assert [r.split()[0] for r in rows] == ["1", "2", "3"]
    assert "✓ Proven" in rows[0] and "◐ Proven if confirmed" in rows[1] and "13.26–17.00 s" in rows[0]
    assert any(
        line.startswith("5 ✕ Impossible") and "heavier" in line and "short by 2 kg" in line for line in lines
    )
    assert any("robotplus check out/cert-example_e12.json" in line for line in lines)
    assert any("--all checks the other 1 candidates" in line for line in lines)
    assert "ISO 10218-2" in lines[-1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_columns_line_up_with_wide_characters(answer: Answer, language: Language) -> None:
    rows = [line for line in printed(answer, language=language).splitlines() if "Example Works" in line]
    starts = {cell_len(row[: row.index("Example Works")]) for row in rows}
    ends = {cell_len(row[: row.index(" s ") + 2]) for row in rows}
    assert len(rows) == 3 and len(starts) == 1 and len(ends) == 1


def test_names_cannot_inject_terminal_markup(answer: Answer) -> None:
    robot = dataclasses.replace(answer.solutions[0].robot, model="[red]X[/red] [link=http://a]")
    first = dataclasses.replace(answer.solutions[0], robot=robot)
    hostile = dataclasses.replace(
        answer,
        solutions=(first,),
        need=dataclasses.replace(answer.need, title_en="[bold]title[/bold] [/nothing]"),
    )
    out = printed(hostile)
    assert "[red]X[/red]" in out and "[bold]title[/bold] [/nothing]" in out


def test_long_answers_are_cut_and_empty_ones_say_so(answer: Answer) -> None:
    console = Console(file=io.StringIO(), width=140)
    terminal.print_answer(answer, console, rows=2)
    assert isinstance(console.file, io.StringIO) and "1 more candidates" in console.file.getvalue()
    assert "add -o FOLDER" in console.file.getvalue() and "report.html" not in console.file.getvalue()
    assert "No robot was found able" in printed(dataclasses.replace(answer, solutions=()))


def test_a_certificate_shows_claims_gaps_and_what_to_confirm(answer: Answer) -> None:
    out = printed(answer.solutions[0].certificate)
    for expected in ("12.4 mm", "20 s", "link 2 / link 4", "data sheet, from memory", "example_e12"):
        assert expected in out


def test_a_certificate_is_headed_by_maker_and_model_when_they_are_known(answer: Answer) -> None:
    first = answer.solutions[0]
    console = Console(file=io.StringIO(), width=140)
    terminal.print_certificate(first.certificate, console, robot=first.robot, language="zh")
    assert isinstance(console.file, io.StringIO)
    out = console.file.getvalue()
    assert f"{first.robot.maker} {first.robot.model}" in out.splitlines()[0]
    assert "额定负载 = 12 kg (数据手册（凭记忆）)" in out and "连杆 2 / 连杆 4" in out and "link" not in out


def test_a_verdict_shows_every_reason_with_its_code() -> None:
    verdict = Verdict(
        False,
        "refused",
        (("clearance", "3 mm at 4.2 s"), ("takt", "too slow")),
        {},
        {"model": "superseded", "need": "same"},
    )
    out = printed(verdict)
    assert out.startswith("✕ refused") and "clearance  3 mm at 4.2 s" in out and "takt  too slow" in out
    assert "model: superseded" in out
    assert printed(verdict, language="zh").startswith("✕ 不成立")
