"""Cost files and the answers whose figures they take."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from robotplus.costing.tables import CostTable
from robotplus.errors import InputError
from robotplus.scenarios.files import parse
from robotplus.scenarios.need import explain
from robotplus.scenarios.reading import read_text

MAX_COST_BYTES = 1_000_000
MAX_ANSWER_BYTES = 64_000_000


def read_costs(path: str | Path) -> CostTable:
    """Read a cost file (TOML or JSON).

    Raises:
        InputError: one line says what is wrong.
    """
    path = Path(path)
    return costs_from_document(parse(read_text(path, limit=MAX_COST_BYTES), path), path.name)


def costs_from_document(document: dict[str, Any], where: str = "costs") -> CostTable:
    """A cost file from its document.

    Raises:
        InputError: one line says what is wrong.
    """
    try:
        return CostTable.model_validate(document)
    except ValidationError as e:
        raise explain(e, CostTable, where) from None


def with_answer(costs: CostTable, answer: str | Path, *, robot: str) -> CostTable:
    """The costs with the cycle time that an answer claims for a robot, in place of what the file says.

    Raises:
        InputError: no answer, or none that holds a motion of this robot.
    """
    path = Path(answer)
    try:
        document = json.loads(read_text(path, limit=MAX_ANSWER_BYTES))
    except (ValueError, RecursionError) as e:
        raise InputError(f"cannot be parsed: {e}", path.name) from None
    if not isinstance(document, dict) or document.get("format") != "robotplus.answer/1":
        raise InputError("not an answer", path.name, fix="give the answer.json that robotplus answer wrote")
    solutions = document.get("solutions")
    known = solutions if isinstance(solutions, list) else []
    found = [s for s in known if isinstance(s, dict) and s.get("robot") == robot]
    if not found:
        raise InputError("the answer holds no motion of this robot", path.name, value=robot)
    try:
        cycle = found[0]["claims"]["cycle_time_s"]
        span = [float(cycle["low"]), float(cycle["high"])]
    except (KeyError, TypeError, ValueError):
        raise InputError("the answer claims no cycle time for this robot", path.name, value=robot) from None
    full = costs.model_dump(exclude_none=True)
    full["production"]["cycle_s"] = span
    return costs_from_document(full, path.name)


def parse_toml(path: Path) -> dict[str, Any]:
    """A built-in TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
