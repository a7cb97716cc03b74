"""``robotplus robots``: the catalogue, one model, and the import of other descriptions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from robotplus.cli.options import Added, CatalogueFolder, Json

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    payload: Annotated[
        str | None, typer.Option(help='Rated payload [kg], such as ">=10" or "5..20".')
    ] = None,
    reach: Annotated[str | None, typer.Option(help="The maker's reach [m].")] = None,
    dof: Annotated[str | None, typer.Option(help="Number of axes.")] = None,
    repeatability: Annotated[str | None, typer.Option(help="Repeatability [mm].")] = None,
    mass: Annotated[str | None, typer.Option(help="Mass of the arm [kg].")] = None,
    maker: Annotated[str | None, typer.Option(help="Part of the maker's name.")] = None,
    kind: Annotated[str | None, typer.Option(help="industrial, collaborative, scara …")] = None,
    ip: Annotated[str | None, typer.Option(help="At least this ingress protection, such as IP65.")] = None,
    mounting: Annotated[str | None, typer.Option(help="floor, wall or ceiling.")] = None,
    json: Json = False,
    catalogue: CatalogueFolder = None,
    add: Added = None,
) -> None:
    """List the robots of the catalogue, all or those that fit.

    An unknown figure never fits a condition.

    Example: robotplus robots --payload ">=10" --reach ">1.5" --ip IP65
    """
    if context.invoked_subcommand is not None:
        return
    from robotplus.cli.catalogues import open_catalogue
    from robotplus.cli.conditions import Conditions
    from robotplus.cli.output import console, print_json

    wanted = Conditions(
        numbers={
            "payload_kg": payload,
            "reach_m": reach,
            "dof": dof,
            "repeatability_mm": repeatability,
            "mass_kg": mass,
        },
        maker=maker,
        kind=kind,
        ip=ip,
        mounting=mounting,
    )
    rows = [summary(robot) for robot in open_catalogue(catalogue, add).values() if wanted.fits(robot)]
    if json:
        print_json(rows)
        return
    from rich.table import Table

    columns = (
        "id",
        "maker",
        "model",
        "kind",
        "dof",
        "payload_kg",
        "reach_m",
        "repeatability_mm",
        "ip",
        "lacks",
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    terminal = console()
    terminal.print(table)
    terminal.print(f"{len(rows)} robots", markup=False)


@app.command("show")
def show(
    robot: Annotated[str, typer.Argument(metavar="ID", help="Id of the robot.")],
    json: Json = False,
    catalogue: CatalogueFolder = None,
    add: Added = None,
) -> None:
    """Show one robot: every figure with its source and how far it can be trusted.

    Example: robotplus robots show fanuc_m20_25_18d
    """
    from robotplus.cli.catalogues import find_robot, open_catalogue
    from robotplus.cli.output import console, print_json

    model = find_robot(open_catalogue(catalogue, add), robot)
    if json:
        print_json({**model.document, "sha256": model.sha256})
        return
    from robotplus.cli.robot_table import print_robot

    print_robot(model, console())


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="URDF, xacro (.urdf, .xacro) or MJCF (.xml).")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Robot file; else <id>.json here.")
    ] = None,
    id: Annotated[str | None, typer.Option(help="Id; else made from the robot's name.")] = None,
    maker: Annotated[str | None, typer.Option(help="Who makes it.")] = None,
    tip: Annotated[str | None, typer.Option(help="The flange's link, body or site, z pointing out.")] = None,
    root: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder that meshes and includes may not leave.")
    ] = None,
    xacro: Annotated[
        list[str] | None, typer.Option("--xacro", metavar="NAME=VALUE", help="A xacro argument.")
    ] = None,
    payload: Annotated[float | None, typer.Option(help="Rated payload [kg].")] = None,
    reach: Annotated[float | None, typer.Option(help="The maker's reach [m].")] = None,
    repeatability: Annotated[float | None, typer.Option(help="Repeatability [mm].")] = None,
    mass: Annotated[float | None, typer.Option(help="Mass of the arm [kg].")] = None,
    ip: Annotated[str | None, typer.Option(help="Ingress protection, such as IP65.")] = None,
    explosion_zone: Annotated[str | None, typer.Option(help="Explosion zone it is certified for.")] = None,
    mounting: Annotated[
        list[str] | None, typer.Option(help="floor, wall, ceiling or shelf; may be given again.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a robot file from a URDF, xacro or MJCF description, for `--add` or a `--catalogue` folder.

    Example: robotplus robots import my.urdf --payload 7 --repeatability 0.03 -o my_arm.json
    """
    from robotplus.cli.output import bar, console, print_json, ready_for_file, write_file
    from robotplus.errors import InputError
    from robotplus.robots.files import format_document
    from robotplus.robots.importing import import_robot

    arguments = {}
    for pair in xacro or ():
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InputError("not NAME=VALUE", "--xacro", value=pair)
        arguments[name] = value
    given = {
        "payload_kg": payload,
        "reach_m": reach,
        "repeatability_mm": repeatability,
        "mass_kg": mass,
        "ip": ip,
        "explosion_zone": explosion_zone,
        "mounting": mounting or None,
    }
    ratings = {name: value for name, value in given.items() if value is not None}
    if output is not None:
        ready_for_file(output)
    with bar(quiet=json) as show:
        show("covering the shapes", 0, 1)
        model = import_robot(
            file, id=id, tip=tip, maker=maker, ratings=ratings, root=root, arguments=arguments
        )
    path = output or Path(f"{model.id}.json")
    if path.stem != model.id:
        raise InputError(
            "a robot file is named after its id", "--output", value=path.name, allowed=f"{model.id}.json"
        )
    write_file(path, format_document(model.document))
    if json:
        print_json({"file": str(path), **summary(model)})
    else:
        row = summary(model)
        lacks = f"; unknown: {', '.join(row['lacks'])}" if row["lacks"] else ""
        console().print(
            f"{path}: {model.dof} axes, flange {model.document['geometry']['tip_link']}{lacks}",
            soft_wrap=True,
        )
        for line in (*(flag.replace("_", " ") for flag in model.flags), *model.notes):
            console().print(f"look at: {line}", soft_wrap=True)


def summary(robot: Any) -> dict[str, Any]:
    """One robot in a row; ``lacks`` names the blocking data that are unknown."""
    figures = ("payload_kg", "reach_m", "repeatability_mm", "mass_kg", "ip", "explosion_zone", "mounting")
    values = {name: None if (f := getattr(robot, name)) is None else f.value for name in figures}
    return {
        "id": robot.id,
        "maker": robot.maker,
        "model": robot.model,
        "kind": robot.kind,
        "dof": robot.dof,
        **{k: list(v) if isinstance(v, tuple) else v for k, v in values.items()},
        "lacks": lacks(robot),
        "flags": list(robot.flags),
        "sha256": robot.sha256,
    }


def lacks(robot: Any) -> list[str]:
    """Blocking data that are unknown or placeholders: without them nothing can be proven."""
    out = []
    if any(joint.lower is None for joint in robot.joints):
        out.append("joint limits")
    if (
        robot.velocity is None
        or robot.velocity.value != "data"
        or any(j.velocity is None for j in robot.joints)
    ):
        out.append("joint speeds")
    if any(link.boxes is None for link in robot.links):
        out.append("link shapes")
    if robot.payload_kg is None:
        out.append("payload")
    return out


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(value) if isinstance(value, list) else str(value)
