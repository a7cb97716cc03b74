"""``robotplus scenarios``: what jobs are built in, and what the catalogue makes of each as it stands."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from robotplus.cli.options import Added, CatalogueFolder, Json


def command(
    scenario: Annotated[
        str | None, typer.Argument(metavar="ID", help="Show the numbers of this scenario instead.")
    ] = None,
    json: Json = False,
    count: Annotated[
        bool,
        typer.Option("--count", help="Work the counts out where none are kept; minutes the first time."),
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do not use results kept from before.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes; else one for each core.")
    ] = None,
    catalogue: CatalogueFolder = None,
    add: Added = None,
) -> None:
    """List the built-in scenarios; with --count or --json, how many robots are proven for their usual numbers.

    Everything found is checked for that, which takes minutes. The counts are kept in the user's cache folder for as
    long as engine, catalogue and scenario stay the same, and shown when they are there.

    Scenarios without a task family are listed as not provable yet; their counts are zero, not findings.

    With an id: the numbers a need may give, with defaults and ranges.

    Example: robotplus scenarios --count

    Example: robotplus scenarios palletising
    """
    if scenario is not None:
        show_numbers(scenario, json=json)
        return
    from robotplus.cli.catalogues import open_catalogue
    from robotplus.cli.output import bar, console, print_json
    from robotplus.cli.scenario_results import kept_result, result_of
    from robotplus.scenarios.library import scenarios

    robots = open_catalogue(catalogue, add)
    rows: list[dict[str, Any]] = []
    with bar(quiet=json) as show:
        for each in scenarios():

            def progress(stage: str, done: int, of: int, found: int, name: str = each.id) -> None:
                show(f"{name}: {stage} ({found})", done, of)

            if count or json or fresh:
                row = result_of(each, robots, fresh=fresh, workers=workers, progress=progress)
            else:
                row = kept_result(each, robots) or vars(each)
            rows.append(row)
    if json:
        print_json(rows)
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    columns = ("id", "name_en", "name_zh", "field", "family", "proven", "if_confirmed", "refused", "unknown")
    for column in columns:
        number = column in ("proven", "if_confirmed", "refused", "unknown")
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        shown = {**row, "family": row["family"] or "not provable yet"}
        table.add_row(*(str(shown.get(column, "–")) for column in columns))
    console().print(table)
    if any("proven" not in row for row in rows):
        console().print("robotplus scenarios --count works out how many robots are proven for each")
    console().print("robotplus scenarios ID shows the numbers that a need may give")


def show_numbers(scenario_id: str, *, json: bool) -> None:
    """A scenario's numbers, or the questions of one that cannot be proven yet: meaning, default, range, unit.

    Raises:
        NeedError: no such scenario.
    """
    from robotplus.cli.output import console, print_json
    from robotplus.scenarios.library import get_scenario

    scenario = get_scenario(scenario_id, "ID")
    if json:
        print_json(dataclasses.asdict(scenario))
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("number", "default", "lowest", "highest", "unit", "meaning", "含义"):
        table.add_column(column, justify="right" if column in ("default", "lowest", "highest") else "left")
    for n in scenario.numbers or scenario.questions:
        default = "–" if n.default is None else f"{n.default:g}"
        table.add_row(n.name, default, f"{n.low:g}", f"{n.high:g}", n.unit, n.label_en, n.label_zh)
    console().print(f"{scenario.name_en} {scenario.name_zh}: {scenario.about_en}", soft_wrap=True)
    if not scenario.family:
        console().print("not provable yet 尚不能证明: a need cannot give these; a method will ask for them")
    console().print(table)
    for note in scenario.notes:
        console().print(note, soft_wrap=True)
