"""``robotplus prove``: a need and one robot; a checked certificate, or the reason why not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from robotplus.cli.options import Added, CatalogueFolder, Json, NeedFile, TerminalLanguage

if TYPE_CHECKING:
    from robotplus.certificates.certificate import Refusal, Verdict
    from robotplus.reporting.strings import Language
    from robotplus.scenarios.task import BaseRegion

FAR_M = 20.0  # a base so far from the origin was most likely given in millimetres
PLACE_SLACK = 1e-9  # [m, rad] as `check` allows


def command(
    need: NeedFile,
    robot: Annotated[str, typer.Option(metavar="ID", help="Id of the robot; `robotplus robots` lists them.")],
    base: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(
            metavar="X Y Z YAW_DEG",
            help="The one base place to try, in metres and degrees, such as 0.6 -1.2 0 116.9; else it is searched.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the certificate here.")
    ] = None,
    json: Json = False,
    effort: Annotated[
        float, typer.Option(min=0.01, max=1000, help="Times the usual work of the search.")
    ] = 1.0,
    lang: TerminalLanguage = "en",
    catalogue: CatalogueFolder = None,
    add: Added = None,
) -> None:
    """Prove that one robot can do a need's task, or say why not. A certificate is checked before it is shown.

    Exit code: 0 proven, 1 not, 2 bad input.

    Example: robotplus prove examples/needs/arc_welding.toml --robot fanuc_m20_25_18d -o cert.json

    With the base at x 0.6 m, y -1.2 m on the floor, turned by 117 degrees: add --base 0.6 -1.2 0 117
    """
    from robotplus.certificates.certificate import Refusal
    from robotplus.checking import check
    from robotplus.cli.catalogues import find_robot, open_catalogue
    from robotplus.cli.output import bar, console, json_text, print_json, ready_for_file, write_file
    from robotplus.cli.plans import asks_for_plan, prove_plan
    from robotplus.proving import prove
    from robotplus.reporting.terminal import print_certificate, print_verdict
    from robotplus.scenarios.files import read_need

    if asks_for_plan(need):
        prove_plan(need, robot, output, json=json, language=lang)
        return
    task, models = read_need(need), open_catalogue(catalogue, add)
    model = find_robot(models, robot)
    place = None if base is None else read_place(base, task.program.base)
    if output is not None:
        ready_for_file(output)
    with bar(quiet=json) as show:
        show("proving", 0, 2)
        result = prove(task, model, base=place, effort=effort)
        show("checking", 1, 2)
        verdict = None if isinstance(result, Refusal) else check(result, models, need=task)
    if isinstance(result, Refusal):
        say_no(f"{model.maker} {model.model}", result, json=json, language=lang)
    assert verdict is not None
    refuse_unless_held(verdict)
    document = result.to_document()
    if output is not None:
        write_file(output, json_text(document))
    if json:
        print_json(document)
        return
    print_certificate(result, console(), robot=model, language=lang)
    print_verdict(verdict, console(), language=lang)


def say_no(name: str, refusal: Refusal, *, json: bool, language: Language) -> NoReturn:
    """Print a refusal and end with exit code 1."""
    from robotplus.cli.output import console, print_json

    if json:
        print_json(refusal.to_document())
    else:
        console().print(f"{name}: {told(refusal, language)}", markup=False, soft_wrap=True)
    raise typer.Exit(1)


def refuse_unless_held(verdict: Verdict) -> None:
    """End with exit code 1 when `check` refuses what was found."""
    from robotplus.cli.output import warn

    if not verdict.holds:
        warn(f"check refuses the certificate that was found, a defect of ours: {verdict.reasons[0][1]}")
        raise typer.Exit(1)


def read_place(
    base: tuple[float, float, float, float], region: BaseRegion
) -> tuple[float, float, float, float]:
    """A base place [m, rad] from the command line's [m, deg].

    Raises:
        InputError: no numbers, or a place where the need does not let the base stand.
    """
    from robotplus.errors import InputError

    if not all(math.isfinite(v) and abs(v) <= 1e6 for v in base):
        raise InputError("must be finite numbers", "--base", value=base, allowed="metres and degrees")
    x, y, z = base[:3]
    yaw = math.radians(base[3])
    (x0, x1), (y0, y1) = region.x, region.y
    turns = region.yaws is None or any(
        abs(math.remainder(yaw - allowed, 2 * math.pi)) <= PLACE_SLACK for allowed in region.yaws
    )
    inside = x0 - PLACE_SLACK <= x <= x1 + PLACE_SLACK and y0 - PLACE_SLACK <= y <= y1 + PLACE_SLACK
    if inside and turns and any(abs(z - height) <= PLACE_SLACK for height in region.heights):
        return x, y, z, yaw
    heights = " or ".join(f"{height:g}" for height in region.heights)
    yaws = (
        "any yaw"
        if region.yaws is None
        else f"yaw {', '.join(f'{math.degrees(v):g}' for v in region.yaws)} deg"
    )
    raise InputError(
        "the need does not let the base stand there",
        "--base",
        value=f"x {x:g} y {y:g} z {z:g} m, yaw {base[3]:g} deg",
        allowed=f"x {x0:g} to {x1:g}, y {y0:g} to {y1:g}, z {heights} m, {yaws}",
        fix="give metres, not millimetres" if max(abs(x), abs(y), abs(z)) >= FAR_M else None,
    )


def told(refusal: Refusal, language: Language = "en") -> str:
    """A refusal in one line: verdict, reason, figures, place, work spent, and the question to ask."""
    from robotplus.reporting.refusals import amount, budget_said, reason
    from robotplus.reporting.terminal import Words

    words = Words(language)
    colon, comma, then, stop = (": ", ", ", "; ", ". ") if language == "en" else ("：", "，", "；", "。")
    stated = [words.known(refusal.verdict), colon, words.pick(*reason(refusal.constraint, refusal.verdict))]
    if refusal.needed is not None:
        for key, value in (("needed", refusal.needed), ("available", refusal.available)):
            stated += [comma, words(key).lower(), " ", words.pick(*amount(value, refusal.unit))]
    if refusal.where:
        stated += [then, words.phrase(refusal.where)]
    if refusal.budget:
        stated += [then, words.pick(*budget_said(refusal.budget))]
    stated += [stop, words.pick(refusal.question_zh, refusal.question_en)]
    return "".join(stated).strip()
