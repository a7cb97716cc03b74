"""``robotplus measure``: metrics recomputed from a supplier's records, never called proven."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from robotplus.cli.options import Json, TerminalLanguage


class Kind(enum.StrEnum):
    """What was recorded."""

    detection = "detection"
    classification = "classification"
    text = "text"
    gauge = "gauge"
    positioning = "positioning"
    dialogue = "dialogue"


def command(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help=f"What was recorded: {', '.join(Kind)}.")],
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What is true (.csv or COCO .json).")
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What the robot said or did (.csv, COCO .json, .jsonl)."),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WANTED",
            help="What a metric must reach, such as sensitivity>=0.9@95; may be given again.",
        ),
    ] = None,
    positive: Annotated[
        str, typer.Option(metavar="LABEL", help="Classification: the label that stands for a finding.")
    ] = "positive",
    example: Annotated[
        bool, typer.Option("--example", help="Read the built-in invented set, to try the arithmetic.")
    ] = False,
    json: Json = False,
    lang: TerminalLanguage = "en",
) -> None:
    """Recompute metrics from a supplier's records, with intervals, and judge thresholds. Never called proven.

    Exit code: 0 done and every threshold met, 1 a threshold missed or not shown, 2 bad input.

    Example: robotplus measure classification --truth truth.csv --records told.csv --threshold "sensitivity>=0.9@95"

    To see how it looks: robotplus measure dialogue --example
    """
    from robotplus.cli.output import console, print_json
    from robotplus.errors import InputError
    from robotplus.reporting.measurements import print_measurement
    from robotplus.testing.measure import measure
    from robotplus.testing.measurement import threshold as read_threshold

    wanted = [read_threshold(text) for text in threshold or ()]
    files = None if truth is None or records is None else (truth, records)
    if (files is None) != example or (example and (truth or records)):
        raise InputError("give --truth and --records, or --example alone", "robotplus measure")
    measured = measure(kind.value, files, thresholds=wanted, positive=positive)
    if json:
        print_json(measured.to_document())
    else:
        print_measurement(measured, console(), language=lang)
    if not measured.all_met:
        raise typer.Exit(1)
