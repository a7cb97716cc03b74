"""``robotplus check``: is every claim of a certificate true?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robotplus.cli.options import Added, CatalogueFolder, Json, TerminalLanguage

MAX_CERTIFICATE_BYTES = 200_000_000
CANNOT = 2


def command(
    certificate: Annotated[Path, typer.Argument(metavar="CERT", help="Certificate file (cert-*.json).")],
    need: Annotated[
        Path | None, typer.Option(metavar="NEED", help="Demand that the certificate is about this very need.")
    ] = None,
    json: Json = False,
    lang: TerminalLanguage = "en",
    catalogue: CatalogueFolder = None,
    add: Added = None,
) -> None:
    """Check a certificate with code that shares nothing with the solver but the file formats.

    Exit code: 0 it holds, 1 it does not, 2 it cannot be read or checked.

    Example: robotplus check build/welding/cert-fanuc_m20_25_18d.json --need examples/needs/arc_welding.toml
    """
    from robotplus.certificates.certificate import read_certificate
    from robotplus.checking import check
    from robotplus.cli.catalogues import open_catalogue
    from robotplus.cli.output import bar, console, print_json
    from robotplus.cli.plans import check_plan_file, is_plan
    from robotplus.errors import CertificateError, NeedError
    from robotplus.scenarios.files import read_need
    from robotplus.scenarios.reading import read_text

    try:
        text = read_text(certificate, limit=MAX_CERTIFICATE_BYTES)
    except NeedError as e:
        raise CertificateError(e.message, e.where, value=e.value, allowed=e.allowed, fix=e.fix) from None
    if is_plan(text):
        check_plan_file(certificate, text, need, json=json, language=lang)
        return
    claimed = read_certificate(text, certificate.name)
    task = None if need is None else read_need(need)
    robots = open_catalogue(catalogue, add)
    with bar(quiet=json) as show:
        show("checking", 0, 1)
        verdict = check(claimed, robots, need=task)
    if json:
        print_json(
            {
                "format": "robotplus.verdict/1",
                "certificate": str(certificate),
                "robot": claimed.robot_id,
                "verdict": claimed.verdict,
                "holds": verdict.holds,
                "status": verdict.status,
                "reasons": [{"code": code, "sentence": sentence} for code, sentence in verdict.reasons],
                "measured": {k: v for k, v in verdict.measured.items() if k != "profile"},
                "currency": verdict.currency,
            }
        )
    else:
        from robotplus.reporting.terminal import print_certificate, print_verdict

        if all(code != "malformed" for code, _ in verdict.reasons):
            print_certificate(claimed, console(), robot=robots.get(str(claimed.robot_id)), language=lang)
        print_verdict(verdict, console(), language=lang)
    if verdict.status == "cannot_check":
        raise typer.Exit(CANNOT)
    if not verdict.holds:
        raise typer.Exit(1)
