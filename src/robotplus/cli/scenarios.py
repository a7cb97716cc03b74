"""``robotplus scenarios``: what jobs are built in, and what the catalogue makes of each as it stands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from robotplus.cli.options import Added, CatalogueFolder, Json


def command(
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

    Example: robotplus scenarios --count
    """
    from robotplus.cli.catalogues import open_catalogue
    from robotplus.cli.output import bar, console, print_json
    from robotplus.cli.scenario_results import kept_result, result_of
    from robotplus.scenarios.library import scenarios

    robots = open_catalogue(catalogue, add)
    rows: list[dict[str, Any]] = []
    with bar(quiet=json) as show:
        for scenario in scenarios():

            def progress(stage: str, done: int, of: int, found: int, name: str = scenario.id) -> None:
                show(f"{name}: {stage} ({found})", done, of)

            if count or json or fresh:
                row = result_of(scenario, robots, fresh=fresh, workers=workers, progress=progress)
            else:
                row = kept_result(scenario, robots) or vars(scenario)
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
        table.add_row(*(str(row.get(column, "–")) for column in columns))
    console().print(table)
    if any("proven" not in row for row in rows):
        console().print("robotplus scenarios --count works out how many robots are proven for each")
