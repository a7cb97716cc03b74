"""``robotplus cost``: a cost file; ways of having a robot beside people, a verdict and what decides it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robotplus.cli.options import Json, TerminalLanguage


def command(
    costs: Annotated[Path, typer.Argument(metavar="COSTS", help="Cost file (.toml or .json).")],
    answer: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An answer.json to take the cycle time from; names --robot too."),
    ] = None,
    robot: Annotated[str | None, typer.Option(metavar="ID", help="The robot of the answer.")] = None,
    json: Json = False,
    lang: TerminalLanguage = "en",
) -> None:
    """Compare buying, renting, sharing by the hour and paying per piece with people; say whether to automate.

    Example: robotplus cost examples/costs/palletising.toml
    """
    from robotplus.cli.output import console, print_json
    from robotplus.costing.files import read_costs, with_answer
    from robotplus.costing.study import study
    from robotplus.errors import InputError
    from robotplus.reporting.costs import print_study

    if (answer is None) != (robot is None):
        raise InputError("--answer and --robot go together", "--answer" if robot is None else "--robot")
    table = read_costs(costs)
    if answer is not None and robot is not None:
        table = with_answer(table, answer, robot=robot)
    result = study(table)
    if json:
        print_json(result.to_document())
    else:
        print_study(result, console(), language=lang)
