"""``robotplus prove``: a need and one robot; a checked certificate, or the reason why not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robotplus.cli.options import Added, CatalogueFolder, Json, NeedFile

if TYPE_CHECKING:
    from robotplus.certificates.certificate import Refusal


def command(
    need: NeedFile,
    robot: Annotated[str, typer.Option(metavar="ID", help="Id of the robot; `robotplus robots` lists them.")],
    base: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(
            metavar="X Y Z YAW_DEG", help="The one base place to try [m, deg]; else it is searched."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the certificate here.")
    ] = None,
    json: Json = False,
    effort: Annotated[
        float, typer.Option(min=0.01, max=1000, help="Times the usual work of the search.")
    ] = 1.0,
    catalogue: CatalogueFolder = None,
    add: Added = None,
) -> None:
    """Prove that one robot can do a need's task, or say why not. A certificate is checked before it is shown.

    Exit code: 0 proven, 1 not, 2 bad input.

    Example: robotplus prove examples/needs/arc_welding.toml --robot fanuc_m20_25_18d -o cert.json
    """
    from robotplus.certificates.certificate import Refusal
    from robotplus.checking import check
    from robotplus.cli.catalogues import find_robot, open_catalogue
    from robotplus.cli.output import bar, console, json_text, print_json, ready_for_file, warn, write_file
    from robotplus.errors import InputError
    from robotplus.proving import prove
    from robotplus.reporting.terminal import print_certificate, print_verdict
    from robotplus.scenarios.files import read_need

    task, models = read_need(need), open_catalogue(catalogue, add)
    model = find_robot(models, robot)
    place = None
    if base is not None:
        if not all(math.isfinite(v) and abs(v) <= 1e4 for v in base):
            raise InputError("must be finite numbers", "--base", value=base, allowed="metres and degrees")
        place = (*base[:3], math.radians(base[3]))
    if output is not None:
        ready_for_file(output)
    with bar(quiet=json) as show:
        show("proving", 0, 2)
        result = prove(task, model, base=place, effort=effort)
        show("checking", 1, 2)
        verdict = None if isinstance(result, Refusal) else check(result, models, need=task)
    if isinstance(result, Refusal):
        if json:
            print_json(result.to_document())
        else:
            console().print(f"{model.id}: {told(result)}", markup=False)
        raise typer.Exit(1)
    assert verdict is not None
    if not verdict.holds:
        warn(f"check refuses the certificate that was found, a defect of ours: {verdict.reasons[0][1]}")
        raise typer.Exit(1)
    document = result.to_document()
    if output is not None:
        write_file(output, json_text(document))
    if json:
        print_json(document)
        return
    print_certificate(result, console())
    print_verdict(verdict, console())


def told(refusal: Refusal) -> str:
    """A refusal in one line: verdict, reason, figures, place, and the question to ask."""
    from robotplus.certificates.constraints import CONSTRAINTS

    reason = CONSTRAINTS.get(refusal.constraint)
    said = f"{refusal.verdict.replace('_', ' ')}: {reason.en if reason else refusal.constraint}"
    if refusal.needed is not None:
        figures = f"needed {_amount(refusal.needed)}, available {_amount(refusal.available)} {refusal.unit}"
        said += f" ({figures.strip()})"
    if refusal.where:
        said += f" at {refusal.where}"
    if refusal.budget:
        said += "; searched " + ", ".join(f"{k} {_amount(v)}" for k, v in refusal.budget.items())
    return f"{said}. {refusal.question_en}".strip()


def _amount(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
