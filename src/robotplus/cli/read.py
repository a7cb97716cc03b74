"""``robotplus read``: plain words in, figures, a scenario and what is missing out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from robotplus.cli.options import Json, TerminalLanguage
from robotplus.errors import InputError

if TYPE_CHECKING:
    from robotplus.reading import Reading
    from robotplus.reading.asking import Ask
    from robotplus.reading.contradicting import Contradiction
    from robotplus.reading.filling import Filling

Say = Callable[[Any, Any], Any]  # of two wordings the one in the reader's language
_DOCUMENTS = (".txt", ".md", ".docx", ".xlsx", ".pdf", ".doc", ".xls")
_STYLES = {"requirement": "bold underline", "workpiece": "bold underline cyan"}


def command(
    text: Annotated[
        str, typer.Argument(metavar="TEXT|FILE|-", help="Words, a document, or - for standard input.")
    ],
    json: Json = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the need that was read (.toml)."),
    ] = None,
    lang: TerminalLanguage = "en",
) -> None:
    """Read a need from plain words or a document (TXT, DOCX, XLSX, PDF): every figure, the scenario, what is missing.

    Chinese or English. Each figure is linked to its place in the text; nothing is guessed that is not in it.

    Example: robotplus read "弧焊座椅骨架，焊枪3.5公斤，25秒一件" -o need.toml
    """
    from robotplus.reading import read
    from robotplus.reading.asking import asks
    from robotplus.reading.contradicting import contradictions
    from robotplus.reading.filling import fill

    reading = read(given_text(text))
    filling = fill(reading)
    missing = asks(reading, filling)
    against = contradictions(reading.figures)
    if output is not None:
        write_need(output, reading, filling)
    if json:
        from robotplus.cli.output import print_json

        print_json(as_document(reading, filling, missing, against))
        return
    show(reading, filling, missing, against, chinese=lang == "zh")


def given_text(given: str) -> str:
    """The text of the argument: standard input, a file that exists or should, or the words themselves.

    Raises:
        InputError: no text, too much of it, or a file that cannot be read.
    """
    from robotplus.reading.documents import MAX_BYTES, bounded, text_of_bytes, text_of_file

    if given == "-":
        return text_of_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
    named = len(given) < 1000 and "\n" not in given
    if named and (given.lower().endswith(_DOCUMENTS) or Path(given).is_file()):
        return text_of_file(Path(given))
    return bounded(given, "the text")


def as_document(
    reading: Reading, filling: Filling | None, missing: tuple[Ask, ...], against: tuple[Contradiction, ...]
) -> dict[str, Any]:
    """Everything that was read, as JSON."""
    numbers = [
        {
            "name": f.number.name,
            "value": f.value,
            "unit": f.number.unit,
            "from": f.origin,
            "source": f.source,
            "refused": f.refused,
        }
        for f in (filling.numbers if filling else ())
    ]
    pairs = [
        {
            "field": c.field,
            "quotes": [c.first.quote, c.second.quote],
            "starts": [c.first.start, c.second.start],
        }
        for c in against
    ]
    return reading.to_document() | {
        "asks": [ask.to_document() for ask in missing],
        "contradictions": pairs,
        "library_scenario": filling.scenario.id if filling else None,
        "numbers": numbers,
        "requirements": filling.requirements if filling else {},
    }


def write_need(path: Path, reading: Reading, filling: Filling | None) -> None:
    """The need as a TOML file, each number with where it came from.

    Raises:
        InputError: nothing that can be proven was recognised, or the file cannot be written.
    """
    from robotplus.cli.output import ready_for_file, write_file
    from robotplus.reading.needfile import need_toml

    if filling is None:
        what = reading.scenario or "no scenario"
        raise InputError(
            "no need can be written yet",
            "--output",
            value=what,
            fix="robotplus scenarios lists what can be proven",
        )
    ready_for_file(path)
    write_file(path, need_toml(filling))


def show(
    reading: Reading,
    filling: Filling | None,
    missing: tuple[Ask, ...],
    against: tuple[Contradiction, ...],
    *,
    chinese: bool,
) -> None:
    """The text with its figures underlined, then tables."""
    from rich.table import Table
    from rich.text import Text

    from robotplus.cli.output import console

    out = console()
    shown = Text(reading.text)
    for figure in reading.figures:
        shown.stylize(_STYLES.get(figure.role, "underline dim"), figure.start, figure.end)
    out.print(shown, soft_wrap=True)
    say: Say = (lambda en, zh: zh) if chinese else (lambda en, zh: en)
    out.print(
        f"{say('scenario', '场景')}: {reading.scenario or '–'} ({say('or', '或')} {reading.runner_up or '–'})"
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    heads = say(
        ("field", "compared", "value", "unit", "as written", "role"),
        ("字段", "比较", "数值", "单位", "原文", "角色"),
    )
    for head in heads:
        table.add_column(head)
    for f in reading.figures:
        name = f.field if f.field != "other" else f"({f.name})"
        value = " – ".join(str(v) for v in f.value) if isinstance(f.value, tuple) else str(f.value)
        marks = "".join(f" {flag}" for flag in ("approx", "desirable", "alternative") if f.flags.get(flag))
        table.add_row(
            f"{name} {f.dim}".strip(), f.op, value, f.unit or "", " ".join(f.quote.split()), f.role + marks
        )
    out.print(table)
    for c in against:
        out.print(f"{say('contradiction', '矛盾')}: {c.field}: {c.first.quote} ≠ {c.second.quote}")
    if filling:
        _show_numbers(out, filling, say)
    for ask in missing[:5]:
        label = ask.label_zh if chinese else ask.label_en
        meanwhile = "" if ask.assumed is None else f"; {say('meanwhile', '暂按')} {ask.assumed:g}"
        out.print(f"{say('missing', '缺少')}: {label} [{ask.unit}] {ask.low:g} – {ask.high:g}{meanwhile}")


def _show_numbers(out: Any, filling: Filling, say: Say) -> None:
    from rich.table import Table

    origins = {
        "read": say("read", "原文"),
        "derived": say("derived", "推算"),
        "reference": say("reference case", "参考案例"),
    }
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in say(("number", "value", "unit", "from", "source"), ("参数", "取值", "单位", "来自", "依据")):
        table.add_column(head)
    for f in filling.numbers:
        source = (
            f.source
            if f.refused is None
            else f"{f.source} ({say('read, out of range', '读到但超出范围')}: {f.refused:g})"
        )
        table.add_row(
            f.number.name, f"{f.value:g}", f.number.unit, origins[f.origin], " ".join(source.split())
        )
    out.print(table)
