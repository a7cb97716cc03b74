"""Rows of a benchmark: what was measured, what was asked, and whether it is met."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
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


def at_least(name: str, value: float, bound: float, unit: str) -> Row:
    """A figure that should not be below ``bound``."""
    return Row(name, value, f">= {bound:g}", unit, bool(value >= bound))


def at_most(name: str, value: float, bound: float, unit: str) -> Row:
    """A figure that should not be above ``bound``."""
    return Row(name, value, f"<= {bound:g}", unit, bool(value <= bound))


def shown(name: str, value: float | int | str | None, unit: str) -> Row:
    """A figure without a bar."""
    return Row(name, value, "", unit, None)


def report(title: str, rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Print rows as a table and write them as a JSON list."""
    table = Table(title=title)
    for heading in ("what", "value", "bar", "unit", "met"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for row in rows:
        value = f"{row['value']:.4g}" if isinstance(row["value"], float) else str(row["value"])
        met = {True: "yes", False: "[bold red]no[/]", None: ""}[row["pass"]]
        table.add_row(row["name"], value, row["bar"], row["unit"], met)
    Console(width=150).print(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
