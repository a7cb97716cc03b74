"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from robotplus.reporting.strings import Language

NeedFile = Annotated[Path, typer.Argument(metavar="NEED", help="Need file (.toml or .json).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
CatalogueFolder = Annotated[
    Path | None,
    typer.Option(
        "--catalogue", metavar="FOLDER", help="Folder of robot files instead of the built-in catalogue."
    ),
]
Added = Annotated[
    list[Path] | None,
    typer.Option("--add", metavar="FILE", help="A robot file beside the catalogue; may be given again."),
]
TerminalLanguage = Annotated[
    Literal["en", "zh"],
    typer.Option("--lang", help="Language of what is printed; --json is the same in both."),
]
ReportLanguage = Annotated[
    Language, typer.Option("--lang", help="Language of the report and, but for both, of the terminal.")
]
