"""``robotplus answer``: a need against every robot; table, JSON, report, certificates and animations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robotplus.cli.options import Added, CatalogueFolder, Json, NeedFile, ReportLanguage

if TYPE_CHECKING:
    from robotplus.matching.answer import Answer
    from robotplus.reporting.strings import Language

OWNED = ("answer.json", "report.html", "cert-*.json", "motion-*.glb")
STAGES = {"prove": "proving", "check": "checking"}


def command(
    need: NeedFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="DIR", help="Write answer.json, report.html, cert-*.json, motion-*.glb."
        ),
    ] = None,
    json: Json = False,
    all: Annotated[bool, typer.Option("--all", help="Check every robot found, not the best ten.")] = False,
    effort: Annotated[
        float, typer.Option(min=0.01, max=1000, help="Times the usual work of each search.")
    ] = 1.0,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes; else one for each core.")
    ] = None,
    order: Annotated[
        str, typer.Option(help="What ranks first, second …")
    ] = "verdict,to_confirm,payload_class,takt_margin,clearance",
    cluster: Annotated[bool, typer.Option("--cluster", help="Work over a Ray cluster.")] = False,
    lang: ReportLanguage = "both",
    catalogue: CatalogueFolder = None,
    add: Added = None,
) -> None:
    """Find the robots proven to do a need's task, best first.

    Example: robotplus answer examples/needs/arc_welding.toml -o build/welding
    """
    from robotplus.cli.catalogues import open_catalogue
    from robotplus.cli.output import bar, console, print_json
    from robotplus.matching.answering import answer
    from robotplus.matching.order import read_order
    from robotplus.scenarios.files import read_need

    task, keys = read_need(need), read_order(order)
    robots = open_catalogue(catalogue, add)
    with bar(quiet=json) as show:
        result = answer(
            task,
            robots,
            workers=workers,
            effort=effort,
            check_all=all,
            progress=lambda stage, done, of, found: show(f"{STAGES[stage]} ({found})", done, of),
            order=keys,
            cluster=cluster,
        )
        if output is not None:
            write(result, output, language=lang, show=lambda done, of: show("writing", done, of))
    if json:
        print_json(result.to_document())
        return
    from robotplus.reporting.terminal import print_answer

    terminal = console()
    print_answer(result, terminal, language="en" if lang == "both" else lang)
    if output is not None:
        terminal.print(str(output / "report.html"), markup=False, soft_wrap=True)


def write(
    answer: Answer, folder: Path, *, language: Language = "both", show: Callable[[int, int], None]
) -> None:
    """All files of an answer, complete or not at all; only checked certificates are written."""
    from robotplus.cli.output import json_text, staged
    from robotplus.hashing import canonical
    from robotplus.reporting.glb import certificate_glb
    from robotplus.reporting.report import write_report

    checked = [s for s in answer.solutions if s.checked is not None]
    steps = 1 + len(checked)
    with staged(folder, owned=OWNED) as room:
        for done, s in enumerate(checked):
            show(done, steps)
            text = canonical(s.certificate.to_document()).decode()
            (room / f"cert-{s.robot.id}.json").write_text(text + "\n", encoding="utf-8")
            animation = certificate_glb(s.certificate, s.robot, answer.need)
            (room / f"motion-{s.robot.id}.glb").write_bytes(animation)
        show(steps - 1, steps)
        write_report(answer, room / "report.html", language=language)
        document = json_text(answer.to_document())
        (room / "answer.json").write_text(document, encoding="utf-8")
        show(steps, steps)
