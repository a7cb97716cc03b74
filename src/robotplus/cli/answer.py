"""``robotplus answer``: a need against every robot; table, JSON, report, certificates and animations."""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robotplus.cli.options import Added, CatalogueFolder, Json, NeedFile, ReportLanguage
from robotplus.errors import RobotPlusError

if TYPE_CHECKING:
    from robotplus.matching.answer import Answer
    from robotplus.reporting.strings import Language

OWNED = ("answer.json", "report.html", "cert-*.json", "motion-*.glb", "change-*.json")
STAGES = {
    "prove": "proving, {} found",
    "check": "checking, {} hold",
    "change": "nearest changes, {} suffice",
}


def command(
    need: NeedFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Write answer.json, report.html, cert-*.json, motion-*.glb, change-*.json.",
        ),
    ] = None,
    json: Json = False,
    all: Annotated[
        bool, typer.Option("--all", help="Check every robot found, not only the best ten.")
    ] = False,
    changes: Annotated[
        bool,
        typer.Option(
            "--changes", help="Find the nearest change of one number that cures robots that just fail."
        ),
    ] = False,
    effort: Annotated[
        float, typer.Option(min=0.01, max=1000, help="Times the usual work of each search.")
    ] = 1.0,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes; else one for each core.")
    ] = None,
    order: Annotated[
        str, typer.Option(help="What ranks first, second …; docs/verdicts.md explains the keys.")
    ] = "verdict,to_confirm,payload_class,takt_margin,clearance",
    cluster: Annotated[bool, typer.Option("--cluster", help="Work over a Ray cluster.")] = False,
    lang: ReportLanguage = "both",
    catalogue: CatalogueFolder = None,
    add: Added = None,
) -> None:
    """Find the robots proven to do a need's task, best first.

    Example: robotplus answer examples/needs/arc_welding.toml -o build/welding
    """
    with _kept():
        from robotplus.cli.catalogues import open_catalogue
        from robotplus.cli.output import bar, console, print_json, ready_for_folder
        from robotplus.cli.plans import answer_plans, asks_for_plan
        from robotplus.matching.answering import answer
        from robotplus.matching.nearest import nearest_changes
        from robotplus.matching.order import read_order
        from robotplus.scenarios.files import read_need

    if asks_for_plan(need):
        answer_plans(need, output, json=json, language=lang)
        return
    with _kept():
        task, keys = read_need(need), read_order(order)
        robots = open_catalogue(catalogue, add)
    if output is not None:
        ready_for_folder(output)
    with bar(quiet=json) as show:
        result = answer(
            task,
            robots,
            workers=workers,
            effort=effort,
            check_all=all,
            progress=lambda stage, done, of, found: show(STAGES[stage].format(found), done, of),
            order=keys,
            cluster=cluster,
        )
        if changes:
            result = replace(
                result,
                changes=nearest_changes(
                    task,
                    robots,
                    result.refusals,
                    workers=workers,
                    effort=effort,
                    progress=lambda done, of, cured: show(STAGES["change"].format(cured), done, of),
                ),
            )
        if output is not None:
            write(result, output, language=lang, workers=workers, show=functools.partial(show, "writing"))
    if json:
        print_json(result.to_document())
        return
    from robotplus.reporting.terminal import print_answer

    print_answer(result, console(), folder=output, language="en" if lang == "both" else lang)


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """What is loaded meanwhile stays to the end: the collectors of this process and of its workers leave it alone."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def write(
    answer: Answer,
    folder: Path,
    *,
    language: Language = "both",
    workers: int | None = None,
    show: Callable[[int, int], None] = lambda done, of: None,
) -> None:
    """All files of an answer, complete or not at all; certificates and animations of what is checked only.

    Raises:
        OSError: a file cannot be written.
    """
    from robotplus.cli.output import json_text, staged
    from robotplus.matching.workers import Crew, Failed, cores
    from robotplus.reporting.glb import certificate_glb  # loaded before the fork
    from robotplus.reporting.report import write_report

    checked = [s for s in answer.solutions if s.checked is not None]

    def job(number: int | None) -> OSError | None:
        try:
            if number is None:
                write_report(answer, room / "report.html", language=language)
                return None
            s = checked[number]
            text = json_text(s.certificate.to_document(), indent=None)
            (room / f"cert-{s.robot.id}.json").write_text(text, encoding="utf-8")
            animation = certificate_glb(s.certificate, s.robot, answer.need)
            (room / f"motion-{s.robot.id}.glb").write_bytes(animation)
        except OSError as e:
            return e
        return None

    jobs = [None, *range(len(checked))]
    with staged(folder, owned=OWNED) as room:
        for changed in answer.changes:
            text = json_text(changed.certificate.to_document(), indent=None)
            (room / f"change-{changed.robot.id}.json").write_text(text, encoding="utf-8")
        (room / "answer.json").write_text(json_text(answer.to_document()), encoding="utf-8")
        with Crew(min(workers or cores(), len(jobs)), job) as crew:
            for done, (_, result) in enumerate(crew.run(jobs), start=1):
                if isinstance(result, OSError):
                    raise result
                if isinstance(result, Failed):
                    raise RobotPlusError(f"the report failed, a defect of ours: {result.why}")
                show(done, len(jobs))
