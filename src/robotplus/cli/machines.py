"""``robotplus machines`` and ``robotplus parts``: what the catalogue holds beside the arms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from robotplus.cli.options import Json

machines = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
parts = typer.Typer(invoke_without_command=True, rich_markup_mode=None)

Kind = Annotated[str | None, typer.Option(help="Part of the kind's name, such as cleaning or gripper.")]
Maker = Annotated[str | None, typer.Option(help="Part of the maker's name.")]


@machines.callback(invoke_without_command=True)
def machine_listing(
    context: typer.Context,
    kind: Kind = None,
    maker: Maker = None,
    field: Annotated[
        str | None, typer.Option(help="manufacturing, agriculture, construction, public_service or special.")
    ] = None,
    json: Json = False,
) -> None:
    """List the mobile, field and service robots of the catalogue.

    Example: robotplus machines --field agriculture --kind sprayer
    """
    if context.invoked_subcommand is not None:
        return
    from robotplus.errors import InputError
    from robotplus.robots.machine import FIELDS
    from robotplus.robots.machine import machines as built_in

    if field is not None and field not in FIELDS:
        raise InputError("unknown field", "--field", value=field, allowed=", ".join(FIELDS))
    chosen = _like(built_in().values(), kind, maker)
    rows = [
        {
            "id": m.id,
            "maker": m.maker,
            "model": m.model,
            "kind": m.kind,
            "fields": list(m.fields),
            "product": m.product,
            **{n: _value(m.figures.get(n)) for n in ("max_speed_mps", "payload_kg", "runtime_h", "mass_kg")},
        }
        for m in chosen
        if field is None or field in m.fields
    ]
    _print(
        rows, json, ("id", "maker", "model", "kind", "max_speed_mps", "payload_kg", "runtime_h"), "machines"
    )


@machines.command("show")
def machine_show(
    machine: Annotated[str, typer.Argument(metavar="ID", help="Id of the machine.")], json: Json = False
) -> None:
    """Every figure of one machine, with its source and confidence.

    Example: robotplus machines show avidbots_neo2
    """
    from robotplus.cli.output import console, print_json
    from robotplus.robots.machine import machines as built_in

    found = find(built_in(), machine, "robotplus machines lists them")
    figures = {name: vars_of(figure) for name, figure in found.figures.items()}
    if json:
        print_json({**vars(found), "figures": figures})
        return
    from rich.table import Table

    terminal = console()
    terminal.print(f"{found.maker} {found.model}  ({found.kind})", markup=False, style="bold")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("figure", "value", "confidence", "source"):
        table.add_column(column, overflow="fold")
    for name, figure in found.figures.items():
        table.add_row(name, _cell(figure.value), figure.confidence, figure.source)
    terminal.print(table)
    if found.notes:
        terminal.print(found.notes, markup=False)
    if not found.product:
        terminal.print("stands for a class of machines; not a model one can buy", markup=False)


@parts.callback(invoke_without_command=True)
def part_listing(context: typer.Context, kind: Kind = None, maker: Maker = None, json: Json = False) -> None:
    """List the parts of the catalogue: grippers, sensors, tools, drives.

    Example: robotplus parts --kind gripper --maker DH
    """
    if context.invoked_subcommand is not None:
        return
    from robotplus.robots.machine import components

    rows = [
        {n: getattr(c, n) for n in ("id", "maker", "model", "kind", "mass_kg", "confidence", "verified")}
        for c in _like(components().values(), kind, maker)
    ]
    _print(rows, json, ("id", "maker", "model", "kind", "mass_kg", "confidence"), "parts")


@parts.command("show")
def part_show(
    part: Annotated[str, typer.Argument(metavar="ID", help="Id of the part.")], json: Json = False
) -> None:
    """One part with its ratings and their source.

    Example: robotplus parts show dh_ag95
    """
    from robotplus.cli.output import console, print_json
    from robotplus.robots.machine import components

    found = find(components(), part, "robotplus parts lists them")
    if json:
        print_json(vars(found))
        return
    terminal = console()
    terminal.print(f"{found.maker} {found.model}  ({found.kind})", markup=False, style="bold")
    for name, value in (
        ("mass_kg", found.mass_kg),
        ("tcp_offset_m", found.tcp_offset_m),
        *found.ratings.items(),
    ):
        terminal.print(f"{name}: {_cell(value)}", markup=False, highlight=False)
    for name in ("interfaces", "source", "confidence", "notes"):
        terminal.print(f"{name}: {_cell(getattr(found, name))}", markup=False, highlight=False)


def _like(kept: Iterable[Any], kind: str | None, maker: str | None) -> list[Any]:
    return [
        one
        for one in kept
        if (kind is None or kind.lower() in one.kind)
        and (maker is None or maker.lower() in one.maker.lower())
    ]


def find(collection: Any, wanted: str, fix: str) -> Any:
    """One of a collection by its id.

    Raises:
        InputError: no such id; the nearest are named.
    """
    import difflib

    from robotplus.errors import InputError

    if wanted in collection:
        return collection[wanted]
    near = difflib.get_close_matches(wanted, list(collection), 3, 0.5)
    raise InputError("no such id", value=wanted, fix=f"did you mean {' or '.join(near)}?" if near else fix)


def vars_of(figure: Any) -> dict[str, Any]:
    """A figure as JSON."""
    return {"value": figure.value, "source": figure.source, "confidence": figure.confidence}


def _value(figure: Any) -> Any:
    return None if figure is None else figure.value


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k} {_cell(v)}" for k, v in value.items())
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def _print(rows: Sequence[dict[str, Any]], json: bool, columns: Sequence[str], what: str) -> None:
    from robotplus.cli.output import console, print_json

    if json:
        print_json(list(rows))
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    terminal = console()
    terminal.print(table)
    terminal.print(f"{len(rows)} {what}", markup=False)
