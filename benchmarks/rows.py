"""Rows of a benchmark: what was measured, what was asked, and whether it is met."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One figure. ``passed`` is None where nothing was asked, or too little was seen to judge."""

    name: str
    value: float | int | str | None
    bar: str
    unit: str
    passed: bool | None

    def to_document(self) -> dict[str, Any]:
        value = float(f"{self.value:.6g}") if isinstance(self.value, float) else self.value
        return {"name": self.name, "value": value, "bar": self.bar, "unit": self.unit, "pass": self.passed}


def from_document(row: dict[str, Any]) -> Row:
    """A row as its file holds it."""
    return Row(row["name"], row["value"], row["bar"], row["unit"], row["pass"])


def at_least(name: str, value: float, bound: float, unit: str) -> Row:
    """A figure that should not be below ``bound``."""
    return Row(name, value, f">= {bound:g}", unit, bool(value >= bound))


def at_most(name: str, value: float, bound: float, unit: str) -> Row:
    """A figure that should not be above ``bound``."""
    return Row(name, value, f"<= {bound:g}", unit, bool(value <= bound))


def shown(name: str, value: float | int | str | None, unit: str) -> Row:
    """A figure without a bar."""
    return Row(name, value, "", unit, None)


def spelled(value: Any) -> str:
    """A value as tables show it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


class Sheet:
    """The rows of one run: each is printed when it comes, and the file always holds all there are so far.

    A run that is killed keeps what it measured.
    """

    def __init__(self, title: str, path: Path, console: Console) -> None:
        """
        Args:
            title: what the rows are of, for the last line.
            path: the JSON list that is written.
            console: where rows are printed; the one of the progress bar, so that the bar stays below.
        """
        self.rows: list[Row] = []
        self._title, self._path, self._console = title, path, console
        write([], path)

    def add(self, rows: Iterable[Row]) -> None:
        """Print and keep rows while they are being measured."""
        for row in rows:
            self.rows.append(row)
            met = {True: "[green]met   [/]", False: "[bold red]NOT MET[/]", None: ""}[row.passed]
            value = f"{spelled(row.value)} {row.unit}".strip()
            asked = f" (asked: {row.bar})" if row.bar else ""
            self._console.print(
                f"{met:7}  {escape(row.name)}: [bold]{escape(value)}[/]{asked}", soft_wrap=True
            )
            write([r.to_document() for r in self.rows], self._path)

    def finish(self) -> None:
        """Say how many bars are met, and where the rows lie."""
        judged = [r for r in self.rows if r.passed is not None]
        met = sum(bool(r.passed) for r in judged)
        self._console.print(f"{self._title}: {met} of {len(judged)} bars met; rows in {self._path}")


def report(title: str, rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Print rows as a table and write them as a JSON list."""
    table = Table(title=title)
    for heading in ("what", "value", "bar", "unit", "met"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for row in rows:
        met = {True: "yes", False: "[bold red]no[/]", None: ""}[row["pass"]]
        table.add_row(row["name"], spelled(row["value"]), row["bar"], row["unit"], met)
    Console(width=150).print(table)
    write(rows, path)


def write(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the JSON list, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(beside, path)
